//! `fit`: epochs of batches with validation and callbacks, one step at a time.

use super::evaluate::{Evaluation, Mean, logs};
use super::options::FitOptions;
use super::trainer::{Samples, Trainer};
use super::{Metric, Model};
use crate::callbacks::{AnyCallback, Logs, Training};
use crate::data::Features;
use crate::data::batches::gather_dense;
use crate::error::{Error, Result};
use crate::kernels::team::Team;
use crate::rng::Rng;
use crate::tensor::Array;
use std::sync::Arc;

/// What `fit` trains and validates on.
#[derive(Debug)]
pub struct FitData {
    pub train: Samples,
    pub validation: Option<Samples>,
}

/// What a step did.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Trained on a batch.
    Batch,
    /// Looked at a batch of the validation data.
    Validation,
    /// Ended an epoch.
    Epoch(EpochEnd),
    /// Nothing is left to do.
    Done(StopReason),
}

/// The numbers of an epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct EpochEnd {
    /// 0-based, as in Keras.
    pub epoch: usize,
    pub logs: Logs,
    /// The training loss without penalties, and the penalties: they sum to `loss`.
    pub data_loss: f64,
    pub penalty: f64,
}

/// Why the training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    Completed,
    EarlyStopping,
    User,
}

/// `History`: the epochs' numbers and, by key, their logs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    pub epoch: Vec<usize>,
    pub history: Vec<(String, Vec<f64>)>,
}

