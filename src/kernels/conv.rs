//! Convolution as a matrix product: the inputs under each window are laid out as a row
//! (Chellapilla, Puri and Simard, "High Performance Convolutional Neural Networks for Document
//! Processing", 2006), tile by tile, so that the rows at hand stay in the cache.

use super::elementwise::add_assign;
use super::matmul::{Mat, matmul, matmul_add};
use super::team::Team;
use super::window::{Window, for_rows};
use std::ops::Range;

/// Numbers of a tile (1 MiB), unless `PIXELS` output positions are more.
const TILE: usize = if cfg!(miri) { 1 << 8 } else { 1 << 18 };
/// Output positions of a tile at least, so that packing the kernel is a small part of the work.
const PIXELS: usize = if cfg!(miri) { 4 } else { 192 };

/// A convolution: `y[o, f] = bias[f] + Σ x[i(o, k), c] · kernel[k, c, f]` over taps k and channels c.
///
/// With `groups`, output channel f reads only the channels of its group. The kernel lies as
/// (taps, channels / groups, filters).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conv {
    pub window: Window,
    /// Channels of the input.
    pub channels: usize,
    /// Channels of the output.
    pub filters: usize,
    pub groups: usize,
}

/// The channels of one group.
struct Group {
    inputs: Range<usize>,
    outputs: Range<usize>,
}

impl Conv {
    /// Numbers of scratch that all three products take.
    pub fn scratch_len(&self) -> usize {
        if self.is_product() {
            return 0;
        }
        let depth = self.depth();
        let rows = self.tile_rows();
        let grouped = if self.groups == 1 {
            0
        } else {
            // A group's outputs of a tile, or its kernel.
            let width = self.filters / self.groups;
            width * depth.max(rows * self.window.width.output)
        };
        rows * self.window.width.output * depth + grouped
    }

    /// y = x ∗ kernel + bias.
    pub fn forward(
        &self,
        team: &Team,
        x: &[f32],
        kernel: &[f32],
        bias: Option<&[f32]>,
        y: &mut [f32],
        scratch: &mut [f32],
    ) {
        if self.is_product() {
            let x = Mat::new(x, x.len() / self.channels, self.channels);
            return matmul(team, x, self.kernel(kernel), bias, y);
        }
        for tile in self.tiles(y.len() / self.filters) {
            let pixels = self.pixels(&tile);
            let y = &mut y[pixels.start * self.filters..pixels.end * self.filters];
            for group in self.each_group() {
                let (columns, rest) = scratch.split_at_mut(pixels.len() * self.depth());
                self.gather(team, x, &tile, &group, columns);
                let columns = Mat::new(columns, pixels.len(), self.depth());
                if self.groups == 1 {
                    matmul(team, columns, self.kernel(kernel), bias, y);
                } else {
                    let width = group.outputs.len();
                    let kernel = self.kernel(kernel).columns(group.outputs.clone());
                    let bias = bias.map(|bias| &bias[group.outputs.clone()]);
                    let part = &mut rest[..pixels.len() * width];
                    matmul(team, columns, kernel, bias, part);
                    spread(part, width, y, self.filters, group.outputs.start);
                }
            }
        }
    }

    /// d_kernel = Σ over all windows of their inputs times `dy`, tile by tile.
    pub fn kernel_gradient(
        &self,
        team: &Team,
        x: &[f32],
        dy: &[f32],
        d_kernel: &mut [f32],
        scratch: &mut [f32],
    ) {
        let pixels = dy.len() / self.filters;
        if self.is_product() {
            let x = Mat::new(x, pixels, self.channels).t();
            return matmul(team, x, Mat::new(dy, pixels, self.filters), None, d_kernel);
        }
        d_kernel.fill(0.0);
        for group in self.each_group() {
            let width = group.outputs.len();
            let own = if self.groups == 1 {
                0
            } else {
                self.depth() * width
            };
            let (part, columns) = scratch.split_at_mut(own);
            part.fill(0.0);
            for tile in self.tiles(pixels) {
                let pixels = self.pixels(&tile);
                let columns = &mut columns[..pixels.len() * self.depth()];
                self.gather(team, x, &tile, &group, columns);
                let columns = Mat::new(columns, pixels.len(), self.depth()).t();
                let dy = self.rows_of(dy, &pixels).columns(group.outputs.clone());
                let sums = if own == 0 { &mut *d_kernel } else { &mut *part };
                matmul_add(team, columns, dy, sums);
            }
            spread(part, width, d_kernel, self.filters, group.outputs.start);
        }
    }

