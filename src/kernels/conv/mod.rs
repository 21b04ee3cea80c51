//! Convolution as matrix products over windows: forwards and back to the input ([`sweep`]), and the
//! kernel's gradient ([`gradient`]). Nothing is laid out anew but the kernel.

mod gradient;
mod sweep;
mod way;

use super::matmul::{Mat, matmul};
use super::team::Team;
use super::window::Window;
use gradient::KernelGradient;
use std::ops::Range;
use sweep::{Plane, Sweep};
use way::Way;

/// A convolution: `y[o, f] = bias[f] + Σ x[i(o, k), c] · kernel[k, c, f]` over taps k and channels c.
///
/// With `groups`, output channel f reads only the channels of its group. The kernel lies as
/// (taps, channels / groups, filters). Stride and dilation of an axis exclude each other.
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
    /// y = x ∗ kernel + bias.
    pub fn forward(
        &self,
        team: &Team,
        x: &[f32],
        kernel: &[f32],
        bias: Option<&[f32]>,
        y: &mut [f32],
    ) {
        if self.is_product() {
            let x = Mat::new(x, x.len() / self.channels, self.channels);
            let kernel = Mat::new(kernel, self.channels, self.filters);
            return matmul(team, x, kernel, bias, y);
        }
        for group in self.each_group() {
            let sweep = Sweep {
                ways: self.ways(),
                from: self.input(&group),
                to: self.output(&group),
            };
            let bias = bias.map(|bias| &bias[group.outputs.clone()]);
            let tap = |tap| self.tap(kernel, tap, &group);
            sweep.run(team, x, &tap, bias, y);
        }
    }

    /// d_kernel = Σ over all windows of their inputs times `dy`.
    pub fn kernel_gradient(&self, team: &Team, x: &[f32], dy: &[f32], d_kernel: &mut [f32]) {
        if self.is_product() {
            let pixels = dy.len() / self.filters;
            let x = Mat::new(x, pixels, self.channels).t();
            return matmul(team, x, Mat::new(dy, pixels, self.filters), None, d_kernel);
        }
        d_kernel.fill(0.0);
        for group in self.each_group() {
            let gradient = KernelGradient {
                ways: self.ways(),
                x: self.input(&group),
                dy: self.output(&group),
            };
            gradient.add_to(team, x, dy, d_kernel);
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
    ) {
        if self.is_product() {
            let dy = Mat::new(dy, dy.len() / self.filters, self.filters);
            let kernel = Mat::new(kernel, self.channels, self.filters).t();
            return matmul(team, dy, kernel, bias, dx);
        }
        let Window { height, width } = &self.window;
        for group in self.each_group() {
            let bias = bias.map(|bias| &bias[group.inputs.clone()]);
            for phase in 0..height.stride * width.stride {
                let phase = (phase / width.stride, phase % width.stride);
                let ways = [
                    Way::backward(height, phase.0),
                    Way::backward(width, phase.1),
                ];
                let sweep = Sweep {
                    ways,
                    from: self.output(&group),
                    to: self.input(&group),
                };
                let tap = |tap| {
                    let row = ways[0].tap_backward(phase.0, tap / ways[1].taps);
                    let col = ways[1].tap_backward(phase.1, tap % ways[1].taps);
                    self.tap(kernel, row * width.kernel + col, &group).t()
                };
                sweep.run(team, dy, &tap, bias, dx);
            }
        }
    }

    /// A plain matrix product of positions with the kernel.
    fn is_product(&self) -> bool {
        self.groups == 1 && self.window.is_identity()
    }

    fn ways(&self) -> [Way; 2] {
        [
            Way::forward(&self.window.height),
            Way::forward(&self.window.width),
        ]
    }

    /// A tap's part of a group's kernel: inputs × outputs.
    fn tap<'a>(&self, kernel: &'a [f32], tap: usize, group: &Group) -> Mat<'a> {
        let inputs = group.inputs.len();
        let kernel = &kernel[tap * inputs * self.filters..];
        Mat::new(kernel, inputs, self.filters).columns(group.outputs.clone())
    }

    fn each_group(&self) -> impl Iterator<Item = Group> {
        let inputs = self.channels / self.groups;
        let outputs = self.filters / self.groups;
        (0..self.groups).map(move |g| Group {
            inputs: g * inputs..(g + 1) * inputs,
            outputs: g * outputs..(g + 1) * outputs,
        })
    }

    fn input(&self, group: &Group) -> Plane {
        Plane {
            height: self.window.height.input,
            width: self.window.width.input,
            channels: self.channels,
            first: group.inputs.start,
            count: group.inputs.len(),
        }
    }

    fn output(&self, group: &Group) -> Plane {
        Plane {
            height: self.window.height.output,
            width: self.window.width.output,
            channels: self.filters,
            first: group.outputs.start,
            count: group.outputs.len(),
        }
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

    fn axis(input: usize, kernel: usize, stride: usize, dilation: usize, padded: bool) -> Axis {
        let reach = (kernel - 1) * dilation;
        Axis {
            input,
            output: (input - if padded { 1 } else { reach + 1 }) / stride + 1,
            kernel,
            stride,
            dilation,
            before: if padded { reach.div_ceil(2) } else { 0 },
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
        let depth = conv.window.taps() * conv.channels / conv.groups;
        let kernel = numbers(depth * conv.filters, 2);
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
            let [y, d_kernel, dx] = &mut found;
            team.session(|| {
                conv.forward(&team, &x, &kernel, None, y);
                conv.kernel_gradient(&team, &x, &dy, d_kernel);
                conv.input_gradient(&team, &dy, &kernel, None, dx);
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

    /// Images of several lines and chunks, windows that reach into the padding or not, few channels
    /// and many.
    #[test]
    fn chunks_are_seamless() {
        for (groups, kernel, stride, dilation) in [
            (1, 3, 1, 1),
            (1, 5, 2, 1),
            (1, 2, 3, 1),
            (1, 1, 2, 1),
            (1, 3, 1, 2),
            (2, 3, 1, 1),
            (2, 5, 2, 1),
        ] {
            for padded in [true, false] {
                for (channels, filters, images) in [(2, 6, 3), (8, 34, 5), (140, 18, 1)] {
                    let axis = |input| axis(input, kernel, stride, dilation, padded);
                    let conv = Conv {
                        window: Window {
                            height: axis(12),
                            width: axis(9),
                        },
                        channels,
                        filters,
                        groups,
                    };
                    check(conv, if cfg!(miri) { 1 } else { images });
                }
            }
        }
    }

    #[test]
    #[cfg_attr(miri, ignore)]
    fn sequences_and_many_images() {
        let height = axis(50, 4, 1, 1, true);
        let sequence = Window {
            height,
            width: Axis::NONE,
        };
        let square = Window {
            height: axis(4, 3, 1, 1, true),
            width: axis(4, 3, 1, 1, true),
        };
        for (window, channels, images) in [(sequence, 1, 9), (sequence, 5, 9), (square, 3, 100)] {
            let conv = Conv {
                window,
                channels,
                filters: 7,
                groups: 1,
            };
            check(conv, images);
        }
    }
}
