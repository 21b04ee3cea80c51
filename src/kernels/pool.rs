//! Pooling: the largest or the mean of the inputs under each window, channel by channel.

use super::team::Team;
use super::window::{Spot, Window, for_rows};

/// Channels that are looked at side by side.
const LANES: usize = 16;

/// A window over images of some channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    pub window: Window,
    pub channels: usize,
}

impl Pool {
    /// y = max x over each window; NaN where one is under it.
    pub fn max(&self, team: &Team, x: &[f32], y: &mut [f32]) {
        let larger = |x: f32, y: f32| if x > y || x.is_nan() { x } else { y };
        self.each_output(team, x, y, |y, x, spot| {
            self.fold(y, x, spot, f32::NEG_INFINITY, larger);
        });
    }

    /// y = mean x over each window, of which padding is no part.
    pub fn average(&self, team: &Team, x: &[f32], y: &mut [f32]) {
        self.each_output(team, x, y, |y, x, spot| {
            self.fold(y, x, spot, 0.0, |x, y| y + x);
            let count = spot.count() as f32;
            y.iter_mut().for_each(|y| *y /= count);
        });
    }

    /// y = f(x, … f(x, start)) over a window, channel by channel.
    fn fold(&self, y: &mut [f32], x: &[f32], spot: &Spot, start: f32, f: impl Fn(f32, f32) -> f32) {
        let mut c = 0;
        while c < self.channels {
            c += match self.channels - c {
                LANES.. => self.fold_strip::<LANES>(c, y, x, spot, start, &f),
                4.. => self.fold_strip::<4>(c, y, x, spot, start, &f),
                _ => self.fold_strip::<1>(c, y, x, spot, start, &f),
            };
        }
    }

    #[inline(always)]
    fn fold_strip<const N: usize>(
        &self,
        c: usize,
        y: &mut [f32],
        x: &[f32],
        spot: &Spot,
        start: f32,
        f: impl Fn(f32, f32) -> f32,
    ) -> usize {
        let mut folded = [start; N];
        spot.visit(|_, at| {
            if let Some(x) = x[at * self.channels + c..].first_chunk::<N>() {
                for i in 0..N {
                    folded[i] = f(x[i], folded[i]);
                }
            }
        });
        y[c..c + N].copy_from_slice(&folded);
        N
    }

    /// The gradient of [`Pool::max`]: all of it to the first of the largest inputs under a window.
    pub fn max_gradient(&self, team: &Team, x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32]) {
        let (w, channels) = (self.window, self.channels);
        let len = w.output() * channels;
        for_rows(team, dx, w.input() * channels, w.taps(), &|image, dx| {
            dx.fill(0.0);
            let x = &x[image * dx.len()..][..dx.len()];
            let (y, dy) = (&y[image * len..][..len], &dy[image * len..][..len]);
            for at in 0..w.output() {
                let spot = w.spot(at / w.width.output, at % w.width.output);
                let windows = self
                    .at(y, at)
                    .chunks(LANES)
                    .zip(self.at(dy, at).chunks(LANES));
                for (block, (y, dy)) in windows.enumerate() {
                    // What is left to give: nothing once it has been given.
                    let mut left = [0.0; LANES];
                    left[..dy.len()].copy_from_slice(dy);
                    spot.visit(|_, at| {
                        let first = at * channels + block * LANES;
                        let inputs = x[first..].iter().zip(&mut dx[first..]);
                        for ((y, left), (x, dx)) in y.iter().zip(&mut left).zip(inputs) {
                            let here = x == y;
                            *dx += if here { *left } else { 0.0 };
                            *left = if here { 0.0 } else { *left };
                        }
                    });
                }
            }
        });
    }

    /// The gradient of [`Pool::average`]: an equal share to each input under a window.
    pub fn average_gradient(&self, team: &Team, dy: &[f32], dx: &mut [f32]) {
        let (w, channels) = (self.window, self.channels);
        let len = w.output() * channels;
        for_rows(team, dx, w.input() * channels, w.taps(), &|image, dx| {
            dx.fill(0.0);
            for (at, dy) in dy[image * len..][..len].chunks_exact(channels).enumerate() {
                let spot = w.spot(at / w.width.output, at % w.width.output);
                let share = 1.0 / spot.count() as f32;
                spot.visit(|_, at| {
                    let dx = &mut dx[at * channels..][..channels];
                    dx.iter_mut().zip(dy).for_each(|(dx, dy)| *dx += dy * share);
                });
            }
        });
    }

    /// Calls `job` with the outputs of each window, the image and the window.
    fn each_output(
        &self,
        team: &Team,
        x: &[f32],
        y: &mut [f32],
        job: impl Fn(&mut [f32], &[f32], &Spot) + Sync,
    ) {
        let (w, len) = (self.window, self.window.input() * self.channels);
        for_rows(
            team,
            y,
            w.width.output * self.channels,
            w.taps(),
            &|row, y| {
                let x = &x[row / w.height.output * len..][..len];
                for (col, y) in y.chunks_exact_mut(self.channels).enumerate() {
                    job(y, x, &w.spot(row % w.height.output, col));
                }
            },
        );
    }

    /// The channels at one position of an image.
    fn at<'a>(&self, image: &'a [f32], position: usize) -> &'a [f32] {
        &image[position * self.channels..][..self.channels]
    }
}

