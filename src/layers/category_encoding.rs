//! `keras.layers.CategoryEncoding`

use super::categorical::{OutputMode, Source, encode, refuse_sparse, refuse_tf_idf};
use super::{Backward, Forward, Layer, Shape, only};
use crate::config::Config;
use crate::error::{Error, Result};

/// Whole numbers 0..num_tokens as ones among zeros, or counted; other numbers leave no trace.
///
/// Shapes: (n) → (num_tokens), with `one_hot` (…, n) → (…, n, num_tokens) and (…, 1) →
/// (…, num_tokens).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct CategoryEncoding {
    pub num_tokens: usize,
    #[serde(default = "multi_hot")]
    pub output_mode: OutputMode,
    /// Keras does not write it.
    #[serde(default, skip_serializing)]
    pub sparse: bool,
}

fn multi_hot() -> OutputMode {
    OutputMode::MultiHot
}

impl Layer for CategoryEncoding {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        const CLASS: &str = "CategoryEncoding";
        refuse_sparse(self.sparse, CLASS)?;
        refuse_tf_idf(self.output_mode, CLASS)?;
        if self.num_tokens == 0 || self.output_mode == OutputMode::Int {
            return Err(Error::unsupported(
                "CategoryEncoding needs num_tokens of at least 1 and an output_mode of \
                 \"one_hot\", \"multi_hot\" or \"count\"",
            ));
        }
        self.output_mode
            .shape(only(inputs, CLASS)?, Some(self.num_tokens), CLASS)
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let n = pass.inputs.shape(0).iter().product();
        let source = Source::of(&pass.inputs);
        // Keras casts for multi_hot and compares otherwise.
        let whole = |x: f32| self.output_mode == OutputMode::MultiHot || x.fract() == 0.0;
        let index = |i: usize| match source {
            Source::Dense(x) if !whole(x[i]) => None,
            _ => usize::try_from(source.integer(i)).ok(),
        };
        encode(
            pass.team,
            self.output_mode,
            n,
            self.num_tokens,
            pass.output,
            &index,
        );
        Ok(())
    }

    /// Categories have no gradient.
    fn backward(&self, pass: &mut Backward) {
        if let Some(dx) = pass.d_inputs.get(0) {
            dx.fill(0.0);
        }
    }
}
