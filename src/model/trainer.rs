//! One batch: gather, forward, loss and metrics, and in training backward and the optimizer's step.

use super::Model;
use super::compile::Compiled;
use super::workspace::{PassContext, Workspace};
use crate::data::Features;
use crate::data::batches::{check_numeric, gather, gather_dense, kind};
use crate::error::{Error, Result};
use crate::kernels::team::Team;
use crate::layers::{Kind, Value};
use crate::losses::Loss;
use std::ops::Range;
use std::sync::Arc;

/// Samples with their labels and weights; `rows` is the part of the arrays that counts.
#[derive(Debug, Clone)]
pub struct Samples {
    pub x: Vec<Features>,
    pub y: Features,
    pub weight: Option<Arc<Vec<f32>>>,
    pub rows: Range<usize>,
}

impl Samples {
    /// All rows of arrays that must have as many rows as each other.
    pub fn new(x: Vec<Features>, y: Features, weight: Option<Arc<Vec<f32>>>) -> Result<Self> {
        let rows = y.array.rows();
        let mut counts: Vec<usize> = x.iter().map(|x| x.array.rows()).collect();
        counts.extend(weight.as_ref().map(|weight| weight.len()));
        if counts.iter().any(|&count| count != rows) {
            return Err(Error::shape(format!(
                "x, y and sample weights need as many rows as each other, found {counts:?} and \
                 {rows} labels"
            )));
        }
        if rows == 0 {
            return Err(Error::data("there are no rows to train or evaluate on"));
        }
        check_numeric(&y)?;
        Ok(Samples {
            x,
            y,
            weight,
            rows: 0..rows,
        })
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
}

/// The numbers of one batch.
#[derive(Debug, Clone, Copy, Default)]
pub struct BatchResult {
    /// Loss of the data alone.
    pub data_loss: f32,
    /// Σ of the regularizers' penalties.
    pub penalty: f32,
}

/// A workspace with the buffers for labels and weights.
#[derive(Debug)]
pub struct Trainer {
    pub workspace: Workspace,
    y_true: Vec<f32>,
    weights: Vec<f32>,
}

impl Trainer {
    /// Plans for batches of up to `rows` of these samples, after checking that they fit the model.
    pub fn new(model: &mut Model, samples: &Samples, rows: usize, training: bool) -> Result<Self> {
        let shapes = samples.input_shapes();
        if let Some(shape) = shapes.first() {
            model.build(&shape.iter().map(|&n| Some(n)).collect())?;
        }
        model.compiled()?;
        let graph = model.built()?;
        let inputs = graph.fit_inputs(&shapes)?;
        let rows = rows.min(samples.len());
        let workspace = Workspace::new(
            graph,
            &model.variables,
            &inputs,
            &samples.input_kinds(),
            rows,
            training,
        )?;
        if !matches!(workspace.values[graph.outputs[0]], Value::Dense(_)) {
            return Err(Error::data(
                "the model gives texts or tokens, which have no loss; leave such a lookup \
                 (invert=True) to predict",
            ));
        }
        let pred = workspace.shapes[graph.outputs[0]].clone();
        let target = samples.y.array.shape[1..].to_vec();
        if let Some(compiled) = &mut model.compiled {
            compiled.resolve(&target, &pred)?;
            check_classes(&compiled.loss, samples, pred.last().copied().unwrap_or(1))?;
        }
        if training && model.optimizer_state.is_none() {
            let len = model.variables.trainable_len;
            model.optimizer_state = model.compiled.as_ref().map(|c| c.optimizer.new_state(len));
        }
        let y_true = vec![0.0; rows * samples.y.array.row_len()];
        Ok(Trainer {
            workspace,
            y_true,
            weights: vec![1.0; rows],
        })
    }

    /// Gathers the samples `rows` and runs them forward; updates the metrics.
    fn forward(
        &mut self,
        model: &mut Model,
        team: &Team,
        samples: &Samples,
        rows: &[u32],
        training: bool,
    ) -> Result<()> {
        for (x, value) in samples.x.iter().zip(&mut self.workspace.values) {
            gather(x, rows, value);
        }
        let y_len = samples.y.array.row_len();
        gather_dense(&samples.y, rows, &mut self.y_true[..rows.len() * y_len]);
        if let Some(weight) = &samples.weight {
            for (to, &row) in self.weights.iter_mut().zip(rows) {
                *to = weight[row as usize];
            }
        }
        let Model {
            graph: Some(graph),
            variables,
            optimizer_state,
            seed,
            ..
        } = model
        else {
            return Ok(());
        };
        let step = optimizer_state.as_ref().map_or(0, |state| state.iterations);
        let ctx = PassContext {
            graph,
            team,
            training,
            seed: *seed,
            step,
        };
        self.workspace.forward(ctx, variables, rows.len())
    }

