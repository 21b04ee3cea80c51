//! Files that hold models: Keras' `.keras`, its weights, and how it names what is in them.

pub mod keras_model;
pub mod layer_paths;
mod optimizer_state;
pub mod python_code;

#[cfg(feature = "formats")]
pub mod hdf5;
#[cfg(feature = "formats")]
pub mod keras_zip;
#[cfg(feature = "formats")]
pub mod npz;

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
