//! `fit`: epochs of batches with validation and callbacks, one step at a time.

use super::Model;
use super::evaluate::{Evaluation, Losses, logs};
use super::hooks::Hooks;
use super::options::FitOptions;
use super::order::RowOrder;
use super::samples::Samples;
use super::step::{EpochEnd, History, Step, StopReason};
use super::trainer::Trainer;
use crate::callbacks::{Hook, Logs, Output};
use crate::error::Result;
use crate::kernels::team::Team;
use crate::rng::Rng;

/// What `fit` trains and validates on.
#[derive(Debug)]
pub struct FitData {
    pub train: Samples,
    pub validation: Option<Samples>,
}

/// What is to be done next. A phase that begins a hook is followed by one that goes on after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    TrainBegin,
    Begun,
    EpochBegin,
    BatchBegin,
    Train,
    BatchEnd,
    TestBegin,
    TestBatchBegin,
    Test,
    TestBatchEnd,
    TestEnd,
    EpochEnd,
    Ended,
    TrainEnd(StopReason),
    Finish(StopReason),
    Done(StopReason),
}

/// A training in progress. It holds the data and buffers; the model is lent to each step.
#[derive(Debug)]
pub struct Fit {
    options: FitOptions,
    hooks: Hooks,
    train: Samples,
    trainer: Trainer,
    validation: Option<Evaluation>,
    phase: Phase,
    epoch: usize,
    order: RowOrder,
    /// Batches done in this epoch.
    batch: usize,
    losses: Losses,
    /// The logs of this epoch once its batches are done.
    epoch_logs: Logs,
    pub history: History,
}

impl Fit {
    /// Checks that data, model and options fit together and plans all buffers.
    pub fn new(model: &mut Model, data: FitData, options: FitOptions) -> Result<Self> {
        let FitData {
            mut train,
            validation,
        } = data;
        // Given validation data come first (as in Keras).
        let validation = match validation {
            Some(given) => Some(given),
            None => train.split(&options)?,
        };
        train.add_class_weights(&options)?;
        if let Some(seed) = options.seed {
            model.seed = seed;
        }
        let trainer = Trainer::new(model, &mut train, options.batch_size(), true)?;
        let validation_batch = options
            .validation_batch_size
            .unwrap_or(options.batch_size());
        let validation = validation
            .map(|samples| {
                Evaluation::new(model, samples, validation_batch, options.validation_steps)
            })
            .transpose()
            .map_err(|e| e.about("Validation data"))?;
        let order = RowOrder::new(train.rows.clone(), options.batch_size());
        let steps = options.steps_per_epoch.unwrap_or(order.batches());
        Ok(Fit {
            hooks: Hooks::new(&options, steps)?,
            order,
            phase: Phase::TrainBegin,
            epoch: options.initial_epoch,
            batch: 0,
            losses: Losses::default(),
            epoch_logs: vec![],
            history: History::default(),
            options,
            train,
            trainer,
            validation,
        })
    }

    /// Batches in an epoch.
    pub fn batches(&self) -> usize {
        self.options.steps_per_epoch.unwrap_or(self.order.batches())
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
        logs(model, &self.losses)
    }

    /// One batch of training or validation, the end of an epoch, or a question to the host. What
    /// callbacks made meanwhile waits in [`Fit::take_outputs`].
    pub fn step(&mut self, model: &mut Model, team: &Team) -> Result<Step> {
        loop {
            if let Some(ask) = self.hooks.run(model, &mut self.history)? {
                return Ok(Step::Ask(ask));
            }
            if let Some(step) = self.advance(model, team)? {
                return Ok(step);
            }
        }
    }

    /// What came of the last [`Step::Ask`]: whether training is to stop, as `stop_training` does,
    /// and the logs where they were changed.
    pub fn answer(&mut self, stop: bool, logs: Option<Logs>) {
        self.hooks.answer(stop, logs);
    }

    /// What callbacks want printed and written since the last call, in order.
    pub fn take_outputs(&mut self) -> Vec<Output> {
        self.hooks.take_outputs()
    }

    /// Whether nothing is left to do.
    pub fn is_done(&self) -> bool {
        matches!(self.phase, Phase::Done(_))
    }

    /// Ends the training now, within an epoch if need be: only the hooks of training's end follow.
    pub fn stop(&mut self) {
        let ends = matches!(
            self.phase,
            Phase::TrainEnd(_) | Phase::Finish(_) | Phase::Done(_)
        );
        if !ends {
            self.hooks.cancel();
            self.phase = Phase::TrainEnd(StopReason::User);
        }
    }

    /// The best epoch a callback has seen, 0-based.
    pub fn best_epoch(&self) -> Option<usize> {
        self.hooks.best_epoch()
    }

    /// The epoch whose weights a callback put back, 0-based.
    pub fn restored_epoch(&self) -> Option<usize> {
        self.hooks.restored_epoch
    }

