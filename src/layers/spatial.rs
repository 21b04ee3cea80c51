//! What layers over images and sequences share: forms of arguments and shapes. A sequence is an
//! image of width 1.

use super::{Shape, show};
use crate::error::{Error, Result};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A number for each of N axes, given as a list or as one number for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dims<const N: usize>(pub [usize; N]);

/// What comes before and after the input on each of N axes: one number, or for one axis `[a, b]`,
/// for two `[[a, b], [c, d]]` or `[a, c]` for alike sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Margins<const N: usize>(pub [(usize, usize); N]);

pub(super) fn ones<const N: usize>() -> Dims<N> {
    Dims([1; N])
}

/// A list of N items, or one item for all.
fn all_or_each<T: DeserializeOwned + Copy, const N: usize>(value: &Value) -> Option<[T; N]> {
    match value {
        Value::Array(_) => {
            let items: Vec<T> = Vec::deserialize(value).ok()?;
            items.try_into().ok()
        }
        one => T::deserialize(one).ok().map(|item| [item; N]),
    }
}

impl<'de, const N: usize> Deserialize<'de> for Dims<N> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        let value = Value::deserialize(d)?;
        let dims = all_or_each(&value).map(Dims);
        dims.ok_or_else(|| {
            D::Error::custom(format!(
                "expected a whole number or a list of {N} of them, none below 0, found {value}"
            ))
        })
    }
}

impl<const N: usize> Serialize for Dims<N> {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        s.collect_seq(self.0)
    }
}

impl<const N: usize> Margins<N> {
    fn from_json(value: &Value) -> Option<Self> {
        let sides = |value: &Value| all_or_each::<usize, 2>(value).map(|[a, b]| (a, b));
        let each: Vec<_> = match value {
            Value::Array(axes) if N > 1 => axes.iter().map(sides).collect::<Option<_>>()?,
            all => vec![sides(all)?; N],
        };
        each.try_into().ok().map(Margins)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Margins<N> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        let value = Value::deserialize(d)?;
        let list = if N == 1 {
            "[before, after]"
        } else {
            "[[top, bottom], [left, right]]"
        };
        Self::from_json(&value).ok_or_else(|| {
            D::Error::custom(format!(
                "expected a whole number or {list}, none below 0, found {value}"
            ))
        })
    }
}

impl<const N: usize> Serialize for Margins<N> {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        match &self.0[..] {
            [one] => one.serialize(s),
            all => s.collect_seq(all),
        }
    }
}

/// What a window does at the edges of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Padding {
    /// It stays inside.
    #[default]
    Valid,
    /// As many windows as strides fit: padding on both sides, an odd one behind.
    Same,
    /// All padding in front: no output sees what comes after it.
    Causal,
}

impl Padding {
    const NAMES: [(&str, Padding); 3] = [
        ("valid", Padding::Valid),
        ("same", Padding::Same),
        ("causal", Padding::Causal),
    ];
}

impl<'de> Deserialize<'de> for Padding {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        let value = Value::deserialize(d)?;
        let name = value.as_str().map(str::to_lowercase);
        let found = Self::NAMES
            .iter()
            .find(|(known, _)| Some(*known) == name.as_deref());
        found.map(|(_, padding)| *padding).ok_or_else(|| {
            D::Error::custom(format!(
                "padding={value} is not known; use \"valid\" or \"same\" (a ZeroPadding layer \
                 before this one pads by any number)"
            ))
        })
    }
}

impl Serialize for Padding {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        let name = Self::NAMES.iter().find(|(_, padding)| padding == self);
        s.serialize_str(name.map_or("valid", |(name, _)| name))
    }
}

/// Where the channels are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DataFormat {
    #[default]
    ChannelsLast,
    ChannelsFirst,
}

impl<'de> Deserialize<'de> for DataFormat {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        let name = Option::<String>::deserialize(d)?.map(|name| name.to_lowercase());
        match name.as_deref() {
            None | Some("channels_last") => Ok(DataFormat::ChannelsLast),
            Some("channels_first") => Ok(DataFormat::ChannelsFirst),
            Some(other) => Err(D::Error::custom(format!(
                "data_format=\"{other}\" is not known; use \"channels_last\" or \"channels_first\""
            ))),
        }
    }
}

impl DataFormat {
    /// The N spatial dimensions of a sample and its channels; None where the rank is another.
    pub(super) fn split<T: Copy, const N: usize>(self, shape: &[T]) -> Option<([T; N], T)> {
        let (channels, spatial) = match self {
            DataFormat::ChannelsLast => shape.split_last()?,
            DataFormat::ChannelsFirst => shape.split_first()?,
        };
        Some((spatial.try_into().ok()?, *channels))
    }

    /// The opposite of `split`.
    pub(super) fn join<T: Copy, const N: usize>(self, spatial: [T; N], channels: T) -> Vec<T> {
        match self {
            DataFormat::ChannelsLast => [&spatial[..], &[channels]].concat(),
            DataFormat::ChannelsFirst => [&[channels], &spatial[..]].concat(),
        }
    }

    /// `split` of a symbolic shape, with an error that says what `class` takes.
    pub(super) fn split_shape<const N: usize>(
        self,
        shape: &Shape,
        class: &str,
    ) -> Result<([Option<usize>; N], Option<usize>)> {
        let axes = if N == 1 { "steps" } else { "height, width" };
        let found = self.split(shape).ok_or_else(|| {
            let takes = match self {
                DataFormat::ChannelsLast => format!("(batch, {axes}, channels)"),
                DataFormat::ChannelsFirst => format!("(batch, channels, {axes})"),
            };
            let hint = if shape.len() == N {
                "; a Reshape before it can add the channels"
            } else {
                "; a Reshape before it can give the data this form"
            };
            Error::shape(format!(
                "{class} takes {takes}, found {}{hint}",
                show(shape)
            ))
        })?;
        if shape.contains(&Some(0)) {
            return Err(Error::shape(format!(
                "{class} needs at least one element on each axis, found {}",
                show(shape)
            )));
        }
        Ok(found)
    }

    /// `split` of a concrete shape whose rank was checked, as (height, width) and the channels that
    /// lie side by side: with channels first, each is an image of its own.
    pub(super) fn image<const N: usize>(self, shape: &[usize]) -> ([usize; 2], usize) {
        let (spatial, channels) = self.split(shape).unwrap_or(([1; N], 1));
        let side_by_side = match self {
            DataFormat::ChannelsLast => channels,
            DataFormat::ChannelsFirst => 1,
        };
        (two(spatial, 1), side_by_side)
    }

    /// Convolutions take channels last.
    pub(super) fn last_only(self, class: &str) -> Result<()> {
        match self {
            DataFormat::ChannelsLast => Ok(()),
            DataFormat::ChannelsFirst => Err(Error::unsupported(format!(
                "{class}(data_format=\"channels_first\") is not supported; use \"channels_last\" and \
                 move the channels to the last axis, with a Permute layer for instance"
            ))),
        }
    }
}

/// (height, width) of one or two numbers.
pub(super) fn two<T: Copy, const N: usize>(dims: [T; N], other: T) -> [T; 2] {
    [dims[0], if N == 1 { other } else { dims[N - 1] }]
}
