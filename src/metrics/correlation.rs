//! `keras.metrics.PearsonCorrelation` and `ConcordanceCorrelation`

use super::mean::RowMetric;
use crate::config::Config;
use crate::losses::EPSILON;

/// The mean of Pearson's correlation of y_true and y_pred along `axis` (0: over the batch).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct PearsonCorrelation {
    pub axis: i64,
}

/// The mean of 2·(y − p̄)·(p − p̄) / (var y + var p + (ȳ − p̄)² + 1e-7) along `axis`, as Keras has
/// it (it centres both on the predictions' mean).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct ConcordanceCorrelation {
    pub axis: i64,
}

impl Default for PearsonCorrelation {
    fn default() -> Self {
        PearsonCorrelation { axis: -1 }
    }
}

impl Default for ConcordanceCorrelation {
    fn default() -> Self {
        ConcordanceCorrelation { axis: -1 }
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

/// Mean and variance.
fn moments(x: &[f32]) -> (f64, f64) {
    let centre = mean(x.iter().map(|&x| f64::from(x)));
    let variance = mean(x.iter().map(|&x| (f64::from(x) - centre).powi(2)));
    (centre, variance)
}

/// The mean of (y − a)·(p − b).
fn product(y_true: &[f32], y_pred: &[f32], a: f64, b: f64) -> f64 {
    let pairs = y_true.iter().zip(y_pred);
    mean(pairs.map(|(&y, &p)| (f64::from(y) - a) * (f64::from(p) - b)))
}

impl RowMetric for PearsonCorrelation {
    fn axis(&self) -> i64 {
        self.axis
    }

    fn value(&self, y_true: &[f32], y_pred: &[f32]) -> f32 {
        let ((y, of_y), (p, of_p)) = (moments(y_true), moments(y_pred));
        (product(y_true, y_pred, y, p) / (of_y.sqrt() * of_p.sqrt())) as f32
    }
}

impl RowMetric for ConcordanceCorrelation {
    fn axis(&self) -> i64 {
        self.axis
    }

    fn value(&self, y_true: &[f32], y_pred: &[f32]) -> f32 {
        let ((y, of_y), (p, of_p)) = (moments(y_true), moments(y_pred));
        let norm = of_y + of_p + (y - p) * (y - p) + f64::from(EPSILON);
        (2.0 * product(y_true, y_pred, p, p) / norm) as f32
    }
}
