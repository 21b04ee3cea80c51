//! Images in another size: each output pixel is a weighted sum of inputs, separately along height
//! and width (`jax.image.resize`, which Keras calls).

use super::image::Image;
use super::{Backward, Forward};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// How pixels are weighted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    Nearest,
    #[default]
    Bilinear,
    Bicubic,
    Lanczos3,
    Lanczos5,
}

impl Method {
    /// The kernel is 0 from here on.
    fn radius(self) -> f32 {
        match self {
            Method::Nearest | Method::Bilinear => 1.0,
            Method::Bicubic => 2.0,
            Method::Lanczos3 => 3.0,
            Method::Lanczos5 => 5.0,
        }
    }

    /// The weight of a pixel at distance `x` ≥ 0.
    fn kernel(self, x: f32) -> f32 {
        let lanczos = |radius: f64| {
            let y = f64::from(x);
            match y {
                y if y > radius => 0.0,
                y if y <= 1e-3 => 1.0,
                y => (radius * (PI * y).sin() * (PI * y / radius).sin() / (PI * y).powi(2)) as f32,
            }
        };
        match self {
            Method::Nearest | Method::Bilinear => (1.0 - x).max(0.0),
            // Keys' kernel with A = −0.5.
            Method::Bicubic if x >= 2.0 => 0.0,
            Method::Bicubic if x >= 1.0 => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
            Method::Bicubic => ((1.5 * x - 2.5) * x) * x + 1.0,
            Method::Lanczos3 => lanczos(3.0),
            Method::Lanczos5 => lanczos(5.0),
        }
    }
}

/// One axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    pub input: usize,
    pub output: usize,
    pub method: Method,
    pub antialias: bool,
}

impl Axis {
    fn inverse_scale(&self) -> f32 {
        (1.0 / (self.output as f64 / self.input as f64)) as f32
    }

    /// How much wider the kernel is: shrinking with `antialias` takes more pixels.
    fn kernel_scale(&self) -> f32 {
        if self.antialias {
            self.inverse_scale().max(1.0)
        } else {
            1.0
        }
    }

    /// Inputs that may have a weight in one output.
    fn taps(&self) -> usize {
        let most = match self.method {
            _ if self.input == self.output => 1.0,
            Method::Nearest => 1.0,
            method => 2.0 * method.radius() * self.kernel_scale() + 2.0,
        };
        (most as usize).min(self.input)
    }

    /// Numbers that [`Axis::plan`] writes.
    pub fn plan_len(&self) -> usize {
        self.output * (1 + self.taps())
    }

    /// For each output the first input and the weights from there on.
    pub fn plan(&self, plan: &mut [f32]) {
        let taps = self.taps();
        for (i, plan) in plan.chunks_exact_mut(1 + taps).enumerate() {
            let (first, weights) = plan.split_at_mut(1);
            let start = self.first(i).clamp(0.0, (self.input - taps) as f32);
            first[0] = start;
            let weight = |j: f32| self.weight(i, j);
            weights
                .iter_mut()
                .zip(0..)
                .for_each(|(w, j)| *w = weight(start + j as f32));
            let total: f32 = weights.iter().sum();
            let some = total.abs() > 1000.0 * f32::EPSILON;
            weights
                .iter_mut()
                .for_each(|w| *w = if some { *w / total } else { 0.0 });
        }
    }

    /// The centre of output `i` among the inputs.
    fn centre(&self, i: usize) -> f32 {
        (i as f32 + 0.5) * self.inverse_scale() - 0.5
    }

    fn first(&self, i: usize) -> f32 {
        match self.method {
            _ if self.input == self.output => i as f32,
            Method::Nearest => ((i as f32 + 0.5) * self.input as f32 / self.output as f32).floor(),
            method => (self.centre(i) - method.radius() * self.kernel_scale()).floor(),
        }
    }

    /// The weight of input `j` in output `i`, before all are scaled to a sum of 1.
    fn weight(&self, i: usize, j: f32) -> f32 {
        match self.method {
            _ if self.input == self.output => 1.0,
            Method::Nearest => 1.0,
            method => method.kernel((self.centre(i) - j).abs() / self.kernel_scale()),
        }
    }
}

/// A part of an image, or the image in a larger frame: where it begins within the image (negative
/// in a frame), its size, and what fills the frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    pub top: isize,
    pub left: isize,
    pub height: usize,
    pub width: usize,
    pub fill: f32,
}

impl View {
    pub fn whole(image: Image) -> Self {
        View {
            top: 0,
            left: 0,
            height: image.height,
            width: image.width,
            fill: 0.0,
        }
    }

    /// The largest part in the middle of the image that has the proportions of `target` (height,
    /// width).
    pub fn crop(image: Image, target: [usize; 2]) -> Self {
        let [height, width] = proportions(image, target);
        let (height, width) = (
            height.min(image.height).max(1),
            width.min(image.width).max(1),
        );
        View {
            top: ((image.height - height) / 2) as isize,
            left: ((image.width - width) / 2) as isize,
            height,
            width,
            fill: 0.0,
        }
    }

