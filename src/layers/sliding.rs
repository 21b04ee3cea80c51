//! How the windows of convolutions and pooling slide over the input.

use super::spatial::{DataFormat, Dims, Padding};
use crate::error::{Error, Result};
use crate::kernels::depthwise::Depthwise;
use crate::kernels::window::{Axis, Window};

/// A window of N axes and its way over the input.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sliding<const N: usize> {
    pub kernel: Dims<N>,
    pub strides: Dims<N>,
    pub dilation: Dims<N>,
    pub padding: Padding,
}

impl<const N: usize> Sliding<N> {
    /// The output's spatial dimensions. `kernel` is the name of the window's size.
    pub fn output(
        &self,
        spatial: [Option<usize>; N],
        class: &str,
        kernel: &str,
    ) -> Result<[Option<usize>; N]> {
        positive(
            class,
            &[
                (kernel, &self.kernel.0),
                ("strides", &self.strides.0),
                ("dilation_rate", &self.dilation.0),
            ],
        )?;
        if self.padding == Padding::Causal && class != "Conv1D" {
            return Err(Error::unsupported(format!(
                "{class}(padding=\"causal\"): only Conv1D has causal padding; use \"valid\" or \"same\""
            )));
        }
        let mut output = spatial;
        for (i, dim) in output.iter_mut().enumerate() {
            let Some(input) = *dim else {
                continue;
            };
            let axis = self.axis(i, input);
            if axis.output == 0 {
                let reach = self.reach(i);
                return Err(Error::shape(format!(
                    "{class}: a window of {reach} does not fit into an input of {input}; \
                     use a smaller {kernel} or padding=\"same\""
                )));
            }
            *dim = Some(axis.output);
        }
        Ok(output)
    }

    /// The way over an input of this size.
    pub fn window(&self, spatial: [usize; 2]) -> Window {
        Window {
            height: self.axis(0, spatial[0]),
            width: if N == 1 {
                Axis::NONE
            } else {
                self.axis(N - 1, spatial[1])
            },
        }
    }

    /// As a convolution of each channel by itself, over samples of shape `input`.
    pub fn depthwise(&self, format: DataFormat, input: &[usize], multiplier: usize) -> Depthwise {
        let (spatial, channels) = format.image::<N>(input);
        Depthwise {
            window: self.window(spatial),
            channels,
            multiplier,
        }
    }

    /// Positions from the first tap of a window to the last.
    fn reach(&self, i: usize) -> usize {
        (self.kernel.0[i] - 1) * self.dilation.0[i] + 1
    }

    fn axis(&self, i: usize, input: usize) -> Axis {
        let (reach, stride) = (self.reach(i), self.strides.0[i]);
        let (output, before) = match self.padding {
            Padding::Valid if input < reach => (0, 0),
            Padding::Valid => ((input - reach) / stride + 1, 0),
            Padding::Same => {
                let output = input.div_ceil(stride);
                let covered = (output.max(1) - 1) * stride + reach;
                (output, covered.saturating_sub(input) / 2)
            }
            Padding::Causal => (input.div_ceil(stride), reach - 1),
        };
        Axis {
            input,
            output,
            kernel: self.kernel.0[i],
            stride,
            dilation: self.dilation.0[i],
            before,
        }
    }
}

/// The first argument with a 0 among its numbers is an error.
pub(super) fn positive(class: &str, arguments: &[(&str, &[usize])]) -> Result<()> {
    match arguments.iter().find(|(_, values)| values.contains(&0)) {
        None => Ok(()),
        Some((name, values)) => Err(Error::unsupported(format!(
            "{class}({name}={values:?}): each number must be at least 1"
        ))),
    }
}

/// As `BaseConv` has it: strides and dilation exclude each other.
pub(super) fn strides_or_dilation<const N: usize>(
    strides: Dims<N>,
    dilation: Dims<N>,
    class: &str,
) -> Result<()> {
    if strides.0.iter().any(|&n| n > 1) && dilation.0.iter().any(|&n| n > 1) {
        return Err(Error::unsupported(format!(
            "{class}(strides={:?}, dilation_rate={:?}): strides above 1 and dilation above 1 exclude \
             each other; leave one of them at 1",
            strides.0, dilation.0
        )));
    }
    Ok(())
}
