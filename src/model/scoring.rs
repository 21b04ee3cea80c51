//! Loss and metrics of batches.

use super::compile::Compiled;
use super::trainer::Samples;
use crate::data::batches::gather_dense;
use crate::error::{Error, Result};
use crate::losses::Plan;
use crate::losses::shapes::Labels;

/// Loss and metrics planned for batches of some samples, with the buffers for labels and weights.
#[derive(Debug)]
pub struct Scoring {
    loss: Plan,
    metrics: Vec<Plan>,
    weighted_metrics: Vec<Plan>,
    y_true: Vec<f32>,
    weights: Option<Vec<f32>>,
}

impl Scoring {
    /// Plans for batches of up to `rows` samples and predictions of `pred` each, after checking
    /// that labels and weights fit.
    pub fn new(
        compiled: &mut Compiled,
        samples: &Samples,
        pred: &[usize],
        rows: usize,
    ) -> Result<Self> {
        let target = &samples.y.array.shape[1..];
        let weights = samples.weight.as_ref().map(|w| &w.array.shape[1..]);
        let loss = compiled.loss.plan(target, pred, weights)?;
        check_classes(
            compiled.loss.labels(),
            samples,
            pred.last().copied().unwrap_or(1),
        )?;
        let plans = |metrics: &mut [super::Metric], weights| -> Result<Vec<Plan>> {
            let plan = |metric: &mut super::Metric| metric.plan(target, pred, weights);
            metrics.iter_mut().map(plan).collect()
        };
        Ok(Scoring {
            loss,
            metrics: plans(&mut compiled.metrics, None)?,
            weighted_metrics: plans(&mut compiled.weighted_metrics, weights)?,
            y_true: vec![0.0; rows * samples.y.array.row_len()],
            weights: samples
                .weight
                .as_ref()
                .map(|weight| vec![0.0; rows * weight.array.row_len()]),
        })
    }

    /// Gathers labels and weights of the samples `rows`.
    pub fn gather(&mut self, samples: &Samples, rows: &[u32]) {
        let len = rows.len() * samples.y.array.row_len();
        gather_dense(&samples.y, rows, &mut self.y_true[..len]);
        if let (Some(from), Some(to)) = (&samples.weight, &mut self.weights) {
            gather_dense(from, rows, &mut to[..rows.len() * from.array.row_len()]);
        }
    }

    /// The weighted loss of the gathered batch of `rows` samples, and in `d_pred` its gradient; adds the
    /// batch to the metrics. `capacity` is the number of samples there is room for.
    pub fn score(
        &mut self,
        compiled: &mut Compiled,
        y_pred: &[f32],
        rows: usize,
        capacity: usize,
        mut d_pred: Option<&mut [f32]>,
    ) -> f32 {
        let front = |buffer: &'_ [f32]| buffer.len() / capacity.max(1) * rows;
        let y_true = &self.y_true[..front(&self.y_true)];
        let weights = self.weights.as_ref().map(|w| &w[..front(w)]);
        let pair = [y_true, y_pred];
        for (metric, plan) in compiled.metrics.iter_mut().zip(&mut self.metrics) {
            metric.update(plan, pair, rows, None);
        }
        let weighted = compiled.weighted_metrics.iter_mut();
        for (metric, plan) in weighted.zip(&mut self.weighted_metrics) {
            metric.update(plan, pair, rows, weights);
        }
        let gradient = d_pred.as_deref_mut();
        let loss = compiled
            .loss
            .of_batch(&mut self.loss, pair, rows, weights, gradient);
        let weight = compiled.loss_weight;
        if let (Some(d_pred), true) = (d_pred, weight != 1.0) {
            d_pred.iter_mut().for_each(|d| *d *= weight);
        }
        loss * weight
    }
}

/// Class numbers must be whole and within the model's classes.
fn check_classes(labels: Labels, samples: &Samples, classes: usize) -> Result<()> {
    let ignored = match labels {
        Labels::Class { ignored } => ignored,
        Labels::Sequence => None,
        Labels::Same | Labels::Other => return Ok(()),
    };
    let mut label = vec![0.0; samples.y.array.row_len()];
    for row in samples.rows.clone() {
        gather_dense(&samples.y, &[row as u32], &mut label);
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
