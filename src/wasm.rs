//! The wasm exports: converts what JavaScript gives, delegates, converts back.
//! The only file that imports wasm-bindgen.

#[cfg(any(feature = "engine", feature = "formats"))]
mod convert;
#[cfg(feature = "formats")]
mod formats;
#[cfg(feature = "engine")]
mod session;
#[cfg(any(feature = "engine", feature = "formats"))]
mod weights;

use wasm_bindgen::prelude::*;

#[cfg(feature = "threads")]
pub use wasm_bindgen_rayon::init_thread_pool;

/// The version of this crate, e.g. `0.1.0`.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_string()
}
