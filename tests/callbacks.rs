//! Callbacks within a training: the order of hooks, questions to the host, stops, backups.
#![cfg(not(target_arch = "wasm32"))]

use model_dojo::callbacks::{Backup, Content, Logs, Output};
use model_dojo::data::Features;
use model_dojo::error::Result;
use model_dojo::kernels::Team;
use model_dojo::model::{Ask, Fit, FitData, FitOptions, Model, Samples, Step, StopReason};
use model_dojo::tensor::Array;
use serde_json::{Value, json};
use std::sync::Arc;

/// Rows 0 to 19 of two numbers each; row `bad` is NaN.
fn samples(rows: usize, bad: Option<usize>) -> Samples {
    let features = |shape: Vec<usize>, values: Vec<f32>| Features {
        array: Arc::new(Array::f32(shape, values).unwrap()),
        divisor: None,
    };
    let value = |i: usize| match bad == Some(i / 2) {
        true => f32::NAN,
        false => i as f32,
    };
    let x = features(vec![rows, 2], (0..2 * rows).map(value).collect());
    Samples::of_one(vec![x], features(vec![rows, 1], vec![0.0; rows]), None).unwrap()
}

fn model() -> Model {
    let config = json!({"class_name": "Sequential", "config": {"layers": [
        {"class_name": "Dense", "config": {"units": 1}},
    ]}});
    let mut model = Model::from_config(&config, 1).unwrap();
    let sgd = json!({"class_name": "SGD", "config": {"learning_rate": 1e-4}});
    model
        .compile(&json!({"optimizer": sgd, "loss": "mse"}))
        .unwrap();
    model
}

/// A fit in batches of 4, validated on 4 rows.
fn begin(model: &mut Model, bad: Option<usize>, arguments: Value) -> Result<Fit> {
    let mut options = json!({"batch_size": 4, "shuffle": false, "verbose": 0});
    options
        .as_object_mut()
        .unwrap()
        .extend(arguments.as_object().unwrap().clone());
    let data = FitData {
        train: samples(20, bad),
        validation: Some(samples(4, None)),
    };
    Fit::new(model, data, FitOptions::from_json(&options)?)
}

/// Trains to the end; `answer` says whether to stop and what the logs become.
fn run(
    fit: &mut Fit,
    model: &mut Model,
    mut answer: impl FnMut(&mut Model, Ask) -> (bool, Option<Logs>),
) -> Result<(StopReason, Vec<Output>)> {
    let mut outputs = vec![];
    loop {
        let step = fit.step(model, &Team::single())?;
        outputs.extend(fit.take_outputs());
        match step {
            Step::Ask(ask) => {
                let (stop, logs) = answer(model, ask);
                fit.answer(stop, logs);
            }
            Step::Done(reason) => return Ok((reason, outputs)),
            _ => {}
        }
    }
}

const ALL: [&str; 10] = model_dojo::callbacks::Hook::NAMES;

fn lambda(hooks: &[&str]) -> Value {
    let config: serde_json::Map<_, _> = hooks
        .iter()
        .map(|hook| (hook.to_string(), json!(true)))
        .collect();
    json!({"class_name": "LambdaCallback", "config": config})
}

