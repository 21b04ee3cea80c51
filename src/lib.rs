//! Model Dojo: builds and trains neural networks as Keras does, natively and in the browser.
#![cfg_attr(target_arch = "wasm32", feature(stdarch_wasm_atomic_wait))]

pub mod data;
pub mod error;
pub mod kernels;
pub mod tensor;
