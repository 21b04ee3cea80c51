//! `keras.layers.SeparableConv1D` and `keras.layers.SeparableConv2D`

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
use crate::kernels::matmul::{Mat, matmul};
use crate::kernels::sums::sum_rows;
use crate::regularizers::Regularizer;

pub type SeparableConv1D = SeparableConv<1>;
pub type SeparableConv2D = SeparableConv<2>;

/// Numbers of the way back between both convolutions at a time (1 MiB), unless one sample has more.
const TILE: usize = 1 << 18;

/// A convolution of each channel by itself, then one of 1×1 over all of them, plus bias, then the
/// activation.
///
/// Shapes: (…, n) → (…, filters), N axes before the channels; depthwise kernel (kernel_size…, n,
/// depth_multiplier), pointwise kernel (1…, n·depth_multiplier, filters), bias (filters).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct SeparableConv<const N: usize> {
    #[serde(default = "one")]
    pub depth_multiplier: usize,
    pub filters: usize,
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
    #[serde(default = "glorot_uniform")]
    pub pointwise_initializer: Initializer,
    #[serde(default = "zeros")]
    pub bias_initializer: Initializer,
    #[serde(default)]
    pub depthwise_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub pointwise_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub bias_regularizer: Option<Regularizer>,
    /// Null, which Keras writes; what is set lies in the layer's node.
    #[serde(default)]
    pub activity_regularizer: (),
    #[serde(default)]
    pub depthwise_constraint: Option<Constraint>,
    #[serde(default)]
    pub pointwise_constraint: Option<Constraint>,
    #[serde(default)]
    pub bias_constraint: Option<Constraint>,
}

impl<const N: usize> SeparableConv<N> {
    fn class() -> String {
        format!("SeparableConv{N}D")
    }

    fn sliding(&self) -> Sliding<N> {
        Sliding {
            kernel: self.kernel_size,
            strides: self.strides,
            dilation: self.dilation_rate,
            padding: self.padding,
        }
    }

    fn depthwise(&self, input: &[usize]) -> Depthwise {
        self.sliding()
            .depthwise(self.data_format, input, self.depth_multiplier)
    }
}

impl<const N: usize> Layer for SeparableConv<N> {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        self.activation.output_shape(self.declared_shape(inputs)?)
    }

    fn declared_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let class = Self::class();
        let shape = only(inputs, &class)?;
        let (spatial, _) = self.data_format.split_shape(shape, &class)?;
        last_dim(shape, &class)?;
        self.data_format.last_only(&class)?;
        let counts = [
            ("filters", &[self.filters][..]),
            ("depth_multiplier", &[self.depth_multiplier]),
        ];
        positive(&class, &counts)?;
        let output = self.sliding().output(spatial, &class, "kernel_size")?;
        Ok(self.data_format.join(output, Some(self.filters)))
    }

    fn variables(&self, inputs: &[Shape]) -> Result<Vec<VariableSpec>> {
        let channels = last_dim(only(inputs, &Self::class())?, &Self::class())?;
        let shape = [&self.kernel_size.0[..], &[channels, self.depth_multiplier]].concat();
        let depthwise = VariableSpec::new("depthwise_kernel", shape, &self.depthwise_initializer);
        let shape = [
            &[1; N][..],
            &[channels * self.depth_multiplier, self.filters],
        ]
        .concat();
        let pointwise = VariableSpec::new("pointwise_kernel", shape, &self.pointwise_initializer);
        let mut variables = vec![
            depthwise.with(&self.depthwise_regularizer, &self.depthwise_constraint),
            pointwise.with(&self.pointwise_regularizer, &self.pointwise_constraint),
        ];
        if self.use_bias {
            let bias = VariableSpec::new("bias", vec![self.filters], &self.bias_initializer);
            variables.push(bias.with(&self.bias_regularizer, &self.bias_constraint));
        }
        Ok(variables)
    }

    /// Of each sample, what lies between the convolutions, behind what the activation keeps.
    fn cache_len(&self, inputs: &[&[usize]], output: &[usize]) -> CacheLen {
        let between = self.depthwise(inputs[0]).output_len();
        CacheLen {
            sample: self.activation.cache_len(output).sample + between,
            batch: between.max(TILE),
        }
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        forward_behind(&self.activation, pass, |pass| self.linear(pass));
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        backward_behind(&self.activation, pass, |pass| self.linear_backward(pass));
    }
}

impl<const N: usize> SeparableConv<N> {
    fn linear(&self, pass: &mut Forward) {
        let depthwise = self.depthwise(pass.inputs.shape(0));
        let (x, bias) = (
            pass.inputs.dense(0),
            self.use_bias.then(|| pass.weights.get(2)),
        );
        let between = &mut *pass.cache;
        depthwise.forward(pass.team, x, pass.weights.get(0), None, between);
        let n = depthwise.filters();
        let between = Mat::new(between, between.len() / n, n);
        let kernel = Mat::new(pass.weights.get(1), n, self.filters);
        matmul(pass.team, between, kernel, bias, pass.output);
    }

    fn linear_backward(&self, pass: &mut Backward) {
        let depthwise = self.depthwise(pass.inputs.shape(0));
        let (n, rows) = (depthwise.filters(), pass.inputs.rows);
        if let Some(d_kernel) = pass.d_weights.get(1) {
            let between = Mat::new(pass.cache, pass.cache.len() / n, n).t();
            let dy = Mat::new(
                pass.d_output,
                pass.d_output.len() / self.filters,
                self.filters,
            );
            matmul(pass.team, between, dy, None, d_kernel);
        }
        if let Some(d_bias) = pass.d_weights.get(2) {
            sum_rows(pass.team, pass.d_output, self.filters, d_bias);
        }
        if let Some(d_kernel) = pass.d_weights.get(0) {
            d_kernel.fill(0.0);
        } else if pass.d_inputs.get(0).is_none() {
            return;
        }
        // What flows back between the convolutions, some samples at a time.
        let step = (pass.batch_cache.len() / depthwise.output_len()).max(1);
        for first in (0..rows).step_by(step) {
            self.depthwise_backward(pass, &depthwise, first..rows.min(first + step));
        }
    }

    fn depthwise_backward(
        &self,
        pass: &mut Backward,
        depthwise: &Depthwise,
        samples: std::ops::Range<usize>,
    ) {
        let part = |len: usize| samples.start * len..samples.end * len;
        let (n, len) = (depthwise.filters(), depthwise.output_len());
        let dy = &pass.d_output[part(len / n * self.filters)];
        let d_between = &mut pass.batch_cache[..samples.len() * len];
        let kernel = Mat::new(pass.weights.get(1), n, self.filters).t();
        let dy = Mat::new(dy, dy.len() / self.filters, self.filters);
        matmul(pass.team, dy, kernel, None, d_between);
        let input = depthwise.input_len();
        if let Some(d_kernel) = pass.d_weights.get(0) {
            let x = &pass.inputs.dense(0)[part(input)];
            depthwise.add_kernel_gradient(pass.team, x, d_between, d_kernel);
        }
        if let Some(dx) = pass.d_inputs.get(0) {
            let kernel = pass.weights.get(0);
            depthwise.input_gradient(pass.team, d_between, kernel, &mut dx[part(input)]);
        }
    }
}
