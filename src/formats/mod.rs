//! Files that hold models: Keras' `.keras`, its weights, and how it names what is in them.

pub mod layer_paths;

#[cfg(feature = "formats")]
pub mod hdf5;
#[cfg(feature = "formats")]
pub mod keras_zip;
