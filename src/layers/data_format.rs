//! `data_format`: which of an input's dimensions are the channels.

use serde::{Deserialize, Deserializer, Serialize};

/// `"channels_last"` (also null, Keras' default) or `"channels_first"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DataFormat {
    #[default]
    ChannelsLast,
    ChannelsFirst,
}

impl<'de> Deserialize<'de> for DataFormat {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        match Option::<String>::deserialize(d)?.as_deref() {
            None | Some("channels_last") => Ok(DataFormat::ChannelsLast),
            Some("channels_first") => Ok(DataFormat::ChannelsFirst),
            Some(other) => Err(serde::de::Error::custom(format!(
                "data_format is \"channels_last\" or \"channels_first\", found \"{other}\""
            ))),
        }
    }
}