#[test]
fn hooks_come_as_in_keras_to_a_nan_in_the_third_batch() -> Result<()> {
    let mut model = model();
    let callbacks = json!([{"class_name": "TerminateOnNaN"}, lambda(&ALL)]);
    let mut fit = begin(
        &mut model,
        Some(9),
        json!({"epochs": 3, "verbose": 2, "callbacks": callbacks}),
    )?;
    let mut hooks = vec![];
    let (reason, outputs) = run(&mut fit, &mut model, |_, ask| {
        let (name, number) = ask.hook.parts();
        hooks.push(format!(
            "{name} {}",
            number.map_or(String::new(), |n| n.to_string())
        ));
        (false, None)
    })?;
    let expected = "on_train_begin |on_epoch_begin 0|on_train_batch_begin 0|on_train_batch_end 0|\
        on_train_batch_begin 1|on_train_batch_end 1|on_train_batch_begin 2|on_train_batch_end 2|\
        on_test_begin |on_test_batch_begin 0|on_test_batch_end 0|on_test_end |on_epoch_end 0|\
        on_train_end ";
    assert_eq!(hooks.join("|"), expected);
    assert_eq!(reason, StopReason::Terminated);
    assert!(
        fit.history
            .history
            .iter()
            .all(|(_, values)| values.len() == 1 && values[0].is_nan())
    );
    let text: String = outputs
        .iter()
        .map(|output| match output {
            Output::Text(text) => text.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(
        text.starts_with("Epoch 1/3\nBatch 2: Invalid loss, terminating training\n5/5 - "),
        "{text}"
    );
    assert!(
        text.ends_with("/step - loss: nan - val_loss: nan\n"),
        "{text}"
    );

    let raise = json!({"class_name": "TerminateOnNaN", "config": {"raise_error": true}});
    let mut fit = begin(&mut model, Some(0), json!({"callbacks": [raise]}))?;
    let error = run(&mut fit, &mut model, |_, _| (false, None)).unwrap_err();
    assert_eq!(error.code.as_str(), "non_finite");
    Ok(())
}

#[test]
fn no_epochs_have_a_begin_and_an_end() -> Result<()> {
    let mut model = model();
    let options = json!({"epochs": 2, "initial_epoch": 5, "callbacks": [lambda(&ALL)]});
    let mut fit = begin(&mut model, None, options)?;
    let mut hooks = vec![];
    let (reason, _) = run(&mut fit, &mut model, |_, ask| {
        hooks.push(ask.hook.parts().0);
        (false, None)
    })?;
    assert_eq!(
        (hooks, reason),
        (
            vec!["on_train_begin", "on_train_end"],
            StopReason::Completed
        )
    );
    Ok(())
}

#[test]
fn hooks_change_logs_and_learning_rate_in_their_place() -> Result<()> {
    let mut model = model();
    let plateau = json!({"class_name": "ReduceLROnPlateau", "config": {
        "monitor": "mine", "mode": "min", "patience": 1,
    }});
    let callbacks = json!([
        lambda(&["on_epoch_begin", "on_epoch_end"]),
        plateau,
        lambda(&["on_epoch_end"])
    ]);
    let mut fit = begin(
        &mut model,
        None,
        json!({"epochs": 3, "callbacks": callbacks}),
    )?;
    let mut seen = vec![];
    run(&mut fit, &mut model, |model, ask| match ask.hook.parts() {
        ("on_epoch_begin", Some(0)) => {
            model.set_learning_rate(0.5e-4).unwrap();
            (false, None)
        }
        ("on_epoch_end", _) if ask.callback == 0 => {
            let mut logs = ask.logs;
            logs.push(("mine".into(), 1.0));
            (false, Some(logs))
        }
        ("on_epoch_end", _) => {
            seen.push((
                ask.logs
                    .iter()
                    .map(|log| log.0.clone())
                    .collect::<Vec<_>>()
                    .join(","),
                model.learning_rate().unwrap(),
            ));
            (false, None)
        }
        _ => (false, None),
    })?;
    let rate = |value: f64| f64::from(value as f32);
    let keys = "loss,val_loss,mine,learning_rate".to_string();
    assert_eq!(seen[0], (keys.clone(), rate(0.5e-4)));
    // 0.1 of the float32 that is there, rounded again.
    assert_eq!(seen[1], (keys, rate(rate(0.5e-4) * 0.1)));
    assert_eq!(fit.history.history[2].0, "mine");
    assert_eq!(fit.history.history[3].1[..2], [rate(0.5e-4), rate(0.5e-4)]);
    Ok(())
}

#[test]
fn a_hook_ends_the_epoch_a_user_the_training() -> Result<()> {
    let mut model = model();
    let callbacks = json!([lambda(&["on_train_batch_end", "on_epoch_end"])]);
    let mut fit = begin(
        &mut model,
        None,
        json!({"epochs": 3, "callbacks": callbacks}),
    )?;
    let mut hooks = vec![];
    let (reason, _) = run(&mut fit, &mut model, |_, ask| {
        let (name, number) = ask.hook.parts();
        hooks.push(name);
        (number == Some(1), None)
    })?;
    assert_eq!(reason, StopReason::User);
    assert_eq!(
        hooks,
        ["on_train_batch_end", "on_train_batch_end", "on_epoch_end"]
    );
    assert_eq!((fit.history.epoch.len(), model.iterations()), (1, 2));

    let mut fit = begin(&mut model, None, json!({"epochs": 3}))?;
    fit.step(&mut model, &Team::single())?;
    fit.stop();
    assert_eq!(
        fit.step(&mut model, &Team::single())?,
        Step::Done(StopReason::User)
    );
    assert!(fit.history.epoch.is_empty());
    Ok(())
}

#[test]
fn a_backup_goes_on_where_a_training_broke_off() -> Result<()> {
    let backup = |more: Value| {
        let mut config = json!({"backup_dir": "b/"});
        config
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        json!({"epochs": 4, "callbacks": [{"class_name": "BackupAndRestore", "config": config}]})
    };
    let mut whole = model();
    let mut fit = begin(&mut whole, None, json!({"epochs": 4}))?;
    run(&mut fit, &mut whole, |_, _| (false, None))?;

    let mut broken = model();
    let mut fit = begin(&mut broken, None, backup(json!({})))?;
    let mut found = Backup::default();
    while found.epoch != Some(2) {
        fit.step(&mut broken, &Team::single())?;
        for output in fit.take_outputs() {
            match output {
                Output::File(file) => match file.content {
                    Content::Weights(saved) => found.weights = Some(saved.weights),
                    Content::Whole(text) => {
                        let metadata: Value = serde_json::from_slice(&text).unwrap();
                        found.epoch = metadata["epoch"].as_u64().map(|epoch| epoch as usize);
                    }
                    other => panic!("{other:?}"),
                },
                other => panic!("{other:?}"),
            }
        }
    }
    let mut next = model();
    next.build(&[Some(2)].into())?;
    let data = FitData {
        train: samples(20, None),
        validation: Some(samples(4, None)),
    };
    let mut arguments = backup(json!({"delete_checkpoint": true}));
    arguments["batch_size"] = json!(4);
    arguments["shuffle"] = json!(false);
    let mut options = FitOptions::from_json(&arguments)?;
    options.host.backups.insert("b/".into(), found);
    let mut fit = Fit::new(&mut next, data, options)?;
    let (_, outputs) = run(&mut fit, &mut next, |_, _| (false, None))?;
    assert_eq!(fit.history.epoch, [2, 3]);
    assert_eq!(next.variables.values, whole.variables.values);
    assert_eq!(outputs.last(), Some(&Output::Remove("b/".into())));
    Ok(())
}

#[test]
fn averages_that_the_optimizer_does_not_keep_cannot_be_swapped() -> Result<()> {
    let mut model = model();
    let callbacks = json!([{"class_name": "SwapEMAWeights"}]);
    let mut fit = begin(&mut model, None, json!({"callbacks": callbacks}))?;
    let error = run(&mut fit, &mut model, |_, _| (false, None)).unwrap_err();
    assert!(error.message.contains("use_ema=True"), "{error}");
    Ok(())
}

#[test]
fn wrong_arguments_are_refused() {
    for (arguments, part) in [
        (json!([1]), "object"),
        (json!({"epocs": 1}), "epocs"),
        (json!({"shuffle": "rows"}), "batch"),
        (json!({"verbose": 3}), "verbose"),
        (json!({"validation_freq": 0}), "validation_freq"),
        (json!({"epochs": -1}), "-1"),
        (json!({"batch_size": 2.5}), "2.5"),
    ] {
        let read = FitOptions::from_json(&arguments);
        let error = read.and_then(|options| options.verbosity()).unwrap_err();
        assert!(
            error.message.contains(part),
            "{arguments}: {}",
            error.message
        );
    }
    let nulls = json!({"callbacks": null, "shuffle": null, "batch_size": null, "verbose": "auto"});
    FitOptions::from_json(&nulls).unwrap();
}
