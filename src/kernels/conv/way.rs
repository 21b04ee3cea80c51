//! One axis of a convolution, forwards and backwards alike.

use super::super::window::Axis;
use std::ops::Range;

/// Output `j` stands at position `first + j·step`; its tap `t` reads position
/// `j·stride + t·dilation − before` of the input, where that is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Way {
    pub outputs: usize,
    pub first: usize,
    pub step: usize,
    pub input: usize,
    pub taps: usize,
    pub stride: usize,
    pub dilation: usize,
    pub before: isize,
}

/// Neighbouring outputs whose windows have the same taps on the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    pub outputs: Range<usize>,
    pub taps: Range<usize>,
}

impl Way {
    pub fn forward(axis: &Axis) -> Way {
        Way {
            outputs: axis.output,
            first: 0,
            step: 1,
            input: axis.input,
            taps: axis.kernel,
            stride: axis.stride,
            dilation: axis.dilation,
            before: axis.before as isize,
        }
    }

    /// From the windows back to the inputs under tap `phase`, `phase + stride`, …: the inputs whose
    /// distance from the first tap of a window leaves `phase` when divided by the stride. The taps
    /// come in reverse ([`Way::tap_backward`]). Stride and dilation exclude each other.
    pub fn backward(axis: &Axis, phase: usize) -> Way {
        let (stride, before) = (axis.stride, axis.before);
        let first = (phase + stride - before % stride) % stride;
        let taps = axis.kernel.saturating_sub(phase).div_ceil(stride);
        // The window of the first such input whose tap `phase` lies there, and that of its last tap.
        let window = ((first + before - phase) / stride) as isize;
        let reach = (taps as isize - 1) * axis.dilation as isize;
        Way {
            outputs: axis.input.saturating_sub(first).div_ceil(stride),
            first,
            step: stride,
            input: axis.output,
            taps,
            stride: 1,
            dilation: axis.dilation,
            before: reach - window,
        }
    }

    /// The tap of the axis that is tap `t` of [`Way::backward`].
    pub fn tap_backward(&self, phase: usize, t: usize) -> usize {
        phase + self.step * (self.taps - 1 - t)
    }

    /// The taps of output `j` that lie on the input.
    pub fn taps(&self, j: usize) -> Range<usize> {
        let start = (j * self.stride) as isize - self.before;
        let up_to = |position: isize| (position.max(0) as usize).div_ceil(self.dilation);
        let end = up_to(self.input as isize - start).min(self.taps);
        up_to(-start).min(end)..end
    }

    /// The input's position under tap `t` of output `j`, which must be one.
    pub fn under(&self, j: usize, t: usize) -> usize {
        ((j * self.stride + t * self.dilation) as isize - self.before) as usize
    }

    /// The outputs of which tap `t` lies on the input.
    pub fn over(&self, t: usize) -> Range<usize> {
        let offset = self.before - (t * self.dilation) as isize;
        let up_to = |position: isize| (position.max(0) as usize).div_ceil(self.stride);
        let end = up_to(self.input as isize + offset).min(self.outputs);
        up_to(offset).min(end)..end
    }

    /// All taps of all outputs lie on the input.
    pub fn is_whole(&self) -> bool {
        let ends = [0, self.outputs.saturating_sub(1)];
        ends.iter().all(|&j| self.taps(j) == (0..self.taps))
    }

    /// The outputs in `range`, cut where their taps change.
    pub fn stretches(&self, range: Range<usize>) -> impl Iterator<Item = Stretch> + '_ {
        let mut next = range.start;
        std::iter::from_fn(move || {
            let start = next;
            if start >= range.end {
                return None;
            }
            let taps = self.taps(start);
            next += 1;
            while next < range.end && self.taps(next) == taps {
                next += 1;
            }
            Some(Stretch {
                outputs: start..next,
                taps,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes() -> Vec<Axis> {
        let mut axes = Vec::new();
        for (kernel, stride, dilation, before) in [
            (1, 1, 1, 0),
            (3, 1, 1, 1),
            (3, 2, 1, 1),
            (2, 3, 1, 0),
            (1, 2, 1, 0),
            (3, 1, 2, 4),
            (4, 2, 1, 3),
            (2, 2, 1, 1),
            (5, 3, 1, 4),
        ] {
            for output in [1, 2, 5] {
                axes.push(Axis {
                    input: 7,
                    output,
                    kernel,
                    stride,
                    dilation,
                    before,
                });
            }
        }
        axes
    }

    #[test]
    fn forward_is_the_axis() {
        for axis in axes() {
            let way = Way::forward(&axis);
            for o in 0..axis.output {
                assert_eq!(way.taps(o), axis.taps(o), "{axis:?} at {o}");
                for t in axis.taps(o) {
                    assert_eq!(Some(way.under(o, t)), axis.under(o, t));
                    assert!(way.over(t).contains(&o));
                }
            }
            let pairs = |t: usize| (0..axis.output).filter(move |&o| axis.taps(o).contains(&t));
            for t in 0..axis.kernel {
                assert_eq!(way.over(t).len(), pairs(t).count(), "{axis:?}, tap {t}");
            }
        }
    }

    /// Each pair of an input and a window above it appears once, in one of the phases.
    #[test]
    fn phases_go_back_over_all_windows() {
        for axis in axes() {
            let mut found = Vec::new();
            for phase in 0..axis.stride {
                let way = Way::backward(&axis, phase);
                for j in 0..way.outputs {
                    let i = way.first + j * way.step;
                    assert!(i < axis.input);
                    for t in way.taps(j) {
                        found.push((i, way.under(j, t), way.tap_backward(phase, t)));
                    }
                }
                let stretches: Vec<_> = way.stretches(0..way.outputs).collect();
                assert_eq!(
                    stretches.iter().map(|s| s.outputs.len()).sum::<usize>(),
                    way.outputs
                );
            }
            found.sort();
            let mut expected = Vec::new();
            for i in 0..axis.input {
                for k in 0..axis.kernel {
                    expected.extend(axis.over(i, k).map(|o| (i, o, k)));
                }
            }
            expected.sort();
            assert_eq!(found, expected, "{axis:?}");
        }
    }
}
