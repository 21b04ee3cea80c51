//! `keras.metrics.AUC`

use super::thresholds::{Confusion, Thresholds};
use super::{MetricFunction, ratio};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::kernels::elementwise::sigmoid;
use crate::losses::reducer::Reducer;
use crate::losses::shapes::{Batch, Shapes};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

/// The area under a curve of rates at thresholds: `curve` "ROC" (recall over false positive rate),
/// "PR" (precision over recall) or "PRGAIN" (Flach & Kull 2015). `summation_method`
/// "interpolation" takes the mean height of neighbours (for PR Davis & Goadrich 2006), "minoring"
/// the lower, "majoring" the higher. `multi_label`: the mean of the labels' areas, weighted by
/// `label_weights`; without it `label_weights` weigh the elements. `from_logits`: of
/// sigmoid(y_pred).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields, default)]
pub struct AUC {
    pub num_thresholds: usize,
    pub curve: Curve,
    pub summation_method: Summation,
    pub multi_label: bool,
    pub num_labels: Option<usize>,
    #[serde(deserialize_with = "read_tensor", serialize_with = "write_tensor")]
    pub label_weights: Option<Vec<f64>>,
    pub from_logits: bool,
    /// Those between 0 and 1, ascending; they replace `num_thresholds`.
    #[serde(
        deserialize_with = "read_sorted",
        skip_serializing_if = "Option::is_none"
    )]
    pub thresholds: Option<Vec<f64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Curve {
    #[serde(rename = "ROC", alias = "roc")]
    Roc,
    #[serde(rename = "PR", alias = "pr")]
    Pr,
    #[serde(rename = "PRGAIN", alias = "prgain")]
    PrGain,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Summation {
    #[serde(alias = "Interpolation")]
    Interpolation,
    #[serde(alias = "Majoring")]
    Majoring,
    #[serde(alias = "Minoring")]
    Minoring,
}

impl Default for AUC {
    fn default() -> Self {
        AUC {
            num_thresholds: 200,
            curve: Curve::Roc,
            summation_method: Summation::Interpolation,
            multi_label: false,
            num_labels: None,
            label_weights: None,
            from_logits: false,
            thresholds: None,
        }
    }
}

/// A list, or a tensor as Keras writes one.
fn read_tensor<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Vec<f64>>, D::Error> {
    let given = Value::deserialize(d)?;
    let list = given.pointer("/config/value").unwrap_or(&given);
    Deserialize::deserialize(list).map_err(serde::de::Error::custom)
}

fn write_tensor<S: Serializer>(list: &Option<Vec<f64>>, s: S) -> Result<S::Ok, S::Error> {
    let tensor = |list: &Vec<f64>| {
        let config = json!({"value": list, "dtype": "float32"});
        json!({"class_name": "__tensor__", "config": config})
    };
    list.as_ref().map(tensor).serialize(s)
}

fn read_sorted<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Vec<f64>>, D::Error> {
    let mut list: Option<Vec<f64>> = Option::deserialize(d)?;
    if let Some(list) = &mut list {
        list.sort_by(f64::total_cmp);
    }
    Ok(list)
}

impl AUC {
    fn scale(&self) -> Thresholds<'_> {
        match &self.thresholds {
            Some(list) => Thresholds::between(list),
            None => Thresholds::Even {
                count: self.num_thresholds,
                margin: true,
            },
        }
    }

    fn check(&self, shapes: &Shapes) -> Result<()> {
        let width = shapes.width();
        let problem = if self.thresholds.is_none() && self.num_thresholds < 2 {
            format!("num_thresholds={} must be above 1", self.num_thresholds)
        } else if self.multi_label && shapes.pred.len() != 1 {
            "multi_label takes predictions of shape (None, labels); put Flatten first".into()
        } else if self.num_labels.is_some() && !self.multi_label {
            "num_labels is needed only with multi_label".into()
        } else if let Some(labels) = self.num_labels.filter(|&labels| labels != width) {
            format!("num_labels={labels}, but the model gives {width}")
        } else if let Some(weights) = &self.label_weights
            && weights.len() != width
        {
            let count = weights.len();
            format!("{count} label_weights for {width} labels; give one for each")
        } else {
            return Ok(());
        };
        Err(Error::unsupported(problem))
    }

    /// The area under one curve.
    fn area(&self, sums: &[f64]) -> f64 {
        let mut matrices = self.scale().confusions(sums);
        let Some(mut above) = matrices.next() else {
            return 0.0;
        };
        let mut area = 0.0;
        for below in matrices {
            area += match (self.curve, self.summation_method) {
                (Curve::Pr, Summation::Interpolation) => interpolated(&below, &above),
                (curve, summation) => {
                    let ((x, y), (next_x, next_y)) = (curve.point(&below), curve.point(&above));
                    let height = match summation {
                        Summation::Interpolation => (y + next_y) / 2.0,
                        Summation::Minoring => y.min(next_y),
                        Summation::Majoring => y.max(next_y),
                    };
                    (x - next_x) * height
                }
            };
            above = below;
        }
        area
    }
}

