//! Gradients against central differences: each layer under each loss.
//!
//! Along a direction u of norm 1, (L(p + h·u) − L(p − h·u)) / 2h = ∇L·u + h²·L'''/6 + … . With
//! h = 1e-2 and L''' of the order of ∇L the cut-off terms are some 2e-5; L is a float32, off by a few
//! ε = 6e-8 of its size, so the quotient is off by about ε·|L|/h = 6e-6·|L| besides. CUT_OFF and
//! ROUNDING leave room for a few times that. What has a kink is kept off it: relu's inputs are
//! farther than h from 0, mae's targets far from the predictions.
#![cfg(not(target_arch = "wasm32"))]

#[path = "golden/chain.rs"]
mod chain;
#[path = "gradients/families.rs"]
mod families;

use chain::Chain;
use families::{Setup, setups};
use model_dojo::error::Result;
use model_dojo::kernels::Team;
use model_dojo::losses::{Loss, Plan};
use model_dojo::model::Model;
use model_dojo::rng::Rng;
use serde_json::{Value, json};

const STEP: f64 = 1e-2;
const CUT_OFF: f64 = 2e-4;
const ROUNDING: f64 = 2e-5;
const ROWS: usize = 4;
const DIRECTIONS: usize = 4;

/// A loss and how its targets are drawn.
struct Against {
    loss: Value,
    targets: Targets,
    /// The predictions have to be probabilities.
    probabilities: bool,
}

enum Targets {
    /// Far above or below all predictions.
    Values,
    Bits,
    Class,
    OneHot,
}

fn losses() -> Vec<Against> {
    let loss = |class: &str, config: Value, targets| {
        let of_probabilities = [
            "CategoricalGeneralizedCrossEntropy",
            "Dice",
            "KLDivergence",
            "Poisson",
            "Tversky",
        ];
        let probabilities = of_probabilities.contains(&class)
            || (class.ends_with("Crossentropy") && config["from_logits"] != true);
        let loss = json!({"class_name": class, "config": config});
        Against {
            loss,
            targets,
            probabilities,
        }
    };
    let logits = || json!({"from_logits": true});
    let smoothed = || json!({"from_logits": true, "label_smoothing": 0.2});
    vec![
        loss("MeanSquaredError", json!({}), Targets::Values),
        loss("MeanAbsoluteError", json!({}), Targets::Values),
        loss(
            "MeanSquaredError",
            json!({"reduction": "sum"}),
            Targets::Bits,
        ),
        loss("BinaryCrossentropy", logits(), Targets::Bits),
        loss("BinaryCrossentropy", smoothed(), Targets::Bits),
        loss("BinaryCrossentropy", json!({}), Targets::Bits),
        loss("SparseCategoricalCrossentropy", logits(), Targets::Class),
        loss("SparseCategoricalCrossentropy", json!({}), Targets::Class),
        loss("CategoricalCrossentropy", smoothed(), Targets::OneHot),
        loss(
            "CategoricalCrossentropy",
            json!({"label_smoothing": 0.1}),
            Targets::OneHot,
        ),
        loss("LogCosh", json!({}), Targets::Bits),
        loss("BinaryFocalCrossentropy", logits(), Targets::Bits),
        loss("CategoricalFocalCrossentropy", smoothed(), Targets::OneHot),
        loss(
            "CategoricalGeneralizedCrossEntropy",
            json!({}),
            Targets::Class,
        ),
        loss("KLDivergence", json!({}), Targets::OneHot),
        loss("Poisson", json!({}), Targets::Bits),
        loss("Dice", json!({"axis": -1}), Targets::Bits),
        loss("Tversky", json!({"alpha": 0.3}), Targets::Bits),
    ]
}

/// Labels for `ROWS` predictions of `width`.
fn draw_targets(targets: &Targets, width: usize, rng: &mut Rng) -> Vec<f32> {
    let mut class = || rng.below(width as u32);
    match targets {
        Targets::Class => (0..ROWS).map(|_| class() as f32).collect(),
        Targets::OneHot => {
            let mut rows = vec![0.0; ROWS * width];
            (0..ROWS).for_each(|row| rows[row * width + class() as usize] = 1.0);
            rows
        }
        Targets::Bits => (0..ROWS * width).map(|_| rng.below(2) as f32).collect(),
        Targets::Values => {
            let mut draw = || (6.0 + rng.uniform()) * if rng.below(2) == 0 { 1.0 } else { -1.0 };
            (0..ROWS * width).map(|_| draw()).collect()
        }
    }
}

/// Signed, and at least 0.1 from 0.
fn draw_inputs(setup: &Setup, rng: &mut Rng) -> Vec<f32> {
    let count = ROWS * setup.shape.iter().product::<usize>();
    let mut draw = || match (setup.whole_numbers, rng.below(2)) {
        (true, _) => rng.below(5) as f32,
        (false, 0) => 0.1 + 0.9 * rng.uniform(),
        (false, _) => -0.1 - 0.9 * rng.uniform(),
    };
    (0..count).map(|_| draw()).collect()
}

