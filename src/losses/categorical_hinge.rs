//! `keras.losses.CategoricalHinge`

use super::rows::{RowLoss, at_least};
use crate::config::Config;

/// max(neg − pos + 1, 0) over the last axis, with pos = Σ y_true·y_pred and
/// neg = max((1 − y_true)·y_pred).
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct CategoricalHinge {}

impl RowLoss for CategoricalHinge {
    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
        let pairs = y_true.iter().zip(y_pred);
        let pos: f32 = pairs.clone().map(|(y, p)| y * p).sum();
        let others = pairs.map(|(y, p)| (1.0 - y) * p);
        let neg = others
            .clone()
            .fold(f32::NEG_INFINITY, |a, b| if a > b { a } else { b });
        let margin = neg - pos + 1.0;
        if let Some(d_pred) = d_pred {
            // Equal maxima share the slope.
            let share = 1.0 / others.clone().filter(|&other| other == neg).count() as f32;
            let slope = at_least(margin, 0.0);
            for ((d, other), y) in d_pred.iter_mut().zip(others).zip(y_true) {
                let of_neg = if other == neg { share * (1.0 - y) } else { 0.0 };
                *d = slope * (of_neg - y);
            }
        }
        if margin < 0.0 { 0.0 } else { margin }
    }
}
