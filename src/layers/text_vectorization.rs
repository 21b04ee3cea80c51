//! `keras.layers.TextVectorization`

use super::categorical::{OutputMode, refuse_sparse};
use super::index_lookup::weigh;
use super::lookup_config::{LookupConfig, vocabulary_list};
use super::{Backward, Forward, Kind, Layer, Shape, StringLookup, Vocabulary, only, show};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::tensor::{Array, Data};
use crate::text::{Scratch, Split, Standardize, Tokens};
use serde::{Deserialize, Serialize};

/// The arguments, in Keras' order.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct TextVectorizationConfig {
    #[serde(default)]
    pub max_tokens: Option<usize>,
    #[serde(default = "lower_and_strip")]
    pub standardize: Standardize,
    #[serde(default = "whitespace")]
    pub split: Split,
    #[serde(default)]
    pub ngrams: Option<Ngrams>,
    #[serde(default = "OutputMode::int")]
    pub output_mode: OutputMode,
    #[serde(default)]
    pub output_sequence_length: Option<usize>,
    #[serde(default)]
    pub pad_to_max_tokens: bool,
    #[serde(default)]
    pub sparse: bool,
    #[serde(default)]
    pub ragged: bool,
    #[serde(default, deserialize_with = "vocabulary_list")]
    pub vocabulary: Option<Vec<String>>,
    #[serde(default)]
    pub idf_weights: Option<Vec<f64>>,
    #[serde(default = "utf8")]
    pub encoding: String,
    #[serde(default)]
    pub vocabulary_size: Option<usize>,
}

/// The largest width, from 1 on, or each width.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Ngrams {
    Upto(usize),
    Widths(Vec<usize>),
}

fn lower_and_strip() -> Standardize {
    Standardize::LowerAndStripPunctuation
}

fn whitespace() -> Split {
    Split::Whitespace
}

fn utf8() -> String {
    "utf-8".into()
}

/// Texts to the indices of their tokens (0 pads, 1 is for unknown tokens), cut or padded to
/// `output_sequence_length`, or to one number for each token of the vocabulary (index 0 is for
/// unknown tokens): whether it is in the text, how often, or that times its idf weight.
///
/// A text is standardized, split, and its parts joined to n-grams. Shapes: (1) or () →
/// (output_sequence_length), (depth); without a split the n parts of (n) are the tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "TextVectorizationConfig", into = "TextVectorizationConfig")]
pub struct TextVectorization {
    config: TextVectorizationConfig,
    tokens: Tokens,
    lookup: StringLookup,
}

/// Rows that share buffers.
const ROWS: usize = 8;

impl TryFrom<TextVectorizationConfig> for TextVectorization {
    type Error = Error;

    fn try_from(config: TextVectorizationConfig) -> Result<Self> {
        config.check()?;
        let ngrams = match &config.ngrams {
            None => vec![],
            Some(Ngrams::Upto(most)) => (1..=*most).collect(),
            Some(Ngrams::Widths(widths)) => widths.clone(),
        };
        let tokens = Tokens {
            standardize: config.standardize,
            split: config.split,
            ngrams,
        };
        // Keras writes the number of special tokens where nothing has been learned.
        let special = 1 + usize::from(config.output_mode == OutputMode::Int);
        let lookup = StringLookup::try_from(LookupConfig {
            invert: false,
            max_tokens: config.max_tokens,
            num_oov_indices: 1,
            oov_token: Some("[UNK]".into()),
            mask_token: Some(String::new()),
            output_mode: config.output_mode,
            sparse: false,
            pad_to_max_tokens: config.pad_to_max_tokens,
            vocabulary_dtype: None,
            idf_weights: config.idf_weights.clone(),
            vocabulary: config.vocabulary.clone(),
            vocabulary_size: config.vocabulary_size.filter(|&size| size > special),
            oov_method: "floormod".into(),
            salt: None,
            encoding: Some(config.encoding.clone()),
        })?;
        Ok(TextVectorization {
            config,
            tokens,
            lookup,
        })
    }
}

impl From<TextVectorization> for TextVectorizationConfig {
    fn from(layer: TextVectorization) -> Self {
        let special = layer.lookup.config().token_start();
        TextVectorizationConfig {
            vocabulary_size: Some(layer.lookup.vocabulary_size().unwrap_or(special)),
            ..layer.config
        }
    }
}

impl TextVectorizationConfig {
    fn check(&self) -> Result<()> {
        refuse_sparse(self.sparse, "TextVectorization")?;
        let wrong = |text: &str| Err(Error::unsupported(format!("TextVectorization: {text}")));
        if self.ragged {
            return wrong("ragged=True is not supported; give output_sequence_length");
        }
        if self.output_mode == OutputMode::OneHot {
            return wrong(
                "output_mode=\"one_hot\" is not supported; use \"multi_hot\", or \"int\" and \
                 CategoryEncoding",
            );
        }
        if self.output_mode != OutputMode::Int && self.output_sequence_length.is_some() {
            return wrong("output_sequence_length is for output_mode=\"int\" only; leave it out");
        }
        if self.output_sequence_length == Some(0) {
            return wrong("output_sequence_length must be at least 1");
        }
        if let Some(Ngrams::Upto(0)) = self.ngrams {
            return wrong("ngrams must be at least 1");
        }
        if matches!(&self.ngrams, Some(Ngrams::Widths(w)) if w.is_empty() || w.contains(&0)) {
            return wrong("ngrams must be widths of at least 1");
        }
        Ok(())
    }
}

