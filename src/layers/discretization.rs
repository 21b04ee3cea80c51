//! `keras.layers.Discretization`

use super::categorical::{OutputMode, encode, refuse_sparse, refuse_tf_idf};
use super::{Backward, Forward, Layer, Shape, only};
use crate::config::Config;
use crate::data::preprocessing::quantile_boundaries;
use crate::error::{Error, Result};
use crate::tensor::Array;

/// The bin of each number: how many of the boundaries are not above it. The boundaries are
/// arguments, or `adapt` sets them to quantiles of its data, `num_bins` bins in all.
///
/// Shapes: (…) → (…) as indices; (n) → (bins) with `multi_hot` and `count`, (n, bins) with
/// `one_hot` or (bins) where n is 1.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Discretization {
    #[serde(default)]
    pub bin_boundaries: Option<Vec<f64>>,
    #[serde(default)]
    pub num_bins: Option<usize>,
    #[serde(default = "one_hundredth")]
    pub epsilon: f64,
    #[serde(default = "OutputMode::int")]
    pub output_mode: OutputMode,
    #[serde(default)]
    pub sparse: bool,
}

fn one_hundredth() -> f64 {
    0.01
}

impl Discretization {
    fn depth(&self) -> Option<usize> {
        match &self.bin_boundaries {
            Some(boundaries) => Some(boundaries.len() + 1),
            None => self.num_bins,
        }
    }

    fn check(&self) -> Result<()> {
        refuse_sparse(self.sparse, "Discretization")?;
        refuse_tf_idf(self.output_mode, "Discretization")?;
        if self.depth().is_none_or(|depth| depth == 0) {
            return Err(Error::unsupported(
                "Discretization needs bin_boundaries, or num_bins of at least 1",
            ));
        }
        let ascending = |b: &Vec<f64>| b.windows(2).all(|pair| pair[0] <= pair[1]);
        if !self.bin_boundaries.as_ref().is_none_or(ascending) {
            return Err(Error::unsupported(
                "Discretization's bin_boundaries must ascend; sort them",
            ));
        }
        Ok(())
    }
}

impl Layer for Discretization {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        self.check()?;
        let input = only(inputs, "Discretization")?;
        self.output_mode
            .shape(input, self.depth(), "Discretization")
    }

    fn has_base_config(&self) -> bool {
        false
    }

    fn adapt(&mut self, data: &Array) -> Result<Vec<Vec<f32>>> {
        self.check()?;
        let Some(bins) = self.num_bins else {
            return Err(Error::unsupported(
                "Discretization with bin_boundaries has nothing to learn; give num_bins instead",
            ));
        };
        let found = quantile_boundaries(data.to_f32()?, self.epsilon, bins)?;
        self.bin_boundaries = Some(found.into_iter().map(f64::from).collect());
        Ok(vec![])
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let Some(boundaries) = &self.bin_boundaries else {
            return Err(Error::unsupported(
                "Discretization has no bins yet; call adapt with data, or give bin_boundaries",
            ));
        };
        let n = pass.inputs.shape(0).iter().product();
        let x = pass.inputs.dense(0);
        // NaN is in the last bin.
        let bin = |i: usize| {
            let below = |b: &f64| x[i].is_nan() || *b as f32 <= x[i];
            Some(boundaries.partition_point(below))
        };
        let depth = boundaries.len() + 1;
        encode(pass.team, self.output_mode, n, depth, pass.output, &bin);
        Ok(())
    }

    /// Bins have no gradient.
    fn backward(&self, pass: &mut Backward) {
        if let Some(dx) = pass.d_inputs.get(0) {
            dx.fill(0.0);
        }
    }
}
