//! Every case of `tests/golden/fixtures` through this engine: what Keras computes, it computes.
//! `cargo test --test golden -- --nocapture` shows the worst deviations.
#![cfg(not(target_arch = "wasm32"))]

#[allow(dead_code)] // what only gradients.rs calls
#[path = "golden/chain.rs"]
mod chain;
#[path = "golden/compare.rs"]
mod compare;
#[allow(dead_code)] // what only determinism.rs reads
#[path = "golden/fixture.rs"]
mod fixture;
#[path = "golden/functions.rs"]
mod functions;
#[path = "golden/graphs.rs"]
mod graphs;
#[path = "golden/layers.rs"]
mod layers;
#[path = "golden/losses.rs"]
mod losses;
#[path = "golden/models.rs"]
mod models;
#[path = "golden/optimizers.rs"]
mod optimizers;
#[path = "golden/training.rs"]
mod training;
#[path = "golden/written.rs"]
mod written;

const FORWARD: f64 = 1e-5;
const GRADIENT: f64 = 1e-4;
const LOSS: f64 = 1e-5;
