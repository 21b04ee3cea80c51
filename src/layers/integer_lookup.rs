//! `keras.layers.IntegerLookup`

use super::categorical::Source;
use super::index_lookup::IndexLookup;
use super::lookup_config::Token;
use super::{Forward, Kind, Special};
use crate::error::{Error, Result};
use crate::tensor::{Array, Data};
use crate::text::{Counts, decimal, hash_bucket};

/// Whole numbers to their indices in a vocabulary, or with `invert` indices to numbers.
///
/// As [`StringLookup`](super::StringLookup), but among several indices for unknown numbers the
/// remainder chooses (`oov_method="floormod"`), or the hash of their digits (`"farmhash"`).
pub type IntegerLookup = IndexLookup<i64>;

impl Token for i64 {
    type Key = i64;
    const CLASS: &'static str = "IntegerLookup";
    const DTYPE: &'static str = "int64";
    const KIND: Kind = Kind::Integers;

    fn oov_token() -> Option<Self> {
        Some(-1)
    }

    fn oov_method() -> String {
        "floormod".into()
    }

    fn vocabulary_dtype() -> Option<String> {
        Some("int64".into())
    }

    fn encoding() -> Option<String> {
        None
    }

    fn parse(line: &str) -> Result<Self> {
        line.parse().map_err(|_| {
            Error::file(format!(
                "IntegerLookup's vocabulary.txt holds \"{line}\", which is not a whole number"
            ))
        })
    }

    fn with<R>(source: Source, i: usize, read: impl FnOnce(&i64) -> R) -> R {
        read(&source.integer(i))
    }

    fn bucket(key: &i64, buckets: usize, farmhash: bool, salt: Option<[i64; 2]>) -> usize {
        if farmhash {
            hash_bucket(decimal(*key, &mut [0; 20]), buckets, salt)
        } else {
            key.rem_euclid(buckets as i64) as usize
        }
    }

    fn write<'a>(pass: &mut Forward, tokens: impl Iterator<Item = &'a Self>) {
        match &mut pass.special {
            Special::Integers(out) => out.iter_mut().zip(tokens).for_each(|(out, &n)| *out = n),
            _ => (pass.output.iter_mut().zip(tokens)).for_each(|(out, &n)| *out = n as f32),
        }
    }

    fn count(data: &Array, counts: &mut Counts<Self>) -> Result<()> {
        let numbers: Vec<i64> = match &data.data {
            Data::I64(numbers) => numbers.clone(),
            Data::I32(numbers) => numbers.iter().map(|&n| n.into()).collect(),
            _ => data.to_f32()?.into_iter().map(|n| n as i64).collect(),
        };
        for row in numbers.chunks(data.row_len().max(1)) {
            counts.next_document();
            row.iter().for_each(|number| counts.add(number));
        }
        Ok(())
    }
}
