//! Sample weights and reductions, as `keras/src/losses/loss.py` and
//! `keras/src/metrics/reduction_metrics.py` have them.

use super::shapes::{Values, show};
use crate::error::{Error, Result};

/// How the values of a batch become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reduction {
    /// Σ value·weight / number of values; also called "mean".
    #[default]
    SumOverBatchSize,
    /// Σ value·weight
    Sum,
    /// Σ value·weight / Σ weight
    MeanWithSampleWeight,
    /// A metric's: Σ value·weight, where a weight may stand for all values of its sample.
    Metric,
}

/// The weight of each value of a batch, and what their weighted sum is divided by.
#[derive(Debug, Clone)]
pub struct Reducer {
    reduction: Reduction,
    values: Values,
    /// Which of a sample's weights belongs to each of its values.
    spread: Vec<usize>,
    weighted: bool,
    weights: Vec<f32>,
    /// What counts by the mask of the predictions, and the weights before it; empty without one.
    masked: Vec<bool>,
    unmasked: Vec<f32>,
    divisor: f32,
    /// Room for what a function computes on its way.
    pub scratch: Vec<f64>,
    /// Room for vectors along an axis that is not the last.
    pub lanes: Vec<f32>,
}

impl Reducer {
    /// `weights` is the shape of one sample's weights, `mask` the length of one sample's mask.
    pub fn new(
        reduction: Reduction,
        values: Values,
        weights: Option<&[usize]>,
        mask: Option<usize>,
    ) -> Result<Self> {
        check_mask(mask, weights, &values)?;
        let spread = match weights {
            Some(weights) => spread(weights, &values, reduction)?,
            None => vec![],
        };
        Ok(Reducer {
            reduction,
            values,
            spread,
            weighted: false,
            weights: vec![],
            masked: vec![],
            unmasked: vec![],
            divisor: 1.0,
            scratch: vec![],
            lanes: vec![],
        })
    }

    /// Takes the weights of a batch and the mask of its predictions.
    pub fn begin(&mut self, rows: usize, sample_weights: Option<&[f32]>, mask: Option<&[bool]>) {
        let mut count = self.values.count(rows);
        self.weights.clear();
        self.weighted = sample_weights.is_some();
        match sample_weights {
            None => self.weights.resize(count, 1.0),
            // One value for all samples is weighted by each of them.
            Some(given) if !self.values.per_sample => {
                count = given.len();
                self.weights.push(given.iter().sum());
            }
            Some(given) => {
                let of_sample = given.len() / rows.max(1);
                for sample in given.chunks_exact(of_sample.max(1)) {
                    self.weights.extend(self.spread.iter().map(|&i| sample[i]));
                }
            }
        }
        self.divisor = match (self.reduction, sample_weights) {
            (Reduction::Sum | Reduction::Metric, _) => 1.0,
            (Reduction::MeanWithSampleWeight, Some(given)) => given.iter().sum(),
            _ => count as f32,
        };
        if let Some(mask) = mask {
            self.masked.clear();
            self.masked.extend_from_slice(mask);
            self.unmasked.clear();
            self.unmasked.extend_from_slice(&self.weights);
            self.mask(|_| true);
        }
    }

    /// Leaves out the values that do not count, and those under the mask of the predictions.
    pub fn mask(&mut self, counts: impl Fn(usize) -> bool) {
        // Keras' running means look at the mask only where there are weights.
        if self.reduction == Reduction::Metric && !self.weighted {
            return;
        }
        let masked = std::mem::take(&mut self.masked);
        let counts = |i: usize| counts(i) && masked.get(i).copied().unwrap_or(true);
        if !masked.is_empty() {
            self.weights.copy_from_slice(&self.unmasked);
        }
        let total = self.weights.len();
        let valid = (0..total).filter(|&i| counts(i)).count();
        let share = match self.reduction {
            Reduction::SumOverBatchSize => total as f32 / valid.max(1) as f32,
            _ => 1.0,
        };
        for (i, weight) in self.weights.iter_mut().enumerate() {
            *weight *= if counts(i) { share } else { 0.0 };
        }
        if self.reduction == Reduction::MeanWithSampleWeight {
            self.divisor = self.weights.iter().sum();
        }
        self.masked = masked;
    }

    /// How many values the batch has.
    pub fn count(&self) -> usize {
        self.weights.len()
    }

    pub fn weight(&self, i: usize) -> f64 {
        f64::from(self.weights[i])
    }

    pub fn total_weight(&self) -> f64 {
        self.weights.iter().map(|&weight| f64::from(weight)).sum()
    }

    /// What the derivative of value `i` counts in that of the loss.
    pub fn scale(&self, i: usize) -> f32 {
        if self.divisor == 0.0 {
            0.0
        } else {
            self.weights[i] / self.divisor
        }
    }

    /// The loss of a weighted sum.
    pub fn finish(&self, sum: f64) -> f32 {
        if self.divisor == 0.0 {
            0.0
        } else {
            (sum / f64::from(self.divisor)) as f32
        }
    }
}

/// A mask and weights beside it have one element for each value (Keras multiplies them).
fn check_mask(mask: Option<usize>, weights: Option<&[usize]>, values: &Values) -> Result<()> {
    let Some(mask) = mask else {
        return Ok(());
    };
    let weights = weights.map(|weights| weights.iter().product::<usize>());
    if mask == values.len() && values.per_sample && weights.is_none_or(|len| len == mask) {
        return Ok(());
    }
    Err(Error::shape(format!(
        "the predictions are masked, {mask} steps per sample, but there are {} values{}; give one \
         label, and one weight if any, for each step",
        values.len(),
        weights.map_or(String::new(), |len| format!(" and {len} weights"))
    )))
}

/// For each value of a sample the index of its weight, by Keras' squeeze rule and broadcasting.
fn spread(weights: &[usize], values: &Values, reduction: Reduction) -> Result<Vec<usize>> {
    let mut w = weights.to_vec();
    let v = &values.shape;
    if w.len() == v.len() + 1 && w.last() == Some(&1) {
        w.pop();
    } else if v.len() == w.len() + 1 && v.last() == Some(&1) {
        w.push(1);
    }
    let of_samples = reduction == Reduction::Metric && w.iter().all(|&n| n == 1);
    let fits = w.len() == v.len() && w.iter().zip(v).all(|(&w, &v)| w == v || w == 1);
    if values.per_sample && (of_samples || fits) {
        return Ok((0..values.len())
            .map(|value| weight_of(value, &w, v))
            .collect());
    }
    if !values.per_sample && v.is_empty() {
        return Ok(vec![]);
    }
    let (found, per_value) = (show(weights), show(v));
    let per_sample = show(&vec![1; v.len()]);
    Err(Error::shape(if values.per_sample {
        format!(
            "sample weights of shape {found} do not fit values of shape {per_value}; give weights \
             of shape {per_value}, or {per_sample} for one per sample"
        )
    } else {
        "sample weights do not go with an axis that leaves no value per sample; leave the batch's \
         axis out of it"
            .to_string()
    }))
}

/// The flat index into weights of shape `w` for the flat index `value` into values of shape `v`.
fn weight_of(mut value: usize, w: &[usize], v: &[usize]) -> usize {
    let (mut index, mut stride) = (0, 1);
    for (&w, &v) in w.iter().zip(v).rev() {
        if w > 1 {
            index += value % v * stride;
        }
        stride *= w;
        value /= v;
    }
    index
}