    /// dx = Σ over the windows that an input lies under of `dy` · kernel, plus `bias` per channel.
    /// As a layer's output, it is the transposed convolution of `dy`.
    pub fn input_gradient(
        &self,
        team: &Team,
        dy: &[f32],
        kernel: &[f32],
        bias: Option<&[f32]>,
        dx: &mut [f32],
        scratch: &mut [f32],
    ) {
        let pixels = dy.len() / self.filters;
        if self.is_product() {
            let dy = Mat::new(dy, pixels, self.filters);
            return matmul(team, dy, self.kernel(kernel).t(), bias, dx);
        }
        for_rows(team, dx, self.channels, 1, &|_, dx| match bias {
            Some(bias) => dx.copy_from_slice(bias),
            None => dx.fill(0.0),
        });
        for tile in self.tiles(pixels) {
            let pixels = self.pixels(&tile);
            for group in self.each_group() {
                let columns = &mut scratch[..pixels.len() * self.depth()];
                let dy = self.rows_of(dy, &pixels).columns(group.outputs.clone());
                let kernel = self.kernel(kernel).columns(group.outputs.clone());
                matmul(team, dy, kernel.t(), None, columns);
                self.scatter(team, columns, &tile, &group, dx);
            }
        }
    }

    /// A plain matrix product of positions with the kernel.
    fn is_product(&self) -> bool {
        self.groups == 1 && self.window.is_identity()
    }

    /// Numbers under one window that one output is computed from.
    fn depth(&self) -> usize {
        self.window.taps() * self.channels / self.groups
    }

