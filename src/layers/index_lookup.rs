//! What StringLookup and IntegerLookup share: a token's index in a vocabulary, or the reverse.

use super::categorical::{OutputMode, Source, encode};
use super::lookup_config::{LookupConfig, Token};
use super::lookup_table::Table;
use super::{Backward, Forward, Kind, Layer, Shape, Vocabulary, only};
use crate::error::{Error, Result};
use crate::tensor::Array;
use crate::text::Counts;
use serde::{Deserialize, Serialize};

/// A lookup layer: its arguments, and the vocabulary that these, `adapt` or a file set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    try_from = "LookupConfig<T>",
    into = "LookupConfig<T>",
    bound = "T: Token"
)]
pub struct IndexLookup<T: Token> {
    config: LookupConfig<T>,
    table: Option<Table<T>>,
}

impl<T: Token> TryFrom<LookupConfig<T>> for IndexLookup<T> {
    type Error = Error;

    fn try_from(config: LookupConfig<T>) -> Result<Self> {
        config.check()?;
        let table = match (&config.vocabulary, &config.idf_weights) {
            (Some(vocabulary), idf) => {
                let idf = idf
                    .as_ref()
                    .map(|idf| idf.iter().map(|&w| w as f32).collect());
                Some(Table::new(&config, vocabulary, idf)?)
            }
            (None, Some(_)) => {
                return Err(Error::unsupported(
                    "idf_weights need the vocabulary they are of",
                ));
            }
            (None, None) => None,
        };
        Ok(IndexLookup { config, table })
    }
}

impl<T: Token> From<IndexLookup<T>> for LookupConfig<T> {
    fn from(lookup: IndexLookup<T>) -> Self {
        let vocabulary_size = lookup.vocabulary_size();
        LookupConfig {
            vocabulary_size,
            ..lookup.config
        }
    }
}

impl<T: Token> IndexLookup<T> {
    pub fn config(&self) -> &LookupConfig<T> {
        &self.config
    }

    /// Tokens with the special ones; None before they are known.
    pub fn vocabulary_size(&self) -> Option<usize> {
        match &self.table {
            Some(table) => Some(self.config.token_start() + table.tokens.len()),
            None => self.config.vocabulary_size,
        }
    }

    /// The depth of an encoded output.
    pub fn depth(&self) -> Option<usize> {
        if self.config.pad_to_max_tokens {
            self.config.max_tokens
        } else {
            self.vocabulary_size()
        }
    }

    pub fn idf(&self) -> &[f32] {
        self.table.as_ref().map_or(&[], |table| &table.idf)
    }

    /// The index of a token; None for the mask where outputs are encoded.
    pub fn index(&self, key: &T::Key) -> Option<usize> {
        let config = &self.config;
        if config
            .mask_token
            .as_ref()
            .is_some_and(|mask| mask.borrow() == key)
        {
            return (config.output_mode == OutputMode::Int).then_some(0);
        }
        let known = self.table.as_ref().and_then(|table| table.index(key));
        Some(known.unwrap_or_else(|| {
            let bucket = match config.num_oov_indices {
                0 | 1 => 0,
                buckets => {
                    let farmhash = config.oov_method == "farmhash";
                    T::bucket(key, buckets, farmhash, config.salt.map(|salt| salt.0))
                }
            };
            config.oov_start() + bucket
        }))
    }

    /// Without indices for unknown tokens there may be none.
    fn refuse_unknown(&self, source: Source, count: usize) -> Result<()> {
        let known = |key: &T::Key| {
            let mask = self.config.mask_token.as_ref();
            mask.is_some_and(|mask| mask.borrow() == key)
                || self
                    .table
                    .as_ref()
                    .is_some_and(|table| table.index(key).is_some())
        };
        for i in 0..count {
            let unknown = T::with(source, i, |key| (!known(key)).then(|| key.to_owned()));
            if let Some(token) = unknown {
                return Err(Error::data(format!(
                    "{}(num_oov_indices=0) knows only its vocabulary, found {token}; set \
                     num_oov_indices to 1 or add the token",
                    T::CLASS
                )));
            }
        }
        Ok(())
    }

    /// The token of an index.
    fn token(&self, index: i64) -> &T {
        let LookupConfig {
            oov_token,
            mask_token,
            ..
        } = &self.config;
        let known = || {
            let at = usize::try_from(index)
                .ok()?
                .checked_sub(self.config.token_start())?;
            self.table.as_ref()?.tokens.get(at)
        };
        let mask = mask_token.as_ref().filter(|_| index == 0);
        // `check` has seen to an oov_token.
        match mask.or_else(known).or(oov_token.as_ref()) {
            Some(token) => token,
            None => unreachable!("invert without oov_token is refused"),
        }
    }

    /// Refuses to look anything up before there is a vocabulary; `class` names the layer.
    pub fn check_adapted(&self, class: &str) -> Result<()> {
        match &self.table {
            Some(_) => Ok(()),
            None => Err(Error::unsupported(format!(
                "{class} has no vocabulary yet; call adapt with data, or give vocabulary (with \
                 idf_weights for \"tf_idf\")"
            ))),
        }
    }

