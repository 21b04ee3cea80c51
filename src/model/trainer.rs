//! One batch: gather, forward, loss and metrics, and in training backward and the optimizer's step.

use super::compile::Objective;
use super::samples::Samples;
use super::scoring::{Predictions, Scoring};
use super::workspace::{self, PassContext, Workspace};
use super::{Compiled, Model, Variable, Variables};
use crate::data::batches::gather;
use crate::error::{Error, Result};
use crate::kernels::team::Team;
use crate::layers::Value;
use crate::optimizers::OptimizerState;

/// The numbers of one batch.
#[derive(Debug, Clone, Copy, Default)]
pub struct BatchResult {
    /// Loss of the data alone; those of single outputs are in [`Trainer::losses`].
    pub data_loss: f32,
    /// Σ of the regularizers' penalties.
    pub penalty: f32,
}

/// A workspace, and loss and metrics of what it computes.
#[derive(Debug)]
pub struct Trainer {
    pub workspace: Workspace,
    scoring: Vec<Scoring>,
    /// Each output's loss of the last batch, before its `loss_weight`.
    pub losses: Vec<f32>,
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
        samples.match_outputs(model.compiled()?)?;
        let graph = model.built()?;
        let inputs = graph.fit_inputs(&shapes)?;
        graph.take_inputs(&mut samples.x);
        let rows = rows.min(samples.len());
        let with_loss = |(&v, objective): (&usize, &Objective)| objective.loss.as_ref().map(|_| v);
        let outputs = graph.outputs.iter().zip(&model.compiled()?.outputs);
        let losses: Vec<usize> = match training {
            true => outputs.filter_map(with_loss).collect(),
            false => vec![],
        };
        let plan = workspace::Plan {
            inputs: &inputs,
            kinds: &samples.input_kinds(),
            rows,
            losses: &losses,
            d_inputs: false,
        };
        let workspace = Workspace::new(graph, &model.variables, plan)?;
        let outputs = graph.outputs.clone();
        let Some(compiled) = &mut model.compiled else {
            return Err(Model::not_compiled());
        };
        let mut scoring = vec![];
        for (i, (&v, objective)) in outputs.iter().zip(&mut compiled.outputs).enumerate() {
            if objective.is_measured() && !matches!(workspace.values[v], Value::Dense(_)) {
                return Err(Error::data(
                    "the model gives texts or tokens, which have no loss; leave such a lookup \
                     (invert=True) to predict",
                ));
            }
            let pred = (&workspace.shapes[v][..], workspace.mask_len(v));
            let planned = Scoring::new(objective, samples, i, pred, rows);
            let planned = planned.map_err(|e| match outputs.len() {
                1 => e,
                _ => e.about(&format!("Output \"{}\"", objective.name)),
            });
            scoring.extend(planned?);
        }
        if let (true, None, Some(compiled)) = (training, &model.optimizer_state, &model.compiled) {
            let Variables { list, values, .. } = &model.variables;
            model.optimizer_state = Some(compiled.optimizer.new_state(list, values)?);
        }
        Ok(Trainer {
            workspace,
            scoring,
            losses: vec![0.0; outputs.len()],
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
        self.scoring
            .iter_mut()
            .for_each(|scoring| scoring.gather(samples, rows));
        let ctx = parts.ctx;
        self.workspace.forward(ctx, parts.variables, rows.len())?;
        let mut total = 0.0;
        for scoring in &mut self.scoring {
            let i = scoring.output();
            let (values, mask, gradient) = self.workspace.output(ctx.graph.outputs[i], rows.len());
            let predictions = Predictions {
                values,
                mask,
                gradient: gradient.filter(|_| ctx.training),
                rows: rows.len(),
            };
            let objective = &mut parts.compiled.outputs[i];
            self.losses[i] = scoring.score(objective, predictions, self.capacity);
            total += self.losses[i] * objective.loss_weight;
        }
        Ok(total)
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
