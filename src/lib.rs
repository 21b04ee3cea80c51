//! Model Dojo: builds and trains neural networks as Keras does, natively and in the browser.
#![cfg_attr(
    all(target_arch = "wasm32", target_feature = "atomics"),
    feature(stdarch_wasm_atomic_wait)
)]

pub mod data;
pub mod error;
pub mod formats;
pub mod kernels;
pub mod tensor;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
