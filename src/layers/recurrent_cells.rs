//! The cells of SimpleRNN, GRU and LSTM: one step of all rows, forwards and backwards
//! (`keras/src/layers/rnn/{simple_rnn,gru,lstm}.py`).

use super::recurrent::Recurrent;
use super::recurrent_kept::{Kept, Sequences, Weights};
use super::through_time::{multiply_steps, product_of_gate};
use crate::activations::{Activation, Function};
use crate::kernels::elementwise::add_assign;
use crate::kernels::matmul::{Mat, matmul, matmul_add};
use crate::kernels::team::Team;
use std::ops::Range;

/// What happens in a step. With σ the gates' activation and x̂ = x·W + b, ĥ = h·U:
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// h' = tanh(x̂ + ĥ)
    Simple,
    /// z, r = σ(x̂ + ĥ); h' = z·h + (1 − z)·tanh(x̂ + r·ĥ), or … tanh(x̂ + (r·h)·U) without
    /// `reset_after` (Cho et al., 2014).
    Gru { reset_after: bool },
    /// i, f, o = σ(x̂ + ĥ), g = tanh(x̂ + ĥ); c' = f·c + i·g; h' = o·tanh(c') (Hochreiter and
    /// Schmidhuber, 1997).
    Lstm,
}

/// A row's part of what is kept, at one step.
struct Row<'a> {
    z: &'a mut [f32],
    before: &'a mut [f32],
    /// The product of the state with the recurrent kernel, or room for gradients.
    product: &'a mut [f32],
    h: &'a mut [f32],
    c: &'a mut [f32],
    c_active: &'a mut [f32],
    inner: &'a mut [f32],
    d_inner: &'a mut [f32],
    h_before: &'a [f32],
    c_before: &'a [f32],
    /// Factors of the state for the candidate of a GRU; empty without.
    factors: &'a [f32],
}

impl<'a> Row<'a> {
    fn new(of: &Recurrent, kept: &'a mut Kept, rows: usize, row: usize, at: usize) -> Self {
        fn part(all: &mut [f32], at: usize, len: usize) -> &mut [f32] {
            match all.is_empty() {
                true => all,
                false => &mut all[at * len..][..len],
            }
        }
        let (u, w) = (of.units, of.width());
        Row {
            z: part(kept.z, at, w),
            before: part(kept.before, at, w),
            product: part(kept.scratch, row, w + u),
            h: part(kept.h_last, row, u),
            c: part(kept.c_last, row, u),
            c_active: part(kept.c_active, at, u),
            inner: part(kept.inner, at, u),
            d_inner: part(kept.d_inner, at, w),
            h_before: part(kept.h, at, u),
            c_before: part(kept.c, at, u),
            factors: match kept.h_factors.is_empty() {
                true => &[],
                false => &kept.h_factors[(of.sets() - 1) * rows * u + row * u..][..u],
            },
        }
    }

    /// Applies an activation to a part of the gates.
    fn activate(&mut self, by: &Activation, part: Range<usize>, units: usize) {
        let z = &mut self.z[part.clone()];
        if !self.before.is_empty() {
            self.before[part].copy_from_slice(z);
        }
        by.apply(z, units);
    }

    /// Turns gradients behind an activation, in `product`, into those before it.
    fn differentiate(&mut self, by: &Activation, part: Range<usize>, units: usize) {
        let before: &[f32] = match self.before.is_empty() {
            true => &[],
            false => &self.before[part.clone()],
        };
        let d = &mut self.product[part.clone()];
        by.differentiate(before, &self.z[part], d, units);
    }

    fn factor(&self, k: usize) -> f32 {
        self.factors.get(k).copied().unwrap_or(1.0)
    }
}

impl Cell {
    pub fn gates(self) -> usize {
        match self {
            Cell::Simple => 1,
            Cell::Gru { .. } => 3,
            Cell::Lstm => 4,
        }
    }

    pub fn states(self) -> usize {
        if self == Cell::Lstm { 2 } else { 1 }
    }

    /// The gates whose recurrent product is that of the state itself.
    fn direct(self) -> usize {
        match self {
            Cell::Gru { reset_after: false } => 2,
            other => other.gates(),
        }
    }

