//! `keras.losses.CategoricalGeneralizedCrossEntropy`

use super::rows::{RowLoss, pow};
use super::shapes::{Labels, Shapes, show};
use crate::config::Config;
use crate::error::{Error, Result};

/// (1 − p[y]^q) / q for class numbers y and probabilities p along the last axis, 0 < q < 1.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct CategoricalGeneralizedCrossEntropy {
    pub q: f64,
}

impl Default for CategoricalGeneralizedCrossEntropy {
    fn default() -> Self {
        CategoricalGeneralizedCrossEntropy { q: 0.5 }
    }
}

impl RowLoss for CategoricalGeneralizedCrossEntropy {
    fn labels(&self) -> Labels {
        Labels::CLASS
    }

    fn check(&self, shapes: &Shapes) -> Result<()> {
        if !(self.q > 0.0 && self.q < 1.0) {
            return Err(Error::unsupported(format!(
                "q={} must lie between 0 and 1",
                self.q
            )));
        }
        // Keras would compare each label with every prediction.
        if shapes.target.len() == shapes.pred.len() {
            return Err(Error::shape(format!(
                "labels of shape {} have an axis too many; reshape them to {}",
                show(&shapes.target),
                show(&shapes.target[..shapes.target.len() - 1])
            )));
        }
        Ok(())
    }

    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
        // Label checks have seen to it that the class is there.
        let (class, q) = (y_true[0] as usize, self.q as f32);
        let p = y_pred.get(class).copied().unwrap_or(0.0);
        if let Some(d_pred) = d_pred {
            d_pred.fill(0.0);
            if let Some(d) = d_pred.get_mut(class) {
                *d = -pow(p, q - 1.0);
            }
        }
        (1.0 - pow(p, q)) / q
    }
}
