//! The vocabulary behind a lookup (`set_vocabulary` and `finalize_state` in
//! keras/src/layers/preprocessing/index_lookup.py).

use super::categorical::OutputMode;
use super::lookup_config::{LookupConfig, Token};
use crate::error::{Error, Result};
use crate::text::{Counts, inverse_document_frequency};
use std::borrow::Borrow;
use std::collections::HashMap;

/// Tokens without the special ones, the index of each, and with `tf_idf` the weight of each index.
#[derive(Debug, Clone, PartialEq)]
pub struct Table<T: Token> {
    pub tokens: Vec<T>,
    indices: HashMap<T, usize>,
    pub idf: Vec<f32>,
}

impl<T: Token> Table<T> {
    /// Out of a vocabulary that may begin with the special tokens.
    pub fn new(config: &LookupConfig<T>, vocabulary: &[T], idf: Option<Vec<f32>>) -> Result<Self> {
        let wrong = |text: String| Err(Error::data(format!("{}: {text}", T::CLASS)));
        if vocabulary.is_empty() {
            return wrong("the vocabulary is empty; give it at least one token".into());
        }
        let (mask, oov) = (config.mask_token.as_ref(), config.oov_token.as_ref());
        let special: Vec<Option<&T>> = std::iter::repeat_n(mask, config.oov_start())
            .chain(std::iter::repeat_n(oov, config.num_oov_indices))
            .collect();
        let front = vocabulary.iter().take(special.len()).map(Some);
        let has_special = front.eq(special);
        let start = config.token_start();
        let tokens = &vocabulary[if has_special { start } else { 0 }..];
        let reserved = mask.filter(|&mask| tokens.contains(mask));
        let reserved = reserved.or(oov.filter(|&oov| config.invert && tokens.contains(oov)));
        if let Some(token) = reserved {
            return wrong(format!(
                "\"{token}\" stands for something else, but is within the vocabulary; leave the \
                 special tokens out, or put all of them in front"
            ));
        }
        let size = start + tokens.len();
        if config.max_tokens.is_some_and(|most| size > most) {
            return wrong(format!(
                "the vocabulary has {size} tokens with the special ones, more than max_tokens; \
                 raise max_tokens"
            ));
        }
        let mut table = Table::of(config, tokens.to_vec());
        if table.indices.len() < tokens.len() {
            return wrong("a token is in the vocabulary twice; each may be there once".into());
        }
        if config.output_mode == OutputMode::TfIdf {
            let idf = idf.unwrap_or_default();
            let padded = config.pad_to_max_tokens && Some(idf.len()) == config.max_tokens;
            table.idf = match idf.len() {
                len if len == vocabulary.len() => {
                    pad(config, idf, if has_special { 0 } else { start })
                }
                // As files hold them.
                _ if padded && has_special => idf,
                len => {
                    return wrong(format!(
                        "output_mode=\"tf_idf\" needs an idf weight for each of the {} tokens, \
                         found {len}",
                        vocabulary.len()
                    ));
                }
            };
        }
        Ok(table)
    }

    /// Out of counted tokens.
    pub fn learn(config: &LookupConfig<T>, counts: Counts<T>) -> Self {
        let start = config.token_start();
        let most = config.max_tokens.unwrap_or(usize::MAX);
        let (ranked, documents) = counts.ranked(most.saturating_sub(start));
        let weight = |&(_, with): &(T, u64)| inverse_document_frequency(documents, with);
        let idf: Vec<f32> = ranked.iter().map(weight).collect();
        let tokens = ranked.into_iter().map(|(token, _)| token).collect();
        let mut table = Table::of(config, tokens);
        if config.output_mode == OutputMode::TfIdf {
            table.idf = pad(config, idf, start);
        }
        table
    }

    fn of(config: &LookupConfig<T>, tokens: Vec<T>) -> Self {
        let indices = tokens.iter().cloned().zip(config.token_start()..).collect();
        Table {
            tokens,
            indices,
            idf: vec![],
        }
    }

    pub fn index(&self, key: &T::Key) -> Option<usize> {
        self.indices.get(key.borrow()).copied()
    }
}

/// The weights with their mean for `front` special tokens and, where padded, zeros behind.
fn pad<T: Token>(config: &LookupConfig<T>, idf: Vec<f32>, front: usize) -> Vec<f32> {
    let sum: f64 = idf.iter().map(|&w| f64::from(w)).sum();
    let mean = (sum / idf.len().max(1) as f64) as f32;
    let mut padded = vec![mean; front];
    padded.extend(idf);
    if let (true, Some(most)) = (config.pad_to_max_tokens, config.max_tokens) {
        padded.resize(most, 0.0);
    }
    padded
}