    /// Step `t` of all rows: the state in `kept.h_last` (and `kept.c_last`) becomes the next.
    pub fn forward(
        self,
        of: &Recurrent,
        team: &Team,
        sequences: &Sequences,
        weights: Weights,
        kept: &mut Kept,
        t: usize,
    ) {
        let (rows, steps, u) = (sequences.rows, sequences.steps, of.units);
        self.state_products(of, team, weights, kept, rows);
        for row in 0..rows {
            let counts = sequences.counts(row, t);
            let mut row = Row::new(of, kept, rows, row, row * steps + t);
            match self {
                Cell::Simple => simple(of, &mut row, counts),
                Cell::Lstm => lstm(of, &mut row, counts),
                Cell::Gru { reset_after } => {
                    gru_gates(of, &mut row, reset_after);
                    if reset_after {
                        gru(of, &mut row, counts);
                    }
                }
            }
        }
        if self != (Cell::Gru { reset_after: false }) {
            return;
        }
        let inner = Mat::new(kept.inner, rows, steps * u).columns(t * u..(t + 1) * u);
        let recurrent = Mat::new(weights.recurrent, u, 3 * u).columns(2 * u..3 * u);
        let product = &mut kept.dh[..rows * u];
        matmul(team, inner, recurrent, None, product);
        for row in 0..rows {
            let at = row * steps + t;
            let candidate = &mut kept.z[at * 3 * u + 2 * u..][..u];
            add_assign(candidate, &kept.dh[row * u..][..u]);
            let counts = sequences.counts(row, t);
            gru(of, &mut Row::new(of, kept, rows, row, at), counts);
        }
    }

    /// The products of the state with the recurrent kernel, each row's in `kept.scratch`.
    fn state_products(
        self,
        of: &Recurrent,
        team: &Team,
        weights: Weights,
        kept: &mut Kept,
        rows: usize,
    ) {
        let (u, w) = (of.units, of.width());
        let recurrent = Mat::new(weights.recurrent, u, w);
        // The products of all rows lie one after the other behind the rows' own room.
        let wide = self.direct() * u;
        let products = std::mem::take(&mut kept.products);
        if of.recurrent_dropout == 0.0 {
            let state = Mat::new(kept.h_last, rows, u);
            let out = &mut products[..rows * wide];
            matmul(team, state, recurrent.columns(0..wide), None, out);
            for (row, product) in out.chunks_exact(wide).enumerate() {
                kept.scratch[row * (w + u)..][..wide].copy_from_slice(product);
            }
        } else {
            for set in 0..self.direct() {
                let factors = &kept.h_factors[set * rows * u..][..rows * u];
                let (dropped, out) = products.split_at_mut(rows * u);
                dropped.copy_from_slice(&kept.h_last[..rows * u]);
                multiply_steps(dropped, factors, 1, u);
                let columns = set * u..(set + 1) * u;
                let state = Mat::new(dropped, rows, u);
                let out = &mut out[..rows * u];
                matmul(team, state, recurrent.columns(columns.clone()), None, out);
                for (row, product) in out.chunks_exact(u).enumerate() {
                    let at = row * (w + u);
                    kept.scratch[at + columns.start..at + columns.end].copy_from_slice(product);
                }
            }
        }
        kept.products = products;
        if let (Cell::Gru { reset_after: true }, Some(bias)) = (self, weights.bias) {
            for product in kept.scratch.chunks_exact_mut(w + u) {
                add_assign(&mut product[..w], &bias[w..]);
            }
        }
    }

    /// Step `s` of the computation backwards: from `kept.dh` (and `dc`) of the state behind it to
    /// that before it; the gates become their gradients.
    pub fn backward(
        self,
        of: &Recurrent,
        team: &Team,
        sequences: &Sequences,
        weights: Weights,
        kept: &mut Kept,
        s: usize,
    ) {
        let (rows, steps, u, w) = (sequences.rows, sequences.steps, of.units, of.width());
        let t = of.time(steps, s);
        for row in 0..rows {
            let at = row * steps + t;
            if !sequences.counts(row, t) {
                kept.z[at * w..][..w].fill(0.0);
                if !kept.d_inner.is_empty() {
                    kept.d_inner[at * w..][..w].fill(0.0);
                }
                continue;
            }
            let (dh, dc) = (std::mem::take(&mut kept.dh), std::mem::take(&mut kept.dc));
            let d = &mut dh[row * u..][..u];
            match self {
                Cell::Simple => simple_back(of, &mut Row::new(of, kept, rows, row, at), d),
                Cell::Lstm => {
                    let after = match s + 1 < steps {
                        true => (row * steps + of.time(steps, s + 1)) * u,
                        false => row * u,
                    };
                    let all = if s + 1 < steps { &kept.c } else { &kept.c_last };
                    let room = rows * u + row * u;
                    dc[room..room + u].copy_from_slice(&all[after..after + u]);
                    let (dc, after) = dc.split_at_mut(rows * u);
                    let (dc, after) = (&mut dc[row * u..][..u], &after[row * u..][..u]);
                    lstm_back(of, &mut Row::new(of, kept, rows, row, at), d, dc, after);
                }
                Cell::Gru { reset_after } => {
                    gru_back(of, &mut Row::new(of, kept, rows, row, at), d, reset_after);
                }
            }
            (kept.dh, kept.dc) = (dh, dc);
        }
        if self == (Cell::Gru { reset_after: false }) {
            self.reset_back(of, team, sequences, weights, kept, t);
        }
        self.state_gradients(of, team, weights, kept, (rows, steps, t));
    }

