//! Model Dojo: builds and trains neural networks as Keras does, natively and in the browser.

pub mod activations;
pub mod callbacks;
pub mod config;
pub mod constraints;
pub mod data;
pub mod error;
pub mod formats;
pub mod initializers;
pub mod kernels;
pub mod layers;
pub mod losses;
pub mod metrics;
pub mod model;
pub mod optimizers;
pub mod registry;
pub mod regularizers;
pub mod rng;
pub mod session;
pub mod tensor;
pub mod text;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
