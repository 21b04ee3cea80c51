//! One batch: gather, forward, loss and metrics, and in training backward and the optimizer's step.

use super::scoring::Scoring;
use super::workspace::{PassContext, Workspace};
use super::{Compiled, Model, Variable, Variables};
use crate::data::Features;
use crate::data::batches::{check_numeric, gather, kind};
use crate::error::{Error, Result};
use crate::kernels::team::Team;
use crate::layers::{Kind, Value};
use crate::optimizers::OptimizerState;
use std::ops::Range;

/// Samples with their labels and weights; `rows` is the part of the arrays that counts.
#[derive(Debug, Clone)]
pub struct Samples {
    pub x: Vec<Features>,
    pub y: Features,
    /// One number per sample, or per value of the loss.
    pub weight: Option<Features>,
    pub rows: Range<usize>,
}

impl Samples {
    /// All rows of arrays that must have as many rows as each other.
    pub fn new(x: Vec<Features>, y: Features, weight: Option<Features>) -> Result<Self> {
        let rows = y.array.rows();
        let mut counts: Vec<usize> = x.iter().map(|x| x.array.rows()).collect();
        counts.extend(weight.iter().map(|weight| weight.array.rows()));
        if counts.iter().any(|&count| count != rows) {
            return Err(Error::shape(format!(
                "x, y and sample weights need as many rows as each other, found {counts:?} and \
                 {rows} labels"
            )));
        }
        if rows == 0 {
            return Err(Error::data("there are no rows to train or evaluate on"));
        }
        [&y].into_iter()
            .chain(&weight)
            .try_for_each(check_numeric)?;
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

/// A workspace, and loss and metrics of what it computes.
#[derive(Debug)]
pub struct Trainer {
    pub workspace: Workspace,
    scoring: Scoring,
    /// Samples there is room for.
    capacity: usize,
}

impl Trainer {
    /// Plans for batches of up to `rows` of these samples, after checking that they fit the model
    /// and turning them into what its inputs take.
    pub fn new(
        model: &mut Model,
        samples: &mut Samples,
        rows: usize,
        training: bool,
    ) -> Result<Self> {
        let shapes = samples.input_shapes();
        if let Some(shape) = shapes.first() {
            model.build(&shape.iter().map(|&n| Some(n)).collect())?;
        }
        model.compiled()?;
        let graph = model.built()?;
        let inputs = graph.fit_inputs(&shapes)?;
        graph.take_inputs(&mut samples.x);
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
        let pred = &workspace.shapes[graph.outputs[0]];
        let scoring = match &mut model.compiled {
            Some(compiled) => Scoring::new(compiled, samples, pred, rows)?,
            None => return Err(Model::not_compiled()),
        };
        if let (true, None, Some(compiled)) = (training, &model.optimizer_state, &model.compiled) {
            let Variables { list, values, .. } = &model.variables;
            model.optimizer_state = Some(compiled.optimizer.new_state(list, values)?);
        }
        Ok(Trainer {
            workspace,
            scoring,
            capacity: rows,
        })
    }

    /// One step of training.
    pub fn train_batch(
        &mut self,
        model: &mut Model,
        team: &Team,
        samples: &Samples,
        rows: &[u32],
    ) -> Result<BatchResult> {
        let mut parts = Parts::of(model, team, true)?;
        let data_loss = self.forward(&mut parts, samples, rows)?;
        let (ctx, variables) = (parts.ctx, parts.variables);
        self.workspace.backward(ctx, variables, rows.len());
        let mut penalty = self.workspace.activity_penalty;
        for variable in Variable::trained(&variables.list) {
            if let Some(regularizer) = &variable.spec.regularizer {
                let w = &variables.values[variable.range.clone()];
                let gradient = &mut self.workspace.d_weights[variable.range.clone()];
                penalty += regularizer.penalty(&variable.spec.shape, w);
                regularizer.add_gradient(&variable.spec.shape, w, 1.0, gradient);
            }
        }
        if let Some(state) = parts.state {
            let w = &mut variables.values[..variables.trainable_len];
            let (optimizer, g) = (&parts.compiled.optimizer, &mut self.workspace.d_weights);
            optimizer.scale_loss(team, g);
            optimizer.step(team, state, w, g, &variables.list);
        }
        for variable in Variable::trained(&variables.list) {
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
        let mut parts = Parts::of(model, team, false)?;
        let data_loss = self.forward(&mut parts, samples, rows)?;
        let variables = parts.variables;
        let penalties = Variable::trained(&variables.list).filter_map(|variable| {
            let w = &variables.values[variable.range.clone()];
            let regularizer = variable.spec.regularizer.as_ref()?;
            Some(regularizer.penalty(&variable.spec.shape, w))
        });
        let penalty = self.workspace.activity_penalty + penalties.sum::<f32>();
        Ok(BatchResult { data_loss, penalty })
    }

    /// Gathers the samples `rows`, runs them forward and adds them to the metrics. Gives the loss of
    /// the data; writes the output's gradient where it is trained.
    fn forward(&mut self, parts: &mut Parts, samples: &Samples, rows: &[u32]) -> Result<f32> {
        for (x, value) in samples.x.iter().zip(&mut self.workspace.values) {
            gather(x, rows, value);
        }
        self.scoring.gather(samples, rows);
        let ctx = parts.ctx;
        self.workspace.forward(ctx, parts.variables, rows.len())?;
        let output = ctx.graph.outputs[0];
        let (y_pred, d_pred) = self.workspace.output_and_gradient(output, rows.len());
        let d_pred = (ctx.training && !d_pred.is_empty()).then_some(d_pred);
        let (compiled, capacity) = (&mut *parts.compiled, self.capacity);
        Ok(self
            .scoring
            .score(compiled, y_pred, rows.len(), capacity, d_pred))
    }
}

/// The parts of a model that a batch works with, side by side.
struct Parts<'a> {
    ctx: PassContext<'a>,
    variables: &'a mut Variables,
    compiled: &'a mut Compiled,
    /// None where the model was never trained.
    state: Option<&'a mut OptimizerState>,
}

impl<'a> Parts<'a> {
    fn of(model: &'a mut Model, team: &'a Team, training: bool) -> Result<Self> {
        let step = model.iterations();
        model.built()?;
        let Model {
            graph: Some(graph),
            compiled: Some(compiled),
            variables,
            optimizer_state,
            seed,
            ..
        } = model
        else {
            return Err(Model::not_compiled());
        };
        Ok(Parts {
            ctx: PassContext {
                graph,
                team,
                training,
                seed: *seed,
                step,
            },
            variables,
            compiled,
            state: optimizer_state.as_mut(),
        })
    }
}
