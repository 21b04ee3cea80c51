//! Losses of one prediction vector at a time.

use super::LossFunction;
use super::reducer::Reducer;
use super::shapes::{Batch, Labels, Shapes, Values};
use crate::error::Result;
use crate::kernels::elementwise::{exp, log};

/// A loss whose values each belong to one prediction vector: those along `axis`.
pub trait RowLoss {
    fn labels(&self) -> Labels {
        Labels::Same
    }

    /// The axis of the vectors, batch included.
    fn axis(&self) -> i64 {
        -1
    }

    /// Refuses arguments that do not go with these shapes.
    fn check(&self, _shapes: &Shapes) -> Result<()> {
        Ok(())
    }

    /// The loss of one vector; where `d_pred` is given, writes dL/d(y_pred) there.
    fn row(&self, y_true: &[f32], y_pred: &[f32], d_pred: Option<&mut [f32]>) -> f32;
}

impl<T: RowLoss> LossFunction for T {
    fn labels(&self) -> Labels {
        RowLoss::labels(self)
    }

    fn values(&self, shapes: &Shapes) -> Result<Values> {
        self.check(shapes)?;
        Ok(shapes.without(&[shapes.axis(RowLoss::axis(self))?]))
    }

    fn batch(&self, batch: &Batch, reducer: &mut Reducer, d_pred: Option<&mut [f32]>) -> f64 {
        if let Labels::Class {
            ignored: Some(ignored),
        } = RowLoss::labels(self)
        {
            reducer.mask(|i| batch.y_true[i] != ignored as f32);
        }
        let row = |t: &[f32], p: &[f32], d: Option<&mut [f32]>| self.row(t, p, d);
        each_row(batch, RowLoss::axis(self), reducer, d_pred, &row)
    }
}

/// The value of one vector, from labels and predictions; writes its derivative where it is asked for.
pub type Row<'a> = dyn Fn(&[f32], &[f32], Option<&mut [f32]>) -> f32 + 'a;

/// Calls `row` with each vector along `axis`: the weighted sum of the values, and in `d_pred` the
/// derivative of the loss. Of the classes only `row` differs: this loop is there once for all.
pub fn each_row(
    batch: &Batch,
    axis: i64,
    reducer: &mut Reducer,
    mut d_pred: Option<&mut [f32]>,
    row: &Row,
) -> f64 {
    let Shapes { pred, .. } = batch.shapes;
    // Checked when the batches were planned.
    let axis = batch.shapes.axis(axis).unwrap_or(pred.len());
    let inner: usize = pred[axis.min(pred.len())..].iter().product();
    let len = match axis {
        0 => batch.rows,
        axis => pred[axis - 1],
    };
    if inner != 1 {
        return each_lane(batch, len, inner, reducer, d_pred, row);
    }
    let count = reducer.count();
    let target = batch.y_true.len() / count.max(1);
    let mut sum = 0.0;
    for i in 0..count {
        let t = &batch.y_true[i * target..(i + 1) * target];
        let p = &batch.y_pred[i * len..(i + 1) * len];
        let mut d = d_pred
            .as_deref_mut()
            .map(|d| &mut d[i * len..(i + 1) * len]);
        sum += f64::from(row(t, p, d.as_deref_mut())) * reducer.weight(i);
        if let Some(d) = d {
            let scale = reducer.scale(i);
            d.iter_mut().for_each(|d| *d *= scale);
        }
    }
    sum
}

/// The same where the vectors' elements lie `inner` apart.
fn each_lane(
    batch: &Batch,
    len: usize,
    inner: usize,
    reducer: &mut Reducer,
    mut d_pred: Option<&mut [f32]>,
    row: &Row,
) -> f64 {
    let mut lanes = std::mem::take(&mut reducer.lanes);
    lanes.resize(3 * len, 0.0);
    let (t, rest) = lanes.split_at_mut(len);
    let (p, d) = rest.split_at_mut(len);
    let mut sum = 0.0;
    for i in 0..reducer.count() {
        let start = i / inner * len * inner + i % inner;
        let place = |k: usize| start + k * inner;
        for k in 0..len {
            (t[k], p[k]) = (batch.y_true[place(k)], batch.y_pred[place(k)]);
        }
        let wanted = d_pred.as_ref().map(|_| &mut d[..]);
        sum += f64::from(row(t, p, wanted)) * reducer.weight(i);
        if let Some(d_pred) = &mut d_pred {
            let scale = reducer.scale(i);
            (0..len).for_each(|k| d_pred[place(k)] = d[k] * scale);
        }
    }
    reducer.lanes = lanes;
    sum
}

/// The mean of `element(y_true, y_pred)`, which gives value and slope, over a vector.
pub fn mean_of(
    y_true: &[f32],
    y_pred: &[f32],
    d_pred: Option<&mut [f32]>,
    element: impl Fn(f32, f32) -> (f32, f32),
) -> f32 {
    let n = y_pred.len() as f32;
    let pairs = y_true.iter().zip(y_pred);
    if let Some(d_pred) = d_pred {
        for ((&y, &p), d) in pairs.clone().zip(d_pred) {
            *d = element(y, p).1 / n;
        }
    }
    let sum: f64 = pairs.map(|(&y, &p)| f64::from(element(y, p).0)).sum();
    (sum / f64::from(n)) as f32
}

/// x within [low, high], and its slope: ½ on a bound, as in JAX.
pub fn clip(x: f32, low: f32, high: f32) -> (f32, f32) {
    (x.clamp(low, high), at_least(x, low) * at_least(high, x))
}

/// The slope of max(a, b) in a: ½ for equals.
pub fn at_least(a: f32, b: f32) -> f32 {
    if a > b {
        1.0
    } else if a == b {
        0.5
    } else {
        0.0
    }
}

/// xᵉ: by multiplication for small whole exponents.
pub fn pow(x: f32, e: f32) -> f32 {
    match e {
        _ if e.fract() == 0.0 && (0.0..=16.0).contains(&e) => x.powi(e as i32),
        _ if x == 0.0 => {
            if e > 0.0 {
                0.0
            } else {
                f32::INFINITY
            }
        }
        _ => exp(e * log(x)),
    }
}
