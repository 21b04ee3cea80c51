//! `keras.metrics.FBetaScore` and `F1Score`

use super::MetricFunction;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::losses::EPSILON;
use crate::losses::reducer::Reducer;
use crate::losses::shapes::{Batch, Shapes};
use serde::{Deserialize, Serialize};

/// (1 + beta²)·precision·recall / (beta²·precision + recall) of each class. Predicted is what
/// exceeds `threshold`, or without one the largest element of a prediction. `average`: "micro" (all
/// classes as one), "macro" (their mean), "weighted" (by the number of their labels) or none.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct FBetaScore {
    pub average: Option<Average>,
    pub beta: f64,
    pub threshold: Option<f64>,
}

/// [`FBetaScore`] with beta = 1.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct F1Score {
    pub average: Option<Average>,
    pub threshold: Option<f64>,
}

/// How the scores of classes become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Average {
    Micro,
    Macro,
    Weighted,
}

impl Default for FBetaScore {
    fn default() -> Self {
        FBetaScore {
            average: None,
            beta: 1.0,
            threshold: None,
        }
    }
}

/// True positives, false positives, false negatives and labels of each class.
const CLASS: usize = 4;

impl FBetaScore {
    fn check(&self, classes: usize) -> Result<()> {
        if self.beta <= 0.0 {
            return Err(Error::unsupported(format!(
                "FBetaScore(beta={}): beta must be above 0",
                self.beta
            )));
        }
        if let Some(threshold) = self.threshold.filter(|&t| !(t > 0.0 && t <= 1.0)) {
            return Err(Error::unsupported(format!(
                "FBetaScore(threshold={threshold}): it must be above 0 and no more than 1"
            )));
        }
        if self.average.is_none() && classes > 1 {
            return Err(Error::unsupported(format!(
                "an F-score with average=None gives {classes} numbers, but logs hold one per \
                 metric; use average=\"macro\", \"micro\" or \"weighted\""
            )));
        }
        Ok(())
    }

    fn score(&self, class: &[f64]) -> f64 {
        let epsilon = f64::from(EPSILON);
        let precision = class[0] / (class[0] + class[1] + epsilon);
        let recall = class[0] / (class[0] + class[2] + epsilon);
        let square = self.beta * self.beta;
        precision * recall / (square * precision + recall + epsilon) * (1.0 + square)
    }
}

impl MetricFunction for FBetaScore {
    fn sums(&self, shapes: &Shapes) -> Result<usize> {
        let classes = super::columns("FBetaScore", shapes)?;
        self.check(classes)?;
        let micro = self.average == Some(Average::Micro);
        Ok(CLASS * if micro { 1 } else { classes })
    }

    fn update(&self, sums: &mut [f64], batch: &Batch, reducer: &mut Reducer) {
        let classes = batch.shapes.width();
        for (i, p) in batch.y_pred.chunks_exact(classes).enumerate() {
            let most = p
                .iter()
                .fold(f32::NEG_INFINITY, |m, &p| if p > m { p } else { m });
            let weight = reducer.weight(i);
            for (class, &p) in p.iter().enumerate() {
                let predicted = match self.threshold {
                    Some(threshold) => p > threshold as f32,
                    None => p >= most && p.abs() > 1e-9,
                };
                let hit = f64::from(u8::from(predicted));
                let y = f64::from(batch.y_true[i * classes + class]);
                let terms = [hit * y, hit * (1.0 - y), (1.0 - hit) * y, y];
                let at = CLASS * class % sums.len();
                for (sum, term) in sums[at..].iter_mut().zip(terms) {
                    *sum += weight * term;
                }
            }
        }
    }

    fn result(&self, sums: &[f64]) -> f64 {
        let classes = sums.chunks_exact(CLASS);
        let count = classes.len() as f64;
        let labels: f64 = classes.clone().map(|class| class[3]).sum();
        let weight = |class: &[f64]| match self.average {
            Some(Average::Weighted) => class[3] / (labels + f64::from(EPSILON)),
            _ => 1.0 / count,
        };
        classes.map(|class| self.score(class) * weight(class)).sum()
    }

    fn higher_is_better(&self) -> Option<bool> {
        Some(true)
    }
}

impl F1Score {
    fn general(&self) -> FBetaScore {
        FBetaScore {
            average: self.average,
            beta: 1.0,
            threshold: self.threshold,
        }
    }
}

impl MetricFunction for F1Score {
    fn sums(&self, shapes: &Shapes) -> Result<usize> {
        self.general().sums(shapes)
    }

    fn update(&self, sums: &mut [f64], batch: &Batch, reducer: &mut Reducer) {
        self.general().update(sums, batch, reducer);
    }

    fn result(&self, sums: &[f64]) -> f64 {
        self.general().result(sums)
    }

    fn higher_is_better(&self) -> Option<bool> {
        Some(true)
    }
}
