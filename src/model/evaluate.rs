//! `evaluate` and `predict`.

use super::Model;
use super::samples::Samples;
use super::trainer::{BatchResult, Trainer};
use super::workspace::{PassContext, Plan, Workspace};
use crate::callbacks::Logs;
use crate::data::Features;
use crate::data::batches::{gather, kind};
use crate::error::{Error, Result};
use crate::kernels::team::Team;
use crate::layers::{Kind, Value};
use crate::tensor::{Array, Data};

/// A mean of batches, each counted by its samples.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mean {
    total: f64,
    count: f64,
}

impl Mean {
    pub fn add(&mut self, value: f32, rows: usize) {
        self.total += f64::from(value) * rows as f64;
        self.count += rows as f64;
    }

    pub fn result(&self) -> f64 {
        if self.count == 0.0 {
            0.0
        } else {
            self.total / self.count
        }
    }
}

/// Running means of the losses.
#[derive(Debug, Clone, Default)]
pub(super) struct Losses {
    total: Mean,
    data: Mean,
    penalty: Mean,
    /// Of each output, before its `loss_weight`.
    outputs: Vec<Mean>,
}

impl Losses {
    pub fn reset(&mut self) {
        (self.total, self.data, self.penalty) = Default::default();
        self.outputs.fill(Mean::default());
    }

    pub fn add(&mut self, result: BatchResult, outputs: &[f32], rows: usize) {
        self.total.add(result.data_loss + result.penalty, rows);
        self.data.add(result.data_loss, rows);
        self.penalty.add(result.penalty, rows);
        self.outputs.resize(outputs.len(), Mean::default());
        let means = self.outputs.iter_mut().zip(outputs);
        means.for_each(|(mean, &loss)| mean.add(loss, rows));
    }

    /// The mean loss of the data alone, and of the penalties.
    pub fn parts(&self) -> (f64, f64) {
        (self.data.result(), self.penalty.result())
    }
}

/// Loss and metrics over samples, batch by batch.
#[derive(Debug)]
pub struct Evaluation {
    trainer: Trainer,
    samples: Samples,
    batch_size: usize,
    /// Batches to look at: all of them, or `steps`.
    batches: usize,
    position: usize,
    losses: Losses,
    rows: Vec<u32>,
}

impl Evaluation {
    /// Plans an evaluation; the model must be compiled.
    pub fn new(
        model: &mut Model,
        mut samples: Samples,
        batch_size: usize,
        steps: Option<usize>,
    ) -> Result<Self> {
        let trainer = Trainer::new(model, &mut samples, batch_size, false)?;
        let all = samples.len().div_ceil(batch_size);
        let batches = steps.map_or(all, |steps| steps.min(all));
        let rows = Vec::with_capacity(batch_size.min(samples.len()));
        Ok(Evaluation {
            trainer,
            samples,
            batch_size,
            batches,
            position: 0,
            losses: Losses::default(),
            rows,
        })
    }

    /// Starts anew.
    pub fn reset(&mut self, model: &mut Model) {
        self.position = 0;
        self.losses.reset();
        if let Some(compiled) = &mut model.compiled {
            compiled.reset_metrics();
        }
    }

    /// Looks at one batch; false when there was none left.
    pub fn step(&mut self, model: &mut Model, team: &Team) -> Result<bool> {
        if self.position >= self.batches {
            return Ok(false);
        }
        let start = self.samples.rows.start + self.position * self.batch_size;
        let end = (start + self.batch_size).min(self.samples.rows.end);
        self.rows.clear();
        self.rows.extend(start as u32..end as u32);
        let result = self
            .trainer
            .test_batch(model, team, &self.samples, &self.rows)?;
        self.losses
            .add(result, &self.trainer.losses, self.rows.len());
        self.position += 1;
        Ok(true)
    }

    /// Batches seen and to see.
    pub fn progress(&self) -> (usize, usize) {
        (self.position, self.batches)
    }

