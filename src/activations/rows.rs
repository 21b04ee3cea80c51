//! Activations of rows: each element depends on its whole row.

use crate::kernels::elementwise::{exp, log, sigmoid};
use crate::kernels::sums::{dot, sum};

/// y = a·σ(b), where each row of x is a, then b, both as wide as y's (Dauphin et al., 2017).
pub fn glu(x: &[f32], y: &mut [f32], width: usize) {
    for (x, y) in x.chunks_exact(2 * width).zip(y.chunks_exact_mut(width)) {
        let (a, b) = x.split_at(width);
        for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
            *y = a * sigmoid(b);
        }
    }
}

/// Turns x into dL/dx: dy·σ(b) and dy·a·σ(b)·(1 - σ(b)).
pub fn glu_slope(x: &mut [f32], dy: &[f32], width: usize) {
    for (x, dy) in x.chunks_exact_mut(2 * width).zip(dy.chunks_exact(width)) {
        let (a, b) = x.split_at_mut(width);
        for ((a, b), &dy) in a.iter_mut().zip(b).zip(dy) {
            let gate = sigmoid(*b);
            *b = dy * *a * gate * (1.0 - gate);
            *a = dy * gate;
        }
    }
}

/// From the output: y·(dy - Σ dy·y).
pub fn softmax_slope(y: &[f32], dy: &mut [f32], width: usize) {
    for (d, y) in dy.chunks_exact_mut(width).zip(y.chunks_exact(width)) {
        let dot = dot(d, y);
        d.iter_mut().zip(y).for_each(|(d, &y)| *d = y * (*d - dot));
    }
}

/// x - max - ln Σ e^(x - max)
pub fn log_softmax(y: &mut [f32], width: usize) {
    for row in y.chunks_exact_mut(width) {
        let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut total = 0.0;
        for v in row.iter_mut() {
            *v -= max;
            total += f64::from(exp(*v));
        }
        let total = log(total as f32);
        row.iter_mut().for_each(|v| *v -= total);
    }
}

/// From the output: dy - e^y·Σ dy.
pub fn log_softmax_slope(y: &[f32], dy: &mut [f32], width: usize) {
    for (d, y) in dy.chunks_exact_mut(width).zip(y.chunks_exact(width)) {
        let total = sum(d);
        let pairs = d.iter_mut().zip(y);
        pairs.for_each(|(d, &y)| *d -= exp(y) * total);
    }
}

/// max(x - τ, 0), with Keras' τ = (Σⱼ cⱼ - 1) / k over the k elements of the support, cⱼ being the
/// sum of the j largest. (Martins & Astudillo, 2016, have τ = (cₖ - 1) / k, with which a row sums
/// to 1; Keras adds up all the cⱼ.)
pub fn sparsemax(y: &mut [f32], width: usize) {
    for row in y.chunks_exact_mut(width) {
        let support = Support::of(row);
        let members = row.iter().enumerate().filter(|(_, x)| support.has(**x));
        let sums: f64 = members
            .map(|(i, &x)| support.sums_with(row, i) * f64::from(x))
            .sum();
        let tau = ((sums - 1.0) / support.count) as f32;
        for v in row.iter_mut() {
            let above = *v - tau;
            *v = if above < 0.0 { 0.0 } else { above };
        }
    }
}

/// From input and output: τ falls on each element of the support by the share of sums it is in.
pub fn sparsemax_slope(x: &[f32], y: &[f32], dy: &mut [f32], width: usize) {
    let rows = dy.chunks_exact_mut(width);
    for (d, (x, y)) in rows.zip(x.chunks_exact(width).zip(y.chunks_exact(width))) {
        let support = Support::of(x);
        let mut total = 0.0;
        for (d, &y) in d.iter_mut().zip(y) {
            *d = if y > 0.0 { *d } else { 0.0 };
            total += f64::from(*d);
        }
        for (i, d) in d.iter_mut().enumerate() {
            if support.has(x[i]) {
                *d -= (support.sums_with(x, i) / support.count * total) as f32;
            }
        }
    }
}

/// The largest elements of a row: x > τ with the τ of sparsemax.
struct Support {
    tau: f64,
    count: f64,
}

impl Support {
    /// Starts from the whole row and drops what is not above τ, until all are (Michelot, 1986):
    /// without sorting, and so without a buffer.
    fn of(row: &[f32]) -> Self {
        let mut support = Support {
            tau: f64::NEG_INFINITY,
            count: f64::INFINITY,
        };
        loop {
            let members = row.iter().filter(|x| support.has(**x));
            let (mut sum, mut count) = (0.0, 0.0);
            members.for_each(|&x| (sum, count) = (sum + f64::from(x), count + 1.0));
            if count == support.count || count == 0.0 {
                return support;
            }
            let tau = (sum - 1.0) / count;
            support = Support { tau, count };
        }
    }

    fn has(&self, x: f32) -> bool {
        f64::from(x) > self.tau
    }

    /// In how many of the sums c₁ … cₖ element `i` is: those from its rank on.
    fn sums_with(&self, row: &[f32], i: usize) -> f64 {
        let before = |(j, &x): (usize, &f32)| x > row[i] || (x == row[i] && j < i);
        let rank = row
            .iter()
            .enumerate()
            .filter(|&other| before(other))
            .count();
        self.count - rank as f64
    }
}
