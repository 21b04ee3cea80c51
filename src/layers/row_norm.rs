//! What LayerNormalization, RMSNormalization and UnitNormalization share: groups of a sample's
//! elements that are normalised alone.

use super::axis::{Axes, Axis, MAX_RANK};
use super::{Backward, CacheLen, Forward};
use crate::kernels::elementwise::add_assign;
use crate::kernels::permute::{permute, unpermute};
use crate::kernels::sums::{sum, sum_pairs, sum_rows};

/// y = (x − m)·s·γ + β with s = 1 / √(k·Σ(x − c)² + ε) over each group.
#[derive(Debug, Clone, Copy)]
pub struct RowNorm {
    /// c is the group's mean, else 0.
    pub about_mean: bool,
    /// m is the group's mean, else 0.
    pub subtract_mean: bool,
    /// k is 1 / elements of the group, else 1.
    pub mean_square: bool,
    pub epsilon: f32,
    /// s is never larger.
    pub largest: f32,
}

/// Indices of γ and β among the layer's variables.
#[derive(Debug, Clone, Copy, Default)]
pub struct Affine {
    pub gamma: Option<usize>,
    pub beta: Option<usize>,
}

/// How samples fall into groups: along the normalised axes.
struct Layout<'a> {
    dims: &'a [usize],
    axes: Axes,
    /// Elements of a sample and of a group.
    len: usize,
    width: usize,
}

/// Elements that one thread takes at a time.
const PIECE: usize = 1 << 14;

impl<'a> Layout<'a> {
    fn new(axis: &Axis, dims: &'a [usize]) -> Self {
        let axes = axis.of_rank(dims.len());
        let of_group = dims.iter().enumerate();
        let of_group = of_group.filter(|(axis, _)| axes.contains(*axis));
        Layout {
            dims,
            axes,
            len: dims.iter().product(),
            width: of_group.map(|(_, &n)| n).product(),
        }
    }

    /// A group's elements lie side by side.
    fn contiguous(&self) -> bool {
        self.axes.are_trailing(self.dims.len())
    }

    /// The order of axes in which they would: the kept ones first.
    fn order(&self) -> [usize; MAX_RANK] {
        let mut order = [0; MAX_RANK];
        let rank = self.dims.len();
        let kept = (0..rank).filter(|&axis| !self.axes.contains(axis));
        let all = kept.chain((0..rank).filter(|&axis| self.axes.contains(axis)));
        order.iter_mut().zip(all).for_each(|(to, axis)| *to = axis);
        order
    }
}

/// Room for one sample with its axes in an order in which groups lie side by side.
struct Turned<'a> {
    dims: &'a [usize],
    order: &'a [usize],
    x: &'a mut [f32],
    dy: &'a mut [f32],
    /// y forwards, dx backwards.
    other: &'a mut [f32],
}

impl<'a> Turned<'a> {
    fn new(layout: &Layout<'a>, order: &'a [usize], room: &'a mut [f32]) -> Self {
        let (x, rest) = room.split_at_mut(layout.len);
        let (dy, other) = rest.split_at_mut(layout.len);
        let (dims, order) = (layout.dims, &order[..layout.dims.len()]);
        Turned {
            dims,
            order,
            x,
            dy,
            other,
        }
    }

    fn turn_x(&mut self, x: &[f32]) {
        permute(x, self.dims, self.order, self.x);
    }

    fn turn_dy(&mut self, dy: &[f32]) {
        permute(dy, self.dims, self.order, self.dy);
    }

    fn turn_back(&self, to: &mut [f32]) {
        unpermute(self.other, self.dims, self.order, to);
    }
}

impl RowNorm {
    /// c and s of each group, and once γ and β; where groups do not lie side by side, three
    /// samples in which they do.
    pub fn cache_len(&self, axis: &Axis, dims: &[usize]) -> CacheLen {
        let layout = Layout::new(axis, dims);
        let turned = if layout.contiguous() {
            0
        } else {
            3 * layout.len
        };
        CacheLen {
            sample: 2 * layout.len / layout.width.max(1),
            batch: 2 * layout.width + turned,
        }
    }