/// The loss of a chain as a function of its trained variables and inputs, one vector.
struct Function<'a> {
    chain: Chain<'a>,
    loss: Loss,
    plan: Plan,
    y_true: Vec<f32>,
    width: usize,
    /// Inputs are varied, too.
    inputs: bool,
    point: Vec<f32>,
    fixed: Vec<f32>,
}

impl Function<'_> {
    fn value(&mut self, p: &[f32], d_pred: Option<&mut [f32]>) -> Result<f64> {
        let trained = self.chain.trained();
        trained.copy_from_slice(&p[..trained.len()]);
        let inputs = if self.inputs {
            &p[trained.len()..]
        } else {
            &self.fixed
        };
        let outputs = self.chain.forward(&[inputs], true)?;
        let weights = [1.0, 0.5, 2.0, 1.5];
        let value = self.loss.of_batch(
            &mut self.plan,
            [&self.y_true, &outputs[0]],
            ROWS,
            (Some(&weights), None),
            d_pred,
        );
        Ok(f64::from(value))
    }

    fn gradient(&mut self) -> Result<Vec<f32>> {
        let mut d_pred = vec![0.0; ROWS * self.width];
        let point = self.point.clone();
        self.value(&point, Some(&mut d_pred))?;
        let gradients = self.chain.backward(&[&d_pred]);
        let mut all = gradients.weights.concat();
        if self.inputs {
            all.extend(gradients.inputs.concat());
        }
        Ok(all)
    }

    /// (L(p + h·u) − L(p − h·u)) / 2h
    fn difference(&mut self, u: &[f64]) -> Result<f64> {
        let moved = |h: f64| -> Vec<f32> {
            let pairs = self.point.iter().zip(u);
            pairs
                .map(|(&p, &u)| (f64::from(p) + h * u) as f32)
                .collect()
        };
        let (above, below) = (moved(STEP), moved(-STEP));
        Ok((self.value(&above, None)? - self.value(&below, None)?) / (2.0 * STEP))
    }
}

fn normalised(v: Vec<f64>) -> Vec<f64> {
    let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
    v.into_iter().map(|x| x / norm).collect()
}

/// The worst deviation of one layer under one loss, as a share of what is allowed.
fn check(setup: &Setup, against: &Against) -> Result<f64> {
    let mut batch_shape = vec![Value::Null];
    batch_shape.extend(setup.shape.iter().map(|&n| json!(n)));
    let mut layers =
        vec![json!({"class_name": "InputLayer", "config": {"batch_shape": batch_shape}})];
    layers.extend(setup.layers.iter().cloned());
    let mut model = Model::from_config(&json!(layers), 3)?;
    let mut chain = Chain::new(&mut model, Team::single());
    let width = chain.output_len();
    let mut rng = Rng::stream(7, setup.name);
    let inputs = draw_inputs(setup, &mut rng);
    let y_true = draw_targets(&against.targets, width, &mut rng);
    let mut point = chain.trained().to_vec();
    if !setup.whole_numbers {
        point.extend(&inputs);
    }
    let mut loss = Loss::from_json(&against.loss)?;
    let target: &[usize] = match against.targets {
        Targets::Class => &[],
        _ => &[width],
    };
    let plan = loss.plan(target, &[width], Some(&[]), None)?;
    let mut function = Function {
        chain,
        loss,
        plan,
        y_true,
        width,
        inputs: !setup.whole_numbers,
        point,
        fixed: inputs,
    };
    let gradient: Vec<f64> = function.gradient()?.into_iter().map(f64::from).collect();
    let norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
    assert!(
        norm > 1e-2,
        "{}: a gradient that no error would show in",
        setup.name
    );
    let mut directions = vec![normalised(gradient.clone())];
    for _ in 0..DIRECTIONS {
        let u = gradient.iter().map(|_| f64::from(rng.normal())).collect();
        directions.push(normalised(u));
    }
    let point = function.point.clone();
    let allowed = CUT_OFF * norm.max(1.0) + ROUNDING * function.value(&point, None)?.abs();
    let mut worst: f64 = 0.0;
    for u in directions {
        let expected = function.difference(&u)?;
        let found: f64 = gradient.iter().zip(&u).map(|(g, u)| g * u).sum();
        let share = (found - expected).abs() / allowed;
        assert!(
            share <= 1.0,
            "{} under {}: {found} for {expected}",
            setup.name,
            against.loss
        );
        worst = worst.max(share);
    }
    Ok(worst)
}

#[test]
fn gradients_are_derivatives() -> Result<()> {
    let mut checked = 0;
    for setup in setups() {
        let probabilities = setup.name.ends_with("softmax") || setup.name.ends_with("sigmoid");
        for against in losses() {
            if against.probabilities && !probabilities {
                continue;
            }
            let share = check(&setup, &against)?;
            println!(
                "{:20} {:4.0} % of the tolerance, {}",
                setup.name,
                share * 100.0,
                against.loss
            );
            checked += 1;
        }
    }
    assert!(checked >= 19 * 7, "{checked} pairs");
    Ok(())
}