    /// Adds to `kept.dh` what comes through the recurrent products of step `t`.
    fn state_gradients(
        self,
        of: &Recurrent,
        team: &Team,
        weights: Weights,
        kept: &mut Kept,
        (rows, steps, t): (usize, usize, usize),
    ) {
        let (u, w) = (of.units, of.width());
        let recurrent = Mat::new(weights.recurrent, u, w);
        let d = match self {
            Cell::Gru { reset_after: true } => &*kept.d_inner,
            _ => &*kept.z,
        };
        let d = Mat::new(d, rows, steps * w);
        let gates = |gates: Range<usize>| {
            let d = d.columns(t * w + gates.start * u..t * w + gates.end * u);
            (d, recurrent.columns(gates.start * u..gates.end * u).t())
        };
        let dh = &mut kept.dh[..rows * u];
        if of.recurrent_dropout == 0.0 {
            let (d, recurrent) = gates(0..self.direct());
            matmul_add(team, d, recurrent, dh);
            return;
        }
        let product = &mut kept.products[..rows * u];
        for set in 0..self.direct() {
            let (d, recurrent) = gates(set..set + 1);
            matmul(team, d, recurrent, None, product);
            let factors = &kept.h_factors[set * rows * u..][..rows * u];
            for ((dh, product), factor) in dh.iter_mut().zip(&*product).zip(factors) {
                *dh += product * factor;
            }
        }
    }

    /// What a GRU that resets before the product still lacks at step `t`: the reset gate's gradient
    /// and what goes through it to the state.
    fn reset_back(
        self,
        of: &Recurrent,
        team: &Team,
        sequences: &Sequences,
        weights: Weights,
        kept: &mut Kept,
        t: usize,
    ) {
        let (rows, steps, u) = (sequences.rows, sequences.steps, of.units);
        let w = 3 * u;
        let candidates = Mat::new(kept.z, rows, steps * w);
        let candidates = candidates.columns(t * w + 2 * u..(t + 1) * w);
        let recurrent = Mat::new(weights.recurrent, u, w).columns(2 * u..w);
        let products = std::mem::take(&mut kept.products);
        let product = &mut products[..rows * u];
        matmul(team, candidates, recurrent.t(), None, product);
        for (row, product) in product.chunks_exact(u).enumerate() {
            if !sequences.counts(row, t) {
                continue;
            }
            let dh = std::mem::take(&mut kept.dh);
            let mut it = Row::new(of, kept, rows, row, row * steps + t);
            for k in 0..u {
                let (reset, factor) = (it.z[u + k], it.factor(k));
                it.product[k] = it.d_inner[k];
                it.product[u + k] = product[k] * it.h_before[k] * factor;
                dh[row * u + k] += product[k] * reset * factor;
            }
            it.differentiate(of.recurrent_activation, 0..2 * u, u);
            it.z[..2 * u].copy_from_slice(&it.product[..2 * u]);
            kept.dh = dh;
        }
        kept.products = products;
    }

    /// The recurrent kernel's gradient once all steps are done.
    pub fn recurrent_gradient(
        self,
        of: &Recurrent,
        team: &Team,
        sequences: &Sequences,
        kept: &mut Kept,
        out: &mut [f32],
        scratch: &mut [f32],
    ) {
        let (u, w) = (of.units, of.width());
        let all = sequences.rows * sequences.steps;
        let d = match self {
            Cell::Gru { reset_after: true } => &*kept.d_inner,
            _ => &*kept.z,
        };
        let d = Mat::new(d, all, w);
        if of.recurrent_dropout == 0.0 && self.direct() == self.gates() {
            let h = Mat::new(kept.h, all, u);
            product_of_gate(team, h.t(), d, (0, 1), u, out, scratch);
            return;
        }
        let gates = self.gates();
        for set in 0..gates {
            let mut h = Mat::new(kept.h, all, u);
            if set >= self.direct() {
                h = Mat::new(kept.inner, all, u);
            } else if of.recurrent_dropout > 0.0 {
                let factors = &kept.h_factors[set * sequences.rows * u..];
                let dropped = &mut kept.gate[..all * u];
                dropped.copy_from_slice(kept.h);
                multiply_steps(dropped, factors, sequences.steps, u);
                h = Mat::new(dropped, all, u);
            }
            product_of_gate(team, h.t(), d, (set, gates), u, out, scratch);
        }
    }
}