    fn kernel<'a>(&self, kernel: &'a [f32]) -> Mat<'a> {
        Mat::new(kernel, self.depth(), self.filters)
    }

    fn rows_of<'a>(&self, dy: &'a [f32], pixels: &Range<usize>) -> Mat<'a> {
        let dy = &dy[pixels.start * self.filters..pixels.end * self.filters];
        Mat::new(dy, pixels.len(), self.filters)
    }

    fn each_group(&self) -> impl Iterator<Item = Group> {
        let inputs = self.channels / self.groups;
        let outputs = self.filters / self.groups;
        (0..self.groups).map(move |g| Group {
            inputs: g * inputs..(g + 1) * inputs,
            outputs: g * outputs..(g + 1) * outputs,
        })
    }

    /// Output rows of a tile.
    fn tile_rows(&self) -> usize {
        let width = self.window.width.output;
        let pixels = (TILE / self.depth()).max(PIXELS);
        (pixels / width).max(1)
    }

    /// Ranges of output rows, counted through all images of `pixels` output positions. They do not
    /// depend on the team, nor does any sum.
    fn tiles(&self, pixels: usize) -> impl Iterator<Item = Range<usize>> {
        let (rows, step) = (pixels / self.window.width.output, self.tile_rows());
        (0..rows)
            .step_by(step)
            .map(move |first| first..rows.min(first + step))
    }

    fn pixels(&self, tile: &Range<usize>) -> Range<usize> {
        let width = self.window.width.output;
        tile.start * width..tile.end * width
    }

    /// Lays out what lies under each window of a tile as a row, zeros for the padding.
    fn gather(&self, team: &Team, x: &[f32], tile: &Range<usize>, group: &Group, to: &mut [f32]) {
        let Window { height, width } = self.window;
        let pitch = width.input * self.channels;
        let run = width.kernel * group.inputs.len();
        for_rows(team, to, width.output * self.depth(), 1, &|row, to| {
            let (image, y) = (
                (tile.start + row) / height.output,
                (tile.start + row) % height.output,
            );
            let x = &x[image * height.input * pitch..][..height.input * pitch];
            for ky in 0..height.kernel {
                let line = height.under(y, ky).map(|i| &x[i * pitch..][..pitch]);
                for (o, to) in to.chunks_exact_mut(self.depth()).enumerate() {
                    let to = &mut to[ky * run..][..run];
                    match line {
                        Some(line) => self.gather_run(line, o, group, to),
                        None => to.fill(0.0),
                    }
                }
            }
        });
    }

    /// The part of a window at `o` that lies on one line of the image.
    fn gather_run(&self, line: &[f32], o: usize, group: &Group, to: &mut [f32]) {
        let (width, n) = (self.window.width, group.inputs.len());
        let taps = width.taps(o);
        if taps.len() < width.kernel {
            to.fill(0.0);
            if taps.is_empty() {
                return;
            }
        }
        let first = o * width.stride + taps.start * width.dilation - width.before;
        let to = &mut to[taps.start * n..taps.end * n];
        if width.dilation == 1 && n == self.channels {
            copy(&line[first * n..][..to.len()], to);
        } else {
            for (i, to) in to.chunks_exact_mut(n).enumerate() {
                let at = (first + i * width.dilation) * self.channels + group.inputs.start;
                copy(&line[at..][..n], to);
            }
        }
    }

    /// Adds the rows of a tile back to where `gather` takes them from. Each line of `dx` is one
    /// thread's.
    fn scatter(
        &self,
        team: &Team,
        columns: &[f32],
        tile: &Range<usize>,
        group: &Group,
        dx: &mut [f32],
    ) {
        let Window { height, width } = self.window;
        let pitch = width.input * self.channels;
        let (depth, run) = (self.depth(), width.kernel * group.inputs.len());
        let images = tile.start / height.output..tile.end.div_ceil(height.output);
        let first = images.start * height.input;
        let dx = &mut dx[first * pitch..images.end * height.input * pitch];
        for_rows(team, dx, pitch, width.kernel, &|row, dx| {
            let (image, i) = ((first + row) / height.input, (first + row) % height.input);
            for ky in 0..height.kernel {
                let Some(y) = height.over(i, ky) else {
                    continue;
                };
                let row = image * height.output + y;
                if !tile.contains(&row) {
                    continue;
                }
                let start = (row - tile.start) * width.output * depth;
                let columns = &columns[start..][..width.output * depth];
                for (o, from) in columns.chunks_exact(depth).enumerate() {
                    self.scatter_run(&from[ky * run..][..run], o, group, dx);
                }
            }
        });
    }

    fn scatter_run(&self, from: &[f32], o: usize, group: &Group, line: &mut [f32]) {
        let (width, n) = (self.window.width, group.inputs.len());
        let taps = width.taps(o);
        if taps.is_empty() {
            return;
        }
        let first = o * width.stride + taps.start * width.dilation - width.before;
        let from = &from[taps.start * n..taps.end * n];
        if width.dilation == 1 && n == self.channels {
            add_assign(&mut line[first * n..][..from.len()], from);
        } else {
            for (i, from) in from.chunks_exact(n).enumerate() {
                let at = (first + i * width.dilation) * self.channels + group.inputs.start;
                add_assign(&mut line[at..][..n], from);
            }
        }
    }
}

/// Copies a run, a short one by pieces of sizes known to the compiler: a call would cost more than
/// the copy.
#[inline(always)]
fn copy(from: &[f32], to: &mut [f32]) {
    #[inline(always)]
    fn piece<const LEN: usize>(from: &[f32], to: &mut [f32], at: &mut usize) {
        if to.len() & LEN != 0 {
            to[*at..*at + LEN].copy_from_slice(&from[*at..*at + LEN]);
            *at += LEN;
        }
    }
    if to.len() >= 64 {
        return to.copy_from_slice(from);
    }
    let mut at = 0;
    piece::<32>(from, to, &mut at);
    piece::<16>(from, to, &mut at);
    piece::<8>(from, to, &mut at);
    piece::<4>(from, to, &mut at);
    piece::<2>(from, to, &mut at);
    piece::<1>(from, to, &mut at);
}

