//! Statistics and affine maps by channel, for the layers that normalise channels.

use super::sums::sum_pairs;
use super::team::Team;

/// Elements that one thread takes at a time.
const PIECE: usize = 1 << 15;
/// Terms that are summed in float32 before they go into a float64.
const BLOCK: usize = 128;

/// How an array lies in memory around its channels: (outer, channels, inner).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Channels {
    pub channels: usize,
    pub inner: usize,
}

/// Coefficients of [`Channels::map_back`], one of each per channel.
#[derive(Clone, Copy)]
pub struct Slopes<'a> {
    pub mean: &'a [f32],
    pub scale: &'a [f32],
    pub offset: &'a [f32],
    pub slope: &'a [f32],
}

impl Channels {
    /// Elements of one outer index.
    fn stretch(self) -> usize {
        self.channels * self.inner
    }

    /// Elements of a piece of whole outer indices.
    fn piece(self) -> usize {
        (PIECE / self.stretch()).max(1) * self.stretch()
    }

    /// `to[c]` = Σ f(by[c], a, b) over the elements of channel c.
    fn sums(
        self,
        a: &[f32],
        b: &[f32],
        by: Option<&[f32]>,
        f: impl Fn(f32, f32, f32) -> f32 + Copy,
        to: &mut [f32],
    ) {
        let mut c = 0;
        while self.inner == 1 && c < self.channels {
            c += match self.channels - c {
                16.. => self.strip::<16>(c, a, b, by, f, to),
                4.. => self.strip::<4>(c, a, b, by, f, to),
                _ => self.strip::<1>(c, a, b, by, f, to),
            };
        }
        if self.inner == 1 {
            return;
        }
        for (c, to) in to.iter_mut().enumerate() {
            let by = by.map_or(0.0, |by| by[c]);
            let run = c * self.inner..(c + 1) * self.inner;
            let runs = a.chunks_exact(self.stretch());
            let sums = runs.zip(b.chunks_exact(self.stretch())).map(|(a, b)| {
                f64::from(sum_pairs(&a[run.clone()], &b[run.clone()], |a, b| {
                    f(by, a, b)
                }))
            });
            *to = sums.sum::<f64>() as f32;
        }
    }

    /// [`Channels::sums`] of the `N` channels from `c`, which lie side by side in each row.
    fn strip<const N: usize>(
        self,
        c: usize,
        a: &[f32],
        b: &[f32],
        by: Option<&[f32]>,
        f: impl Fn(f32, f32, f32) -> f32,
        to: &mut [f32],
    ) -> usize {
        let by: [f32; N] = std::array::from_fn(|i| by.map_or(0.0, |by| by[c + i]));
        let mut total = [0.0_f64; N];
        let block = BLOCK * self.channels;
        for (a, b) in a.chunks(block).zip(b.chunks(block)) {
            let mut sums = [0.0; N];
            let rows = a.chunks_exact(self.channels);
            for (a, b) in rows.zip(b.chunks_exact(self.channels)) {
                if let (Some(a), Some(b)) = (a[c..].first_chunk::<N>(), b[c..].first_chunk::<N>()) {
                    for i in 0..N {
                        sums[i] += f(by[i], a[i], b[i]);
                    }
                }
            }
            (0..N).for_each(|i| total[i] += f64::from(sums[i]));
        }
        (0..N).for_each(|i| to[c + i] = total[i] as f32);
        N
    }

    /// Mean and Σ(x − mean)² of each channel of `x`.
    pub fn moments_of(self, x: &[f32], mean: &mut [f32], squares: &mut [f32]) {
        let share = 1.0 / (x.len() / self.channels) as f32;
        self.sums(x, x, None, |_, x, _| x, mean);
        mean.iter_mut().for_each(|mean| *mean *= share);
        let square = |mean, x, _| (x - mean) * (x - mean);
        self.sums(x, x, Some(mean), square, squares);
    }

    /// Σ dy and Σ dy·(x − mean) of each channel.
    pub fn products_of(
        self,
        x: &[f32],
        dy: &[f32],
        mean: &[f32],
        sums: &mut [f32],
        products: &mut [f32],
    ) {
        self.sums(dy, dy, None, |_, dy, _| dy, sums);
        let product = |mean, x, dy| dy * (x - mean);
        self.sums(x, dy, Some(mean), product, products);
    }

    /// Mean and variance (biased) of each channel of `x`.
    ///
    /// The moments of pieces are pooled in float64 and in order, whatever the team (Chan, Golub &
    /// LeVeque, 1983).
    pub fn moments(self, team: &Team, x: &[f32], mean: &mut [f32], variance: &mut [f32]) {
        let (width, piece) = (2 * self.channels, self.piece());
        let count = |b: usize| (piece.min(x.len() - b * piece) / self.channels) as f64;
        let total = (x.len() / self.channels) as f64;
        team.with_scratch(x.len().div_ceil(piece) * width, |blocks| {
            team.for_slices(blocks, width, &|start, block| {
                let first = start / width * piece;
                let (mean, squares) = block.split_at_mut(self.channels);
                self.moments_of(&x[first..x.len().min(first + piece)], mean, squares);
            });
            for (c, (mean, variance)) in mean.iter_mut().zip(variance).enumerate() {
                let of_blocks = || blocks.chunks_exact(width).enumerate();
                let sum: f64 = of_blocks().map(|(b, of)| count(b) * f64::from(of[c])).sum();
                let m = sum / total;
                let squares: f64 = of_blocks()
                    .map(|(b, of)| {
                        let apart = f64::from(of[c]) - m;
                        f64::from(of[self.channels + c]) + count(b) * apart * apart
                    })
                    .sum();
                (*mean, *variance) = (m as f32, (squares / total) as f32);
            }
        });
    }

