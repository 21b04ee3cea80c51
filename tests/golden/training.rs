//! Runs a training case: what `examples/train.rs` does with the same content.

use super::fixture::{features, float_list};
use super::written::Written;
use model_dojo::callbacks::Logs;
use model_dojo::error::Result;
use model_dojo::kernels::Team;
use model_dojo::model::{
    Evaluation, Fit, FitData, FitOptions, History, Model, Samples, Step, predict,
};
use serde_json::Value;

/// What a run leaves.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    pub before: Vec<f32>,
    pub history: History,
    pub evaluate: Logs,
    pub after: Vec<f32>,
    pub weights: Vec<Vec<f32>>,
    pub written: Written,
}

/// The case's model with its weights.
pub fn model(case: &Value) -> Result<Model> {
    let mut model = Model::from_config(&case["model"], 0)?;
    model.set_weights(&float_list(&case["weights"]))?;
    Ok(model)
}

/// Its data: `x`, `y`, `sample_weight`, or with the tail `_val` those to validate on.
pub fn samples(case: &Value, tail: &str) -> Result<Option<Samples>> {
    let data = |key: &str| case["data"].get(format!("{key}{tail}"));
    let (Some(x), Some(y)) = (data("x"), data("y")) else {
        return Ok(None);
    };
    let weight = data("sample_weight").map(features);
    Samples::of_one(vec![features(x)], features(y), weight).map(Some)
}

/// Trains with the case's `fit` arguments, changed by `change`.
pub fn fit(
    case: &Value,
    model: &mut Model,
    team: &Team,
    change: impl Fn(&mut Value),
) -> Result<History> {
    let mut arguments = case["fit"].clone();
    change(&mut arguments);
    Ok(fit_with(case, model, team, &arguments)?.0)
}

/// The history, and what callbacks printed and wrote.
fn fit_with(
    case: &Value,
    model: &mut Model,
    team: &Team,
    arguments: &Value,
) -> Result<(History, Written)> {
    let train = samples(case, "")?.expect("x and y");
    let data = FitData {
        train,
        validation: samples(case, "_val")?,
    };
    let mut options = FitOptions::from_json(arguments)?;
    options.host.clock = Written::start_clock();
    let mut fit = Fit::new(model, data, options)?;
    let mut written = Written::default();
    team.session(|| {
        loop {
            let step = fit.step(model, team)?;
            written.add(fit.take_outputs());
            match step {
                Step::Done(_) => return Ok(()),
                Step::Ask(ask) => {
                    written.calls.push(ask);
                    fit.answer(false, None);
                }
                _ => {}
            }
        }
    })?;
    Ok((fit.history, written))
}

/// The output for all rows of `x`.
pub fn predictions(case: &Value, model: &mut Model, team: &Team) -> Result<Vec<f32>> {
    let outputs = predict(model, team, &[features(&case["data"]["x"])], 32)?;
    Ok(array_floats(&outputs[0]))
}

fn array_floats(array: &model_dojo::tensor::Array) -> Vec<f32> {
    match &array.data {
        model_dojo::tensor::Data::F32(values) => values.clone(),
        _ => panic!("predictions are float32"),
    }
}

pub fn weights(model: &Model) -> Vec<Vec<f32>> {
    (0..model.variables.list.len())
        .map(|i| model.variables.get(i).to_vec())
        .collect()
}

/// The whole run.
pub fn run(case: &Value, team: &Team) -> Result<Outcome> {
    let mut model = model(case)?;
    let before = predictions(case, &mut model, team)?;
    let (history, written) = fit_with(case, &mut model, team, &case["fit"])?;
    let all = samples(case, "")?.expect("x and y");
    let evaluate = Evaluation::new(&mut model, all, 32, None)?.run(&mut model, team)?;
    let after = predictions(case, &mut model, team)?;
    Ok(Outcome {
        before,
        history,
        evaluate,
        after,
        weights: weights(&model),
        written,
    })
}
