//! The layers of all families: a family's file lists its setups.

#[path = "activations.rs"]
mod activations;
#[path = "basic.rs"]
mod basic;
#[path = "convolution.rs"]
mod convolution;
#[path = "images.rs"]
mod images;
#[path = "normalization.rs"]
mod normalization;
#[path = "recurrent.rs"]
mod recurrent;
#[path = "setup.rs"]
mod setup;
#[path = "structure.rs"]
mod structure;

pub use setup::Setup;

pub fn setups() -> Vec<Setup> {
    let families = [
        activations::setups(),
        basic::setups(),
        convolution::setups(),
        images::setups(),
        normalization::setups(),
        recurrent::setups(),
        structure::setups(),
    ];
    families.into_iter().flatten().collect()
}
