//! `keras.layers.Concatenate`

use super::axis::sample_axis;
use super::{Backward, Forward, Layer, OutputMask, Shape, show};
use crate::config::Config;
use crate::error::{Error, Result};

/// Puts its inputs side by side along an axis; their other dimensions are the same.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Concatenate {
    /// Counted with the batch dimension.
    #[serde(default = "last")]
    pub axis: i32,
}

fn last() -> i32 {
    -1
}

impl Concatenate {
    /// The axis of a sample of `rank` dimensions.
    fn of_rank(&self, rank: usize) -> usize {
        sample_axis(self.axis, rank).unwrap_or(0)
    }

    /// Calls `visit(i, start in the output, start in input i, length)` for each piece of a sample.
    fn pieces(
        &self,
        output: &[usize],
        of_input: &dyn Fn(usize) -> usize,
        n: usize,
        visit: &mut dyn FnMut(usize, usize, usize, usize),
    ) {
        let axis = self.of_rank(output.len());
        let outer: usize = output[..axis].iter().product();
        let inner: usize = output[axis + 1..].iter().product();
        let mut to = 0;
        for o in 0..outer {
            for i in 0..n {
                let len = of_input(i) * inner;
                visit(i, to, o * len, len);
                to += len;
            }
        }
    }
}

impl Layer for Concatenate {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let Some((first, others)) = inputs.split_first() else {
            return Err(Error::shape("Concatenate is called on a list of inputs"));
        };
        let axis = sample_axis(self.axis, first.len()).ok_or_else(|| {
            Error::unsupported(format!(
                "Concatenate(axis={}) of inputs {}: give an axis behind the batch",
                self.axis,
                show(first)
            ))
        })?;
        let mut output = first.clone();
        for other in others {
            let fits = other.len() == first.len()
                && (0..first.len()).all(|i| {
                    i == axis || first[i].is_none() || other[i].is_none() || first[i] == other[i]
                });
            if !fits {
                let shapes: Vec<String> = inputs.iter().map(show).collect();
                return Err(Error::shape(format!(
                    "Concatenate(axis={}) takes inputs that differ along that axis only, found {}",
                    self.axis,
                    shapes.join(" and ")
                )));
            }
            for (i, (to, from)) in output.iter_mut().zip(other).enumerate() {
                *to = match i == axis {
                    true => to.zip(*from).map(|(a, b)| a + b),
                    false => to.or(*from),
                };
            }
        }
        Ok(output)
    }

    /// The masks side by side; along the last axis, what any of them lets count. An input without
    /// one counts everywhere.
    fn mask(&self, inputs: &[&[usize]], masks: &[Option<usize>]) -> OutputMask {
        if masks.iter().all(Option::is_none) {
            return OutputMask::None;
        }
        let steps = |shape: &&[usize]| shape[..shape.len() - 1].iter().product::<usize>();
        match self.of_rank(inputs[0].len()) + 1 == inputs[0].len() {
            true => OutputMask::Own(steps(&inputs[0])),
            false => OutputMask::Own(inputs.iter().map(steps).sum()),
        }
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let output = pass.output_shape;
        let (inputs, rows) = (&pass.inputs, pass.inputs.rows);
        let n = inputs.count();
        let axis = self.of_rank(output.len());
        let along = |i: usize| inputs.shape(i)[axis];
        let len: usize = output.iter().product();
        pass.team.for_slices(pass.output, len, &|start, y| {
            let sample = start / len;
            self.pieces(output, &along, n, &mut |i, to, from, count| {
                let x = inputs.dense(i);
                let of_sample = x.len() / rows;
                let x = &x[sample * of_sample + from..][..count];
                y[to..to + count].copy_from_slice(x);
            });
        });
        let Some(mask) = pass.mask.as_deref_mut() else {
            return Ok(());
        };
        let steps = mask.len() / rows;
        let last = axis + 1 == output.len();
        for (sample, mask) in mask.chunks_exact_mut(steps).enumerate() {
            mask.fill(false);
            let counts = |i: usize, step: usize, of_sample: usize| {
                inputs
                    .mask(i)
                    .is_none_or(|mask| mask[sample * of_sample + step])
            };
            if last {
                for (step, to) in mask.iter_mut().enumerate() {
                    *to = (0..n).any(|i| counts(i, step, steps));
                }
                continue;
            }
            let without_last = &output[..output.len() - 1];
            self.pieces(without_last, &along, n, &mut |i, to, from, count| {
                let shape = inputs.shape(i);
                let of_sample = shape[..shape.len() - 1].iter().product();
                for k in 0..count {
                    mask[to + k] = counts(i, from + k, of_sample);
                }
            });
        }
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let output = pass.output_shape;
        let (inputs, rows) = (&pass.inputs, pass.inputs.rows);
        let n = inputs.count();
        let axis = self.of_rank(output.len());
        let along = |i: usize| inputs.shape(i)[axis];
        let len: usize = output.iter().product();
        for wanted in 0..n {
            let Some(dx) = pass.d_inputs.get(wanted) else {
                continue;
            };
            let of_sample = dx.len() / rows;
            for (dx, dy) in dx
                .chunks_exact_mut(of_sample.max(1))
                .zip(pass.d_output.chunks_exact(len.max(1)))
            {
                self.pieces(output, &along, n, &mut |i, from, to, count| {
                    if i == wanted {
                        dx[to..to + count].copy_from_slice(&dy[from..from + count]);
                    }
                });
            }
        }
    }
}