    /// One step of training.
    pub fn train_batch(
        &mut self,
        model: &mut Model,
        team: &Team,
        samples: &Samples,
        rows: &[u32],
    ) -> Result<BatchResult> {
        self.forward(model, team, samples, rows, true)?;
        let data_loss = self.loss_and_metrics(model, samples, rows.len(), true);
        let Model {
            graph: Some(graph),
            variables,
            compiled,
            optimizer_state,
            seed,
            ..
        } = model
        else {
            return Ok(BatchResult::default());
        };
        let (Some(compiled), Some(state)) = (compiled, optimizer_state) else {
            return Ok(BatchResult::default());
        };
        let ctx = PassContext {
            graph,
            team,
            training: true,
            seed: *seed,
            step: state.iterations,
        };
        self.workspace.backward(ctx, variables, rows.len());
        let mut penalty = self.workspace.activity_penalty;
        let trained = &variables.list;
        for variable in trained.iter().filter(|variable| variable.trainable) {
            if let Some(regularizer) = &variable.spec.regularizer {
                let gradient = &mut self.workspace.d_weights[variable.range.clone()];
                penalty +=
                    regularizer.penalty(&variables.values[variable.range.clone()], Some(gradient));
            }
        }
        let (w, _) = variables.values.split_at_mut(variables.trainable_len);
        compiled
            .optimizer
            .step(state, w, &mut self.workspace.d_weights, trained);
        for variable in trained.iter().filter(|variable| variable.trainable) {
            if let Some(constraint) = &variable.spec.constraint {
                let w = &mut variables.values[variable.range.clone()];
                constraint.project(&variable.spec.shape, w);
            }
        }
        Ok(BatchResult { data_loss, penalty })
    }

    /// Loss and metrics of one batch without training on it.
    pub fn test_batch(
        &mut self,
        model: &mut Model,
        team: &Team,
        samples: &Samples,
        rows: &[u32],
    ) -> Result<BatchResult> {
        self.forward(model, team, samples, rows, false)?;
        let data_loss = self.loss_and_metrics(model, samples, rows.len(), false);
        let variables = &model.variables;
        let penalties = variables.list.iter().filter(|variable| variable.trainable);
        let penalty = self.workspace.activity_penalty
            + penalties
                .filter_map(|variable| {
                    let w = &variables.values[variable.range.clone()];
                    variable
                        .spec
                        .regularizer
                        .as_ref()
                        .map(|r| r.penalty(w, None))
                })
                .sum::<f32>();
        Ok(BatchResult { data_loss, penalty })
    }

    /// The data loss of the batch; writes the output's gradient where it is trained.
    fn loss_and_metrics(
        &mut self,
        model: &mut Model,
        samples: &Samples,
        rows: usize,
        training: bool,
    ) -> f32 {
        let Model {
            graph: Some(graph),
            compiled: Some(compiled),
            ..
        } = model
        else {
            return 0.0;
        };
        let output = graph.outputs[0];
        let width = self.workspace.shapes[output]
            .last()
            .copied()
            .unwrap_or(1)
            .max(1);
        let y_true = &self.y_true[..rows * samples.y.array.row_len()];
        let weights = samples.weight.as_ref().map(|_| &self.weights[..rows]);
        let (y_pred, d_pred) = self.workspace.output_and_gradient(output, rows);
        let d_pred = (training && !d_pred.is_empty()).then_some(d_pred);
        let loss = compiled
            .loss
            .of_batch(y_true, y_pred, width, rows, weights, d_pred);
        let y_pred = self.workspace.dense(output, rows);
        update_metrics(compiled, y_true, y_pred, width, rows, weights);
        loss
    }
}

fn update_metrics(
    compiled: &mut Compiled,
    y_true: &[f32],
    y_pred: &[f32],
    width: usize,
    rows: usize,
    weights: Option<&[f32]>,
) {
    let per_row = y_pred.len() / width / rows.max(1);
    for metric in &mut compiled.metrics {
        metric.update(y_true, y_pred, width, per_row, None);
    }
    for metric in &mut compiled.weighted_metrics {
        metric.update(y_true, y_pred, width, per_row, weights);
    }
}

/// Class numbers must be whole and within the model's classes.
fn check_classes(loss: &Loss, samples: &Samples, classes: usize) -> Result<()> {
    if !loss.function.sparse_target() {
        return Ok(());
    }
    let ignored = match &loss.function {
        crate::losses::AnyLoss::SparseCategoricalCrossentropy(it) => it.ignore_class,
        _ => None,
    };
    let mut label = vec![0.0; samples.y.array.row_len()];
    for row in samples.rows.clone() {
        gather_dense(&samples.y, &[row as u32], &mut label);
        for &class in &label {
            let fine = class >= 0.0 && class < classes as f32 && class.fract() == 0.0;
            if !fine && ignored.is_none_or(|ignored| ignored as f32 != class) {
                return Err(Error::data(format!(
                    "label {class} in row {row} is not a class of the model, whose last layer \
                     gives {classes} (0 to {}); give that layer more units or number the classes \
                     from 0",
                    classes - 1
                )));
            }
        }
    }
    Ok(())
}
