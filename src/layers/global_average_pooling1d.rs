//! `keras.layers.GlobalAveragePooling1D`

use super::spatial::DataFormat;
use super::{Backward, Forward, Kind, Layer, Shape, only, show};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::kernels::sparse::sparse_matmul;

/// The mean over the steps: (steps, features) → (features), or (1, features) with `keepdims`;
/// with `channels_first` (features, steps) → (features). Of masked inputs the mean over the steps that
/// count.
#[derive(Debug, Clone, PartialEq, Config)]
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
        let mask = pass.inputs.mask(0);
        let samples = pass.inputs.dense(0).chunks_exact(steps * features);
        for (i, (y, x)) in pass
            .output
            .chunks_exact_mut(features)
            .zip(samples)
            .enumerate()
        {
            let counts = Counts::new(mask, i, steps);
            if self.channels_first() {
                for (y, x) in y.iter_mut().zip(x.chunks_exact(steps)) {
                    let counted = x.iter().enumerate().filter(|(t, _)| counts.step(*t));
                    *y = counted.map(|(_, x)| x).sum::<f32>() / counts.total;
                }
            } else {
                y.fill(0.0);
                for (_, x) in
                    (x.chunks_exact(features).enumerate()).filter(|(t, _)| counts.step(*t))
                {
                    y.iter_mut().zip(x).for_each(|(y, x)| *y += x);
                }
                y.iter_mut().for_each(|y| *y /= counts.total);
            }
        }
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let (steps, features) = self.dims(pass.inputs.shape(0));
        let mask = pass.inputs.mask(0);
        let Some(dx) = pass.d_inputs.get(0) else {
            return;
        };
        // The gradient of a table's rows is that of one step.
        let written = pass.inputs.table_rows(0).map_or(steps, |_| 1);
        let samples = dx.chunks_exact_mut(written * features);
        let pairs = samples.zip(pass.d_output.chunks_exact_mut(features));
        for (i, (dx, dy)) in pairs.enumerate() {
            let counts = Counts::new(mask, i, steps);
            dy.iter_mut().for_each(|d| *d /= counts.total);
            if self.channels_first() {
                for (dx, dy) in dx.chunks_exact_mut(steps).zip(dy) {
                    let slope = |t| if counts.step(t) { *dy } else { 0.0 };
                    (dx.iter_mut().enumerate()).for_each(|(t, dx)| *dx = slope(t));
                }
                continue;
            }
            for (t, dx) in dx.chunks_exact_mut(features).enumerate() {
                match counts.step(t) {
                    true => dx.copy_from_slice(dy),
                    false => dx.fill(0.0),
                }
            }
        }
    }
}

/// The steps of a sample that count.
struct Counts<'a> {
    mask: Option<&'a [bool]>,
    total: f32,
}

impl<'a> Counts<'a> {
    fn new(mask: Option<&'a [bool]>, sample: usize, steps: usize) -> Self {
        let mask = mask.map(|mask| &mask[sample * steps..][..steps]);
        let counted = |mask: &[bool]| mask.iter().filter(|&&counts| counts).count();
        Counts {
            mask,
            total: mask.map_or(steps, counted) as f32,
        }
    }

    fn step(&self, t: usize) -> bool {
        self.mask.is_none_or(|mask| mask[t])
    }
}
