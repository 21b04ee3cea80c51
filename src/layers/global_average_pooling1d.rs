//! `keras.layers.GlobalAveragePooling1D`

use super::spatial::DataFormat;
use super::{Backward, Forward, Kind, Layer, Shape, only, show};
use crate::error::{Error, Result};
use crate::kernels::sparse::sparse_matmul;
use serde::{Deserialize, Serialize};

/// The mean over the steps: (steps, features) → (features), or (1, features) with `keepdims`;
/// with `channels_first` (features, steps) → (features).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GlobalAveragePooling1D {
    #[serde(default)]
    pub data_format: DataFormat,
    #[serde(default)]
    pub keepdims: bool,
}

impl GlobalAveragePooling1D {
    fn channels_first(&self) -> bool {
        self.data_format == DataFormat::ChannelsFirst
    }

    /// (steps, features) of one sample.
    fn dims(&self, shape: &[usize]) -> (usize, usize) {
        if self.channels_first() {
            (shape[1], shape[0])
        } else {
            (shape[0], shape[1])
        }
    }
}

impl Layer for GlobalAveragePooling1D {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "GlobalAveragePooling1D")?;
        let [first, last] = shape[..] else {
            return Err(Error::shape(format!(
                "GlobalAveragePooling1D takes (batch, steps, features), found {}; \
                 an Embedding before it gives that shape",
                show(shape)
            )));
        };
        if first == Some(0) || last == Some(0) {
            return Err(Error::shape(
                "GlobalAveragePooling1D has nothing to average",
            ));
        }
        Ok(match (self.channels_first(), self.keepdims) {
            (false, false) => vec![last],
            (false, true) => vec![Some(1), last],
            (true, false) => vec![first],
            (true, true) => vec![first, Some(1)],
        })
    }

    fn reads(&self, kind: Kind) -> bool {
        kind == Kind::Dense || (kind == Kind::TableRows && !self.channels_first())
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let (steps, features) = self.dims(pass.inputs.shape(0));
        if let Some((rows, table)) = pass.inputs.table_rows(0) {
            let table = &pass.weights.all[table];
            sparse_matmul(pass.team, rows, table, features, None, pass.output);
            pass.output.iter_mut().for_each(|y| *y /= steps as f32);
            return Ok(());
        }
        let samples = pass.inputs.dense(0).chunks_exact(steps * features);
        for (y, x) in pass.output.chunks_exact_mut(features).zip(samples) {
            if self.channels_first() {
                for (y, x) in y.iter_mut().zip(x.chunks_exact(steps)) {
                    *y = x.iter().sum::<f32>() / steps as f32;
                }
            } else {
                y.fill(0.0);
                for x in x.chunks_exact(features) {
                    y.iter_mut().zip(x).for_each(|(y, x)| *y += x);
                }
                y.iter_mut().for_each(|y| *y /= steps as f32);
            }
        }
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let (steps, features) = self.dims(pass.inputs.shape(0));
        let share = 1.0 / steps as f32;
        let Some(dx) = pass.d_inputs.get(0) else {
            return;
        };
        // The gradient of a table's rows is that of one step.
        let steps = pass.inputs.table_rows(0).map_or(steps, |_| 1);
        let samples = dx.chunks_exact_mut(steps * features);
        for (dx, dy) in samples.zip(pass.d_output.chunks_exact_mut(features)) {
            dy.iter_mut().for_each(|d| *d *= share);
            if self.channels_first() {
                for (dx, dy) in dx.chunks_exact_mut(steps).zip(dy) {
                    dx.fill(*dy);
                }
            } else {
                dx.chunks_exact_mut(features)
                    .for_each(|dx| dx.copy_from_slice(dy));
            }
        }
    }
}