/// Writes rows of `width` numbers as columns `first..` of rows of `stride`.
fn spread(from: &[f32], width: usize, to: &mut [f32], stride: usize, first: usize) {
    for (from, to) in from.chunks_exact(width).zip(to.chunks_exact_mut(stride)) {
        to[first..first + width].copy_from_slice(from);
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::team::THREADS;
    use super::super::window::Axis;
    use super::*;

    fn numbers(n: usize, salt: usize) -> Vec<f32> {
        let number = |i| ((i * 7919 + salt * 104_729) % 1009) as f32 / 504.5 - 1.0;
        (0..n).map(number).collect()
    }

    fn axis(input: usize, output: usize, kernel: usize, stride: usize, dilation: usize) -> Axis {
        Axis {
            input,
            output,
            kernel,
            stride,
            dilation,
            before: kernel / 2,
        }
    }

    /// Calls `visit` with the indices of input, kernel and output of each product.
    fn each_product(conv: &Conv, images: usize, mut visit: impl FnMut(usize, usize, usize)) {
        let Window { height, width } = conv.window;
        let (inputs, outputs) = (conv.channels / conv.groups, conv.filters / conv.groups);
        for o in 0..images * conv.window.output() {
            let (image, o_in) = (o / conv.window.output(), o % conv.window.output());
            let (y, x) = (o_in / width.output, o_in % width.output);
            for tap in 0..conv.window.taps() {
                let row = height.under(y, tap / width.kernel);
                let col = width.under(x, tap % width.kernel);
                let (Some(row), Some(col)) = (row, col) else {
                    continue;
                };
                let at = image * conv.window.input() + row * width.input + col;
                for c in 0..inputs {
                    for f in 0..conv.filters {
                        let channel = f / outputs * inputs + c;
                        let k = (tap * inputs + c) * conv.filters + f;
                        visit(at * conv.channels + channel, k, o * conv.filters + f);
                    }
                }
            }
        }
    }

    fn check(conv: Conv, images: usize) {
        let x = numbers(images * conv.window.input() * conv.channels, 1);
        let kernel = numbers(conv.depth() * conv.filters, 2);
        let dy = numbers(images * conv.window.output() * conv.filters, 3);
        let mut exact = [
            vec![0.0; dy.len()],
            vec![0.0; kernel.len()],
            vec![0.0; x.len()],
        ];
        each_product(&conv, images, |i, k, o| {
            exact[0][o] += f64::from(x[i]) * f64::from(kernel[k]);
            exact[1][k] += f64::from(x[i]) * f64::from(dy[o]);
            exact[2][i] += f64::from(kernel[k]) * f64::from(dy[o]);
        });
        let mut first: Option<[Vec<f32>; 3]> = None;
        for team in THREADS.map(Team::new) {
            let mut found = exact.each_ref().map(|exact| vec![f32::NAN; exact.len()]);
            let mut scratch = vec![f32::NAN; conv.scratch_len()];
            let [y, d_kernel, dx] = &mut found;
            team.session(|| {
                conv.forward(&team, &x, &kernel, None, y, &mut scratch);
                conv.kernel_gradient(&team, &x, &dy, d_kernel, &mut scratch);
                conv.input_gradient(&team, &dy, &kernel, None, dx, &mut scratch);
            });
            for (found, exact) in found.iter().flatten().zip(exact.iter().flatten()) {
                assert!(
                    (f64::from(*found) - exact).abs() < 1e-3,
                    "{found} for {exact}, {conv:?}"
                );
            }
            assert_eq!(
                *first.get_or_insert_with(|| found.clone()),
                found,
                "{conv:?}"
            );
        }
    }

    /// Three tiles and a part of one, which end within images.
    #[test]
    fn tiles_are_seamless() {
        for (groups, stride, dilation) in [(1, 1, 1), (1, 2, 1), (1, 1, 2), (2, 1, 1), (2, 2, 1)] {
            let window = Window {
                height: axis(12, 12 / stride, 5, stride, dilation),
                width: axis(9, 9usize.div_ceil(stride), 5, stride, dilation),
            };
            let conv = Conv {
                window,
                channels: 4,
                filters: 6,
                groups,
            };
            let pixels = conv.tile_rows() * window.width.output;
            check(conv, (3 * pixels).div_ceil(window.output()) + 1);
        }
    }
}
