//! What is trained or evaluated on: inputs, labels and weights of the same rows.

use super::compile::Compiled;
use super::options::FitOptions;
use crate::data::Features;
use crate::data::batches::{check_numeric, gather_dense, kind};
use crate::error::{Error, Result};
use crate::layers::Kind;
use crate::metrics::argmax;
use crate::tensor::Array;
use std::ops::Range;
use std::sync::Arc;

/// Samples with their labels and weights; `rows` is the part of the arrays that counts.
#[derive(Debug, Clone)]
pub struct Samples {
    pub x: Vec<Features>,
    /// Labels of each output; fewer where outputs have no loss.
    pub y: Vec<Option<Features>>,
    /// For each output, or one for all: one number per sample, or per value of the loss.
    pub weights: Vec<Option<Features>>,
    pub rows: Range<usize>,
}

impl Samples {
    /// All rows of arrays that must have as many rows as each other.
    pub fn new(
        x: Vec<Features>,
        y: Vec<Option<Features>>,
        weights: Vec<Option<Features>>,
    ) -> Result<Self> {
        let numbers = || y.iter().chain(&weights).flatten();
        let mut counts = x.iter().chain(numbers()).map(|it| it.array.rows());
        let rows = counts.next().unwrap_or(0);
        if let Some(other) = counts.find(|&count| count != rows) {
            return Err(Error::shape(format!(
                "x, y and sample weights need as many rows as each other, found {rows} and {other}"
            )));
        }
        if rows == 0 {
            return Err(Error::data("there are no rows to train or evaluate on"));
        }
        numbers().try_for_each(check_numeric)?;
        Ok(Samples {
            x,
            y,
            weights,
            rows: 0..rows,
        })
    }

    /// Samples of a model with one output.
    pub fn of_one(x: Vec<Features>, y: Features, weight: Option<Features>) -> Result<Self> {
        Samples::new(x, vec![Some(y)], vec![weight])
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Shapes of one sample of each input.
    pub fn input_shapes(&self) -> Vec<Vec<usize>> {
        self.x.iter().map(|x| x.array.shape[1..].to_vec()).collect()
    }

    pub fn input_kinds(&self) -> Vec<Kind> {
        self.x.iter().map(kind).collect()
    }

    /// Puts labels and weights in the places of the outputs they are for (`CompileLoss.call`): labels
    /// may be given for the outputs with a loss only, one array of weights is meant for all.
    pub fn match_outputs(&mut self, compiled: &Compiled) -> Result<()> {
        let outputs = &compiled.outputs;
        let trained = || outputs.iter().filter(|output| output.loss.is_some());
        if self.y.len() != outputs.len() && self.y.len() == trained().count() {
            let mut given = std::mem::take(&mut self.y).into_iter();
            let next =
                |output: &super::Objective| output.loss.as_ref().and_then(|_| given.next()?);
            self.y = outputs.iter().map(next).collect();
        }
        if self.y.len() != outputs.len() {
            return Err(Error::shape(format!(
                "the model has {} outputs, but labels were given for {}",
                outputs.len(),
                self.y.len()
            )));
        }
        if let [one] = &self.weights[..] {
            self.weights = vec![one.clone(); outputs.len()];
        }
        if self.weights.len() != outputs.len() && !self.weights.is_empty() {
            return Err(Error::shape(format!(
                "the model has {} outputs, but sample weights were given for {}",
                outputs.len(),
                self.weights.len()
            )));
        }
        self.weights.resize(outputs.len(), None);
        let lacks = |(output, y): &(&super::Objective, &Option<Features>)| {
            y.is_none() && output.is_measured()
        };
        match outputs.iter().zip(&self.y).find(lacks) {
            Some((output, _)) => Err(Error::data(format!(
                "y, the labels, is missing for the output \"{}\"",
                output.name
            ))),
            None => Ok(()),
        }
    }

    /// Cuts the validation rows off the end where `validation_split` asks for it.
    pub fn split(&mut self, options: &FitOptions) -> Result<Option<Samples>> {
        if options.validation_split == 0.0 {
            return Ok(None);
        }
        let count = self.len();
        let cut = (count as f64 * (1.0 - options.validation_split)).floor() as usize;
        if cut == 0 || cut == count {
            return Err(Error::data(format!(
                "validation_split={} of {count} rows leaves {cut} rows to train on and {} to \
                 validate on; both need at least one",
                options.validation_split,
                count - cut
            )));
        }
        let middle = self.rows.start + cut;
        let mut validation = self.clone();
        validation.rows.start = middle;
        self.rows.end = middle;
        Ok(Some(validation))
    }

    /// Turns class weights into sample weights.
    pub fn add_class_weights(&mut self, options: &FitOptions) -> Result<()> {
        if options.class_weight.is_none() {
            return Ok(());
        }
        if self.weights.iter().any(Option::is_some) {
            return Err(Error::unsupported(
                "class_weight and sample_weight cannot be given at the same time",
            ));
        }
        let [Some(y)] = &self.y[..] else {
            return Err(Error::unsupported(
                "class_weight is for models with a single output; give sample_weight instead",
            ));
        };
        let shape = &y.array.shape;
        if shape.len() > 2 {
            return Err(Error::shape(format!(
                "class_weight takes one label per sample, found labels of shape {shape:?}; give \
                 sample_weight instead"
            )));
        }
        let len = y.array.row_len();
        let mut label = vec![0.0; len];
        let mut weights = Vec::with_capacity(y.array.rows());
        for row in 0..y.array.rows() as u32 {
            gather_dense(y, &[row], &mut label);
            // One-hot labels: the class is the largest element, the first of equals.
            let class = if len == 1 {
                label[0]
            } else {
                argmax(&label) as f32
            };
            weights.push(options.weight_of(class)?.unwrap_or(1.0));
        }
        self.weights = vec![Some(Features {
            array: Arc::new(Array::f32(vec![weights.len()], weights)?),
            divisor: None,
        })];
        Ok(())
    }
}
