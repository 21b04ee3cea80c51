//! `keras.losses.Circle`

use super::LossFunction;
use super::reducer::Reducer;
use super::rows::at_least;
use super::shapes::{Batch, Labels, Shapes, Values, show};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::kernels::elementwise::{exp, log, sigmoid, softplus};
use crate::kernels::sums::dot;

/// Circle loss (Sun et al. 2020) of embeddings, normalised rows of shape (batch, features), and
/// labels of shape (batch,) or (batch, 1). With distances d = max(1 − eᵢ·eⱼ, 0), per row i:
/// softplus(log Σ₊ exp(−gamma·(d + m)·(m − d)) + log Σ₋ exp(gamma·(1 + m − d)·(1 − m − d))), the
/// sums over the rows of the same label (without row i where `remove_diagonal`) and of others,
/// the weights in front no less than 0. Rows whose value is 0 do not count.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct Circle {
    pub gamma: f64,
    pub margin: f64,
    pub remove_diagonal: bool,
}

impl Default for Circle {
    fn default() -> Self {
        Circle {
            gamma: 80.0,
            margin: 0.4,
            remove_diagonal: true,
        }
    }
}

/// log Σ exp over some numbers; −∞ for none.
fn log_sum_exp(terms: impl Iterator<Item = f32> + Clone) -> f32 {
    let max = terms.clone().fold(f32::NEG_INFINITY, f32::max);
    if max == f32::NEG_INFINITY {
        return max;
    }
    log(terms.map(|x| exp(x - max)).sum()) + max
}

impl Circle {
    /// Whether rows i and j are a pair of one label, or None where they are no pair.
    fn same(&self, labels: &[f32], i: usize, j: usize) -> Option<bool> {
        let same = labels[i].trunc() == labels[j].trunc();
        (!(same && self.remove_diagonal && i == j)).then_some(same)
    }

    /// The exponent of a pair with the inner product `s`, and its slope in s.
    fn exponent(&self, same: bool, s: f32) -> (f32, f32) {
        let (gamma, margin) = (self.gamma as f32, self.margin as f32);
        let distance = if s > 1.0 { 0.0 } else { 1.0 - s };
        let (raw, away, sign) = if same {
            (margin + distance, margin - distance, -1.0)
        } else {
            (1.0 + margin - distance, 1.0 - margin - distance, 1.0)
        };
        let weight = if raw < 0.0 { 0.0 } else { raw };
        // The weight rises with the distance for pairs of one label, and falls for others.
        let d_weight = -sign * at_least(raw, 0.0);
        let slope = sign * gamma * (d_weight * away - weight);
        (sign * gamma * weight * away, -slope * at_least(1.0, s))
    }
}

impl LossFunction for Circle {
    fn labels(&self) -> Labels {
        Labels::Other
    }

    fn values(&self, shapes: &Shapes) -> Result<Values> {
        let one = shapes.target.iter().product::<usize>() == 1 && shapes.target.len() < 2;
        if !one || shapes.pred.len() != 1 {
            return Err(Error::shape(format!(
                "it takes one label per sample and embeddings of shape (None, n), but the labels \
                 are {} and the model gives {}; put Flatten or a pooling layer last",
                show(&shapes.target),
                show(&shapes.pred)
            )));
        }
        Ok(shapes.positions())
    }

    fn batch(&self, batch: &Batch, reducer: &mut Reducer, d_pred: Option<&mut [f32]>) -> f64 {
        let (n, width, labels) = (batch.rows, batch.shapes.width(), batch.y_true);
        let row = |i: usize| &batch.y_pred[i * width..][..width];
        // Exponents and their slopes, then the sums of each row.
        let mut room = std::mem::take(&mut reducer.lanes);
        room.resize(2 * n * n + 2 * n, 0.0);
        let (exponents, rest) = room.split_at_mut(n * n);
        let (slopes, sums) = rest.split_at_mut(n * n);
        for i in 0..n {
            for j in 0..n {
                let pair = self.same(labels, i, j);
                let found = pair.map(|same| self.exponent(same, dot(row(i), row(j))));
                (exponents[i * n + j], slopes[i * n + j]) = found.unwrap_or_default();
            }
            for (k, wanted) in [true, false].into_iter().enumerate() {
                let of_kind = (0..n).filter(|&j| self.same(labels, i, j) == Some(wanted));
                sums[2 * i + k] = log_sum_exp(of_kind.map(|j| exponents[i * n + j]));
            }
        }
        let value = |i: usize| softplus(sums[2 * i] + sums[2 * i + 1]);
        reducer.mask(|i| value(i) > 0.0);
        if let Some(d_pred) = d_pred {
            d_pred.fill(0.0);
            for i in (0..n).filter(|&i| value(i) > 0.0) {
                let outer = sigmoid(sums[2 * i] + sums[2 * i + 1]) * reducer.scale(i);
                for j in 0..n {
                    let Some(same) = self.same(labels, i, j) else {
                        continue;
                    };
                    let share = exp(exponents[i * n + j] - sums[2 * i + usize::from(!same)]);
                    let slope = outer * share * slopes[i * n + j];
                    for k in 0..width {
                        d_pred[i * width + k] += slope * row(j)[k];
                        d_pred[j * width + k] += slope * row(i)[k];
                    }
                }
            }
        }
        let total = (0..n)
            .map(|i| f64::from(value(i)) * reducer.weight(i))
            .sum();
        reducer.lanes = room;
        total
    }
}
