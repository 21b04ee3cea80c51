//! `keras.layers.LayerNormalization`

use super::axis::{Axis, last_axis, refuse_empty, sample_axis};
use super::defaults::{ones, yes, zeros};
use super::gamma_and_beta::{epsilon, gamma_and_beta};
use super::row_norm::{Affine, RowNorm};
use super::{Backward, CacheLen, Forward, Layer, Shape, VariableSpec, only};
use crate::config::Config;
use crate::constraints::Constraint;
use crate::error::Result;
use crate::initializers::Initializer;
use crate::regularizers::Regularizer;

/// γ·(x − mean) / √(variance + ε) + β with each sample's own statistics along `axis`; the shape
/// stays (Ba et al., 2016). With `rms_scaling`, which Keras deprecates, γ·x / √(variance + ε).
///
/// Variables: gamma and beta, of the shape of the normalised axes.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct LayerNormalization {
    #[serde(default = "last_axis")]
    pub axis: Axis,
    #[serde(default = "epsilon")]
    pub epsilon: f64,
    #[serde(default = "yes")]
    pub center: bool,
    #[serde(default = "yes")]
    pub scale: bool,
    #[serde(default)]
    pub rms_scaling: bool,
    #[serde(default = "zeros")]
    pub beta_initializer: Initializer,
    #[serde(default = "ones")]
    pub gamma_initializer: Initializer,
    #[serde(default)]
    pub beta_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub gamma_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub beta_constraint: Option<Constraint>,
    #[serde(default)]
    pub gamma_constraint: Option<Constraint>,
}

/// Sizes of `axis`, which Keras sorts as it is written (-1 before 1).
pub(super) fn sorted_dims(axis: &Axis, shape: &Shape) -> Vec<usize> {
    let mut sorted = axis.list().to_vec();
    sorted.sort_unstable();
    let dim = |axis: i32| sample_axis(axis, shape.len()).and_then(|axis| shape[axis]);
    sorted.into_iter().filter_map(dim).collect()
}

impl LayerNormalization {
    fn norm(&self) -> RowNorm {
        RowNorm {
            about_mean: true,
            subtract_mean: !self.rms_scaling,
            mean_square: true,
            epsilon: self.epsilon as f32,
            largest: f32::INFINITY,
        }
    }

    fn affine(&self) -> Affine {
        let gamma = self.scale || self.rms_scaling;
        let beta = self.center && !self.rms_scaling;
        Affine {
            gamma: gamma.then_some(0),
            beta: beta.then_some(usize::from(gamma)),
        }
    }
}

impl Layer for LayerNormalization {
    fn supports_masking(&self) -> bool {
        true
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "LayerNormalization")?;
        self.axis.resolve("LayerNormalization", shape)?;
        refuse_empty("LayerNormalization", shape)?;
        Ok(shape.clone())
    }

    fn variables(&self, inputs: &[Shape]) -> Result<Vec<VariableSpec>> {
        let dims = sorted_dims(&self.axis, only(inputs, "LayerNormalization")?);
        let gamma = (
            &self.gamma_initializer,
            &self.gamma_regularizer,
            &self.gamma_constraint,
        );
        let beta = (
            &self.beta_initializer,
            &self.beta_regularizer,
            &self.beta_constraint,
        );
        let affine = self.affine();
        let (gamma, beta) = (affine.gamma.map(|_| gamma), affine.beta.map(|_| beta));
        Ok(gamma_and_beta(&dims, gamma, beta))
    }

    fn cache_len(&self, _inputs: &[&[usize]], output: &[usize]) -> CacheLen {
        self.norm().cache_len(&self.axis, output)
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        self.norm().forward(&self.axis, pass, self.affine());
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        self.norm().backward(&self.axis, pass, self.affine());
    }
}
