//! Shapes of labels, predictions and values, and how they go together.

use crate::error::{Error, Result};

/// What a label is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Labels {
    /// An array of the prediction's shape.
    Same,
    /// One class number per prediction vector, `ignored` being none of the classes.
    Class { ignored: Option<i64> },
    /// A sequence of class numbers, where 0 is none of them (CTC).
    Sequence,
    /// Numbers that the function checks itself.
    Other,
}

impl Labels {
    /// Class numbers, none of which is ignored.
    pub const CLASS: Labels = Labels::Class { ignored: None };
}

/// The labels and predictions of one sample. Where one has a last axis of 1 that the other lacks,
/// it is dropped (Keras' `squeeze_or_expand_to_same_rank`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shapes {
    pub target: Vec<usize>,
    pub pred: Vec<usize>,
}

impl Shapes {
    pub fn new(target: &[usize], pred: &[usize]) -> Self {
        let (mut target, mut pred) = (target.to_vec(), pred.to_vec());
        let longer = |a: &[usize], b: &[usize]| a.len() == b.len() + 1 && a.last() == Some(&1);
        // A vector of one number per sample gets an axis instead.
        if longer(&target, &pred) {
            if pred.is_empty() {
                pred.push(1);
            } else {
                target.pop();
            }
        } else if longer(&pred, &target) {
            if target.is_empty() {
                target.push(1);
            } else {
                pred.pop();
            }
        }
        Shapes { target, pred }
    }

    /// Elements of the prediction's last axis.
    pub fn width(&self) -> usize {
        self.pred.last().copied().unwrap_or(1)
    }

    /// One value per prediction vector.
    pub fn positions(&self) -> Values {
        Values {
            per_sample: true,
            shape: self.pred[..self.pred.len().saturating_sub(1)].to_vec(),
        }
    }

    /// `axis` of the predictions, batch included, counted from 0.
    pub fn axis(&self, axis: i64) -> Result<usize> {
        let rank = self.pred.len() as i64 + 1;
        let found = if axis < 0 { axis + rank } else { axis };
        if (0..rank).contains(&found) {
            Ok(found as usize)
        } else {
            Err(Error::shape(format!(
                "axis={axis}, but the predictions {} have axes {} to {}",
                show(&self.pred),
                -rank,
                rank - 1
            )))
        }
    }

    /// The values that are left when these axes (batch included) are reduced.
    pub fn without(&self, axes: &[usize]) -> Values {
        let kept = |i: &usize| !axes.contains(&(i + 1));
        let kept = (0..self.pred.len()).filter(kept);
        Values {
            per_sample: !axes.contains(&0),
            shape: kept.map(|i| self.pred[i]).collect(),
        }
    }
}

/// What a loss or metric gives for a batch before that is weighted and reduced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    /// Each sample has its own; false: the batch's axis is reduced, too.
    pub per_sample: bool,
    /// Without the batch's axis.
    pub shape: Vec<usize>,
}

impl Values {
    /// How many values a sample has, or a batch where samples have none of their own.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn count(&self, rows: usize) -> usize {
        self.len() * if self.per_sample { rows } else { 1 }
    }
}

/// Labels and predictions of a batch.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    pub y_true: &'a [f32],
    pub y_pred: &'a [f32],
    pub shapes: &'a Shapes,
    pub rows: usize,
}

/// A sample's shape as Keras prints it, batch first.
pub fn show(shape: &[usize]) -> String {
    crate::layers::show(&shape.iter().map(|&n| Some(n)).collect())
}

/// Whether labels fit predictions; errors say what to do.
pub fn check_labels(class: &str, labels: Labels, shapes: &Shapes) -> Result<()> {
    let Shapes { target, pred } = shapes;
    let width = shapes.width();
    let vectors = &pred[..pred.len().saturating_sub(1)];
    let per_vector = target == vectors || target.strip_suffix(&[1]) == Some(vectors);
    let expected = match labels {
        Labels::Class { .. } if !per_vector => "one class number per prediction",
        Labels::Same if target != pred => "labels of the predictions' shape",
        _ => return Ok(()),
    };
    let hint = if labels != Labels::Same && target == pred && width > 1 {
        "one-hot labels go with categorical_crossentropy and its like".to_string()
    } else if labels == Labels::Same && per_vector && width > 1 {
        format!(
            "class numbers go with sparse_categorical_crossentropy and its like, single numbers \
             with a last layer of 1 unit instead of {width}"
        )
    } else if labels == Labels::Same && pred.len() == 1 {
        let units: usize = target.iter().product();
        format!(
            "give the last layer {units} unit{}",
            if units == 1 { "" } else { "s" }
        )
    } else {
        "check the shape of the last layer's output, or put Flatten first".to_string()
    };
    Err(Error::shape(format!(
        "{class} takes {expected}, but the labels are {} and the model gives {}; {hint}",
        show(target),
        show(pred)
    )))
}