fn simple(of: &Recurrent, row: &mut Row, counts: bool) {
    let u = of.units;
    add_assign(row.z, &row.product[..u]);
    row.activate(of.activation, 0..u, u);
    if counts {
        row.h.copy_from_slice(row.z);
    }
}

fn simple_back(of: &Recurrent, row: &mut Row, dh: &mut [f32]) {
    let u = of.units;
    row.product[..u].copy_from_slice(dh);
    row.differentiate(of.activation, 0..u, u);
    row.z.copy_from_slice(&row.product[..u]);
    dh.fill(0.0);
}

fn lstm(of: &Recurrent, row: &mut Row, counts: bool) {
    let u = of.units;
    add_assign(row.z, &row.product[..4 * u]);
    row.activate(of.recurrent_activation, 0..2 * u, u);
    row.activate(of.activation, 2 * u..3 * u, u);
    row.activate(of.recurrent_activation, 3 * u..4 * u, u);
    if !counts {
        return;
    }
    for k in 0..u {
        let (i, f, g) = (row.z[k], row.z[u + k], row.z[2 * u + k]);
        row.c[k] = f * row.c[k] + i * g;
    }
    row.c_active.copy_from_slice(row.c);
    of.activation.apply(row.c_active, u);
    for k in 0..u {
        row.h[k] = row.z[3 * u + k] * row.c_active[k];
    }
}

/// `after` is the cell behind the step.
fn lstm_back(of: &Recurrent, row: &mut Row, dh: &mut [f32], dc: &mut [f32], after: &[f32]) {
    let u = of.units;
    for (k, dh) in dh.iter_mut().enumerate() {
        row.product[3 * u + k] = *dh * row.c_active[k];
        *dh *= row.z[3 * u + k];
    }
    of.activation.differentiate(after, row.c_active, dh, u);
    for k in 0..u {
        let (i, f, g) = (row.z[k], row.z[u + k], row.z[2 * u + k]);
        let d = dc[k] + dh[k];
        row.product[k] = d * g;
        row.product[u + k] = d * row.c_before[k];
        row.product[2 * u + k] = d * i;
        dc[k] = d * f;
    }
    row.differentiate(of.recurrent_activation, 0..2 * u, u);
    row.differentiate(of.activation, 2 * u..3 * u, u);
    row.differentiate(of.recurrent_activation, 3 * u..4 * u, u);
    row.z.copy_from_slice(&row.product[..4 * u]);
    dh.fill(0.0);
}

/// Update and reset gate, and the candidate up to its activation or its product.
fn gru_gates(of: &Recurrent, row: &mut Row, reset_after: bool) {
    let u = of.units;
    add_assign(&mut row.z[..2 * u], &row.product[..2 * u]);
    row.activate(of.recurrent_activation, 0..2 * u, u);
    for k in 0..u {
        let reset = row.z[u + k];
        if reset_after {
            row.inner[k] = row.product[2 * u + k];
            row.z[2 * u + k] += reset * row.inner[k];
        } else {
            row.inner[k] = reset * row.h_before[k] * row.factor(k);
        }
    }
}

/// The candidate's activation and the new state.
fn gru(of: &Recurrent, row: &mut Row, counts: bool) {
    let u = of.units;
    row.activate(of.activation, 2 * u..3 * u, u);
    if counts {
        for k in 0..u {
            let (z, candidate) = (row.z[k], row.z[2 * u + k]);
            row.h[k] = z * row.h[k] + (1.0 - z) * candidate;
        }
    }
}

fn gru_back(of: &Recurrent, row: &mut Row, dh: &mut [f32], reset_after: bool) {
    let u = of.units;
    for (k, dh) in dh.iter_mut().enumerate() {
        let (z, candidate) = (row.z[k], row.z[2 * u + k]);
        row.product[k] = *dh * (row.h_before[k] - candidate);
        row.product[2 * u + k] = *dh * (1.0 - z);
        *dh *= z;
    }
    row.differentiate(of.activation, 2 * u..3 * u, u);
    if !reset_after {
        // The gates' gradients wait for the product with the candidates': see `reset_back`.
        row.d_inner[..u].copy_from_slice(&row.product[..u]);
        row.z[2 * u..].copy_from_slice(&row.product[2 * u..3 * u]);
        return;
    }
    for k in 0..u {
        let d = row.product[2 * u + k];
        row.d_inner[2 * u + k] = d * row.z[u + k];
        row.product[u + k] = d * row.inner[k];
    }
    row.differentiate(of.recurrent_activation, 0..2 * u, u);
    row.d_inner[..2 * u].copy_from_slice(&row.product[..2 * u]);
    row.z.copy_from_slice(&row.product[..3 * u]);
}
