//! `keras.losses.CategoricalFocalCrossentropy`

use super::categorical_crossentropy::{log_sum_exp, probability, through_quotient};
use super::rows::{RowLoss, pow};
use super::shapes::Shapes;
use super::{refuse_smoothing, smooth};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::kernels::elementwise::{exp, log};
use serde::{Deserialize, Serialize};

/// Σ alpha·(1 − p)^gamma·(−y·log p) along `axis`, where p = y_pred / Σ y_pred is clipped to
/// [1e-7, 1 − 1e-7]; `from_logits`: of softmax(y_pred).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct CategoricalFocalCrossentropy {
    pub from_logits: bool,
    pub label_smoothing: f64,
    pub axis: i64,
    pub alpha: Alpha,
    pub gamma: f64,
}

/// One weight for all classes, or one for each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Alpha {
    All(f64),
    PerClass(Vec<f64>),
}

impl Default for CategoricalFocalCrossentropy {
    fn default() -> Self {
        CategoricalFocalCrossentropy {
            from_logits: false,
            label_smoothing: 0.0,
            axis: -1,
            alpha: Alpha::All(0.25),
            gamma: 2.0,
        }
    }
}

impl CategoricalFocalCrossentropy {
    /// Value and slope of class `i` with target `y` at probability `p`.
    fn term(&self, i: usize, y: f32, p: f32) -> (f32, f32) {
        let gamma = self.gamma as f32;
        let weight = y * match &self.alpha {
            Alpha::All(alpha) => *alpha as f32,
            Alpha::PerClass(alpha) => alpha[i] as f32,
        };
        let (factor, log_p) = (pow(1.0 - p, gamma), log(p));
        let d_factor = if gamma == 0.0 {
            0.0
        } else {
            gamma * pow(1.0 - p, gamma - 1.0)
        };
        (
            -weight * factor * log_p,
            weight * (d_factor * log_p - factor / p),
        )
    }
}

impl RowLoss for CategoricalFocalCrossentropy {
    fn axis(&self) -> i64 {
        self.axis
    }

    fn check(&self, shapes: &Shapes) -> Result<()> {
        refuse_smoothing(self.label_smoothing, self.axis, shapes)?;
        let axis = shapes.axis(self.axis)?;
        match &self.alpha {
            Alpha::PerClass(alpha)
                if axis != shapes.pred.len() || alpha.len() != shapes.width() =>
            {
                Err(Error::shape(format!(
                    "alpha has {} numbers for {} classes along the last axis; give one for each",
                    alpha.len(),
                    shapes.width()
                )))
            }
            _ => Ok(()),
        }
    }

    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
        let other = 1.0 / y_pred.len() as f32;
        let log_total = if self.from_logits {
            log_sum_exp(y_pred)
        } else {
            0.0
        };
        let given = |i: usize| {
            if self.from_logits {
                exp(y_pred[i] - log_total)
            } else {
                y_pred[i]
            }
        };
        let classes = 0..y_pred.len();
        let total: f32 = classes.clone().map(given).sum();
        let term = |i: usize| {
            let y = smooth(y_true[i], self.label_smoothing as f32, other);
            let (p, slope) = probability(given(i), total);
            let (value, d_value) = self.term(i, y, p);
            (value, d_value * slope)
        };
        if let Some(d_pred) = d_pred {
            for i in classes.clone() {
                d_pred[i] = term(i).1;
            }
            if self.from_logits {
                // Through the softmax, whose sum of 1 makes the quotient's own part vanish.
                let dot: f32 = classes.clone().map(|i| d_pred[i] * given(i)).sum();
                for i in classes.clone() {
                    d_pred[i] = given(i) * (d_pred[i] - dot);
                }
            } else {
                through_quotient(d_pred, y_pred, total);
            }
        }
        classes.map(|i| term(i).0).sum()
    }
}
