//! One matrix product, by this engine and by ndarray, and the loop that bounds both.
#![cfg(target_arch = "wasm32")]

use model_dojo::kernels::{Mat, Team, matmul};
use ndarray::{Array2, ArrayView2};
use std::arch::wasm32::{f32x4_extract_lane, f32x4_relaxed_madd, f32x4_splat};
use wasm_bindgen::prelude::*;

/// C = A·B for A of m×k and B of k×n; each may be stored transposed.
#[wasm_bindgen]
pub struct Product {
    teams: [Team; 2],
    a: Array2<f32>,
    b: Array2<f32>,
    c: Array2<f32>,
    transposed: [bool; 2],
}

#[wasm_bindgen]
impl Product {
    /// The pool of `threads - 1` helpers must be there.
    #[wasm_bindgen(constructor)]
    pub fn new(threads: usize, m: usize, k: usize, n: usize, a_t: bool, b_t: bool) -> Product {
        let filled = |rows, cols, transposed| {
            let shape = if transposed { (cols, rows) } else { (rows, cols) };
            Array2::from_shape_fn(shape, |(i, j)| (i + j) as f32 / shape.0 as f32)
        };
        Product {
            teams: [Team::single(), Team::new(threads)],
            a: filled(m, k, a_t),
            b: filled(k, n, b_t),
            c: Array2::zeros((m, n)),
            transposed: [a_t, b_t],
        }
    }

    /// This engine's product, so many times, by one thread or by all.
    pub fn dojo(&mut self, repeats: usize, all: bool) -> f32 {
        let [a, b] = [(&self.a, self.transposed[0]), (&self.b, self.transposed[1])].map(
            |(matrix, transposed)| {
                let (rows, cols) = matrix.dim();
                let stored = Mat::new(matrix.as_slice().unwrap_or_default(), rows, cols);
                if transposed { stored.t() } else { stored }
            },
        );
        let team = &self.teams[usize::from(all)];
        let c = self.c.as_slice_mut().unwrap_or_default();
        team.session(|| (0..repeats).for_each(|_| matmul(team, a, b, None, c)));
        c[0]
    }

    /// ndarray's product, so many times.
    pub fn ndarray(&mut self, repeats: usize) -> f32 {
        fn stored(matrix: &Array2<f32>, transposed: bool) -> ArrayView2<'_, f32> {
            if transposed { matrix.t() } else { matrix.view() }
        }
        let (a, b) = (stored(&self.a, self.transposed[0]), stored(&self.b, self.transposed[1]));
        for _ in 0..repeats {
            self.c = a.dot(&b);
        }
        self.c[[0, 0]]
    }
}

/// Sums that the loop below keeps in registers: as many as V8 has besides its operands.
const SUMS: usize = 12;
/// Floating-point operations of one turn of [`peak`].
const FLOPS: usize = SUMS * 4 * 2;

/// Multiplies and adds in registers alone, at least `flops` operations: no product can be faster.
#[wasm_bindgen]
pub fn peak(flops: f64) -> f32 {
    let (x, y) = (f32x4_splat(0.999), f32x4_splat(0.001));
    let mut sums = [f32x4_splat(1.0); SUMS];
    for _ in 0..(flops / FLOPS as f64).ceil() as usize {
        sums.iter_mut().for_each(|sum| *sum = f32x4_relaxed_madd(*sum, x, y));
    }
    sums.iter().map(|&sum| f32x4_extract_lane::<0>(sum)).sum()
}