    pub fn forward(&self, axis: &Axis, pass: &mut Forward, affine: Affine) {
        let layout = Layout::new(axis, pass.output_shape);
        let width = layout.width;
        let (kept, turned) = pass.batch_cache.split_at_mut(2 * width);
        let (gamma, beta) = kept.split_at_mut(width);
        gamma.fill(1.0);
        beta.fill(0.0);
        for (to, from) in [(&mut *gamma, affine.gamma), (&mut *beta, affine.beta)] {
            if let Some(i) = from {
                to.copy_from_slice(pass.weights.get(i));
            }
        }
        let (x, gamma, beta) = (pass.inputs.dense(0), &*gamma, &*beta);
        if !layout.contiguous() {
            let order = layout.order();
            let mut samples = Turned::new(&layout, &order, turned);
            let outputs = pass.output.chunks_exact_mut(layout.len);
            let kept = pass.cache.chunks_exact_mut(2 * layout.len / width);
            for ((y, x), kept) in outputs.zip(x.chunks_exact(layout.len)).zip(kept) {
                samples.turn_x(x);
                self.statistics(samples.x, kept);
                self.map(samples.x, kept, gamma, beta, samples.other);
                samples.turn_back(y);
            }
            return;
        }
        let piece = (PIECE / width).max(1);
        pass.team.for_slices(pass.cache, 2 * piece, &|start, kept| {
            let elements = kept.len() / 2 * width;
            self.statistics(&x[start / 2 * width..][..elements], kept);
        });
        let kept = &*pass.cache;
        pass.team
            .for_slices(pass.output, piece * width, &|start, y| {
                let kept = &kept[start / width * 2..];
                self.map(&x[start..start + y.len()], kept, gamma, beta, y);
            });
    }

    pub fn backward(&self, axis: &Axis, pass: &mut Backward, affine: Affine) {
        let layout = Layout::new(axis, pass.output_shape);
        if !layout.contiguous() {
            self.backward_turned(&layout, pass, affine);
            return;
        }
        let width = layout.width;
        let (gamma, x, kept) = (
            &pass.batch_cache[..width],
            pass.inputs.dense(0),
            &*pass.cache,
        );
        if let Some(d_beta) = affine.beta.and_then(|i| pass.d_weights.get(i)) {
            sum_rows(pass.team, pass.d_output, width, d_beta);
        }
        let piece = (PIECE / width).max(1) * width;
        let of = |start: usize, n: usize| (&x[start..start + n], &kept[start / width * 2..]);
        match pass.d_inputs.get(0) {
            Some(dx) => {
                let both = [&mut *pass.d_output, dx];
                pass.team.for_slices_n(both, piece, &|start, [dy, dx]| {
                    let (x, kept) = of(start, dy.len());
                    self.map_back(x, kept, gamma, dy, dx);
                    self.times_normalised(x, kept, width, dy);
                });
            }
            None => pass.team.for_slices(pass.d_output, piece, &|start, dy| {
                let (x, kept) = of(start, dy.len());
                self.times_normalised(x, kept, width, dy);
            }),
        }
        if let Some(d_gamma) = affine.gamma.and_then(|i| pass.d_weights.get(i)) {
            sum_rows(pass.team, pass.d_output, width, d_gamma);
        }
    }

    /// `backward` sample by sample, where groups do not lie side by side.
    fn backward_turned(&self, layout: &Layout, pass: &mut Backward, affine: Affine) {
        let (len, width) = (layout.len, layout.width);
        let (gamma, turned) = pass.batch_cache.split_at_mut(2 * width);
        let gamma = &gamma[..width];
        for i in [affine.gamma, affine.beta].into_iter().flatten() {
            if let Some(d) = pass.d_weights.get(i) {
                d.fill(0.0);
            }
        }
        let order = layout.order();
        let mut samples = Turned::new(layout, &order, turned);
        let mut dx = pass.d_inputs.get(0);
        let x = pass.inputs.dense(0).chunks_exact(len).enumerate();
        for ((i, x), kept) in x.zip(pass.cache.chunks_exact(2 * len / width)) {
            let sample = i * len..(i + 1) * len;
            samples.turn_x(x);
            samples.turn_dy(&pass.d_output[sample.clone()]);
            if let Some(d_beta) = affine.beta.and_then(|i| pass.d_weights.get(i)) {
                add_rows(samples.dy, d_beta);
            }
            if let Some(dx) = &mut dx {
                self.map_back(samples.x, kept, gamma, samples.dy, samples.other);
                samples.turn_back(&mut dx[sample]);
            }
            self.times_normalised(samples.x, kept, width, samples.dy);
            if let Some(d_gamma) = affine.gamma.and_then(|i| pass.d_weights.get(i)) {
                add_rows(samples.dy, d_gamma);
            }
        }
    }

