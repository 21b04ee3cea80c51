//! The only code that knows SIMD and threads.