impl History {
    fn push(&mut self, epoch: usize, logs: &Logs) {
        self.epoch.push(epoch);
        for (key, value) in logs {
            match self.history.iter_mut().find(|(known, _)| known == key) {
                Some((_, values)) => values.push(*value),
                None => self.history.push((key.clone(), vec![*value])),
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    EpochBegin,
    Train,
    Validate,
    Done(StopReason),
}

/// A training in progress. It holds the data and buffers; the model is lent to each step.
#[derive(Debug)]
pub struct Fit {
    options: FitOptions,
    callbacks: Vec<AnyCallback>,
    train: Samples,
    trainer: Trainer,
    validation: Option<Evaluation>,
    phase: Phase,
    epoch: usize,
    /// Row order of the current pass over the data.
    order: Vec<u32>,
    /// Batches taken from that pass, and in this epoch.
    taken: usize,
    batch: usize,
    loss: Mean,
    data_loss: Mean,
    penalty: Mean,
    train_logs: Logs,
    pub history: History,
    pub restored_epoch: Option<usize>,
}

impl Fit {
    /// Checks that data, model and options fit together and plans all buffers.
    pub fn new(model: &mut Model, data: FitData, options: FitOptions) -> Result<Self> {
        let (mut train, validation) = split(data, &options)?;
        add_class_weights(&mut train, &options)?;
        if let Some(seed) = options.seed {
            model.seed = seed;
        }
        let trainer = Trainer::new(model, &train, options.batch_size(), true)?;
        let validation_batch = options
            .validation_batch_size
            .unwrap_or(options.batch_size());
        let validation = validation
            .map(|samples| {
                Evaluation::new(model, samples, validation_batch, options.validation_steps)
            })
            .transpose()
            .map_err(|e| Error {
                message: format!("Validation data: {}", e.message),
                ..e
            })?;
        let mut fit = Fit {
            callbacks: options.read_callbacks()?,
            order: train.rows.clone().map(|row| row as u32).collect(),
            phase: Phase::EpochBegin,
            epoch: options.initial_epoch,
            taken: usize::MAX,
            batch: 0,
            loss: Mean::default(),
            data_loss: Mean::default(),
            penalty: Mean::default(),
            train_logs: vec![],
            history: History::default(),
            restored_epoch: None,
            options,
            train,
            trainer,
            validation,
        };
        fit.call_back(model, |callback, training| {
            callback.on_train_begin(training)
        })?;
        if fit.epoch >= fit.options.epochs {
            fit.phase = Phase::Done(StopReason::Completed);
        }
        Ok(fit)
    }

    /// Batches in an epoch.
    pub fn batches(&self) -> usize {
        self.options
            .steps_per_epoch
            .unwrap_or_else(|| self.batches_of_pass())
    }

    fn batches_of_pass(&self) -> usize {
        self.train.len().div_ceil(self.options.batch_size())
    }

    /// The current epoch (0-based) and how many of its batches are done.
    pub fn progress(&self) -> (usize, usize) {
        (self.epoch, self.batch)
    }

    /// Batches of validation data seen and to see.
    pub fn validation_progress(&self) -> (usize, usize) {
        self.validation
            .as_ref()
            .map_or((0, 0), Evaluation::progress)
    }

    /// Running loss and metrics of this epoch.
    pub fn logs(&self, model: &Model) -> Logs {
        logs(model, self.loss.result())
    }

    /// One batch of training or validation, or the end of an epoch.
    pub fn step(&mut self, model: &mut Model, team: &Team) -> Result<Step> {
        match self.phase {
            Phase::EpochBegin => {
                self.begin_epoch(model);
                self.train_step(model, team)
            }
            Phase::Train => self.train_step(model, team),
            Phase::Validate => self.validate_step(model, team),
            Phase::Done(reason) => Ok(Step::Done(reason)),
        }
    }

    /// Whether nothing is left to train.
    pub fn is_done(&self) -> bool {
        matches!(self.phase, Phase::Done(_))
    }

    /// Ends the training now: callbacks see the end of training, the next step says so.
    pub fn stop(&mut self, model: &mut Model) -> Result<()> {
        if self.is_done() {
            Ok(())
        } else {
            self.end(model, StopReason::User)
        }
    }

    fn begin_epoch(&mut self, model: &mut Model) {
        if let Some(compiled) = &mut model.compiled {
            compiled.all_metrics().for_each(Metric::reset);
        }
        (self.loss, self.data_loss, self.penalty) = Default::default();
        self.batch = 0;
        // With steps_per_epoch a pass over the data may span epochs.
        if self.options.steps_per_epoch.is_none() || self.taken >= self.batches_of_pass() {
            self.begin_pass(model);
        }
        self.phase = Phase::Train;
    }

    fn begin_pass(&mut self, model: &Model) {
        self.taken = 0;
        if self.options.shuffle {
            // From the same start each time, so that an epoch's order depends on its number alone.
            self.order.clear();
            self.order
                .extend(self.train.rows.clone().map(|row| row as u32));
            Rng::step(model.seed, "shuffle", self.epoch as u64).shuffle(&mut self.order);
        }
    }

    fn train_step(&mut self, model: &mut Model, team: &Team) -> Result<Step> {
        let size = self.options.batch_size();
        let start = self.taken * size;
        let rows = &self.order[start..(start + size).min(self.order.len())];
        let result = self.trainer.train_batch(model, team, &self.train, rows)?;
        self.loss.add(result.data_loss + result.penalty, rows.len());
        self.data_loss.add(result.data_loss, rows.len());
        self.penalty.add(result.penalty, rows.len());
        self.taken += 1;
        self.batch += 1;
        // Keras ends the epoch where the data end, though steps are left.
        if self.batch >= self.batches() || self.taken >= self.batches_of_pass() {
            self.train_logs = self.logs(model);
            self.phase = Phase::Validate;
            if let (true, Some(validation)) = (self.validates(), &mut self.validation) {
                validation.reset(model);
            }
        }
        Ok(Step::Batch)
    }

    fn validates(&self) -> bool {
        self.validation.is_some() && self.options.validation_freq.includes(self.epoch)
    }

    fn validate_step(&mut self, model: &mut Model, team: &Team) -> Result<Step> {
        let validates = self.validates();
        if let (true, Some(validation)) = (validates, &mut self.validation) {
            if validation.step(model, team)? {
                return Ok(Step::Validation);
            }
            let logs = validation.logs(model).into_iter();
            self.train_logs
                .extend(logs.map(|(k, v)| (format!("val_{k}"), v)));
        }
        self.end_epoch(model)
    }

    fn end_epoch(&mut self, model: &mut Model) -> Result<Step> {
        let (epoch, mut logs) = (self.epoch, std::mem::take(&mut self.train_logs));
        logs.sort_by(|a, b| a.0.cmp(&b.0));
        self.history.push(epoch, &logs);
        let stop = self.call_back(model, |callback, training| {
            callback.on_epoch_end(epoch, &logs, training)
        })?;
        self.epoch += 1;
        self.phase = Phase::EpochBegin;
        if stop {
            self.end(model, StopReason::EarlyStopping)?;
        } else if self.epoch >= self.options.epochs {
            self.end(model, StopReason::Completed)?;
        }
        let (data_loss, penalty) = (self.data_loss.result(), self.penalty.result());
        Ok(Step::Epoch(EpochEnd {
            epoch,
            logs,
            data_loss,
            penalty,
        }))
    }

    fn end(&mut self, model: &mut Model, reason: StopReason) -> Result<()> {
        self.phase = Phase::Done(reason);
        if let (Some(compiled), Some(state)) = (&model.compiled, &model.optimizer_state) {
            let optimizer = &compiled.optimizer;
            optimizer.finalize_variable_values(state, &mut model.variables.values);
        }
        self.call_back(model, |callback, training| {
            callback.on_train_end(training);
            Ok(())
        })?;
        Ok(())
    }

    /// The best epoch a callback has seen, 0-based.
    pub fn best_epoch(&self) -> Option<usize> {
        self.callbacks
            .iter()
            .find_map(|callback| callback.best_epoch())
    }

    /// Calls all callbacks; true where one asked to stop.
    fn call_back(
        &mut self,
        model: &mut Model,
        hook: impl Fn(&mut AnyCallback, &mut Training) -> Result<()>,
    ) -> Result<bool> {
        let directions = model
            .compiled
            .as_ref()
            .map(|c| c.directions())
            .unwrap_or_default();
        let mut training = Training {
            weights: &mut model.variables.values,
            directions: &directions,
            stop: false,
            restored_epoch: self.restored_epoch,
        };
        for callback in &mut self.callbacks {
            hook(callback, &mut training)?;
        }
        self.restored_epoch = training.restored_epoch;
        Ok(training.stop)
    }
}

/// Cuts the validation rows off the end where `validation_split` asks for it; given validation
/// data come first (as in Keras).
fn split(data: FitData, options: &FitOptions) -> Result<(Samples, Option<Samples>)> {
    let FitData {
        mut train,
        validation,
    } = data;
    if validation.is_some() || options.validation_split == 0.0 {
        return Ok((train, validation));
    }
    let count = train.len();
    let cut = (count as f64 * (1.0 - options.validation_split)).floor() as usize;
    if cut == 0 || cut == count {
        return Err(Error::data(format!(
            "validation_split={} of {count} rows leaves {cut} rows to train on and {} to validate \
             on; both need at least one",
            options.validation_split,
            count - cut
        )));
    }
    let middle = train.rows.start + cut;
    let mut validation = train.clone();
    validation.rows.start = middle;
    train.rows.end = middle;
    Ok((train, Some(validation)))
}

/// Turns class weights into sample weights.
fn add_class_weights(train: &mut Samples, options: &FitOptions) -> Result<()> {
    if options.class_weight.is_none() {
        return Ok(());
    }
    if train.weight.is_some() {
        return Err(Error::unsupported(
            "class_weight and sample_weight cannot be given at the same time",
        ));
    }
    let shape = &train.y.array.shape;
    if shape.len() > 2 {
        return Err(Error::shape(format!(
            "class_weight takes one label per sample, found labels of shape {shape:?}; give \
             sample_weight instead"
        )));
    }
    let len = train.y.array.row_len();
    let mut label = vec![0.0; len];
    let mut weights = Vec::with_capacity(train.y.array.rows());
    for row in 0..train.y.array.rows() as u32 {
        gather_dense(&train.y, &[row], &mut label);
        // One-hot labels: the class is the largest element, the first of equals.
        let class = if len == 1 {
            label[0]
        } else {
            (0..len).fold(0, |best, i| if label[i] > label[best] { i } else { best }) as f32
        };
        weights.push(options.weight_of(class)?.unwrap_or(1.0));
    }
    train.weight = Some(Features {
        array: Arc::new(Array::f32(vec![weights.len()], weights)?),
        divisor: None,
    });
    Ok(())
}
