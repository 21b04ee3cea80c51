//! Counts of a confusion matrix at thresholds (`keras/src/metrics/metrics_utils.py`).

use super::ratio;
use crate::losses::EPSILON;

/// Thresholds in ascending order.
#[derive(Debug, Clone, Copy)]
pub enum Thresholds<'a> {
    One(f32),
    /// 0, 1/(count − 1), …, 1. `margin`: with the first just below 0 and the last just above 1.
    Even {
        count: usize,
        margin: bool,
    },
    /// These between −1e-7 and 1 + 1e-7.
    Between(&'a [f64]),
}

/// Weights of one confusion matrix.
#[derive(Debug, Clone, Copy)]
pub struct Confusion {
    pub tp: f64,
    pub fp: f64,
    pub tn: f64,
    pub r#fn: f64,
}

impl<'a> Thresholds<'a> {
    /// What `AUC` makes of a list: Keras finds evenly spaced ones by arithmetic.
    pub fn between(list: &'a [f64]) -> Self {
        let count = list.len() + 2;
        let even = |(i, &t): (usize, &f64)| {
            let even = f64::from((i + 1) as f32 / (count - 1) as f32);
            (t - even).abs() <= f64::from(EPSILON) + 1e-5 * even.abs()
        };
        if count > 2 && list.iter().enumerate().all(even) {
            let margin = true;
            return Thresholds::Even { count, margin };
        }
        Thresholds::Between(list)
    }

    pub fn count(&self) -> usize {
        match self {
            Thresholds::One(_) => 1,
            Thresholds::Even { count, .. } => *count,
            Thresholds::Between(list) => list.len() + 2,
        }
    }

    /// How many numbers [`Thresholds::add`] counts in: by the number of thresholds that a
    /// prediction exceeds, first those of positive labels, then of negative ones.
    pub fn sums(&self) -> usize {
        2 * (self.count() + 1)
    }

    /// How many thresholds a prediction exceeds.
    fn exceeded(&self, p: f32) -> usize {
        match *self {
            Thresholds::One(threshold) => usize::from(p > threshold),
            Thresholds::Even { count, margin } => {
                let bucket = (p.clamp(0.0, 1.0) * (count - 1) as f32).ceil() as usize;
                bucket.max(usize::from(margin))
            }
            Thresholds::Between(list) => {
                usize::from(p > -EPSILON)
                    + list.partition_point(|&t| (t as f32) < p)
                    + usize::from(p > 1.0 + EPSILON)
            }
        }
    }

    pub fn add(&self, sums: &mut [f64], y_true: f32, p: f32, weight: f64) {
        let side = if y_true == 0.0 { self.count() + 1 } else { 0 };
        sums[side + self.exceeded(p)] += weight;
    }

    /// The matrices, from the highest threshold to the lowest.
    pub fn confusions<'s>(&self, sums: &'s [f64]) -> impl Iterator<Item = Confusion> + 's {
        let (positive, negative) = sums.split_at(self.count() + 1);
        let (all_positive, all_negative) =
            (positive.iter().sum::<f64>(), negative.iter().sum::<f64>());
        let (mut tp, mut fp) = (0.0, 0.0);
        (1..=self.count()).rev().map(move |exceeded| {
            tp += positive[exceeded];
            fp += negative[exceeded];
            Confusion {
                tp,
                fp,
                tn: all_negative - fp,
                r#fn: all_positive - tp,
            }
        })
    }
}

impl Confusion {
    pub fn precision(&self) -> f64 {
        ratio(self.tp, self.tp + self.fp)
    }

    /// Also called sensitivity.
    pub fn recall(&self) -> f64 {
        ratio(self.tp, self.tp + self.r#fn)
    }

    pub fn specificity(&self) -> f64 {
        ratio(self.tn, self.tn + self.fp)
    }

    pub fn false_positive_rate(&self) -> f64 {
        ratio(self.fp, self.fp + self.tn)
    }
}
