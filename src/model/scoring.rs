//! Loss and metrics of batches, output by output.

use super::Metric;
use super::compile::Objective;
use super::samples::Samples;
use crate::data::Features;
use crate::data::batches::gather_dense;
use crate::error::{Error, Result};
use crate::losses::Plan;
use crate::losses::shapes::Labels;

/// Loss and metrics of one output planned for batches of some samples, with the buffers for labels
/// and weights.
#[derive(Debug)]
pub struct Scoring {
    /// Which output of the model.
    output: usize,
    loss: Option<Plan>,
    metrics: Vec<Plan>,
    weighted_metrics: Vec<Plan>,
    y_true: Vec<f32>,
    weights: Option<Vec<f32>>,
}

/// An output's predictions for a batch, and what is known of them.
pub struct Predictions<'a> {
    pub values: &'a [f32],
    /// What counts, where the output has a mask.
    pub mask: Option<&'a [bool]>,
    /// Where the loss' gradient is wanted.
    pub gradient: Option<&'a mut [f32]>,
    pub rows: usize,
}

impl Scoring {
    /// Plans output `output` for batches of up to `rows` samples, predictions of shape `pred` each
    /// and masks of `mask` elements, after checking that labels and weights fit. None where nothing
    /// is measured.
    pub fn new(
        objective: &mut Objective,
        samples: &Samples,
        output: usize,
        (pred, mask): (&[usize], Option<usize>),
        rows: usize,
    ) -> Result<Option<Self>> {
        let Some(y) = samples.y[output]
            .as_ref()
            .filter(|_| objective.is_measured())
        else {
            return Ok(None);
        };
        let target = &y.array.shape[1..];
        let weight = samples.weights[output].as_ref();
        let weights = weight.map(|weight| &weight.array.shape[1..]);
        let mut loss = None;
        if let Some(function) = &mut objective.loss {
            loss = Some(function.plan(target, pred, weights, mask)?);
            let classes = pred.last().copied().unwrap_or(1);
            check_classes(function.labels(), y, samples, classes)?;
        }
        let plans = |metrics: &mut [Metric], weights| -> Result<Vec<Plan>> {
            let plan = |metric: &mut Metric| metric.plan(target, pred, weights, mask);
            metrics.iter_mut().map(plan).collect()
        };
        let buffer = |features: &Features| vec![0.0; rows * features.array.row_len()];
        Ok(Some(Scoring {
            output,
            loss,
            metrics: plans(&mut objective.metrics, None)?,
            weighted_metrics: plans(&mut objective.weighted_metrics, weights)?,
            y_true: buffer(y),
            weights: weight.map(buffer),
        }))
    }

    pub fn output(&self) -> usize {
        self.output
    }

    /// Gathers labels and weights of the samples `rows`.
    pub fn gather(&mut self, samples: &Samples, rows: &[u32]) {
        if let Some(y) = &samples.y[self.output] {
            let len = rows.len() * y.array.row_len();
            gather_dense(y, rows, &mut self.y_true[..len]);
        }
        if let (Some(from), Some(to)) = (&samples.weights[self.output], &mut self.weights) {
            gather_dense(from, rows, &mut to[..rows.len() * from.array.row_len()]);
        }
    }

    /// The loss of the gathered batch before its `loss_weight`, and its gradient with it; adds the
    /// batch to the metrics. `capacity` is the number of samples there is room for.
    pub fn score(
        &mut self,
        objective: &mut Objective,
        predictions: Predictions,
        capacity: usize,
    ) -> f32 {
        let Predictions {
            values,
            mask,
            mut gradient,
            rows,
        } = predictions;
        let front = |buffer: &'_ [f32]| buffer.len() / capacity.max(1) * rows;
        let y_true = &self.y_true[..front(&self.y_true)];
        let weights = self.weights.as_ref().map(|w| &w[..front(w)]);
        let pair = [y_true, values];
        for (metric, plan) in objective.metrics.iter_mut().zip(&mut self.metrics) {
            metric.update(plan, pair, rows, (None, mask));
        }
        let weighted = objective.weighted_metrics.iter_mut();
        for (metric, plan) in weighted.zip(&mut self.weighted_metrics) {
            metric.update(plan, pair, rows, (weights, mask));
        }
        let (Some(loss), Some(plan)) = (&objective.loss, &mut self.loss) else {
            return 0.0;
        };
        let value = loss.of_batch(plan, pair, rows, (weights, mask), gradient.as_deref_mut());
        let weight = objective.loss_weight;
        if let (Some(gradient), true) = (gradient, weight != 1.0) {
            gradient.iter_mut().for_each(|d| *d *= weight);
        }
        value
    }
}

/// Class numbers must be whole and within the model's classes.
fn check_classes(labels: Labels, y: &Features, samples: &Samples, classes: usize) -> Result<()> {
    let ignored = match labels {
        Labels::Class { ignored } => ignored,
        Labels::Sequence => None,
        Labels::Same | Labels::Other => return Ok(()),
    };
    let mut label = vec![0.0; y.array.row_len()];
    for row in samples.rows.clone() {
        gather_dense(y, &[row as u32], &mut label);
        for &class in &label {
            let fine = class >= 0.0 && class < classes as f32 && class.fract() == 0.0;
            if !fine && ignored.is_none_or(|ignored| ignored as f32 != class) {
                return Err(Error::data(format!(
                    "label {class} in row {row} is not a class of the model, whose last layer \
                     gives {classes} (0 to {}); give that layer more units or number the classes \
                     from 0",
                    classes - 1
                )));
            }
        }
    }
    Ok(())
}