/// Mean over the positions of each image, summed in double precision.
pub fn global_average(team: &Team, x: &[f32], channels: usize, y: &mut [f32]) {
    let positions = x.len() / y.len();
    for_rows(team, y, channels, positions, &|image, y| {
        let x = &x[image * positions * channels..][..positions * channels];
        for (block, y) in y.chunks_mut(LANES).enumerate() {
            let mut sums = [0.0; LANES];
            for x in x.chunks_exact(channels) {
                let x = &x[block * LANES..][..y.len()];
                sums.iter_mut()
                    .zip(x)
                    .for_each(|(sum, &x)| *sum += f64::from(x));
            }
            let means = sums.map(|sum| (sum / positions as f64) as f32);
            y.copy_from_slice(&means[..y.len()]);
        }
    });
}

/// The gradient of [`global_average`]: an equal share to each position.
pub fn global_average_gradient(team: &Team, dy: &[f32], channels: usize, dx: &mut [f32]) {
    let positions = dx.len() / dy.len();
    for_rows(team, dx, positions * channels, 1, &|image, dx| {
        let dy = &dy[image * channels..][..channels];
        for dx in dx.chunks_exact_mut(channels) {
            dx.iter_mut()
                .zip(dy)
                .for_each(|(dx, dy)| *dx = dy / positions as f32);
        }
    });
}

/// Maximum over the positions of each image; NaN where there is one.
pub fn global_max(team: &Team, x: &[f32], channels: usize, y: &mut [f32]) {
    let positions = x.len() / y.len();
    for_rows(team, y, channels, positions, &|image, y| {
        y.fill(f32::NEG_INFINITY);
        for x in x[image * positions * channels..]
            .chunks_exact(channels)
            .take(positions)
        {
            for (y, &x) in y.iter_mut().zip(x) {
                *y = if x > *y || x.is_nan() { x } else { *y };
            }
        }
    });
}

/// The gradient of [`global_max`]: equal shares to all positions that hold the maximum, as a
/// maximum over axes has it in Keras (unlike one under a moving window).
pub fn global_max_gradient(
    team: &Team,
    x: &[f32],
    y: &[f32],
    dy: &[f32],
    channels: usize,
    dx: &mut [f32],
) {
    let positions = dx.len() / dy.len();
    for_rows(team, dx, positions * channels, 2, &|image, dx| {
        let x = &x[image * positions * channels..][..positions * channels];
        for c in 0..channels {
            let max = y[image * channels + c];
            let column = || x[c..].iter().step_by(channels);
            let share = dy[image * channels + c] / column().filter(|&&x| x == max).count() as f32;
            for (dx, &x) in dx[c..].iter_mut().step_by(channels).zip(column()) {
                *dx = if x == max { share } else { 0.0 };
            }
        }
    });
}
