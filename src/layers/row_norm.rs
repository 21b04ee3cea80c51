//! What LayerNormalization, RMSNormalization and UnitNormalization share: groups of a sample's
//! elements that are normalised alone.

use super::axis::{Axes, Axis, MAX_RANK};
use super::{Backward, CacheLen, Forward};
use crate::kernels::elementwise::{add_assign, sum, sum_pairs, sum_rows};
use crate::kernels::permute::{permute, unpermute};

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

impl RowNorm {
    /// c and s of each group, and once γ and β; where groups do not lie side by side, three
    /// samples in which they do.
    pub fn cache_len(&self, axis: &Axis, dims: &[usize]) -> CacheLen {
        let layout = Layout::new(axis, dims);
        let turned = if layout.contiguous() { 0 } else { 3 * layout.len };
        CacheLen {
            sample: 2 * layout.len / layout.width.max(1),
            batch: 2 * layout.width + turned,
        }
    }

    /// `gamma` and `beta` are indices of variables.
    pub fn forward(
        &self,
        axis: &Axis,
        pass: &mut Forward,
        gamma: Option<usize>,
        beta: Option<usize>,
    ) {
        let layout = Layout::new(axis, pass.output_shape);
        let (len, width) = (layout.len, layout.width);
        let (affine, turned) = pass.batch_cache.split_at_mut(2 * width);
        let (g, b) = affine.split_at_mut(width);
        g.fill(1.0);
        b.fill(0.0);
        gamma.map(|i| g.copy_from_slice(pass.weights.get(i)));
        beta.map(|i| b.copy_from_slice(pass.weights.get(i)));
        let (x, g, b) = (pass.inputs.dense(0), &*g, &*b);
        if layout.contiguous() {
            let piece = (PIECE / width).max(1);
            pass.team.for_slices(pass.cache, 2 * piece, &|start, kept| {
                self.statistics(&x[start / 2 * width..][..kept.len() / 2 * width], kept);
            });
            let kept = &*pass.cache;
            pass.team.for_slices(pass.output, piece * width, &|start, y| {
                let kept = &kept[start / width * 2..];
                self.map(&x[start..start + y.len()], kept, g, b, y);
            });
            return;
        }
        let (order, of_sample) = (layout.order(), 2 * len / width);
        let order = &order[..layout.dims.len()];
        let (in_order, out_of_order) = turned.split_at_mut(len);
        let samples = pass.output.chunks_exact_mut(len).zip(x.chunks_exact(len));
        for ((y, x), kept) in samples.zip(pass.cache.chunks_exact_mut(of_sample)) {
            permute(x, layout.dims, order, in_order);
            self.statistics(in_order, kept);
            self.map(in_order, kept, g, b, &mut out_of_order[..len]);
            unpermute(&out_of_order[..len], layout.dims, order, y);
        }
    }

    pub fn backward(
        &self,
        axis: &Axis,
        pass: &mut Backward,
        gamma: Option<usize>,
        beta: Option<usize>,
    ) {
        let layout = Layout::new(axis, pass.output_shape);
        let (len, width) = (layout.len, layout.width);
        let (affine, turned) = pass.batch_cache.split_at_mut(2 * width);
        let (g, x, kept) = (&affine[..width], pass.inputs.dense(0), pass.cache);
        if layout.contiguous() {
            if let Some(d_beta) = beta.and_then(|i| pass.d_weights.get(i)) {
                sum_rows(pass.team, pass.d_output, width, d_beta);
            }
            let piece = (PIECE / width).max(1) * width;
            let of = |start: usize, n: usize| (&x[start..start + n], &kept[start / width * 2..]);
            match pass.d_inputs.get(0) {
                Some(dx) => {
                    let both = [&mut *pass.d_output, dx];
                    pass.team.for_slices_n(both, piece, &|start, [dy, dx]| {
                        let (x, kept) = of(start, dy.len());
                        self.map_back(x, kept, g, dy, dx);
                        self.times_normalised(x, kept, width, dy);
                    });
                }
                None => pass.team.for_slices(pass.d_output, piece, &|start, dy| {
                    let (x, kept) = of(start, dy.len());
                    self.times_normalised(x, kept, width, dy);
                }),
            }
            if let Some(d_gamma) = gamma.and_then(|i| pass.d_weights.get(i)) {
                sum_rows(pass.team, pass.d_output, width, d_gamma);
            }
            return;
        }
        for i in [gamma, beta].into_iter().flatten() {
            pass.d_weights.get(i).map(|d| d.fill(0.0));
        }
        let order = layout.order();
        let order = &order[..layout.dims.len()];
        let (in_x, rest) = turned.split_at_mut(len);
        let (in_dy, in_dx) = rest.split_at_mut(len);
        let mut dx = pass.d_inputs.get(0);
        for (i, kept) in kept.chunks_exact(2 * len / width).enumerate() {
            let sample = i * len..(i + 1) * len;
            permute(&x[sample.clone()], layout.dims, order, in_x);
            permute(&pass.d_output[sample.clone()], layout.dims, order, in_dy);
            if let Some(d_beta) = beta.and_then(|i| pass.d_weights.get(i)) {
                add_rows(in_dy, d_beta);
            }
            if let Some(dx) = &mut dx {
                self.map_back(in_x, kept, g, in_dy, in_dx);
                unpermute(in_dx, layout.dims, order, &mut dx[sample]);
            }
            self.times_normalised(in_x, kept, width, in_dy);
            if let Some(d_gamma) = gamma.and_then(|i| pass.d_weights.get(i)) {
                add_rows(in_dy, d_gamma);
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
