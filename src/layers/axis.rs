//! `axis`: an axis or a list of them, counted with the batch dimension, from the end if negative.

use super::{Shape, show};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// `axis=-1`, `axis=[1, 2]` or `axis=None`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Axis {
    One(i32),
    Many(Vec<i32>),
    None,
}

/// Some axes of a sample, counted from 0 without the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axes(u32);

/// Samples have fewer axes than this.
pub const MAX_RANK: usize = 32;

/// `axis=-1`
pub fn last_axis() -> Axis {
    Axis::One(-1)
}

impl Axis {
    pub fn list(&self) -> &[i32] {
        match self {
            Axis::One(axis) => std::slice::from_ref(axis),
            Axis::Many(axes) => axes,
            Axis::None => &[],
        }
    }

    /// The axes of samples of `rank` dimensions; what does not name one is left out.
    pub fn of_rank(&self, rank: usize) -> Axes {
        let named = self
            .list()
            .iter()
            .filter_map(|&axis| sample_axis(axis, rank));
        Axes(named.fold(0, |axes, axis| axes | 1 << axis))
    }

    /// The axes of samples of this shape. Each must be there once, known, and not the batch.
    pub fn resolve(&self, class: &str, shape: &Shape) -> Result<Axes> {
        if let Some(axis) = self.list().iter().find(|&&axis| !names(axis, shape)) {
            return Err(wrong_axis(class, *axis, shape));
        }
        let axes = self.of_rank(shape.len());
        if axes.count() != self.list().len() {
            return Err(Error::unsupported(format!(
                "{class}(axis={:?}) names an axis twice; leave one out",
                self.list()
            )));
        }
        Ok(axes)
    }
}

/// The one axis of a layer that takes one, counted without the batch.
pub fn resolve_one(class: &str, axis: i32, shape: &Shape) -> Result<usize> {
    sample_axis(axis, shape.len())
        .filter(|_| names(axis, shape))
        .ok_or_else(|| wrong_axis(class, axis, shape))
}

/// `axis` without the batch dimension; None for the batch or beyond the shape.
pub fn sample_axis(axis: i32, rank: usize) -> Option<usize> {
    let from_front = if axis < 0 {
        axis + rank as i32 + 1
    } else {
        axis
    };
    let inside = (1..=rank as i32).contains(&from_front) && rank < MAX_RANK;
    inside.then(|| from_front as usize - 1)
}

fn names(axis: i32, shape: &Shape) -> bool {
    sample_axis(axis, shape.len()).is_some_and(|axis| shape[axis].is_some())
}

fn wrong_axis(class: &str, axis: i32, shape: &Shape) -> Error {
    Error::shape(format!(
        "{class}'s axis {axis} must name a dimension of known size besides the batch (counted with \
         the batch, which is 0; -1 is the last), but the input is {}",
        show(shape)
    ))
}

impl Axes {
    pub fn contains(self, axis: usize) -> bool {
        self.0 >> axis & 1 == 1
    }

    pub fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The last axis of a sample of `rank` dimensions, alone.
    pub fn is_last(self, rank: usize) -> bool {
        rank > 0 && self.0 == 1 << (rank - 1)
    }

    /// The last `n` axes of a sample of `rank` dimensions, whatever n.
    pub fn are_trailing(self, rank: usize) -> bool {
        let first = (0..rank).find(|&axis| self.contains(axis)).unwrap_or(rank);
        (first..rank).all(|axis| self.contains(axis))
    }
}

/// Refuses inputs without elements, of which there are no statistics.
pub fn refuse_empty(class: &str, shape: &Shape) -> Result<()> {
    if shape.contains(&Some(0)) {
        return Err(Error::shape(format!(
            "{class} has nothing to normalise in {}",
            show(shape)
        )));
    }
    Ok(())
}
