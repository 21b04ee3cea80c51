//! Depthwise convolution: each channel on its own, so the loops run over channels side by side.

use super::team::Team;
use super::window::{Spot, Window, for_rows};

/// Channels that are summed side by side.
const LANES: usize = 16;

/// A depthwise convolution: `y[o, c·m + j] = bias[c·m + j] + Σ x[i(o, k), c] · kernel[k, c, j]` over
/// taps k, for j below `multiplier` m. The kernel lies as (taps, channels · multiplier).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depthwise {
    pub window: Window,
    /// Channels of the input.
    pub channels: usize,
    /// Outputs of each channel.
    pub multiplier: usize,
}

impl Depthwise {
    /// y = x ∗ kernel + bias.
    pub fn forward(
        &self,
        team: &Team,
        x: &[f32],
        kernel: &[f32],
        bias: Option<&[f32]>,
        y: &mut [f32],
    ) {
        let (w, filters) = (self.window, self.filters());
        for_rows(team, y, w.width.output * filters, w.taps(), &|row, y| {
            let x = self.image(x, row / w.height.output);
            for (col, y) in y.chunks_exact_mut(filters).enumerate() {
                let spot = w.spot(row % w.height.output, col);
                let mut c = 0;
                while c < filters {
                    c += match filters - c {
                        LANES.. => self.strip::<LANES>(c, &spot, x, kernel, bias, y),
                        4.. => self.strip::<4>(c, &spot, x, kernel, bias, y),
                        _ => self.strip::<1>(c, &spot, x, kernel, bias, y),
                    };
                }
            }
        });
    }

    /// The outputs of one window and the `N` filters from `c`.
    #[inline(always)]
    fn strip<const N: usize>(
        &self,
        c: usize,
        spot: &Spot,
        x: &[f32],
        kernel: &[f32],
        bias: Option<&[f32]>,
        y: &mut [f32],
    ) -> usize {
        let (filters, multiplier) = (self.filters(), self.multiplier);
        let bias = bias.and_then(|bias| bias[c..].first_chunk::<N>());
        let mut sums = bias.copied().unwrap_or([0.0; N]);
        spot.visit(|tap, at| {
            let Some(kernel) = kernel[tap * filters + c..].first_chunk::<N>() else {
                return;
            };
            let x = &x[at * self.channels..][..self.channels];
            if multiplier > 1 {
                for i in 0..N {
                    sums[i] += x[(c + i) / multiplier] * kernel[i];
                }
            } else if let Some(x) = x[c..].first_chunk::<N>() {
                for i in 0..N {
                    sums[i] += x[i] * kernel[i];
                }
            }
        });
        y[c..c + N].copy_from_slice(&sums);
        N
    }

    /// Adds x · kernel for the output channels from `first` on.
    #[inline(always)]
    fn multiply_add(&self, x: &[f32], kernel: &[f32], first: usize, sums: &mut [f32; LANES]) {
        if self.multiplier > 1 {
            for (j, (sum, k)) in sums.iter_mut().zip(kernel).enumerate() {
                *sum += x[(first + j) / self.multiplier] * k;
            }
        } else if let (Some(x), Some(kernel)) = (
            x[first..].first_chunk::<LANES>(),
            kernel.first_chunk::<LANES>(),
        ) {
            for i in 0..LANES {
                sums[i] += x[i] * kernel[i];
            }
        } else {
            for ((sum, x), k) in sums.iter_mut().zip(&x[first..]).zip(kernel) {
                *sum += x * k;
            }
        }
    }

    /// Adds to d_kernel the sum over all windows of their inputs times `dy`. Each number is one
    /// thread's, summed by lines, then by images, then over the batch.
    pub fn add_kernel_gradient(&self, team: &Team, x: &[f32], dy: &[f32], d_kernel: &mut [f32]) {
        let (filters, len) = (self.filters(), self.output_len());
        team.for_slices(d_kernel, LANES, &|start, d_kernel| {
            // A slice may reach from one tap's channels into the next one's.
            let mut done = 0;
            while done < d_kernel.len() {
                let (tap, first) = ((start + done) / filters, (start + done) % filters);
                let count = (d_kernel.len() - done).min(filters - first);
                let d_kernel = &mut d_kernel[done..done + count];
                for (image, dy) in dy.chunks_exact(len).enumerate() {
                    let sums = self.tap_gradient(self.image(x, image), dy, tap, first, count);
                    d_kernel.iter_mut().zip(sums).for_each(|(d, sum)| *d += sum);
                }
                done += count;
            }
        });
    }

    /// The gradient of one tap's channels from `first` on, over one image.
    fn tap_gradient(
        &self,
        x: &[f32],
        dy: &[f32],
        tap: usize,
        first: usize,
        len: usize,
    ) -> [f32; LANES] {
        let (Window { height, width }, filters) = (self.window, self.filters());
        let (ky, kx) = (tap / width.kernel, tap % width.kernel);
        let mut total = [0.0; LANES];
        for y in 0..height.output {
            let Some(row) = height.under(y, ky) else {
                continue;
            };
            let mut sums = [0.0; LANES];
            for o in 0..width.output {
                let Some(col) = width.under(o, kx) else {
                    continue;
                };
                let x = &x[(row * width.input + col) * self.channels..][..self.channels];
                let dy = &dy[(y * width.output + o) * filters + first..][..len];
                self.multiply_add(x, dy, first, &mut sums);
            }
            total.iter_mut().zip(sums).for_each(|(t, sum)| *t += sum);
        }
        total
    }

    /// dx = Σ over the windows that an input lies under of `dy` · kernel.
    pub fn input_gradient(&self, team: &Team, dy: &[f32], kernel: &[f32], dx: &mut [f32]) {
        let (w, filters, len) = (self.window, self.filters(), self.output_len());
        for_rows(team, dx, self.input_len(), w.taps(), &|image, dx| {
            dx.fill(0.0);
            for (at, dy) in dy[image * len..][..len].chunks_exact(filters).enumerate() {
                let spot = w.spot(at / w.width.output, at % w.width.output);
                spot.visit(|tap, at| {
                    let dx = &mut dx[at * self.channels..][..self.channels];
                    self.add_product(dy, &kernel[tap * filters..][..filters], dx);
                });
            }
        });
    }

    /// Adds dy · kernel to the input channels.
    fn add_product(&self, dy: &[f32], kernel: &[f32], dx: &mut [f32]) {
        if self.multiplier == 1 {
            for ((dx, dy), k) in dx.iter_mut().zip(dy).zip(kernel) {
                *dx += dy * k;
            }
        } else {
            let dy = dy.chunks_exact(self.multiplier);
            let kernel = kernel.chunks_exact(self.multiplier);
            for (dx, (dy, kernel)) in dx.iter_mut().zip(dy.zip(kernel)) {
                dy.iter().zip(kernel).for_each(|(dy, k)| *dx += dy * k);
            }
        }
    }

    /// Channels of the output.
    pub fn filters(&self) -> usize {
        self.channels * self.multiplier
    }

    /// Numbers of one image.
    pub fn input_len(&self) -> usize {
        self.window.input() * self.channels
    }

    /// Numbers of one image's output.
    pub fn output_len(&self) -> usize {
        self.window.output() * self.filters()
    }

    fn image<'a>(&self, x: &'a [f32], image: usize) -> &'a [f32] {
        &x[image * self.input_len()..][..self.input_len()]
    }
}
