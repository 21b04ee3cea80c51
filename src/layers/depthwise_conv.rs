//! `keras.layers.DepthwiseConv1D` and `keras.layers.DepthwiseConv2D`

use super::activation::{backward_behind, forward_behind};
use super::defaults::{glorot_uniform, one, yes, zeros};
use super::sliding::{Sliding, positive};
use super::spatial::{DataFormat, Dims, Padding, ones};
use super::{Backward, CacheLen, Forward, Layer, Shape, VariableSpec, last_dim, only};
use crate::activations::Activation;
use crate::config::Config;
use crate::constraints::Constraint;
use crate::error::Result;
use crate::initializers::Initializer;
use crate::kernels::depthwise::Depthwise;
use crate::kernels::sums::sum_rows;
use crate::regularizers::Regularizer;

pub type DepthwiseConv1D = DepthwiseConv<1>;
pub type DepthwiseConv2D = DepthwiseConv<2>;

/// A convolution of each channel by itself: output c·depth_multiplier + j is channel c under
/// kernel (c, j), plus bias, then the activation.
///
/// Shapes: (…, n) → (…, n·depth_multiplier), N axes before the channels; kernel (kernel_size…, n,
/// depth_multiplier), bias (n·depth_multiplier).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct DepthwiseConv<const N: usize> {
    #[serde(default = "one")]
    pub depth_multiplier: usize,
    pub kernel_size: Dims<N>,
    #[serde(default = "ones")]
    pub strides: Dims<N>,
    #[serde(default)]
    pub padding: Padding,
    #[serde(default)]
    pub data_format: DataFormat,
    #[serde(default = "ones")]
    pub dilation_rate: Dims<N>,
    #[serde(default)]
    pub activation: Activation,
    #[serde(default = "yes")]
    pub use_bias: bool,
    #[serde(default = "glorot_uniform")]
    pub depthwise_initializer: Initializer,
    #[serde(default = "zeros")]
    pub bias_initializer: Initializer,
    #[serde(default)]
    pub depthwise_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub bias_regularizer: Option<Regularizer>,
    /// Null, which Keras writes; what is set lies in the layer's node.
    #[serde(default)]
    pub activity_regularizer: (),
    #[serde(default)]
    pub depthwise_constraint: Option<Constraint>,
    #[serde(default)]
    pub bias_constraint: Option<Constraint>,
}

impl<const N: usize> DepthwiseConv<N> {
    fn class() -> String {
        format!("DepthwiseConv{N}D")
    }

    fn sliding(&self) -> Sliding<N> {
        Sliding {
            kernel: self.kernel_size,
            strides: self.strides,
            dilation: self.dilation_rate,
            padding: self.padding,
        }
    }

    fn conv(&self, input: &[usize]) -> Depthwise {
        self.sliding()
            .depthwise(self.data_format, input, self.depth_multiplier)
    }
}

impl<const N: usize> Layer for DepthwiseConv<N> {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        self.activation.output_shape(self.declared_shape(inputs)?)
    }

    fn declared_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let class = Self::class();
        let shape = only(inputs, &class)?;
        let (spatial, _) = self.data_format.split_shape(shape, &class)?;
        let channels = last_dim(shape, &class)?;
        self.data_format.last_only(&class)?;
        positive(&class, &[("depth_multiplier", &[self.depth_multiplier])])?;
        let output = self.sliding().output(spatial, &class, "kernel_size")?;
        Ok(self
            .data_format
            .join(output, Some(channels * self.depth_multiplier)))
    }

    fn variables(&self, inputs: &[Shape]) -> Result<Vec<VariableSpec>> {
        let channels = last_dim(only(inputs, &Self::class())?, &Self::class())?;
        let shape = [&self.kernel_size.0[..], &[channels, self.depth_multiplier]].concat();
        let kernel = VariableSpec::new("kernel", shape, &self.depthwise_initializer);
        let kernel = kernel.with(&self.depthwise_regularizer, &self.depthwise_constraint);
        let mut variables = vec![kernel];
        if self.use_bias {
            let shape = vec![channels * self.depth_multiplier];
            let bias = VariableSpec::new("bias", shape, &self.bias_initializer);
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

impl<const N: usize> DepthwiseConv<N> {
    fn linear(&self, pass: &mut Forward) {
        let conv = self.conv(pass.inputs.shape(0));
        let (x, kernel) = (pass.inputs.dense(0), pass.weights.get(0));
        let bias = self.use_bias.then(|| pass.weights.get(1));
        conv.forward(pass.team, x, kernel, bias, pass.output);
    }

    fn linear_backward(&self, pass: &mut Backward) {
        let conv = self.conv(pass.inputs.shape(0));
        if let Some(d_kernel) = pass.d_weights.get(0) {
            d_kernel.fill(0.0);
            conv.add_kernel_gradient(pass.team, pass.inputs.dense(0), pass.d_output, d_kernel);
        }
        if let Some(d_bias) = pass.d_weights.get(1) {
            sum_rows(pass.team, pass.d_output, conv.filters(), d_bias);
        }
        if let Some(dx) = pass.d_inputs.get(0) {
            conv.input_gradient(pass.team, pass.d_output, pass.weights.get(0), dx);
        }
    }
}
