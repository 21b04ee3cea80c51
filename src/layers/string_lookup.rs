//! `keras.layers.StringLookup`

use super::categorical::Source;
use super::index_lookup::IndexLookup;
use super::lookup_config::Token;
use super::{Forward, Kind, Special};
use crate::error::{Error, Result};
use crate::tensor::{Array, Data};
use crate::text::{Counts, hash_bucket};

/// Texts to their indices in a vocabulary, or with `invert` indices to texts.
///
/// Index 0 is the `mask_token`, where there is one; `num_oov_indices` follow for tokens that are
/// not in the vocabulary (the token's hash chooses among several), then the vocabulary. Encoded
/// outputs have no place for the mask. Unknown indices become `oov_token`.
///
/// Shapes: (…) → (…) as indices; (n) → (depth) with `multi_hot`, `count` and `tf_idf`, (n, depth)
/// with `one_hot` or (depth) where n is 1.
pub type StringLookup = IndexLookup<String>;

impl Token for String {
    type Key = str;
    const CLASS: &'static str = "StringLookup";
    const DTYPE: &'static str = "string";
    const KIND: Kind = Kind::Text;

    fn oov_token() -> Option<Self> {
        Some("[UNK]".into())
    }

    fn oov_method() -> String {
        "floormod".into()
    }

    fn vocabulary_dtype() -> Option<String> {
        None
    }

    fn encoding() -> Option<String> {
        Some("utf-8".into())
    }

    fn parse(line: &str) -> Result<Self> {
        Ok(line.into())
    }

    fn with<R>(source: Source, i: usize, read: impl FnOnce(&str) -> R) -> R {
        match source {
            Source::Text(texts) => read(texts.get(i)),
            // `reads` admits nothing else.
            Source::Integers(_) | Source::Dense(_) => read(""),
        }
    }

    fn bucket(key: &str, buckets: usize, _farmhash: bool, salt: Option<[i64; 2]>) -> usize {
        hash_bucket(key.as_bytes(), buckets, salt)
    }

    fn write<'a>(pass: &mut Forward, tokens: impl Iterator<Item = &'a Self>) {
        if let Special::Text(out) = &mut pass.special {
            tokens.for_each(|token| out.push(token));
        }
    }

    fn count(data: &Array, counts: &mut Counts<Self>) -> Result<()> {
        let Data::Str(texts) = &data.data else {
            return Err(Error::data(
                "StringLookup learns from an array of strings, but the data are numbers; use \
                 IntegerLookup for whole numbers",
            ));
        };
        for row in texts.chunks(data.row_len().max(1)) {
            counts.next_document();
            row.iter().for_each(|text| counts.add(text.as_str()));
        }
        Ok(())
    }
}