impl TextVectorization {
    /// Texts per sample, or an error for other shapes.
    fn parts(&self, inputs: &[Shape]) -> Result<Option<usize>> {
        let input = only(inputs, "TextVectorization")?;
        match (self.config.split, &input[..]) {
            (Split::None, [n]) => Ok(*n),
            (Split::None, _) => Err(Error::shape(format!(
                "TextVectorization(split=None) takes (batch, tokens), found {}",
                show(input)
            ))),
            (_, [] | [Some(1)]) => Ok(Some(1)),
            _ => Err(Error::shape(format!(
                "TextVectorization splits one text per sample, found {}; use an input of shape \
                 (1,), or split=None",
                show(input)
            ))),
        }
    }
}

impl Layer for TextVectorization {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let parts = self.parts(inputs)?;
        if self.config.output_mode != OutputMode::Int {
            return Ok(vec![self.lookup.depth()]);
        }
        match (self.config.output_sequence_length, self.config.split) {
            (Some(length), _) => Ok(vec![Some(length)]),
            (None, Split::None) => Ok(vec![parts.map(|n| self.tokens.count(n))]),
            _ => Err(Error::unsupported(
                "TextVectorization(output_mode=\"int\") needs output_sequence_length here: batches \
                 of other lengths each are not supported",
            )),
        }
    }

    /// Keras counts the split's dimension, too, where outputs are encoded.
    fn declared_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        self.parts(inputs)?;
        if self.config.output_mode == OutputMode::Int {
            return Ok(vec![self.config.output_sequence_length]);
        }
        let mut shape = inputs[0].clone();
        if self.config.split == Split::None {
            shape.pop();
        }
        shape.push(self.lookup.depth());
        Ok(shape)
    }

    fn reads(&self, kind: Kind) -> bool {
        kind == Kind::Text
    }

    fn input_dtype(&self) -> &'static str {
        "string"
    }

    fn needs_adapt(&self) -> bool {
        self.lookup.needs_adapt()
    }

    fn adapt(&mut self, data: &Array) -> Result<Vec<Vec<f32>>> {
        let Data::Str(texts) = &data.data else {
            return Err(Error::data(
                "TextVectorization learns from an array of strings, but the data are numbers",
            ));
        };
        let tokens = &self.tokens;
        let mut scratch = Scratch::default();
        self.lookup.learn(|counts| {
            for row in texts.chunks(data.row_len().max(1)) {
                counts.next_document();
                let row = row.iter().map(String::as_str);
                tokens.for_each(row, &mut scratch, |token| counts.add(token));
            }
            Ok(())
        })?;
        Ok(vec![])
    }

    fn vocabulary(&self) -> Option<&dyn Vocabulary> {
        Some(self)
    }

    fn vocabulary_mut(&mut self) -> Option<&mut dyn Vocabulary> {
        Some(self)
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let texts = pass.inputs.text(0);
        let texts = texts.ok_or_else(|| Error::data("it takes texts, but gets numbers"))?;
        let (mode, idf) = (self.config.output_mode, self.lookup.idf());
        self.lookup.check_adapted("TextVectorization")?;
        let n: usize = pass.inputs.shape(0).iter().product();
        let len = pass.output_shape[0];
        pass.team
            .for_slices(pass.output, len * ROWS, &|start, slice| {
                let mut scratch = Scratch::default();
                slice.fill(0.0);
                for (k, y) in slice.chunks_exact_mut(len).enumerate() {
                    let first = (start / len + k) * n;
                    let parts = (first..first + n).map(|i| texts.get(i));
                    let mut at = 0..len;
                    self.tokens.for_each(parts, &mut scratch, |token| {
                        let Some(index) = self.lookup.index(token) else {
                            return;
                        };
                        match mode {
                            OutputMode::Int => {
                                if let Some(at) = at.next() {
                                    y[at] = index as f32;
                                }
                            }
                            OutputMode::MultiHot | OutputMode::OneHot => y[index] = 1.0,
                            OutputMode::Count | OutputMode::TfIdf => y[index] += 1.0,
                        }
                    });
                }
                if mode == OutputMode::TfIdf {
                    weigh(slice, idf);
                }
            });
        Ok(())
    }

    /// Texts have no gradient.
    fn backward(&self, _pass: &mut Backward) {}
}

impl Vocabulary for TextVectorization {
    fn to_text(&self) -> Option<String> {
        self.lookup.to_text()
    }

    fn idf_weights(&self) -> Option<&[f32]> {
        self.lookup.idf_weights()
    }

    fn set(&mut self, text: Option<&str>, idf: Option<Vec<f32>>) -> Result<()> {
        self.lookup.set(text, idf)
    }

    /// The StringLookup inside it, which Keras saves once more.
    fn inner(&self) -> Option<&'static str> {
        Some("_lookup_layer")
    }
}
