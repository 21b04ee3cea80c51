//! `keras.layers.Add`, `Subtract`, `Multiply`, `Average`, `Maximum`, `Minimum`: several inputs, element
//! by element (`keras/src/layers/merging/base_merge.py`).
//!
//! Inputs of fewer dimensions get ones in front; a dimension of 1 meets any other.

use super::{Backward, Forward, Inputs, Layer, OutputMask, Shape, show};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::kernels::elementwise::add_assign;

/// What the elements of the inputs become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Add,
    Subtract,
    Multiply,
    Average,
    Maximum,
    Minimum,
}

macro_rules! merge_layers {
    ($($(#[$doc:meta])* $class:ident),*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Default, Config)]
        #[serde(deny_unknown_fields)]
        pub struct $class {}

        impl Layer for $class {
            fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
                output_shape(Op::$class, inputs)
            }

            fn mask(&self, _inputs: &[&[usize]], masks: &[Option<usize>]) -> OutputMask {
                any_of(masks)
            }

            fn forward(&self, pass: &mut Forward) -> Result<()> {
                write_any(pass);
                forward(Op::$class, pass);
                Ok(())
            }

            fn backward(&self, pass: &mut Backward) {
                for i in 0..pass.inputs.count() {
                    backward(Op::$class, pass, i);
                }
            }
        }
    )*};
}

merge_layers! {
    /// x₀ + x₁ + …
    Add,
    /// x₀ − x₁
    Subtract,
    /// x₀ · x₁ · …
    Multiply,
    /// (x₀ + x₁ + …) / n
    Average,
    /// The largest of the inputs' elements.
    Maximum,
    /// The smallest of the inputs' elements.
    Minimum
}

/// Elements that one member of the team takes at a time.
const CHUNK: usize = 1 << 13;

fn output_shape(op: Op, inputs: &[Shape]) -> Result<Shape> {
    let needed = if op == Op::Subtract { 2 } else { 1 };
    if inputs.len() < needed || (op == Op::Subtract && inputs.len() > 2) {
        return Err(Error::shape(format!(
            "{op:?} is called on a list of {} inputs, found {}",
            if op == Op::Subtract { "2" } else { "several" },
            inputs.len()
        )));
    }
    let mut output = inputs[0].clone();
    for shape in &inputs[1..] {
        output = broadcast(&output, shape).ok_or_else(|| {
            let shapes: Vec<String> = inputs.iter().map(show).collect();
            Error::shape(format!(
                "{op:?} takes inputs of the same shape (a dimension of 1 goes with any), found {}",
                shapes.join(" and ")
            ))
        })?;
    }
    Ok(output)
}

fn broadcast(a: &Shape, b: &Shape) -> Option<Shape> {
    if a.len() < b.len() {
        return broadcast(b, a);
    }
    let more = a.len() - b.len();
    let mut output = a.clone();
    for (to, b) in output[more..].iter_mut().zip(b) {
        *to = match (*to, *b) {
            (None, _) | (_, None) => None,
            (Some(1), n) => n,
            (n, Some(1)) => n,
            (n, m) if n == m => n,
            _ => return None,
        };
    }
    Some(output)
}

/// Where all inputs have masks, what any of them lets count.
fn any_of(masks: &[Option<usize>]) -> OutputMask {
    let longest = masks.iter().copied().reduce(|a, b| Some(a?.max(b?)));
    longest.flatten().map_or(OutputMask::None, OutputMask::Own)
}

fn write_any(pass: &mut Forward) {
    let Some(to) = pass.mask.as_deref_mut() else {
        return;
    };
    to.fill(false);
    for i in 0..pass.inputs.count() {
        let mask = pass.inputs.mask(i).unwrap_or(&[]);
        to.iter_mut().zip(mask).for_each(|(to, &mask)| *to |= mask);
    }
}

/// An input as the output's rows (along the last dimension) see it.
#[derive(Clone, Copy)]
struct Operand<'a> {
    x: &'a [f32],
    shape: &'a [usize],
    mask: Option<&'a [bool]>,
    /// 0 where its last dimension is 1 and the output's is not.
    step: usize,
    output: &'a [usize],
    /// Of the output's shape.
    same: bool,
}

impl<'a> Operand<'a> {
    fn new(inputs: &Inputs<'a>, i: usize, output: &'a [usize]) -> Self {
        let shape = inputs.shape(i);
        let last = |shape: &[usize]| shape.last().copied().unwrap_or(1);
        Operand {
            x: inputs.dense(i),
            shape,
            mask: inputs.mask(i),
            step: usize::from(last(shape) == last(output)),
            output,
            same: shape == output,
        }
    }

    /// Where its part of row `row` of the output begins.
    fn start(&self, mut row: usize) -> usize {
        let width = self.output.last().copied().unwrap_or(1);
        if self.same {
            return row * width;
        }
        let more = self.output.len() - self.shape.len();
        let (mut index, mut stride) = (0, self.shape.last().copied().unwrap_or(1));
        for axis in (0..self.output.len().saturating_sub(1)).rev() {
            let at = row % self.output[axis];
            row /= self.output[axis];
            if axis >= more {
                let n = self.shape[axis - more];
                index += if n == 1 { 0 } else { at * stride };
                stride *= n;
            }
        }
        // What is left of the row's number is the sample's.
        index + row * self.shape.iter().product::<usize>()
    }

    /// Its elements of a row that begins at `start`, and whether they count.
    fn at(&self, start: usize, k: usize) -> (f32, Option<bool>) {
        let index = start + k * self.step;
        let width = self.shape.last().copied().unwrap_or(1).max(1);
        (self.x[index], self.mask.map(|mask| mask[index / width]))
    }
}

