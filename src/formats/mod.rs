//! Files that hold models and weights: Keras' `.keras` and `.h5`, `.weights.h5`, safetensors, and how
//! they name what is in them.

pub mod keras_model;
pub mod layer_paths;
mod optimizer_state;
pub mod places;
pub mod python_code;

#[cfg(feature = "formats")]
pub mod hdf5;
#[cfg(feature = "formats")]
mod keras2;
#[cfg(feature = "formats")]
pub mod keras_zip;
#[cfg(feature = "formats")]
pub mod legacy_h5;
#[cfg(feature = "formats")]
pub mod model_file;
#[cfg(feature = "formats")]
pub mod npz;
#[cfg(feature = "formats")]
pub mod safetensors;

use crate::error::{Error, Result};
use crate::tensor::Array;
use serde_json::Value;
use std::collections::BTreeMap;

/// Arrays by their path in the file: `layers/dense_1/vars/0`, `optimizer/vars/3`, …
pub type Weights = BTreeMap<String, Array>;

/// Files of layers by their path: `layers/string_lookup/vocabulary.txt`, …
pub type Assets = BTreeMap<String, Vec<u8>>;

/// What a `.keras` file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct KerasFile {
    /// `keras_version` and `date_saved`; null where the file has none.
    pub metadata: Value,
    /// The whole `config.json`: module, class_name, config, build_config, compile_config, …
    pub config: Value,
    /// The weights of the layers and the optimizer's state.
    pub weights: Weights,
    /// The vocabularies of lookup layers.
    pub assets: Assets,
}

/// A model's arrays as one of the formats keeps them.
#[derive(Debug, Clone, PartialEq)]
pub enum Saved {
    /// By Keras 3's paths, with the optimizer's: `.keras` and `.weights.h5`.
    Paths(Weights),
    /// Layer by layer in order: legacy `.h5`. The optimizer's are by Keras 3's paths, and none
    /// where the file holds weights only.
    Layers {
        layers: Vec<LayerArrays>,
        optimizer: Weights,
    },
    /// By the variables' names (`dense_1/kernel`): safetensors.
    Names(Weights),
}

/// The arrays of one layer, in the order of legacy `.h5` files.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerArrays {
    pub layer: String,
    /// Each with its name, which says nothing: the order counts.
    pub arrays: Vec<(String, Array)>,
}

/// A model out of a file of whichever format.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelFile {
    /// `keras_version` and, where the file says so, `date_saved`.
    pub metadata: Value,
    /// As a `.keras` file's `config.json`.
    pub config: Value,
    pub saved: Saved,
    pub assets: Assets,
}

impl From<KerasFile> for ModelFile {
    fn from(file: KerasFile) -> Self {
        ModelFile {
            metadata: file.metadata,
            config: file.config,
            saved: Saved::Paths(file.weights),
            assets: file.assets,
        }
    }
}

/// A format that models are saved in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Keras,
    H5,
    WeightsH5,
    Safetensors,
}

impl Format {
    pub fn from_name(name: &str) -> Result<Self> {
        match name {
            "keras" => Ok(Format::Keras),
            "h5" => Ok(Format::H5),
            "weights.h5" => Ok(Format::WeightsH5),
            "safetensors" => Ok(Format::Safetensors),
            other => Err(Error::unsupported(format!(
                "a model cannot be saved as \"{other}\"; use keras, h5, weights.h5 or safetensors"
            ))),
        }
    }
}