    /// Does what the phase is for and goes on to the next.
    fn advance(&mut self, model: &mut Model, team: &Team) -> Result<Option<Step>> {
        match self.phase {
            Phase::TrainBegin => self.call(Hook::TrainBegin, vec![], Phase::Begun),
            Phase::Begun => {
                self.epoch = self.hooks.initial_epoch.unwrap_or(self.epoch);
                self.phase = Phase::EpochBegin;
            }
            Phase::EpochBegin if self.epoch >= self.options.epochs => {
                self.phase = Phase::TrainEnd(StopReason::Completed);
            }
            Phase::EpochBegin => {
                self.begin_epoch(model);
                self.call(Hook::EpochBegin(self.epoch), vec![], Phase::BatchBegin);
            }
            Phase::BatchBegin => {
                self.call(Hook::TrainBatchBegin(self.batch), vec![], Phase::Train);
            }
            Phase::Train => self.train(model, team)?,
            Phase::BatchEnd => {
                self.end_batch(model);
                return Ok(Some(Step::Batch));
            }
            Phase::TestBegin => {
                if let Some(validation) = &mut self.validation {
                    validation.reset(model);
                }
                self.call(Hook::TestBegin, vec![], Phase::TestBatchBegin);
            }
            Phase::TestBatchBegin => match self.validation_progress() {
                (batch, batches) if batch < batches => {
                    self.call(Hook::TestBatchBegin(batch), vec![], Phase::Test);
                }
                _ => self.end_test(model),
            },
            Phase::Test => self.test(model, team)?,
            Phase::TestBatchEnd => {
                self.phase = Phase::TestBatchBegin;
                return Ok(Some(Step::Validation));
            }
            Phase::TestEnd => self.phase = Phase::EpochEnd,
            Phase::EpochEnd => {
                // What callbacks add is not among the logs at training's end, as in Keras.
                let logs = self.epoch_logs.clone();
                self.call(Hook::EpochEnd(self.epoch), logs, Phase::Ended);
            }
            Phase::Ended => return Ok(Some(self.end_epoch())),
            Phase::TrainEnd(reason) => {
                self.finalize(model);
                let logs = std::mem::take(&mut self.epoch_logs);
                self.call(Hook::TrainEnd, logs, Phase::Finish(reason));
            }
            Phase::Finish(reason) => self.phase = Phase::Done(reason),
            Phase::Done(reason) => return Ok(Some(Step::Done(reason))),
        }
        Ok(None)
    }

    /// The optimizer's last word on the weights: its averages, where it keeps some.
    fn finalize(&self, model: &mut Model) {
        if let (Some(compiled), Some(state)) = (&model.compiled, &model.optimizer_state)
            && self.options.epochs > 0
        {
            let optimizer = &compiled.optimizer;
            optimizer.finalize_variable_values(state, &mut model.variables.values);
        }
    }

    /// Calls a hook before it goes on with `next`.
    fn call(&mut self, hook: Hook, logs: Logs, next: Phase) {
        self.hooks.begin(hook, logs);
        self.phase = next;
    }

    fn begin_epoch(&mut self, model: &mut Model) {
        if let Some(compiled) = &mut model.compiled {
            compiled.reset_metrics();
        }
        self.losses.reset();
        self.batch = 0;
        // With steps_per_epoch a pass over the data may span epochs.
        if self.options.steps_per_epoch.is_none() || self.order.is_done() {
            let rng = Rng::step(model.seed, "shuffle", self.epoch as u64);
            self.order.begin(self.options.shuffle, rng);
        }
    }

    fn train(&mut self, model: &mut Model, team: &Team) -> Result<()> {
        let rows = self.order.take();
        let result = self.trainer.train_batch(model, team, &self.train, rows)?;
        self.losses.add(result, &self.trainer.losses, rows.len());
        self.batch += 1;
        self.phase = Phase::BatchEnd;
        if self.hooks.watches_batches() {
            let logs = self.logs(model);
            self.hooks.begin(Hook::TrainBatchEnd(self.batch - 1), logs);
        }
        Ok(())
    }

    fn end_batch(&mut self, model: &Model) {
        // Keras ends the epoch where the data end, though steps are left.
        let last = self.batch >= self.batches() || self.order.is_done();
        if !last && self.hooks.stop.is_none() {
            self.phase = Phase::BatchBegin;
            return;
        }
        self.epoch_logs = self.logs(model);
        let validates =
            self.validation.is_some() && self.options.validation_freq.includes(self.epoch);
        self.phase = if validates {
            Phase::TestBegin
        } else {
            Phase::EpochEnd
        };
    }

    fn test(&mut self, model: &mut Model, team: &Team) -> Result<()> {
        self.phase = Phase::TestBatchEnd;
        if let Some(validation) = &mut self.validation {
            let (batch, _) = validation.progress();
            validation.step(model, team)?;
            if self.hooks.watches_batches() {
                let logs = validation.logs(model);
                self.hooks.begin(Hook::TestBatchEnd(batch), logs);
            }
        }
        Ok(())
    }

    fn end_test(&mut self, model: &Model) {
        let logs = self.validation.as_ref().map(|it| it.logs(model));
        let logs = logs.unwrap_or_default();
        let named = logs
            .iter()
            .map(|(key, value)| (format!("val_{key}"), *value));
        self.epoch_logs.extend(named);
        self.call(Hook::TestEnd, logs, Phase::TestEnd);
    }

    fn end_epoch(&mut self) -> Step {
        let logs = std::mem::take(&mut self.hooks.logs);
        let epoch = self.epoch;
        self.epoch += 1;
        self.phase = match self.hooks.stop {
            Some(reason) => Phase::TrainEnd(reason),
            None => Phase::EpochBegin,
        };
        let (data_loss, penalty) = self.losses.parts();
        Step::Epoch(EpochEnd {
            epoch,
            logs,
            data_loss,
            penalty,
        })
    }
}
