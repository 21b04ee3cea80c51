//! The arguments that StringLookup and IntegerLookup share, and what tells the two apart.

use super::categorical::{OutputMode, Salt, Source, refuse_sparse};
use super::defaults::one;
use super::{Forward, Kind};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::tensor::Array;
use crate::text::Counts;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::borrow::Borrow;
use std::fmt::{Debug, Display};
use std::hash::Hash;

/// What is looked up: texts or whole numbers.
pub trait Token:
    Borrow<Self::Key> + Clone + Debug + Display + Ord + Hash + Serialize + DeserializeOwned + Sync
{
    type Key: ?Sized + Hash + Eq + ToOwned<Owned = Self>;
    const CLASS: &'static str;
    const DTYPE: &'static str;
    const KIND: Kind;

    fn oov_token() -> Option<Self>;
    fn oov_method() -> String;
    /// `vocabulary_dtype` and `encoding`: each class has one of them, with one value.
    fn vocabulary_dtype() -> Option<String>;
    fn encoding() -> Option<String>;
    /// A line of `vocabulary.txt`.
    fn parse(line: &str) -> Result<Self>;
    fn with<R>(source: Source, i: usize, read: impl FnOnce(&Self::Key) -> R) -> R;
    fn bucket(key: &Self::Key, buckets: usize, farmhash: bool, salt: Option<[i64; 2]>) -> usize;
    /// Writes the output of a reverse lookup.
    fn write<'a>(pass: &mut Forward, tokens: impl Iterator<Item = &'a Self>)
    where
        Self: 'a;
    /// Counts the tokens of each row.
    fn count(data: &Array, counts: &mut Counts<Self>) -> Result<()>;
}

/// The arguments of a lookup, in Keras' order.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct LookupConfig<T: Token> {
    #[serde(default)]
    pub invert: bool,
    #[serde(default)]
    pub max_tokens: Option<usize>,
    #[serde(default = "one")]
    pub num_oov_indices: usize,
    #[serde(default = "T::oov_token")]
    pub oov_token: Option<T>,
    #[serde(default)]
    pub mask_token: Option<T>,
    #[serde(default = "OutputMode::int")]
    pub output_mode: OutputMode,
    #[serde(default)]
    pub sparse: bool,
    #[serde(default)]
    pub pad_to_max_tokens: bool,
    #[serde(
        default = "T::vocabulary_dtype",
        skip_serializing_if = "Option::is_none"
    )]
    pub vocabulary_dtype: Option<String>,
    #[serde(default)]
    pub idf_weights: Option<Vec<f64>>,
    #[serde(default, deserialize_with = "vocabulary_list")]
    pub vocabulary: Option<Vec<T>>,
    #[serde(default)]
    pub vocabulary_size: Option<usize>,
    #[serde(default = "T::oov_method")]
    pub oov_method: String,
    #[serde(default)]
    pub salt: Option<Salt>,
    #[serde(default = "T::encoding", skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
}

/// A list of tokens; the path of a file means nothing here.
pub fn vocabulary_list<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    d: D,
) -> std::result::Result<Option<Vec<T>>, D::Error> {
    let value = Value::deserialize(d)?;
    if let Value::String(path) = &value {
        return Err(serde::de::Error::custom(format!(
            "vocabulary=\"{path}\": a file cannot be read from here; give the list of its lines"
        )));
    }
    Deserialize::deserialize(&value).map_err(serde::de::Error::custom)
}

impl<T: Token> LookupConfig<T> {
    /// Refuses arguments that do not go together.
    pub fn check(&self) -> Result<()> {
        refuse_sparse(self.sparse, T::CLASS)?;
        let wrong = |text: &str| Err(Error::unsupported(format!("{}: {text}", T::CLASS)));
        if self.max_tokens.is_some_and(|most| most <= 1) {
            return wrong("max_tokens must be greater than 1");
        }
        if self.pad_to_max_tokens && self.max_tokens.is_none() {
            return wrong("pad_to_max_tokens=True needs max_tokens");
        }
        if self.invert && self.output_mode != OutputMode::Int {
            return wrong("with invert=True output_mode must be \"int\"");
        }
        if self.invert && self.oov_token.is_none() {
            return wrong("invert=True needs an oov_token for indices without a token");
        }
        if self.idf_weights.is_some() && self.output_mode != OutputMode::TfIdf {
            return wrong("idf_weights are for output_mode=\"tf_idf\" only");
        }
        if !["floormod", "farmhash"].contains(&self.oov_method.as_str()) {
            return wrong("oov_method must be \"floormod\" or \"farmhash\"");
        }
        let hashed = T::KIND == Kind::Text || self.oov_method == "farmhash";
        if self.salt.is_some() && !hashed {
            return wrong("salt needs oov_method=\"farmhash\"");
        }
        if self.vocabulary_dtype != T::vocabulary_dtype() || self.encoding != T::encoding() {
            return wrong(
                "vocabulary_dtype must be \"int64\" and encoding \"utf-8\"; leave them out",
            );
        }
        Ok(())
    }

    /// Indices before those of unknown tokens: 0 is the mask's.
    pub fn oov_start(&self) -> usize {
        usize::from(self.mask_token.is_some() && self.output_mode == OutputMode::Int)
    }

    /// The index of the vocabulary's first token.
    pub fn token_start(&self) -> usize {
        self.oov_start() + self.num_oov_indices
    }
}
