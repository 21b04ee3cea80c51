//! The `seed` argument of a random initializer.

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::Value;

/// A whole number, or a serialized `keras.random.SeedGenerator`; written as it was read.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Seed(Value);

impl Seed {
    /// The number behind it, down to 32 bits; None of a generator that Keras seeds by itself.
    pub fn number(&self) -> Option<u32> {
        whole(self.0.pointer("/config/seed").unwrap_or(&self.0))
    }
}

impl From<u32> for Seed {
    fn from(seed: u32) -> Self {
        Seed(seed.into())
    }
}

fn whole(value: &Value) -> Option<u32> {
    let signed = value.as_i64().map(|n| n as u64);
    let n = signed.or_else(|| value.as_u64())?;
    Some(
        n as u32
            ^ if n >> 31 == u64::MAX >> 31 {
                0
            } else {
                (n >> 32) as u32
            },
    )
}

impl<'de> Deserialize<'de> for Seed {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(d)?;
        let generator = value["class_name"] == "SeedGenerator"
            && value
                .pointer("/config/seed")
                .is_none_or(|seed| seed.is_null() || whole(seed).is_some());
        if generator || whole(&value).is_some() {
            return Ok(Seed(value));
        }
        Err(D::Error::custom(format!(
            "the seed must be a whole number or a SeedGenerator, found {value}"
        )))
    }
}
