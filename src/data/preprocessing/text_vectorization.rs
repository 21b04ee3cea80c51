//! Keras' `TextVectorization`: texts to token indices or multi-hot rows.

use crate::data::recipe::OutputMode;
use crate::error::{Error, Result};
use crate::tensor::{Array, Data, SparseRows};
use crate::text::{Counts, Scratch, Split, Standardize, Tokens};
use std::collections::HashMap;

/// Lowercases and strips punctuation (ASCII only, as Keras does), splits on ASCII white space and
/// looks the tokens up: index 0 pads and 1 is `[UNK]` in `int` mode, 0 is `[UNK]` in `multi_hot`.
/// Source: keras/src/layers/preprocessing/text_vectorization.py.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::data) struct TextVectorization {
    output: Output,
    vocabulary: Vec<String>,
    indices: HashMap<String, u32>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Output {
    /// Indices of so many tokens.
    Int(usize),
    MultiHot,
}

const UNKNOWN: &str = "[UNK]";

const TOKENS: Tokens = Tokens {
    standardize: Standardize::LowerAndStripPunctuation,
    split: Split::Whitespace,
    ngrams: vec![],
};

impl TextVectorization {
    /// Learns the most frequent tokens of the training texts, ties by descending token, so that
    /// the vocabulary with its special tokens holds at most `max_tokens`.
    pub fn fit<'a>(
        texts: impl Iterator<Item = &'a str>,
        max_tokens: usize,
        mode: OutputMode,
        output_sequence_length: Option<usize>,
    ) -> Result<Self> {
        let output = match (mode, output_sequence_length) {
            (OutputMode::Int, Some(length)) if length > 0 => Output::Int(length),
            (OutputMode::MultiHot, None) => Output::MultiHot,
            (OutputMode::Int, _) => {
                return Err(Error::data(
                    "text_vectorization with output_mode \"int\" needs output_sequence_length, \
                     the number of tokens per text (at least 1).",
                ));
            }
            (OutputMode::MultiHot, Some(_)) => {
                return Err(Error::data(
                    "output_sequence_length is for output_mode \"int\" only: remove it.",
                ));
            }
        };
        let mut vocabulary = match output {
            Output::Int(_) => vec![String::new(), UNKNOWN.to_string()],
            Output::MultiHot => vec![UNKNOWN.to_string()],
        };
        if max_tokens <= vocabulary.len() {
            return Err(Error::data(format!(
                "max_tokens is {max_tokens}, but {} of them are special: choose a larger number.",
                vocabulary.len()
            )));
        }
        let mut counts = Counts::new();
        let mut scratch = Scratch::default();
        for text in texts {
            TOKENS.for_each([text].into_iter(), &mut scratch, |token| counts.add(token));
        }
        let (ranked, _) = counts.ranked(max_tokens - vocabulary.len());
        vocabulary.extend(ranked.into_iter().map(|(token, _)| token));
        let indices = vocabulary.iter().cloned().zip(0..).collect();
        Ok(TextVectorization {
            output,
            vocabulary,
            indices,
        })
    }

    /// The tokens by index, special ones included.
    pub fn vocabulary(&self) -> &[String] {
        &self.vocabulary
    }

    /// Indices `(texts, length)` as uint16 where the vocabulary fits, or sparse multi-hot rows.
    pub fn apply<'a>(&self, texts: impl Iterator<Item = &'a str>) -> Result<Array> {
        let tokens = texts.map(|text| self.lookup(text));
        match self.output {
            Output::MultiHot => {
                let mut rows = SparseRows {
                    offsets: vec![0],
                    ..SparseRows::default()
                };
                for mut indices in tokens {
                    indices.sort_unstable();
                    indices.dedup();
                    rows.indices.extend(indices);
                    rows.offsets.push(rows.indices.len() as u32);
                }
                let shape = vec![rows.offsets.len() - 1, self.vocabulary.len()];
                Array::new(shape, Data::Sparse(rows))
            }
            Output::Int(length) => {
                let mut ids: Vec<u32> = vec![];
                for (row, indices) in tokens.enumerate() {
                    ids.extend(indices.into_iter().take(length));
                    ids.resize((row + 1) * length, 0);
                }
                let shape = vec![ids.len() / length, length];
                let data = if self.vocabulary.len() <= usize::from(u16::MAX) + 1 {
                    Data::U16(ids.into_iter().map(|id| id as u16).collect())
                } else {
                    Data::I32(ids.into_iter().map(|id| id as i32).collect())
                };
                Array::new(shape, data)
            }
        }
    }

    fn lookup(&self, text: &str) -> Vec<u32> {
        let unknown = self.indices[UNKNOWN];
        let mut found = vec![];
        TOKENS.for_each([text].into_iter(), &mut Scratch::default(), |token| {
            found.push(self.indices.get(token).copied().unwrap_or(unknown));
        });
        found
    }
}
