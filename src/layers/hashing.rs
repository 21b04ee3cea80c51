//! `keras.layers.Hashing`

use super::categorical::{OutputMode, Salt, Source, encode, refuse_sparse, refuse_tf_idf};
use super::{Backward, Forward, Kind, Layer, Shape, only};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::text::{decimal, hash_bucket};
use serde::{Deserialize, Serialize};

/// Texts or whole numbers (as their digits) hashed into `num_bins` bins: FarmHash64, or SipHash
/// with a `salt`. Bin 0 is kept for `mask_value`, where one is given.
///
/// Shapes: (…) → (…) as indices; (n) → (num_bins) with `multi_hot` and `count`, (n, num_bins) with
/// `one_hot` or (num_bins) where n is 1.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Hashing {
    pub num_bins: usize,
    #[serde(default)]
    pub salt: Option<Salt>,
    #[serde(default)]
    pub mask_value: Option<MaskValue>,
    #[serde(default = "OutputMode::int")]
    pub output_mode: OutputMode,
    #[serde(default)]
    pub sparse: bool,
}

/// A whole number or a text, as the inputs are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum MaskValue {
    Integer(i64),
    Text(String),
}

/// Indices are float32, which is exact up to here.
const MOST_BINS: usize = 1 << 24;

impl Hashing {
    fn bin(&self, source: Source, i: usize) -> usize {
        let masked = self.mask_value.as_ref().filter(|_| self.num_bins > 1);
        let bins = self.num_bins - usize::from(masked.is_some());
        let is_mask = match (masked, source) {
            (Some(MaskValue::Text(mask)), Source::Text(texts)) => texts.get(i) == mask,
            (Some(MaskValue::Integer(mask)), Source::Integers(x)) => x[i] == *mask,
            (Some(MaskValue::Integer(mask)), Source::Dense(x)) => x[i] == *mask as f32,
            _ => false,
        };
        if is_mask {
            return 0;
        }
        let salt = self.salt.map(|salt| salt.0);
        let bin = match source {
            Source::Text(texts) => hash_bucket(texts.get(i).as_bytes(), bins, salt),
            _ => hash_bucket(decimal(source.integer(i), &mut [0; 20]), bins, salt),
        };
        bin + usize::from(masked.is_some())
    }
}

impl Layer for Hashing {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        refuse_sparse(self.sparse, "Hashing")?;
        refuse_tf_idf(self.output_mode, "Hashing")?;
        if self.num_bins == 0 || self.num_bins > MOST_BINS {
            return Err(Error::unsupported(format!(
                "Hashing(num_bins={}): num_bins must be from 1 to {MOST_BINS}",
                self.num_bins
            )));
        }
        let input = only(inputs, "Hashing")?;
        self.output_mode
            .shape(input, Some(self.num_bins), "Hashing")
    }

    fn declared_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = self.output_shape(inputs)?;
        if self.output_mode != OutputMode::OneHot || inputs[0].is_empty() {
            return Ok(shape);
        }
        // Keras replaces the last dimension, though the output has one more.
        let mut declared = inputs[0].clone();
        declared.pop();
        declared.push(Some(self.num_bins));
        Ok(declared)
    }

    fn reads(&self, kind: Kind) -> bool {
        kind != Kind::Sparse
    }

    fn dtype(&self) -> &'static str {
        match self.output_mode {
            OutputMode::Int => "int64",
            _ => "float32",
        }
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let n = pass.inputs.shape(0).iter().product();
        let source = Source::of(&pass.inputs);
        let index = |i| Some(self.bin(source, i));
        encode(
            pass.team,
            self.output_mode,
            n,
            self.num_bins,
            pass.output,
            &index,
        );
        Ok(())
    }

    /// What is hashed has no gradient.
    fn backward(&self, pass: &mut Backward) {
        if let Some(dx) = pass.d_inputs.get(0) {
            dx.fill(0.0);
        }
    }
}
