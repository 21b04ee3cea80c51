//! `keras.layers.Conv1D` and `keras.layers.Conv2D`

use super::activation::{backward_behind, forward_behind};
use super::defaults::{glorot_uniform, one, yes, zeros};
use super::sliding::{Sliding, strides_or_dilation};
use super::spatial::{DataFormat, Dims, Padding, ones};
use super::{Backward, CacheLen, Forward, Layer, Shape, VariableSpec, last_dim, only};
use crate::activations::Activation;
use crate::config::Config;
use crate::constraints::Constraint;
use crate::error::{Error, Result};
use crate::initializers::Initializer;
use crate::kernels::conv;
use crate::kernels::depthwise::Depthwise;
use crate::kernels::sums::sum_rows;
use crate::regularizers::Regularizer;

pub type Conv1D = Conv<1>;
pub type Conv2D = Conv<2>;

/// A convolution over N axes: `activation(Σ x[o·strides + k·dilation_rate] · kernel[k] + bias)`.
///
/// Shapes: (…, n) → (…, filters), N axes before the channels; kernel (kernel_size…, n / groups,
/// filters), bias (filters).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Conv<const N: usize> {
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
    #[serde(default = "one")]
    pub groups: usize,
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

/// How it is computed.
enum Plan {
    Product(conv::Conv),
    /// Each input channel is a group.
    Depthwise(Depthwise),
}

impl<const N: usize> Conv<N> {
    fn class() -> String {
        format!("Conv{N}D")
    }

    fn sliding(&self) -> Sliding<N> {
        Sliding {
            kernel: self.kernel_size,
            strides: self.strides,
            dilation: self.dilation_rate,
            padding: self.padding,
        }
    }

    fn plan(&self, input: &[usize]) -> Plan {
        let (spatial, channels) = self.data_format.image::<N>(input);
        let window = self.sliding().window(spatial);
        if self.groups > 1 && self.groups == channels {
            return Plan::Depthwise(Depthwise {
                window,
                channels,
                multiplier: self.filters / channels,
            });
        }
        Plan::Product(conv::Conv {
            window,
            channels,
            filters: self.filters,
            groups: self.groups,
        })
    }

    fn check(&self, channels: usize) -> Result<()> {
        let (class, filters, groups) = (Self::class(), self.filters, self.groups);
        self.data_format.last_only(&class)?;
        if filters == 0 || groups == 0 {
            return Err(Error::unsupported(format!(
                "{class}(filters={filters}, groups={groups}): both must be at least 1"
            )));
        }
        if !filters.is_multiple_of(groups) {
            return Err(Error::unsupported(format!(
                "{class}(filters={filters}, groups={groups}): filters must be a multiple of groups"
            )));
        }
        if !channels.is_multiple_of(groups) {
            return Err(Error::shape(format!(
                "{class}(groups={groups}): the input's channels must be a multiple of groups, \
                 found {channels}"
            )));
        }
        strides_or_dilation(self.strides, self.dilation_rate, &class)
    }
}

impl<const N: usize> Layer for Conv<N> {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        self.activation.output_shape(self.declared_shape(inputs)?)
    }

    fn declared_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let class = Self::class();
        let shape = only(inputs, &class)?;
        let (spatial, _) = self.data_format.split_shape(shape, &class)?;
        self.check(last_dim(shape, &class)?)?;
        let output = self.sliding().output(spatial, &class, "kernel_size")?;
        Ok(self.data_format.join(output, Some(self.filters)))
    }

    fn variables(&self, inputs: &[Shape]) -> Result<Vec<VariableSpec>> {
        let channels = last_dim(only(inputs, &Self::class())?, &Self::class())?;
        let shape = [
            &self.kernel_size.0[..],
            &[channels / self.groups, self.filters],
        ]
        .concat();
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

impl<const N: usize> Conv<N> {
    fn linear(&self, pass: &mut Forward) {
        let (x, kernel) = (pass.inputs.dense(0), pass.weights.get(0));
        let bias = self.use_bias.then(|| pass.weights.get(1));
        match self.plan(pass.inputs.shape(0)) {
            Plan::Product(conv) => conv.forward(pass.team, x, kernel, bias, pass.output),
            Plan::Depthwise(conv) => conv.forward(pass.team, x, kernel, bias, pass.output),
        }
    }

    fn linear_backward(&self, pass: &mut Backward) {
        let (x, dy) = (pass.inputs.dense(0), &*pass.d_output);
        let kernel = pass.weights.get(0);
        let plan = self.plan(pass.inputs.shape(0));
        if let Some(d_kernel) = pass.d_weights.get(0) {
            match &plan {
                Plan::Product(conv) => conv.kernel_gradient(pass.team, x, dy, d_kernel),
                Plan::Depthwise(conv) => {
                    d_kernel.fill(0.0);
                    conv.add_kernel_gradient(pass.team, x, dy, d_kernel);
                }
            }
        }
        if let Some(d_bias) = pass.d_weights.get(1) {
            sum_rows(pass.team, dy, self.filters, d_bias);
        }
        if let Some(dx) = pass.d_inputs.get(0) {
            match &plan {
                Plan::Product(conv) => conv.input_gradient(pass.team, dy, kernel, None, dx),
                Plan::Depthwise(conv) => conv.input_gradient(pass.team, dy, kernel, dx),
            }
        }
    }
}
