//! `keras.layers.Conv1DTranspose` and `keras.layers.Conv2DTranspose`

use super::activation::{backward_behind, forward_behind};
use super::defaults::{glorot_uniform, yes, zeros};
use super::sliding::{positive, strides_or_dilation};
use super::spatial::{DataFormat, Dims, Padding, ones, two};
use super::{Backward, CacheLen, Forward, Layer, Shape, VariableSpec, last_dim, only};
use crate::activations::Activation;
use crate::config::Config;
use crate::constraints::Constraint;
use crate::error::{Error, Result};
use crate::initializers::Initializer;
use crate::kernels::conv::Conv;
use crate::kernels::sums::sum_rows;
use crate::kernels::window::{Axis, Window};
use crate::regularizers::Regularizer;

pub type Conv1DTranspose = ConvTranspose<1>;
pub type Conv2DTranspose = ConvTranspose<2>;

/// The gradient of a convolution as a layer: `y[i·strides + k·dilation_rate − before] += x[i] ·
/// kernel[k]ᵀ`, plus bias, then the activation.
///
/// Shapes: (…, n) → (…, filters), N axes before the channels, each about strides times as long;
/// kernel (kernel_size…, filters, n), bias (filters).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct ConvTranspose<const N: usize> {
    pub filters: usize,
    pub kernel_size: Dims<N>,
    #[serde(default = "ones")]
    pub strides: Dims<N>,
    #[serde(default)]
    pub padding: Padding,
    #[serde(default)]
    pub output_padding: Option<Dims<N>>,
    #[serde(default)]
    pub data_format: DataFormat,
    #[serde(default = "ones")]
    pub dilation_rate: Dims<N>,
    #[serde(default)]
    pub activation: Activation,
    #[serde(default = "yes")]
    pub use_bias: bool,
    #[serde(default = "glorot_uniform")]
    pub kernel_initializer: Initializer,
    #[serde(default = "zeros")]
    pub bias_initializer: Initializer,
    #[serde(default)]
    pub kernel_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub bias_regularizer: Option<Regularizer>,
    /// Null, which Keras writes; what is set lies in the layer's node.
    #[serde(default)]
    pub activity_regularizer: (),
    #[serde(default)]
    pub kernel_constraint: Option<Constraint>,
    #[serde(default)]
    pub bias_constraint: Option<Constraint>,
}

impl<const N: usize> ConvTranspose<N> {
    fn class() -> String {
        format!("Conv{N}DTranspose")
    }

    fn check(&self) -> Result<()> {
        let class = Self::class();
        self.data_format.last_only(&class)?;
        positive(
            &class,
            &[
                ("filters", &[self.filters]),
                ("kernel_size", &self.kernel_size.0),
                ("strides", &self.strides.0),
                ("dilation_rate", &self.dilation_rate.0),
            ],
        )?;
        if self.padding == Padding::Causal {
            return Err(Error::unsupported(format!(
                "{class}(padding=\"causal\"): only Conv1D has causal padding; use \"valid\" or \"same\""
            )));
        }
        if let Some(extra) = self.output_padding
            && extra
                .0
                .iter()
                .zip(&self.strides.0)
                .any(|(extra, stride)| extra >= stride)
        {
            return Err(Error::unsupported(format!(
                "{class}(output_padding={:?}, strides={:?}): output_padding must be less than \
                 strides on each axis",
                extra.0, self.strides.0
            )));
        }
        strides_or_dilation(self.strides, self.dilation_rate, &class)
    }

