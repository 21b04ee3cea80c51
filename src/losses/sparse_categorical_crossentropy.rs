//! `keras.losses.SparseCategoricalCrossentropy`

use super::categorical_crossentropy::crossentropy;
use super::rows::RowLoss;
use super::shapes::{Labels, Shapes};
use crate::config::Config;
use crate::error::{Error, Result};

/// −log p[y] over the last axis for class numbers y, where p = y_pred / Σ y_pred is clipped to
/// [1e-7, 1 − 1e-7]; `from_logits`: p = softmax(y_pred). Targets equal to `ignore_class` do not
/// count.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct SparseCategoricalCrossentropy {
    pub from_logits: bool,
    pub ignore_class: Option<i64>,
    /// Keras' backends take the last axis only; configs do not hold it.
    #[serde(skip_serializing)]
    pub axis: i64,
}

impl Default for SparseCategoricalCrossentropy {
    fn default() -> Self {
        SparseCategoricalCrossentropy {
            from_logits: false,
            ignore_class: None,
            axis: -1,
        }
    }
}

impl RowLoss for SparseCategoricalCrossentropy {
    fn labels(&self) -> Labels {
        Labels::Class {
            ignored: self.ignore_class,
        }
    }

    fn check(&self, shapes: &Shapes) -> Result<()> {
        if shapes.axis(self.axis)? != shapes.pred.len() {
            return Err(Error::unsupported(format!(
                "axis={} is not supported; use the last axis",
                self.axis
            )));
        }
        Ok(())
    }

    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32 {
        let class = y_true[0];
        if self
            .ignore_class
            .is_some_and(|ignored| ignored as f32 == class)
        {
            if let Some(d_pred) = d_pred {
                d_pred.fill(0.0);
            }
            return 0.0;
        }
        let target = |i: usize| f32::from(u8::from(i as f32 == class));
        crossentropy(target, y_pred, self.from_logits, d_pred)
    }
}
