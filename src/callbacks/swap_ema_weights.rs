//! `keras.callbacks.SwapEMAWeights`

use super::{Callback, Logs, Training};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Puts the optimizer's moving averages (`use_ema=True`) in the weights' place while validation
/// runs; with `swap_on_epoch` also from an epoch's end to the next one's begin, for the callbacks
/// behind it. A training that is stopped before its last epoch then ends, as in Keras, with the
/// weights instead of their averages: they are swapped when the optimizer has its last word.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SwapEMAWeights {
    pub swap_on_epoch: bool,
    /// The averages lie in the weights' place.
    #[serde(skip)]
    swapped: bool,
}

impl SwapEMAWeights {
    fn swap(&mut self, training: &mut Training) -> Result<()> {
        exchange(training, <[f32]>::swap_with_slice)?;
        self.swapped = !self.swapped;
        Ok(())
    }
}

/// Hands the trained weights and their averages to `with`.
fn exchange(training: &mut Training, with: fn(&mut [f32], &mut [f32])) -> Result<()> {
    let model = &mut *training.model;
    if !model
        .compiled
        .as_ref()
        .is_some_and(|it| it.optimizer.use_ema)
    {
        return Err(Error::unsupported(
            "SwapEMAWeights needs an optimizer with use_ema=True, found use_ema=False; compile \
             with it, or leave the callback out",
        ));
    }
    // The averages are the optimizer's first slot.
    if let Some([averages, ..]) = model.optimizer_state.as_mut().map(|it| &mut it.slots[..]) {
        with(&mut model.variables.values[..averages.len()], averages);
    }
    Ok(())
}

impl Callback for SwapEMAWeights {
    fn on_epoch_begin(&mut self, _epoch: usize, training: &mut Training) -> Result<()> {
        if self.swap_on_epoch && self.swapped {
            self.swap(training)?;
        }
        Ok(())
    }

    fn on_epoch_end(
        &mut self,
        epoch: usize,
        _logs: &mut Logs,
        training: &mut Training,
    ) -> Result<()> {
        if self.swap_on_epoch && !self.swapped {
            self.swap(training)?;
            // The optimizer will set the weights to their averages: let both be these.
            if epoch + 1 == training.params.epochs {
                exchange(training, |weights, averages| {
                    averages.copy_from_slice(weights)
                })?;
            }
        }
        Ok(())
    }

    fn on_test_begin(&mut self, training: &mut Training) -> Result<()> {
        if self.swapped {
            Ok(())
        } else {
            self.swap(training)
        }
    }

    fn on_test_end(&mut self, _logs: &Logs, training: &mut Training) -> Result<()> {
        if self.swapped {
            self.swap(training)
        } else {
            Ok(())
        }
    }
}