fn forward(op: Op, pass: &mut Forward) {
    let shape = pass.output_shape;
    let width = shape.last().copied().unwrap_or(1).max(1);
    let inputs = &pass.inputs;
    let n = inputs.count();
    let plain = is_plain(op, inputs);
    let chunk = CHUNK.div_ceil(width) * width;
    pass.team.for_slices(pass.output, chunk, &|start, y| {
        let first = start / width;
        if !plain {
            for (r, y) in y.chunks_exact_mut(width).enumerate() {
                for (k, y) in y.iter_mut().enumerate() {
                    *y = fold(op, inputs, shape, first + r, k, None).0;
                }
            }
            return;
        }
        for i in 0..n {
            let operand = Operand::new(inputs, i, shape);
            for (r, y) in y.chunks_exact_mut(width).enumerate() {
                let at = operand.start(first + r);
                match operand.step {
                    0 => y.iter_mut().for_each(|y| join(op, i, y, operand.x[at])),
                    _ => (y.iter_mut().zip(&operand.x[at..])).for_each(|(y, x)| join(op, i, y, *x)),
                }
            }
        }
        if op == Op::Average {
            y.iter_mut().for_each(|y| *y /= n as f32);
        }
    });
}

/// Whether the inputs can be taken one after the other: masks change nothing.
fn is_plain(op: Op, inputs: &Inputs) -> bool {
    let masked = (0..inputs.count()).any(|i| inputs.mask(i).is_some());
    matches!(op, Op::Add | Op::Subtract | Op::Average) || !masked
}

fn join(op: Op, i: usize, y: &mut f32, x: f32) {
    *y = match (op, i) {
        (_, 0) => x,
        (Op::Add | Op::Average, _) => *y + x,
        (Op::Subtract, _) => *y - x,
        (Op::Multiply, _) => *y * x,
        (Op::Maximum, _) => y.max(x),
        (Op::Minimum, _) => y.min(x),
    };
}

/// An element of the output by Keras' way with masks, and its derivative by input `by`.
fn fold(
    op: Op,
    inputs: &Inputs,
    shape: &[usize],
    row: usize,
    k: usize,
    by: Option<usize>,
) -> (f32, f32) {
    let mut y = 0.0;
    let mut slope = 0.0;
    let mut counts = None;
    for i in 0..inputs.count() {
        let operand = Operand::new(inputs, i, shape);
        let (mut x, mask) = operand.at(operand.start(row), k);
        let mut dx = if by == Some(i) { 1.0 } else { 0.0 };
        if op == Op::Multiply && mask == Some(false) {
            (x, dx) = (1.0, 0.0);
        }
        if i == 0 {
            (y, slope, counts) = (x, dx, mask);
            continue;
        }
        if op == Op::Multiply {
            (y, slope) = (y * x, slope * x + y * dx);
        } else {
            if mask == Some(false) {
                (x, dx) = (y, slope);
            }
            if counts == Some(false) {
                (y, slope) = (x, dx);
            }
            let first = if op == Op::Maximum { y > x } else { y < x };
            // Equal ones share the slope, as in JAX.
            (y, slope) = match (first, y == x) {
                (_, true) => (y, (slope + dx) / 2.0),
                (true, _) => (y, slope),
                (false, _) => (x, dx),
            };
        }
        counts = counts.zip(mask).map(|(a, b)| a || b);
    }
    match (op, counts) {
        (Op::Multiply, Some(false)) => (0.0, 0.0),
        _ => (y, slope),
    }
}

fn backward(op: Op, pass: &mut Backward, i: usize) {
    let (inputs, shape) = (&pass.inputs, pass.output_shape);
    let n = inputs.count();
    let operand = Operand::new(inputs, i, shape);
    let width = shape.last().copied().unwrap_or(1).max(1);
    let Some(dx) = pass.d_inputs.get(i) else {
        return;
    };
    let dy = &*pass.d_output;
    let constant = match op {
        Op::Add => Some(1.0),
        Op::Average => Some(1.0 / n as f32),
        Op::Subtract => Some(if i == 0 { 1.0 } else { -1.0 }),
        Op::Multiply | Op::Maximum | Op::Minimum => None,
    };
    if operand.same && constant == Some(1.0) {
        dx.copy_from_slice(dy);
        return;
    }
    // One sample is one thread's: what is summed comes in order.
    let of_sample = operand.shape.iter().product::<usize>().max(1);
    let rows = (shape.iter().product::<usize>() / width).max(1);
    let two = (op == Op::Multiply && n == 2 && is_plain(op, inputs))
        .then(|| Operand::new(inputs, 1 - i, shape));
    pass.team.for_slices(dx, of_sample, &|start, dx| {
        dx.fill(0.0);
        let sample = start / of_sample;
        for row in sample * rows..(sample + 1) * rows {
            let at = operand.start(row) - start;
            let dy = &dy[row * width..][..width];
            let mut add = |k: usize, d: f32| dx[at + k * operand.step] += d;
            match (constant, &two) {
                (Some(factor), _) if operand.step == 1 && factor == 1.0 => {
                    add_assign(&mut dx[at..at + width], dy);
                }
                (Some(factor), _) => {
                    (dy.iter().enumerate()).for_each(|(k, dy)| add(k, factor * dy));
                }
                (None, Some(other)) => {
                    let from = other.start(row);
                    for (k, dy) in dy.iter().enumerate() {
                        add(k, dy * other.x[from + k * other.step]);
                    }
                }
                (None, None) => {
                    for (k, dy) in dy.iter().enumerate() {
                        add(k, dy * fold(op, inputs, shape, row, k, Some(i)).1);
                    }
                }
            }
        }
    });
}
