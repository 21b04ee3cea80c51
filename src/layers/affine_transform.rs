//! Images moved by an affine transform (`affine_transform` of keras.ops.image, as JAX computes it).

use super::image::Image;
use serde::{Deserialize, Serialize};

/// What lies beyond an image's edge: `dcba|abcd|dcba`, `abcd|abcd|abcd`, a value, `aaaa|abcd|dddd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FillMode {
    #[default]
    Reflect,
    Wrap,
    Constant,
    Nearest,
}

/// How a place between pixels is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    Nearest,
    #[default]
    Bilinear,
}

/// How transformed images are read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    pub fill_mode: FillMode,
    pub fill_value: f32,
    pub interpolation: Interpolation,
}

/// [a0, a1, a2, b0, b1, b2]: the output at (x, y) is the input at
/// (a0·x + a1·y + a2, b0·x + b1·y + b2), x to the right.
pub type Transform = [f32; 6];

/// Up to two neighbours along one axis with their weights; None lies outside.
type Neighbours = [(Option<usize>, f32); 2];

impl FillMode {
    fn fix(self, index: i64, size: usize) -> Option<usize> {
        let n = size as i64;
        let fixed = match self {
            FillMode::Constant => index,
            FillMode::Nearest => index.clamp(0, n - 1),
            FillMode::Wrap => index.rem_euclid(n),
            FillMode::Reflect => {
                let within = index.rem_euclid(2 * n);
                within.min(2 * n - 1 - within)
            }
        };
        usize::try_from(fixed).ok().filter(|&i| i < size)
    }
}

impl Reading {
    fn neighbours(&self, place: f32, size: usize) -> Neighbours {
        match self.interpolation {
            // Halves away from zero.
            Interpolation::Nearest => {
                let index = self.fill_mode.fix(place.round() as i64, size);
                [(index, 1.0), (index, 0.0)]
            }
            Interpolation::Bilinear => {
                let lower = place.floor();
                let weight = place - lower;
                let fix = |index| self.fill_mode.fix(index, size);
                let lower = lower as i64;
                [(fix(lower), 1.0 - weight), (fix(lower + 1), weight)]
            }
        }
    }

    /// Calls `visit(row, column, place, weight)` for each pixel and each of its sources, whose
    /// place is None outside the image.
    fn for_each(
        &self,
        image: Image,
        [a0, a1, a2, b0, b1, b2]: Transform,
        mut visit: impl FnMut(usize, usize, Option<(usize, usize)>, f32),
    ) {
        for row in 0..image.height {
            for column in 0..image.width {
                let (y, x) = (row as f32, column as f32);
                let rows = self.neighbours(y * b1 + x * b0 + b2, image.height);
                let columns = self.neighbours(y * a1 + x * a0 + a2, image.width);
                for (from_row, row_weight) in rows {
                    for (from_column, column_weight) in columns {
                        let weight = row_weight * column_weight;
                        if weight != 0.0 {
                            visit(row, column, from_row.zip(from_column), weight);
                        }
                    }
                }
            }
        }
    }

    /// The transformed image.
    pub fn forward(&self, image: Image, transform: Transform, x: &[f32], y: &mut [f32]) {
        y.fill(0.0);
        self.for_each(image, transform, |row, column, from, weight| {
            let to = image.pixel_channels(row, column);
            match from {
                Some((r, c)) => to
                    .zip(image.pixel_channels(r, c))
                    .for_each(|(to, from)| y[to] += weight * x[from]),
                None => to.for_each(|to| y[to] += weight * self.fill_value),
            }
        });
    }

    /// dL/dx from dL/dy.
    pub fn backward(&self, image: Image, transform: Transform, dy: &[f32], dx: &mut [f32]) {
        dx.fill(0.0);
        self.for_each(image, transform, |row, column, from, weight| {
            if let Some((r, c)) = from {
                let pairs = image
                    .pixel_channels(row, column)
                    .zip(image.pixel_channels(r, c));
                pairs.for_each(|(to, from)| dx[from] += weight * dy[to]);
            }
        });
    }
}
