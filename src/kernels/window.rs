//! A window that moves over images: what convolutions and pooling share.
//!
//! Images lie row by row, each position with its channels (Keras' `channels_last`). A sequence is
//! an image of width 1.

use super::team::Team;
use std::ops::Range;

/// One axis of a window's way: at output position `o`, tap `k` lies on input position
/// `o·stride + k·dilation − before`, which may be outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axis {
    /// Input positions.
    pub input: usize,
    /// Output positions.
    pub output: usize,
    /// Taps of the window.
    pub kernel: usize,
    pub stride: usize,
    pub dilation: usize,
    /// Positions of padding in front of the input.
    pub before: usize,
}

impl Axis {
    /// The axis that a sequence does not have.
    pub const NONE: Axis = Axis {
        input: 1,
        output: 1,
        kernel: 1,
        stride: 1,
        dilation: 1,
        before: 0,
    };

    /// The input position under tap `k` of the window at `o`; None in the padding.
    pub fn under(&self, o: usize, k: usize) -> Option<usize> {
        let i = (o * self.stride + k * self.dilation).checked_sub(self.before)?;
        (i < self.input).then_some(i)
    }

    /// The window whose tap `k` lies on input position `i`, where there is one.
    pub fn over(&self, i: usize, k: usize) -> Option<usize> {
        let at = (i + self.before).checked_sub(k * self.dilation)?;
        // A division costs more than what it decides on.
        let (o, rest) = match self.stride {
            1 => (at, 0),
            stride => (at / stride, at % stride),
        };
        (rest == 0 && o < self.output).then_some(o)
    }

    /// The taps of the window at `o` that lie on the input.
    pub fn taps(&self, o: usize) -> Range<usize> {
        let start = o * self.stride;
        let mut first = self.before.saturating_sub(start);
        let mut last = (self.input + self.before).saturating_sub(start);
        if self.dilation > 1 {
            first = first.div_ceil(self.dilation);
            last = last.div_ceil(self.dilation);
        }
        let last = last.min(self.kernel);
        first.min(last)..last
    }

    /// Each position is its own window.
    fn is_identity(&self) -> bool {
        (self.kernel, self.stride, self.before) == (1, 1, 0) && self.input == self.output
    }
}

/// A window over images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub height: Axis,
    pub width: Axis,
}

impl Window {
    /// Input positions of one image.
    pub fn input(&self) -> usize {
        self.height.input * self.width.input
    }

    /// Output positions of one image.
    pub fn output(&self) -> usize {
        self.height.output * self.width.output
    }

    /// Taps.
    pub fn taps(&self) -> usize {
        self.height.kernel * self.width.kernel
    }

    /// Each position is its own window.
    pub fn is_identity(&self) -> bool {
        self.height.is_identity() && self.width.is_identity()
    }

    /// The taps of the window at (`row`, `col`) that lie on the input.
    pub(super) fn spot(&self, row: usize, col: usize) -> Spot<'_> {
        Spot {
            window: self,
            rows: self.height.taps(row),
            cols: self.width.taps(col),
            top: row * self.height.stride,
            left: col * self.width.stride,
        }
    }
}

/// A window at one place.
pub(super) struct Spot<'a> {
    window: &'a Window,
    rows: Range<usize>,
    cols: Range<usize>,
    /// Position of the first tap, padding included.
    top: usize,
    left: usize,
}

impl Spot<'_> {
    /// Taps on the input.
    pub(super) fn count(&self) -> usize {
        self.rows.len() * self.cols.len()
    }

    /// Calls `visit` with each tap on the input and the position it lies on, in the order of taps.
    #[inline(always)]
    pub(super) fn visit(&self, mut visit: impl FnMut(usize, usize)) {
        let Window { height, width } = self.window;
        for ky in self.rows.clone() {
            let row = self.top + ky * height.dilation - height.before;
            for kx in self.cols.clone() {
                let col = self.left + kx * width.dilation - width.before;
                visit(ky * width.kernel + kx, row * width.input + col);
            }
        }
    }
}

/// Numbers read or written below which one thread is faster than a team.
const SERIAL: usize = if cfg!(miri) { 1 << 6 } else { 1 << 14 };

/// Calls `job` with the number and the contents of each row of `len` numbers, spread over the team
/// in groups of rows where there is much to do. `cost` is how many numbers go into one of `data`.
pub(super) fn for_rows(
    team: &Team,
    data: &mut [f32],
    len: usize,
    cost: usize,
    job: &(dyn Fn(usize, &mut [f32]) + Sync),
) {
    if data.is_empty() {
        return;
    }
    let rows = data.len() / len;
    let group = if data.len() * cost < SERIAL {
        rows
    } else {
        rows.div_ceil(4 * team.threads())
    };
    team.for_slices(data, group * len, &|start, group| {
        for (i, row) in group.chunks_exact_mut(len).enumerate() {
            job(start / len + i, row);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taps_and_windows_agree() {
        for (kernel, stride, dilation, before) in [
            (1, 1, 1, 0),
            (3, 1, 1, 1),
            (3, 2, 1, 1),
            (2, 3, 1, 0),
            (3, 1, 2, 4),
            (4, 2, 3, 5),
        ] {
            let axis = Axis {
                input: 7,
                output: 5,
                kernel,
                stride,
                dilation,
                before,
            };
            for o in 0..axis.output {
                let found: Vec<usize> = axis.taps(o).collect();
                let expected: Vec<usize> = (0..kernel)
                    .filter(|&k| axis.under(o, k).is_some())
                    .collect();
                assert_eq!(found, expected, "{axis:?} at {o}");
                for k in expected {
                    let i = axis.under(o, k).expect("a tap on the input");
                    assert_eq!(axis.over(i, k), Some(o));
                }
            }
        }
    }
}
