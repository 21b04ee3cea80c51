//! Images made larger by whole factors.

use super::team::Team;
use super::window::for_rows;

/// What stands between the positions of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Interpolation {
    /// Each position repeated.
    #[default]
    Nearest,
    /// Straight lines between centres.
    Bilinear,
    /// Keys' cubics (1981) with a = −½ between centres.
    Bicubic,
}

/// One axis: its positions, and how many come from each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    pub input: usize,
    pub factor: usize,
}

/// The inputs that an output is a weighted mean of: those from `first` on.
struct Taps {
    first: usize,
    weights: [f32; 4],
    count: usize,
}

impl Scale {
    fn output(&self) -> usize {
        self.input * self.factor
    }

    /// Centres lie at half positions; weights beyond the edge are shared among the others.
    fn taps(&self, o: usize, interpolation: Interpolation) -> Taps {
        let radius = match interpolation {
            Interpolation::Nearest => {
                return Taps {
                    first: o / self.factor,
                    weights: [1.0; 4],
                    count: 1,
                };
            }
            Interpolation::Bilinear => 1,
            Interpolation::Bicubic => 2,
        };
        let centre = (o as f32 + 0.5) * (1.0 / self.factor as f32) - 0.5;
        // Of the input to the left of the centre, which may be −1.
        let left = centre.floor() as isize;
        let first = (left + 1).saturating_sub_unsigned(radius).max(0) as usize;
        let end = self
            .input
            .min(left.saturating_add_unsigned(radius + 1).max(0) as usize);
        let mut weights = [0.0; 4];
        let mut sum = 0.0;
        for (weight, i) in weights.iter_mut().zip(first..end) {
            let x = (centre - i as f32).abs();
            *weight = match interpolation {
                Interpolation::Bicubic => cubic(x),
                _ => (1.0 - x).max(0.0),
            };
            sum += *weight;
        }
        Taps {
            first,
            weights: weights.map(|weight| weight / sum),
            count: end - first,
        }
    }
}

fn cubic(x: f32) -> f32 {
    if x >= 2.0 {
        0.0
    } else if x >= 1.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        ((1.5 * x - 2.5) * x) * x + 1.0
    }
}

/// Images made larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resize {
    pub height: Scale,
    pub width: Scale,
    pub channels: usize,
    pub interpolation: Interpolation,
}

impl Resize {
    /// The large images from the small ones.
    pub fn forward(&self, team: &Team, x: &[f32], y: &mut [f32]) {
        let len = self.height.input * self.width.input * self.channels;
        let rows = self.height.output();
        for_rows(
            team,
            y,
            self.width.output() * self.channels,
            4,
            &|row, y| {
                let x = &x[row / rows * len..][..len];
                for (col, y) in y.chunks_exact_mut(self.channels).enumerate() {
                    y.fill(0.0);
                    self.visit(row % rows, col, |weight, at| {
                        let x = &x[at * self.channels..][..self.channels];
                        y.iter_mut().zip(x).for_each(|(y, x)| *y += weight * x);
                    });
                }
            },
        );
    }

    /// The gradient of [`Resize::forward`].
    pub fn gradient(&self, team: &Team, dy: &[f32], dx: &mut [f32]) {
        let len = self.height.input * self.width.input * self.channels;
        let (rows, cols) = (self.height.output(), self.width.output());
        let size = rows * cols * self.channels;
        for_rows(
            team,
            dx,
            len,
            4 * self.height.factor * self.width.factor,
            &|image, dx| {
                dx.fill(0.0);
                let dy = dy[image * size..][..size].chunks_exact(self.channels);
                for (i, dy) in dy.enumerate() {
                    self.visit(i / cols, i % cols, |weight, at| {
                        let dx = &mut dx[at * self.channels..][..self.channels];
                        dx.iter_mut()
                            .zip(dy)
                            .for_each(|(dx, dy)| *dx += weight * dy);
                    });
                }
            },
        );
    }

    /// Calls `visit` with the weight and the position of each input of an output.
    fn visit(&self, row: usize, col: usize, mut visit: impl FnMut(f32, usize)) {
        let down = self.height.taps(row, self.interpolation);
        let across = self.width.taps(col, self.interpolation);
        for i in 0..down.count {
            for j in 0..across.count {
                let at = (down.first + i) * self.width.input + across.first + j;
                visit(down.weights[i] * across.weights[j], at);
            }
        }
    }
}
