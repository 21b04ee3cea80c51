//! A text's tokens, as Keras' TextVectorization takes it apart.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::ops::Range;

/// What is done to a text before it is split (ASCII only, as in Keras).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standardize {
    LowerAndStripPunctuation,
    Lower,
    StripPunctuation,
    None,
}

/// Where a text is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    Whitespace,
    Character,
    None,
}

/// An enum that JSON names by a string or null; Python functions are refused.
macro_rules! named_or_null {
    ($type:ident, $argument:literal, $($name:literal => $variant:ident),+) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                match self {
                    $($type::$variant => s.serialize_str($name),)+
                    $type::None => s.serialize_none(),
                }
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let value = Value::deserialize(d)?;
                match value.as_str() {
                    $(Some($name) => Ok($type::$variant),)+
                    None if value.is_null() => Ok($type::None),
                    _ => Err(serde::de::Error::custom(format!(
                        "{}={value} is not supported (Python functions cannot run here); use {} or None",
                        $argument,
                        [$($name),+].map(|name| format!("\"{name}\"")).join(", ")
                    ))),
                }
            }
        }
    };
}

named_or_null!(Standardize, "standardize",
    "lower_and_strip_punctuation" => LowerAndStripPunctuation, "lower" => Lower,
    "strip_punctuation" => StripPunctuation);
named_or_null!(Split, "split", "whitespace" => Whitespace, "character" => Character);

/// How texts become tokens. `ngrams` are the widths of the n-grams; empty: single tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Tokens {
    pub standardize: Standardize,
    pub split: Split,
    pub ngrams: Vec<usize>,
}

/// Buffers that are kept from text to text.
#[derive(Debug, Default)]
pub struct Scratch {
    text: String,
    parts: Vec<Range<usize>>,
    joined: String,
}

impl Tokens {
    /// Calls `visit` on each token of a sample's texts (several only without a split), in order.
    pub fn for_each<'a>(
        &self,
        texts: impl Iterator<Item = &'a str>,
        scratch: &mut Scratch,
        mut visit: impl FnMut(&str),
    ) {
        let Scratch {
            text,
            parts,
            joined,
        } = scratch;
        text.clear();
        parts.clear();
        for one in texts {
            let start = text.len();
            self.standardize.append(one, text);
            self.split.append(text, start, parts);
        }
        if self.ngrams.is_empty() {
            parts.iter().for_each(|part| visit(&text[part.clone()]));
        }
        for &width in &self.ngrams {
            for window in parts.windows(width.max(1)) {
                joined.clear();
                for (i, part) in window.iter().enumerate() {
                    joined.push_str(if i > 0 { " " } else { "" });
                    joined.push_str(&text[part.clone()]);
                }
                visit(joined);
            }
        }
    }

    /// Number of tokens out of `parts` parts.
    pub fn count(&self, parts: usize) -> usize {
        match &self.ngrams[..] {
            [] => parts,
            widths => widths
                .iter()
                .map(|&w| (parts + 1).saturating_sub(w.max(1)))
                .sum(),
        }
    }
}

impl Standardize {
    fn append(self, text: &str, out: &mut String) {
        let lower = matches!(
            self,
            Standardize::LowerAndStripPunctuation | Standardize::Lower
        );
        let strip = matches!(
            self,
            Standardize::LowerAndStripPunctuation | Standardize::StripPunctuation
        );
        let kept = text
            .chars()
            .filter(|c| !(strip && c.is_ascii_punctuation()));
        out.extend(kept.map(|c| if lower { c.to_ascii_lowercase() } else { c }));
    }
}

impl Split {
    /// Adds the parts of `text[start..]`.
    fn append(self, text: &str, start: usize, parts: &mut Vec<Range<usize>>) {
        match self {
            Split::None => parts.push(start..text.len()),
            Split::Character => {
                let places = text[start..].char_indices();
                parts.extend(places.map(|(i, c)| start + i..start + i + c.len_utf8()));
            }
            Split::Whitespace => {
                let mut at = start;
                for word in text[start..].split(is_space) {
                    if !word.is_empty() {
                        parts.push(at..at + word.len());
                    }
                    // White space is one byte.
                    at += word.len() + 1;
                }
            }
        }
    }
}

/// White space as C's `isspace` has it: the vertical tab too.
fn is_space(c: char) -> bool {
    c.is_ascii_whitespace() || c == '\x0B'
}