impl Curve {
    fn point(self, c: &Confusion) -> (f64, f64) {
        match self {
            Curve::Roc => (c.false_positive_rate(), c.recall()),
            Curve::Pr => (c.recall(), c.precision()),
            Curve::PrGain if c.tp == 0.0 => (0.0, 1.0),
            Curve::PrGain => {
                let scale = ratio(c.tp + c.r#fn, c.tn + c.fp);
                let gain = |wrong: f64| 1.0 - scale * ratio(wrong, c.tp);
                (gain(c.r#fn).max(0.0), gain(c.fp))
            }
        }
    }
}

/// The area between two thresholds' points of precision over recall, true positives taken to be
/// linear in the predicted ones.
fn interpolated(below: &Confusion, above: &Confusion) -> f64 {
    let (p, next_p) = (below.tp + below.fp, above.tp + above.fp);
    let gained = below.tp - above.tp;
    let slope = ratio(gained, (p - next_p).max(0.0));
    let intercept = above.tp - slope * next_p;
    let log_ratio = if p > 0.0 && next_p > 0.0 {
        (p / next_p).ln()
    } else {
        0.0
    };
    ratio(
        slope * (gained + intercept * log_ratio),
        (above.tp + above.r#fn).max(0.0),
    )
}

impl MetricFunction for AUC {
    fn sums(&self, shapes: &Shapes) -> Result<usize> {
        self.check(shapes)?;
        let curves = if self.multi_label { shapes.width() } else { 1 };
        Ok(curves * self.scale().sums())
    }

    fn update(&self, sums: &mut [f64], batch: &Batch, reducer: &mut Reducer) {
        let (scale, width) = (self.scale(), batch.shapes.width());
        let pairs = batch.y_true.iter().zip(batch.y_pred);
        for (i, (&y, &p)) in pairs.enumerate() {
            let (label, mut weight) = (i % width, reducer.weight(i / width));
            let p = if self.from_logits { sigmoid(p) } else { p };
            let curve = if self.multi_label { label } else { 0 };
            if let (false, Some(weights)) = (self.multi_label, &self.label_weights) {
                weight *= weights[label];
            }
            scale.add(
                &mut sums[curve * scale.sums()..][..scale.sums()],
                y,
                p,
                weight,
            );
        }
    }

    fn result(&self, sums: &[f64]) -> f64 {
        let curves = sums.chunks_exact(self.scale().sums());
        let count = curves.len() as f64;
        let areas = curves.map(|sums| self.area(sums));
        match &self.label_weights {
            Some(weights) if self.multi_label => {
                let weighted = areas.zip(weights).map(|(area, weight)| area * weight);
                ratio(weighted.sum(), weights.iter().sum())
            }
            _ => areas.sum::<f64>() / count,
        }
    }

    fn higher_is_better(&self) -> Option<bool> {
        Some(true)
    }
}
