//! `keras.losses.Dice` and `Tversky`

use super::reducer::Reducer;
use super::shapes::{Batch, Labels, Shapes, Values};
use super::{EPSILON, LossFunction};
use crate::config::Config;
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// 1 − 2·Σ y·p / (Σ y + Σ p + 1e-7) over `axis`, which may be one axis or several (batch
/// included); None: over all of the batch.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Dice {
    pub axis: Axes,
}

/// 1 − Σ y·p / (Σ y·p + alpha·Σ y·(1 − p) + beta·Σ (1 − y)·p + 1e-7) over `axis`, as for [`Dice`].
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Tversky {
    pub alpha: f64,
    pub beta: f64,
    pub axis: Axes,
}

/// The axes of a sum.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Axes {
    #[default]
    All,
    One(i64),
    Several(Vec<i64>),
}

impl Default for Tversky {
    fn default() -> Self {
        Tversky {
            alpha: 0.5,
            beta: 0.5,
            axis: Axes::All,
        }
    }
}

impl Axes {
    /// Counted from 0, the batch's axis.
    fn of(&self, shapes: &Shapes) -> Result<Vec<usize>> {
        match self {
            Axes::All => Ok((0..=shapes.pred.len()).collect()),
            Axes::One(axis) => Ok(vec![shapes.axis(*axis)?]),
            Axes::Several(axes) => axes.iter().map(|&axis| shapes.axis(axis)).collect(),
        }
    }

    /// Which axes are summed, the batch's first.
    fn summed(&self, shapes: &Shapes, axis: usize) -> bool {
        let is = |given: i64| shapes.axis(given) == Ok(axis);
        match self {
            Axes::All => true,
            Axes::One(given) => is(*given),
            Axes::Several(given) => given.iter().any(|&given| is(given)),
        }
    }

    /// The value that element `element` of the batch belongs to.
    fn value_of(&self, shapes: &Shapes, element: usize) -> usize {
        let (mut rest, mut value, mut stride) = (element, 0, 1);
        for (i, &dim) in shapes.pred.iter().enumerate().rev() {
            if !self.summed(shapes, i + 1) {
                value += rest % dim * stride;
                stride *= dim;
            }
            rest /= dim;
        }
        if self.summed(shapes, 0) {
            value
        } else {
            value + rest * stride
        }
    }
}

/// Σ y·p, Σ y and Σ p.
type Sums = [f64; 3];

/// Values of three sums each: `value` gives one and its slopes in the sums.
fn of_sums(
    axes: &Axes,
    batch: &Batch,
    reducer: &mut Reducer,
    d_pred: Option<&mut [f32]>,
    value: impl Fn(Sums) -> (f64, Sums),
) -> f64 {
    let (count, mut sums) = (reducer.count(), std::mem::take(&mut reducer.scratch));
    sums.clear();
    sums.resize(3 * count, 0.0);
    // Elements that follow each other along the last axis belong to one value or to as many.
    let width = batch.shapes.width();
    let step = usize::from(!axes.summed(batch.shapes, batch.shapes.pred.len()));
    let places = |row: usize| {
        let first = axes.value_of(batch.shapes, row * width);
        (0..width).map(move |k| (row * width + k, first + k * step))
    };
    let rows = batch.y_pred.len() / width.max(1);
    for (i, v) in (0..rows).flat_map(places) {
        let (y, p) = (f64::from(batch.y_true[i]), f64::from(batch.y_pred[i]));
        sums[3 * v] += y * p;
        sums[3 * v + 1] += y;
        sums[3 * v + 2] += p;
    }
    let mut total = 0.0;
    for (i, sums) in sums.chunks_exact_mut(3).enumerate() {
        let (found, slopes) = value([sums[0], sums[1], sums[2]]);
        total += found * reducer.weight(i);
        sums.copy_from_slice(&slopes);
    }
    if let Some(d_pred) = d_pred {
        for (i, v) in (0..rows).flat_map(places) {
            let slope = sums[3 * v] * f64::from(batch.y_true[i]) + sums[3 * v + 2];
            d_pred[i] = slope as f32 * reducer.scale(v);
        }
    }
    reducer.scratch = sums;
    total
}

impl LossFunction for Dice {
    fn labels(&self) -> Labels {
        Labels::Same
    }

    fn values(&self, shapes: &Shapes) -> Result<Values> {
        Ok(shapes.without(&self.axis.of(shapes)?))
    }

    fn batch(&self, batch: &Batch, reducer: &mut Reducer, d_pred: Option<&mut [f32]>) -> f64 {
        of_sums(&self.axis, batch, reducer, d_pred, |[common, y, p]| {
            let all = y + p + f64::from(EPSILON);
            let slope = 2.0 * common / (all * all);
            (1.0 - 2.0 * common / all, [-2.0 / all, slope, slope])
        })
    }
}

impl LossFunction for Tversky {
    fn labels(&self) -> Labels {
        Labels::Same
    }

    fn values(&self, shapes: &Shapes) -> Result<Values> {
        Ok(shapes.without(&self.axis.of(shapes)?))
    }

    fn batch(&self, batch: &Batch, reducer: &mut Reducer, d_pred: Option<&mut [f32]>) -> f64 {
        let (alpha, beta) = (self.alpha, self.beta);
        of_sums(&self.axis, batch, reducer, d_pred, |[common, y, p]| {
            let all = common + alpha * (y - common) + beta * (p - common) + f64::from(EPSILON);
            let slope = common / (all * all);
            (
                1.0 - common / all,
                [
                    slope * (1.0 - alpha - beta) - 1.0 / all,
                    slope * alpha,
                    slope * beta,
                ],
            )
        })
    }
}
