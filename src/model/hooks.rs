//! The callbacks of a fit, called hook by hook, with a stop where a function of the host's is due.

use super::{Ask, FitOptions, History, Model, StopReason};
use crate::callbacks::{self, AnyCallback, Hook, Host, Logs, Output, Params, Training};
use crate::error::Result;
use std::collections::BTreeSet;

#[derive(Debug)]
pub(super) struct Hooks {
    callbacks: Vec<AnyCallback>,
    params: Params,
    host: Host,
    /// The hook that is being called, the next callback in turn, and the logs they see.
    hook: Option<Hook>,
    next: usize,
    pub logs: Logs,
    watches_batches: bool,
    pub stop: Option<StopReason>,
    pub initial_epoch: Option<usize>,
    pub restored_epoch: Option<usize>,
    outputs: Vec<Output>,
    /// Warnings given already: each is given once.
    warned: BTreeSet<String>,
}

impl Hooks {
    /// Those that were given; behind them, where not among them, the history and what prints.
    pub fn new(options: &FitOptions, steps: usize) -> Result<Self> {
        let mut callbacks = options.read_callbacks()?;
        let verbose = options.verbosity()?;
        let lacks = |class: fn(&AnyCallback) -> bool| !callbacks.iter().any(class);
        let history = lacks(|it| matches!(it, AnyCallback::History(_)));
        let progbar = lacks(|it| matches!(it, AnyCallback::ProgbarLogger(_))) && verbose > 0;
        if history {
            callbacks.push(AnyCallback::History(callbacks::History::default()));
        }
        if progbar {
            callbacks.push(AnyCallback::ProgbarLogger(Default::default()));
        }
        Ok(Hooks {
            callbacks,
            params: Params {
                epochs: options.epochs,
                steps,
                verbose,
            },
            host: options.host.clone(),
            hook: None,
            next: 0,
            logs: vec![],
            watches_batches: false,
            stop: None,
            initial_epoch: None,
            restored_epoch: None,
            outputs: vec![],
            warned: BTreeSet::new(),
        })
    }

    /// Whether anything wants the hooks of batches; known once training has begun.
    pub fn watches_batches(&self) -> bool {
        self.watches_batches
    }

    /// Has [`Hooks::run`] call this hook.
    pub fn begin(&mut self, hook: Hook, logs: Logs) {
        if hook.of_batch() && !self.watches_batches {
            return;
        }
        (self.hook, self.next) = (Some(hook), 0);
        self.logs = logs;
        // As Keras hands them to callbacks.
        self.logs.sort_by(|a, b| a.0.cmp(&b.0));
    }

    /// Calls what is left of the hook, to its end or to a question.
    pub fn run(&mut self, model: &mut Model, history: &mut History) -> Result<Option<Ask>> {
        let Some(hook) = self.hook else {
            return Ok(None);
        };
        let mut training = Training {
            model,
            params: self.params,
            host: &self.host,
            history,
            stop: &mut self.stop,
            initial_epoch: &mut self.initial_epoch,
            restored_epoch: &mut self.restored_epoch,
            outputs: &mut self.outputs,
        };
        while let Some(callback) = self.callbacks.get_mut(self.next) {
            self.next += 1;
            if callback.asks_host(hook) {
                return Ok(Some(Ask {
                    callback: self.next - 1,
                    hook,
                    logs: self.logs.clone(),
                }));
            }
            callback.call(hook, &mut self.logs, &mut training)?;
        }
        self.hook = None;
        if hook == Hook::TrainBegin {
            self.watches_batches = self.callbacks.iter().any(|it| it.watches_batches());
        }
        Ok(None)
    }

    /// What the host did when it was asked.
    pub fn answer(&mut self, stop: bool, logs: Option<Logs>) {
        if stop {
            self.stop.get_or_insert(StopReason::User);
        }
        if let (Some(logs), true) = (logs, self.hook.is_some()) {
            self.logs = logs;
        }
    }

    /// Forgets the hook that is being called.
    pub fn cancel(&mut self) {
        self.hook = None;
    }

    pub fn best_epoch(&self) -> Option<usize> {
        self.callbacks.iter().find_map(|it| it.best_epoch())
    }

    /// What callbacks made since the last time.
    pub fn take_outputs(&mut self) -> Vec<Output> {
        let Hooks {
            outputs, warned, ..
        } = self;
        outputs.retain(|output| match output {
            Output::Warning(text) => warned.insert(text.clone()),
            _ => true,
        });
        std::mem::take(outputs)
    }
}
