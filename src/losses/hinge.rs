//! `keras.losses.Hinge` and `SquaredHinge`

use super::LossFunction;
use super::reducer::Reducer;
use super::rows::{at_least, each_row, mean_of};
use super::shapes::{Batch, Labels, Shapes, Values};
use crate::config::Config;
use crate::error::Result;

/// mean(max(1 − y_true·y_pred, 0)) over the last axis; a batch of labels that are all 0 or 1 is
/// read as −1 and 1.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Hinge {}

/// mean(max(1 − y_true·y_pred, 0)²) over the last axis; a batch of labels that are all 0 or 1 is
/// read as −1 and 1.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct SquaredHinge {}

/// Means of `value_and_slope(1 − y·p)`, the slope being that in 1 − y·p.
fn hinges(
    batch: &Batch,
    reducer: &mut Reducer,
    d_pred: Option<&mut [f32]>,
    value_and_slope: impl Fn(f32) -> (f32, f32),
) -> f64 {
    let binary = batch.y_true.iter().all(|&y| y == 0.0 || y == 1.0);
    let row = |t: &[f32], p: &[f32], d: Option<&mut [f32]>| {
        mean_of(t, p, d, |y, p| {
            let y = if binary { 2.0 * y - 1.0 } else { y };
            let (value, slope) = value_and_slope(1.0 - y * p);
            (value, -y * slope)
        })
    };
    each_row(batch, -1, reducer, d_pred, &row)
}

impl LossFunction for Hinge {
    fn labels(&self) -> Labels {
        Labels::Same
    }

    fn values(&self, shapes: &Shapes) -> Result<Values> {
        Ok(shapes.positions())
    }

    fn batch(&self, batch: &Batch, reducer: &mut Reducer, d_pred: Option<&mut [f32]>) -> f64 {
        hinges(batch, reducer, d_pred, |x| {
            (if x < 0.0 { 0.0 } else { x }, at_least(x, 0.0))
        })
    }
}

impl LossFunction for SquaredHinge {
    fn labels(&self) -> Labels {
        Labels::Same
    }

    fn values(&self, shapes: &Shapes) -> Result<Values> {
        Ok(shapes.positions())
    }

    fn batch(&self, batch: &Batch, reducer: &mut Reducer, d_pred: Option<&mut [f32]>) -> f64 {
        hinges(batch, reducer, d_pred, |x| {
            let x = if x < 0.0 { 0.0 } else { x };
            (x * x, 2.0 * x)
        })
    }
}