    /// Axis `i` of the convolution whose gradient it is: its input is this layer's output.
    fn axis(&self, i: usize, input: usize) -> Axis {
        let (kernel, stride, dilation) = (
            self.kernel_size.0[i],
            self.strides.0[i],
            self.dilation_rate.0[i],
        );
        let reach = (kernel - 1) * dilation + 1;
        let extra = self.output_padding.map(|extra| extra.0[i]);
        // Keras' padding of the input, spread out by `stride`, for a plain convolution; the sum of
        // both sides and the left one.
        let (sum, left) = if self.padding == Padding::Valid {
            let extra = extra.unwrap_or(stride.saturating_sub(reach));
            (2 * (reach - 1) + extra, reach - 1)
        } else {
            let sum = match extra {
                None => stride + reach - 2,
                Some(extra) => reach + reach % 2 + extra - 2,
            };
            (sum, sum.div_ceil(2).min(reach - 1))
        };
        Axis {
            input: ((input - 1) * stride + sum + 2).saturating_sub(reach),
            output: input,
            kernel,
            stride,
            dilation,
            before: reach - 1 - left,
        }
    }

    fn conv(&self, input: &[usize]) -> Conv {
        let (spatial, channels) = self.data_format.image::<N>(input);
        let axes = two(
            std::array::from_fn::<_, N, _>(|i| self.axis(i, spatial[i])),
            Axis::NONE,
        );
        Conv {
            window: Window {
                height: axes[0],
                width: axes[1],
            },
            channels: self.filters,
            filters: channels,
            groups: 1,
        }
    }
}

impl<const N: usize> Layer for ConvTranspose<N> {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        self.activation.output_shape(self.declared_shape(inputs)?)
    }

    fn declared_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let class = Self::class();
        let shape = only(inputs, &class)?;
        let (mut spatial, _) = self.data_format.split_shape::<N>(shape, &class)?;
        last_dim(shape, &class)?;
        self.check()?;
        for (i, dim) in spatial.iter_mut().enumerate() {
            *dim = dim.map(|input| self.axis(i, input).input);
            if *dim == Some(0) {
                return Err(Error::shape(format!(
                    "{class}: nothing is left of the output; leave output_padding out"
                )));
            }
        }
        Ok(self.data_format.join(spatial, Some(self.filters)))
    }

    fn variables(&self, inputs: &[Shape]) -> Result<Vec<VariableSpec>> {
        let channels = last_dim(only(inputs, &Self::class())?, &Self::class())?;
        let shape = [&self.kernel_size.0[..], &[self.filters, channels]].concat();
        let kernel = VariableSpec::new("kernel", shape, &self.kernel_initializer);
        let mut variables = vec![kernel.with(&self.kernel_regularizer, &self.kernel_constraint)];
        if self.use_bias {
            let bias = VariableSpec::new("bias", vec![self.filters], &self.bias_initializer);
            variables.push(bias.with(&self.bias_regularizer, &self.bias_constraint));
        }
        Ok(variables)
    }

    fn cache_len(&self, _inputs: &[&[usize]], output: &[usize]) -> CacheLen {
        self.activation.cache_len(output)
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        forward_behind(&self.activation, pass, |pass| self.linear(pass));
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        backward_behind(&self.activation, pass, |pass| self.linear_backward(pass));
    }
}

impl<const N: usize> ConvTranspose<N> {
    fn linear(&self, pass: &mut Forward) {
        let (x, kernel) = (pass.inputs.dense(0), pass.weights.get(0));
        let bias = self.use_bias.then(|| pass.weights.get(1));
        let conv = self.conv(pass.inputs.shape(0));
        conv.input_gradient(pass.team, x, kernel, bias, pass.output);
    }

    fn linear_backward(&self, pass: &mut Backward) {
        let (x, dy) = (pass.inputs.dense(0), &*pass.d_output);
        let kernel = pass.weights.get(0);
        let conv = self.conv(pass.inputs.shape(0));
        if let Some(d_kernel) = pass.d_weights.get(0) {
            conv.kernel_gradient(pass.team, dy, x, d_kernel);
        }
        if let Some(d_bias) = pass.d_weights.get(1) {
            sum_rows(pass.team, dy, self.filters, d_bias);
        }
        if let Some(dx) = pass.d_inputs.get(0) {
            conv.forward(pass.team, dy, kernel, None, dx);
        }
    }
}