    /// [`Channels::products_of`], spread over the team.
    pub fn products(
        self,
        team: &Team,
        x: &[f32],
        dy: &[f32],
        mean: &[f32],
        sums: &mut [f32],
        products: &mut [f32],
    ) {
        let (width, piece) = (2 * self.channels, self.piece());
        team.with_scratch(x.len().div_ceil(piece) * width, |blocks| {
            team.for_slices(blocks, width, &|start, block| {
                let first = start / width * piece;
                let range = first..x.len().min(first + piece);
                let (sums, products) = block.split_at_mut(self.channels);
                self.products_of(&x[range.clone()], &dy[range], mean, sums, products);
            });
            pool(blocks, width, 0, sums);
            pool(blocks, width, self.channels, products);
        });
    }

    /// y = (x − mean)·scale + shift
    pub fn map(self, x: &[f32], mean: &[f32], scale: &[f32], shift: &[f32], y: &mut [f32]) {
        let rows = y.chunks_exact_mut(self.stretch());
        for (y, x) in rows.zip(x.chunks_exact(self.stretch())) {
            if self.inner == 1 {
                let of_channel = mean.iter().zip(scale).zip(shift);
                for ((y, x), ((mean, scale), shift)) in y.iter_mut().zip(x).zip(of_channel) {
                    *y = (x - mean) * scale + shift;
                }
                continue;
            }
            let runs = y
                .chunks_exact_mut(self.inner)
                .zip(x.chunks_exact(self.inner));
            for (c, (y, x)) in runs.enumerate() {
                let (mean, scale, shift) = (mean[c], scale[c], shift[c]);
                for (y, x) in y.iter_mut().zip(x) {
                    *y = (x - mean) * scale + shift;
                }
            }
        }
    }

    /// dx = scale·dy − offset − (x − mean)·slope
    pub fn map_back(self, x: &[f32], dy: &[f32], by: Slopes, dx: &mut [f32]) {
        let rows = dx.chunks_exact_mut(self.stretch());
        let rows = rows.zip(x.chunks_exact(self.stretch()));
        for ((dx, x), dy) in rows.zip(dy.chunks_exact(self.stretch())) {
            if self.inner == 1 {
                let of_channel = by.mean.iter().zip(by.scale).zip(by.offset).zip(by.slope);
                let elements = dx.iter_mut().zip(x).zip(dy);
                for (((dx, x), dy), (((mean, scale), offset), slope)) in elements.zip(of_channel) {
                    *dx = scale * dy - offset - (x - mean) * slope;
                }
                continue;
            }
            let runs = dx.chunks_exact_mut(self.inner);
            let runs = runs.zip(x.chunks_exact(self.inner));
            for (c, ((dx, x), dy)) in runs.zip(dy.chunks_exact(self.inner)).enumerate() {
                let (mean, scale) = (by.mean[c], by.scale[c]);
                let (offset, slope) = (by.offset[c], by.slope[c]);
                for ((dx, x), dy) in dx.iter_mut().zip(x).zip(dy) {
                    *dx = scale * dy - offset - (x - mean) * slope;
                }
            }
        }
    }

    /// Calls `job` with the start and the contents of pieces of whole outer indices, spread over
    /// the team.
    pub fn for_pieces(self, team: &Team, y: &mut [f32], job: &(dyn Fn(usize, &mut [f32]) + Sync)) {
        team.for_slices(y, self.piece(), job);
    }
}

/// `to[c]` = Σ over rows of `width` of element `first + c`, in float64 and in order.
pub fn pool(rows: &[f32], width: usize, first: usize, to: &mut [f32]) {
    for (c, to) in to.iter_mut().enumerate() {
        let of_rows = rows
            .chunks_exact(width)
            .map(|row| f64::from(row[first + c]));
        *to = of_rows.sum::<f64>() as f32;
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::team::THREADS;
    use super::*;

    #[test]
    fn moments_are_exact_at_any_team() {
        for (outer, channels, inner) in [
            (1, 1, 1),
            (7, 3, 1),
            (5000, 21, 1),
            (3, 4, 50),
            (2, 2, 30_000),
        ] {
            let of = Channels { channels, inner };
            // Far from 0, where a variance from Σx² would lose its digits.
            let x: Vec<f32> = (0..outer * channels * inner)
                .map(|i| 1000.0 + ((i * 37) % 101) as f32 * 0.01)
                .collect();
            let mut found = Vec::new();
            for threads in THREADS {
                let team = Team::new(threads);
                let mut all = [(); 4].map(|()| vec![0.0; channels]);
                let [mean, variance, sums, products] = &mut all;
                team.session(|| {
                    of.moments(&team, &x, mean, variance);
                    of.products(&team, &x, &x, mean, sums, products);
                });
                found.push(all);
            }
            assert!(found.iter().all(|each| *each == found[0]));
            for c in 0..channels {
                let of_channel = x.chunks_exact(inner).skip(c).step_by(channels).flatten();
                let values: Vec<f64> = of_channel.map(|&x| f64::from(x)).collect();
                let n = values.len() as f64;
                let mean = values.iter().sum::<f64>() / n;
                let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
                let close = |i: usize, expected: f64, error: f64| {
                    let found: f32 = found[0][i][c];
                    assert!(
                        (f64::from(found) - expected).abs() <= error,
                        "{found} for {expected}"
                    );
                };
                close(0, mean, 1e-4);
                close(1, variance, 1e-4 * variance);
                close(2, n * mean, 1e-6 * n * mean);
                // About the mean as it was rounded.
                let rounded = f64::from(found[0][0][c]);
                let products = values.iter().map(|x| x * (x - rounded)).sum();
                close(3, products, 1e-6 * n * mean);
            }
        }
    }
}