    /// The image in a frame of these proportions.
    pub fn pad(image: Image, target: [usize; 2], fill: f32) -> Self {
        let [height, width] = proportions(image, target);
        let top = height.saturating_sub(image.height) / 2;
        // Keras pads one of both.
        let left = if top > 0 {
            0
        } else {
            width.saturating_sub(image.width) / 2
        };
        View {
            top: -(top as isize),
            left: -(left as isize),
            height: image.height + 2 * top,
            width: image.width + 2 * left,
            fill,
        }
    }
}

/// The height that fits the width, and the width that fits the height.
fn proportions(image: Image, [height, width]: [usize; 2]) -> [usize; 2] {
    let fit = |other: usize, own: usize, by: usize| ((other * own) as f64 / by as f64) as usize;
    [
        fit(image.width, height, width),
        fit(image.height, width, height),
    ]
}

/// A view of images `from` in the size of images `to`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resample {
    pub from: Image,
    pub to: Image,
    pub view: View,
    pub method: Method,
    pub antialias: bool,
}

impl Resample {
    fn axes(&self) -> [Axis; 2] {
        let axis = |input, output| Axis {
            input,
            output,
            method: self.method,
            antialias: self.antialias,
        };
        [
            axis(self.view.height, self.to.height),
            axis(self.view.width, self.to.width),
        ]
    }

    pub fn plan_len(&self) -> usize {
        self.axes().iter().map(Axis::plan_len).sum()
    }

    /// The plan goes into the batch's cache, where [`Resample::backward`] finds it.
    pub fn forward(&self, pass: &mut Forward) {
        let [rows, columns] = self.axes();
        let (row_plan, column_plan) = pass.batch_cache.split_at_mut(rows.plan_len());
        rows.plan(row_plan);
        columns.plan(column_plan);
        let (plan, all, len) = (&*pass.batch_cache, pass.inputs.dense(0), self.from.size());
        pass.team
            .for_slices(pass.output, self.to.size(), &|start, y| {
                let x = &all[start / self.to.size() * len..][..len];
                y.fill(0.0);
                self.for_each(plan, |to, from, weight| match from {
                    Some(from) => {
                        let (x, y) = (&x[from..], &mut y[to..]);
                        add(weight, (x, self.from), (y, self.to));
                    }
                    None => {
                        let channels = (0..self.to.channels).map(|c| to + c * self.to.strides[2]);
                        channels.for_each(|to| y[to] += weight * self.view.fill);
                    }
                });
            });
    }

    pub fn backward(&self, pass: &mut Backward) {
        let (plan, all, len) = (&*pass.batch_cache, &*pass.d_output, self.to.size());
        let Some(dx) = pass.d_inputs.get(0) else {
            return;
        };
        pass.team.for_slices(dx, self.from.size(), &|start, dx| {
            let dy = &all[start / self.from.size() * len..][..len];
            dx.fill(0.0);
            self.for_each(plan, |to, from, weight| {
                if let Some(from) = from {
                    let (dy, dx) = (&dy[to..], &mut dx[from..]);
                    add(weight, (dy, self.to), (dx, self.from));
                }
            });
        });
    }

    /// Calls `visit(output, input, weight)` with the places of pixels; the input is None in the
    /// frame.
    fn for_each(&self, plan: &[f32], mut visit: impl FnMut(usize, Option<usize>, f32)) {
        let [rows, columns] = self.axes();
        let (row_plan, column_plan) = plan.split_at(rows.plan_len());
        for (row, row_taps) in row_plan.chunks_exact(1 + rows.taps()).enumerate() {
            for (column, taps) in column_plan.chunks_exact(1 + columns.taps()).enumerate() {
                let to = self.to.pixel(row, column);
                for (y, row_weight) in inputs(row_taps) {
                    let y = within(y, self.view.top, self.from.height);
                    for (x, column_weight) in inputs(taps) {
                        let x = within(x, self.view.left, self.from.width);
                        let from = y.zip(x).map(|(y, x)| self.from.pixel(y, x));
                        visit(to, from, row_weight * column_weight);
                    }
                }
            }
        }
    }
}

/// `to` += weight·`from` over the channels of a pixel that begins each.
fn add(weight: f32, (from, of_from): (&[f32], Image), (to, of_to): (&mut [f32], Image)) {
    let (channels, from_stride, to_stride) = (of_to.channels, of_from.strides[2], of_to.strides[2]);
    if (from_stride, to_stride) == (1, 1) {
        let pairs = to[..channels].iter_mut().zip(&from[..channels]);
        return pairs.for_each(|(to, from)| *to += weight * from);
    }
    for c in 0..channels {
        to[c * to_stride] += weight * from[c * from_stride];
    }
}

/// The inputs of one output with their weights.
fn inputs(taps: &[f32]) -> impl Iterator<Item = (usize, f32)> {
    let (first, weights) = (taps[0] as usize, &taps[1..]);
    let inputs = weights
        .iter()
        .enumerate()
        .map(move |(i, &w)| (first + i, w));
    inputs.filter(|&(_, weight)| weight != 0.0)
}

/// Place `i` of the view within an image of this size.
fn within(i: usize, offset: isize, size: usize) -> Option<usize> {
    i.checked_add_signed(offset).filter(|&i| i < size)
}
