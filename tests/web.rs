//! The engine as it runs in a page: in a web worker, in headless Chromium (`npm run test:wasm`).
#![cfg(target_arch = "wasm32")]

use model_dojo::error::{Code, Error};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
fn an_error_reaches_javascript_with_its_code_and_layer() {
    let error = Error::shape("expected 784 values, found 3").in_layer("dense_1");
    let value = serde_wasm_bindgen::to_value(&error).unwrap();
    let field = |name: &str| {
        js_sys::Reflect::get(&value, &name.into())
            .unwrap()
            .as_string()
    };
    assert_eq!(field("code").as_deref(), Some(Code::ShapeMismatch.as_str()));
    assert_eq!(field("layer").as_deref(), Some("dense_1"));
    assert_eq!(
        field("message").as_deref(),
        Some("Layer \"dense_1\": expected 784 values, found 3")
    );
}

const _: () = assert!(
    cfg!(target_feature = "simd128"),
    "RUSTFLAGS replaced what .cargo/config.toml says: add +simd128 to it"
);

/// The threaded build is of no use without memory that threads can share.
#[cfg(feature = "threads")]
#[wasm_bindgen_test]
fn the_memory_is_shared() {
    use wasm_bindgen::JsCast;
    let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    assert!(
        memory
            .buffer()
            .is_instance_of::<js_sys::SharedArrayBuffer>()
    );
}
