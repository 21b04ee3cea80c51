//! The only code that knows SIMD and threads.
//!
//! Kernels take slices and a [`Team`]. Each output element is computed by one thread in a fixed
//! order, so results are bitwise equal at any number of threads.

pub mod axes;
pub mod channels;
pub mod conv;
pub mod depthwise;
pub mod elementwise;
pub mod frame;
pub mod matmul;
mod microkernel;
pub mod permute;
pub mod pool;
pub mod sparse;
pub mod sums;
pub mod team;
pub mod window;

pub use matmul::{Mat, matmul, matmul_add};
pub use sparse::{Rows, gather_rows, scatter_rows, sparse_matmul, sparse_matmul_grad};
pub use team::Team;
