//! `keras.metrics.RootMeanSquaredError`, `CosineSimilarity` and `R2Score`

use super::MetricFunction;
use super::mean::RowMetric;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::losses::reducer::Reducer;
use crate::losses::shapes::{Batch, Shapes};
use crate::losses::{self, RowLoss};
use serde::{Deserialize, Serialize};

/// √ mean((y_pred − y_true)²) over all elements seen.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct RootMeanSquaredError {}

impl RowMetric for RootMeanSquaredError {
    fn value(&self, y_true: &[f32], y_pred: &[f32]) -> f32 {
        losses::MeanSquaredError {}.row(y_true, y_pred, None)
    }

    fn finish(&self, mean: f64) -> f64 {
        mean.sqrt()
    }

    fn higher_is_better(&self) -> bool {
        false
    }
}

/// Σ y_true·y_pred / (‖y_true‖·‖y_pred‖) along `axis`: the loss with the other sign.
///
/// Keras does not write `axis` into configs; here it is written where it is not −1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct CosineSimilarity {
    loss: losses::CosineSimilarity,
}

impl RowMetric for CosineSimilarity {
    fn axis(&self) -> i64 {
        self.loss.axis
    }

    fn value(&self, y_true: &[f32], y_pred: &[f32]) -> f32 {
        -self.loss.row(y_true, y_pred, None)
    }
}

/// 1 − Σ w·(y − p)² / (Σ w·y² − (Σ w·y)² / Σ w) of each column, aggregated: "uniform_average" (the
/// mean), "variance_weighted_average", or none. `num_regressors` > 0 adjusts it:
/// 1 − (1 − R²)·(n − 1) / (n − num_regressors − 1).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct R2Score {
    pub class_aggregation: Option<Aggregation>,
    pub num_regressors: usize,
}

/// How the scores of columns become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    UniformAverage,
    VarianceWeightedAverage,
}

impl Default for R2Score {
    fn default() -> Self {
        R2Score {
            class_aggregation: Some(Aggregation::UniformAverage),
            num_regressors: 0,
        }
    }
}

/// Σ w·y, Σ w·y², Σ w·(y − p)² and Σ w of each column, behind the number of elements.
const COLUMN: usize = 4;

impl MetricFunction for R2Score {
    fn sums(&self, shapes: &Shapes) -> Result<usize> {
        let columns = super::columns("R2Score", shapes)?;
        if self.class_aggregation.is_none() && columns > 1 {
            return Err(Error::unsupported(format!(
                "R2Score(class_aggregation=None) gives {columns} numbers, but logs hold one per \
                 metric; use \"uniform_average\" or \"variance_weighted_average\""
            )));
        }
        Ok(1 + COLUMN * columns)
    }

    fn update(&self, sums: &mut [f64], batch: &Batch, reducer: &mut Reducer) {
        sums[0] += batch.y_true.len() as f64;
        let columns = batch.shapes.width();
        let pairs = batch.y_true.iter().zip(batch.y_pred);
        for (i, (&y, &p)) in pairs.enumerate() {
            let (y, p, w) = (f64::from(y), f64::from(p), reducer.weight(i / columns));
            let column = &mut sums[1 + COLUMN * (i % columns)..][..COLUMN];
            for (sum, term) in column.iter_mut().zip([y, y * y, (y - p) * (y - p), 1.0]) {
                *sum += w * term;
            }
        }
    }

    fn result(&self, sums: &[f64]) -> f64 {
        let columns = sums[1..].chunks_exact(COLUMN).map(|column| {
            let total = column[1] - column[0] * (column[0] / column[3]);
            let score = 1.0 - column[2] / total;
            (total, if score.is_infinite() { 0.0 } else { score })
        });
        let score = if self.class_aggregation == Some(Aggregation::VarianceWeightedAverage) {
            let (scores, totals) = columns.fold((0.0, 0.0), |(a, b), (total, score)| {
                (a + total * score, b + total)
            });
            scores / totals
        } else {
            let count = columns.len() as f64;
            columns.map(|(_, score)| score).sum::<f64>() / count
        };
        let (n, regressors) = (sums[0], self.num_regressors as f64);
        if regressors == 0.0 || regressors >= n - 1.0 {
            score
        } else {
            1.0 - (1.0 - score) * (n - 1.0) / (n - regressors - 1.0)
        }
    }

    fn higher_is_better(&self) -> Option<bool> {
        Some(true)
    }
}
