//! `keras.layers.Dense`

use super::activation::{backward_behind, forward_behind};
use super::defaults::{glorot_uniform, yes, zeros};
use super::{Backward, CacheLen, Forward, Kind, Layer, Shape, VariableSpec, last_dim, only};
use crate::activations::Activation;
use crate::config::Config;
use crate::constraints::Constraint;
use crate::error::{Error, Result};
use crate::initializers::Initializer;
use crate::kernels::matmul::{Mat, matmul};
use crate::kernels::sparse::{sparse_matmul, sparse_matmul_grad};
use crate::kernels::sums::sum_rows;
use crate::regularizers::Regularizer;

/// A fully connected layer: `activation(x · kernel + bias)` over the last axis.
///
/// Shapes: (…, n) → (…, units); kernel (n, units), bias (units).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Dense {
    pub units: usize,
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
    #[serde(default)]
    pub kernel_constraint: Option<Constraint>,
    #[serde(default)]
    pub bias_constraint: Option<Constraint>,
}

impl Layer for Dense {
    fn supports_masking(&self) -> bool {
        true
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        self.activation.output_shape(self.declared_shape(inputs)?)
    }

    fn declared_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        if self.units == 0 {
            return Err(Error::unsupported(
                "Dense(units=0): units must be at least 1",
            ));
        }
        let mut shape = only(inputs, "Dense")?.clone();
        last_dim(&shape, "Dense")?;
        shape.pop();
        shape.push(Some(self.units));
        Ok(shape)
    }

    fn variables(&self, inputs: &[Shape]) -> Result<Vec<VariableSpec>> {
        let n = last_dim(only(inputs, "Dense")?, "Dense")?;
        let kernel = VariableSpec::new("kernel", vec![n, self.units], &self.kernel_initializer);
        let mut variables = vec![kernel.with(&self.kernel_regularizer, &self.kernel_constraint)];
        if self.use_bias {
            let bias = VariableSpec::new("bias", vec![self.units], &self.bias_initializer);
            variables.push(bias.with(&self.bias_regularizer, &self.bias_constraint));
        }
        Ok(variables)
    }

    fn cache_len(&self, _inputs: &[&[usize]], output: &[usize]) -> CacheLen {
        self.activation.cache_len(output)
    }

    fn reads(&self, kind: Kind) -> bool {
        matches!(kind, Kind::Dense | Kind::Sparse)
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        forward_behind(&self.activation, pass, |pass| self.linear(pass));
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        backward_behind(&self.activation, pass, |pass| self.linear_backward(pass));
    }
}

impl Dense {
    fn linear(&self, pass: &mut Forward) {
        let kernel = pass.weights.get(0);
        let bias = self.use_bias.then(|| pass.weights.get(1));
        if let Some(x) = pass.inputs.sparse(0) {
            sparse_matmul(pass.team, x, kernel, self.units, bias, pass.output);
        } else {
            let (rows, n) = (pass.output.len() / self.units, kernel.len() / self.units);
            let x = Mat::new(pass.inputs.dense(0), rows, n);
            matmul(
                pass.team,
                x,
                Mat::new(kernel, n, self.units),
                bias,
                pass.output,
            );
        }
    }

    fn linear_backward(&self, pass: &mut Backward) {
        let kernel = pass.weights.get(0);
        let (rows, n) = (pass.d_output.len() / self.units, kernel.len() / self.units);
        let dy = Mat::new(pass.d_output, rows, self.units);
        if let Some(d_kernel) = pass.d_weights.get(0) {
            if let Some(x) = pass.inputs.sparse(0) {
                sparse_matmul_grad(pass.team, x, pass.d_output, self.units, d_kernel);
            } else {
                let x = Mat::new(pass.inputs.dense(0), rows, n);
                matmul(pass.team, x.t(), dy, None, d_kernel);
            }
        }
        if let Some(d_bias) = pass.d_weights.get(1) {
            sum_rows(pass.team, pass.d_output, self.units, d_bias);
        }
        if let Some(dx) = pass.d_inputs.get(0) {
            matmul(pass.team, dy, Mat::new(kernel, n, self.units).t(), None, dx);
        }
    }
}