    /// Learns the vocabulary that `count` counts.
    pub fn learn(&mut self, count: impl FnOnce(&mut Counts<T>) -> Result<()>) -> Result<()> {
        if self.config.vocabulary.is_some() {
            return Err(Error::unsupported(format!(
                "{} has a vocabulary already, given as an argument; leave that out to adapt it",
                T::CLASS
            )));
        }
        let mut counts = Counts::new();
        count(&mut counts)?;
        let special = self.config.mask_token.iter().chain(&self.config.oov_token);
        special.for_each(|token| counts.remove(token));
        self.table = Some(Table::learn(&self.config, counts));
        Ok(())
    }
}

impl<T: Token> Layer for IndexLookup<T> {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let input = only(inputs, T::CLASS)?;
        self.config.output_mode.shape(input, self.depth(), T::CLASS)
    }

    fn reads(&self, kind: Kind) -> bool {
        match (self.config.invert, T::KIND) {
            (false, Kind::Text) => kind == Kind::Text,
            _ => matches!(kind, Kind::Dense | Kind::Integers),
        }
    }

    fn writes(&self) -> Kind {
        if self.config.invert {
            T::KIND
        } else {
            Kind::Dense
        }
    }

    fn input_dtype(&self) -> &'static str {
        if self.config.invert {
            "int64"
        } else {
            T::DTYPE
        }
    }

    fn build_config(&self, _inputs: &[Shape]) -> serde_json::Value {
        serde_json::json!({})
    }

    fn needs_adapt(&self) -> bool {
        self.config.output_mode != OutputMode::Int && self.depth().is_none()
    }

    fn adapt(&mut self, data: &Array) -> Result<Vec<Vec<f32>>> {
        self.learn(|counts| T::count(data, counts))?;
        Ok(vec![])
    }

    fn vocabulary(&self) -> Option<&dyn Vocabulary> {
        Some(self)
    }

    fn vocabulary_mut(&mut self) -> Option<&mut dyn Vocabulary> {
        Some(self)
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        self.check_adapted(T::CLASS)?;
        let n: usize = pass.inputs.shape(0).iter().product();
        let source = Source::of(&pass.inputs);
        let count = n * pass.inputs.rows;
        if self.config.invert {
            T::write(pass, (0..count).map(|i| self.token(source.integer(i))));
            return Ok(());
        }
        if self.config.num_oov_indices == 0 {
            self.refuse_unknown(source, count)?;
        }
        let depth = self.depth().unwrap_or(1);
        let index = |i| T::with(source, i, |key| self.index(key));
        encode(
            pass.team,
            self.config.output_mode,
            n,
            depth,
            pass.output,
            &index,
        );
        if self.config.output_mode == OutputMode::TfIdf {
            weigh(pass.output, self.idf());
        }
        Ok(())
    }

    /// Tokens have no gradient.
    fn backward(&self, pass: &mut Backward) {
        if let Some(dx) = pass.d_inputs.get(0) {
            dx.fill(0.0);
        }
    }
}

/// Counts times idf weights.
pub fn weigh(counts: &mut [f32], idf: &[f32]) {
    for row in counts.chunks_exact_mut(idf.len().max(1)) {
        row.iter_mut()
            .zip(idf)
            .for_each(|(count, idf)| *count *= idf);
    }
}

impl<T: Token> Vocabulary for IndexLookup<T> {
    fn to_text(&self) -> Option<String> {
        if self.config.vocabulary.is_some() {
            return None;
        }
        let config = &self.config;
        let show = |token: &Option<T>| token.as_ref().map_or("None".into(), T::to_string);
        let mut lines = vec![show(&config.mask_token); config.oov_start()];
        lines.resize(config.token_start(), show(&config.oov_token));
        if let Some(table) = &self.table {
            lines.extend(table.tokens.iter().map(T::to_string));
        }
        Some(lines.join("\n"))
    }

    fn idf_weights(&self) -> Option<&[f32]> {
        (self.config.output_mode == OutputMode::TfIdf).then(|| self.idf())
    }

    fn set(&mut self, text: Option<&str>, idf: Option<Vec<f32>>) -> Result<()> {
        if let Some(vocabulary) = &self.config.vocabulary {
            // Then the file holds the weights only.
            self.table = Some(Table::new(&self.config, vocabulary, idf)?);
            return Ok(());
        }
        let Some(text) = text else {
            return Err(Error::file(format!(
                "the file holds no vocabulary.txt for a {} whose config has no vocabulary; save \
                 the model again in Keras 3",
                T::CLASS
            )));
        };
        let lines = text.trim_end_matches(['\n', '\r']).lines();
        let tokens = lines.map(T::parse).collect::<Result<Vec<T>>>()?;
        self.table = Some(Table::new(&self.config, &tokens, idf)?);
        Ok(())
    }
}