    /// The loss, then the metrics in compile order, then the losses of single outputs.
    pub fn logs(&self, model: &Model) -> Logs {
        logs(model, &self.losses)
    }

    /// All of it at once: `model.evaluate`.
    pub fn run(mut self, model: &mut Model, team: &Team) -> Result<Logs> {
        self.reset(model);
        team.session(|| {
            while self.step(model, team)? {}
            Ok(())
        })?;
        Ok(self.logs(model))
    }
}

/// `loss`, the metrics and the losses of single outputs so far.
pub(super) fn logs(model: &Model, losses: &Losses) -> Logs {
    // Keras keeps the running values in float32.
    let round = |value: f64| f64::from(value as f32);
    let mut logs = vec![("loss".to_string(), round(losses.total.result()))];
    if let Some(compiled) = &model.compiled {
        let metrics = compiled.all_metrics();
        logs.extend(metrics.map(|metric| (metric.key.clone(), round(metric.result()))));
        let names = compiled.loss_names().into_iter().zip(&losses.outputs);
        for (name, mean) in names.filter_map(|(name, mean)| Some((name?, mean))) {
            // Outputs of one layer share a name, of which Keras logs the last.
            logs.retain(|(key, _)| *key != name);
            logs.push((name, round(mean.result())));
        }
    }
    logs
}

/// `model.predict`: the outputs for all samples, one array per output.
pub fn predict(
    model: &mut Model,
    team: &Team,
    x: &[Features],
    batch_size: usize,
) -> Result<Vec<Array>> {
    let count = x.first().map_or(0, |x| x.array.rows());
    if x.iter().any(|x| x.array.rows() != count) {
        return Err(Error::shape("all inputs need as many rows as each other"));
    }
    let shapes: Vec<Vec<usize>> = x.iter().map(|x| x.array.shape[1..].to_vec()).collect();
    if let Some(shape) = shapes.first() {
        model.build(&shape.iter().map(|&n| Some(n)).collect())?;
    }
    let graph = model.built()?;
    let inputs = graph.fit_inputs(&shapes)?;
    let mut x = x.to_vec();
    graph.take_inputs(&mut x);
    let kinds: Vec<Kind> = x.iter().map(kind).collect();
    let rows = batch_size.min(count).max(1);
    let plan = Plan {
        inputs: &inputs,
        kinds: &kinds,
        rows,
        losses: &[],
        d_inputs: false,
    };
    let mut workspace = Workspace::new(graph, &model.variables, plan)?;
    let Model {
        graph: Some(graph),
        variables,
        seed,
        ..
    } = model
    else {
        return Ok(vec![]);
    };
    let ctx = PassContext {
        graph,
        team,
        training: false,
        seed: *seed,
        step: 0,
    };
    let empty = |&v: &usize| match workspace.values[v] {
        Value::Text(_) => Data::Str(vec![]),
        Value::Integers(_) => Data::I64(vec![]),
        _ => Data::F32(vec![]),
    };
    let mut outputs: Vec<Data> = graph.outputs.iter().map(empty).collect();
    let mut batch = Vec::with_capacity(rows);
    team.session(|| {
        for start in (0..count).step_by(rows) {
            batch.clear();
            batch.extend(start as u32..(start + rows).min(count) as u32);
            for (x, value) in x.iter().zip(&mut workspace.values) {
                gather(x, &batch, value);
            }
            workspace.forward(ctx, variables, batch.len())?;
            for (out, &v) in outputs.iter_mut().zip(&graph.outputs) {
                workspace.append(v, batch.len(), out);
            }
        }
        Ok(())
    })?;
    let shape = |v: usize| [&[count], &workspace.shapes[v][..]].concat();
    outputs
        .into_iter()
        .zip(&graph.outputs)
        .map(|(out, &v)| Array::new(shape(v), out))
        .collect()
}