    /// c and s of each group of `x`, two numbers each.
    fn statistics(&self, x: &[f32], kept: &mut [f32]) {
        let width = x.len() / (kept.len() / 2).max(1);
        let share = 1.0 / width as f32;
        for (x, kept) in x.chunks_exact(width).zip(kept.chunks_exact_mut(2)) {
            let c = if self.about_mean { sum(x) * share } else { 0.0 };
            let squares = sum_pairs(x, x, |x, _| (x - c) * (x - c));
            let k = if self.mean_square { share } else { 1.0 };
            let s = 1.0 / (k * squares + self.epsilon).sqrt();
            kept[0] = c;
            kept[1] = if s > self.largest { self.largest } else { s };
        }
    }

    fn subtracted(&self, c: f32) -> f32 {
        if self.subtract_mean { c } else { 0.0 }
    }

    fn map(&self, x: &[f32], kept: &[f32], gamma: &[f32], beta: &[f32], y: &mut [f32]) {
        let width = gamma.len();
        let rows = y.chunks_exact_mut(width).zip(x.chunks_exact(width));
        for ((y, x), kept) in rows.zip(kept.chunks_exact(2)) {
            let (m, s) = (self.subtracted(kept[0]), kept[1]);
            for (((y, x), gamma), beta) in y.iter_mut().zip(x).zip(gamma).zip(beta) {
                *y = (x - m) * s * gamma + beta;
            }
        }
    }

    /// With g = dy·γ: dx = s·g − s·mean(g) − (x − c)·s³·k·Σ g·(x − m), the middle term where m is
    /// the mean.
    fn map_back(&self, x: &[f32], kept: &[f32], gamma: &[f32], dy: &[f32], dx: &mut [f32]) {
        let width = gamma.len();
        let share = 1.0 / width as f32;
        let k = if self.mean_square { share } else { 1.0 };
        let rows = dx.chunks_exact_mut(width).zip(x.chunks_exact(width));
        let rows = rows.zip(dy.chunks_exact(width)).zip(kept.chunks_exact(2));
        for (((dx, x), dy), kept) in rows {
            let (c, s, m) = (kept[0], kept[1], self.subtracted(kept[0]));
            for ((dx, dy), gamma) in dx.iter_mut().zip(dy).zip(gamma) {
                *dx = dy * gamma;
            }
            let offset = if self.subtract_mean {
                s * share * sum(dx)
            } else {
                0.0
            };
            let slope = if s == self.largest {
                0.0
            } else {
                s * s * s * k * sum_pairs(dx, x, |g, x| g * (x - m))
            };
            for (dx, x) in dx.iter_mut().zip(x) {
                *dx = s * *dx - offset - (x - c) * slope;
            }
        }
    }

    /// dy ← dy·(x − m)·s, whose sum over groups is γ's gradient.
    fn times_normalised(&self, x: &[f32], kept: &[f32], width: usize, dy: &mut [f32]) {
        let rows = dy.chunks_exact_mut(width).zip(x.chunks_exact(width));
        for ((dy, x), kept) in rows.zip(kept.chunks_exact(2)) {
            let (m, s) = (self.subtracted(kept[0]), kept[1]);
            dy.iter_mut().zip(x).for_each(|(dy, x)| *dy *= (x - m) * s);
        }
    }
}

/// Adds each row of `x` to `to`.
fn add_rows(x: &[f32], to: &mut [f32]) {
    for x in x.chunks_exact(to.len()) {
        add_assign(to, x);
    }
}
