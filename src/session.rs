//! What lives behind a page: data, models and trainings by number. The page's every call is one
//! method here; `wasm.rs` only converts.

use crate::callbacks::{Logs, Output};
use crate::data::{self, ColumnChoice, Features, LoadOptions, Loaded, Prepared, Recipe, Selected};
use crate::error::{Error, Result};
use crate::formats::{Assets, Format, KerasFile, Saved, Weights, keras_model, python_code};
use crate::kernels::team::Team;
use crate::model::{
    Ask, Evaluation, Fit, FitData, FitOptions, History, Model, Samples, Step, StopReason,
};
use crate::tensor::Array;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A training and the model it trains.
#[derive(Debug)]
struct Running {
    fit: Fit,
    model: u32,
}

/// Prepared data, its labels shared so that fits copy nothing.
#[derive(Debug)]
struct PreparedData {
    prepared: Prepared,
    y: Arc<Array>,
    test_y: Option<Arc<Array>>,
}

/// What happened in a slice of training.
#[derive(Debug)]
pub enum Event {
    Batch {
        epoch: usize,
        batch: usize,
        batches: usize,
        logs: Vec<(String, f64)>,
    },
    Validation {
        epoch: usize,
        batch: usize,
        batches: usize,
    },
    /// `time`: when it ended, on the clock of [`Session::fit_run`].
    Epoch {
        end: crate::model::EpochEnd,
        time: f64,
    },
    /// What callbacks made or want said.
    Output(Output),
    End {
        history: History,
        stopped: StopReason,
        restored: Option<usize>,
        best: Option<usize>,
    },
}

/// What a slice of training brought, and the question it ended with.
#[derive(Debug, Default)]
pub struct Slice {
    pub events: Vec<Event>,
    pub ask: Option<Ask>,
}

fn batch(fit: &Fit, model: &Model) -> Event {
    let (epoch, done) = fit.progress();
    Event::Batch {
        epoch,
        // 0-based, as in Keras.
        batch: done - 1,
        batches: fit.batches(),
        logs: fit.logs(model),
    }
}

fn validation(fit: &Fit) -> Event {
    let (batch, batches) = fit.validation_progress();
    Event::Validation {
        epoch: fit.progress().0,
        batch,
        batches,
    }
}

fn end(fit: &Fit, stopped: StopReason) -> Event {
    Event::End {
        history: fit.history.clone(),
        stopped,
        restored: fit.restored_epoch(),
        best: fit.best_epoch(),
    }
}

/// The part of prepared data, and which side of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    X,
    Y,
}

pub struct Session {
    pub team: Team,
    sources: BTreeMap<String, Loaded>,
    prepared: BTreeMap<u32, PreparedData>,
    arrays: BTreeMap<u32, Features>,
    models: BTreeMap<u32, Model>,
    fits: BTreeMap<u32, Running>,
    next: u32,
}

/// The entry of a number that a page gave.
fn known<'a, T>(map: &'a BTreeMap<u32, T>, id: u32, what: &str) -> Result<&'a T> {
    map.get(&id).ok_or_else(|| gone(what, id))
}

fn gone(what: &str, id: u32) -> Error {
    Error::data(format!("{what} {id} is not there any more; it was dropped"))
}

impl Session {
    pub fn new(threads: usize) -> Self {
        Session {
            team: Team::new(threads),
            sources: BTreeMap::new(),
            prepared: BTreeMap::new(),
            arrays: BTreeMap::new(),
            models: BTreeMap::new(),
            fits: BTreeMap::new(),
            next: 1,
        }
    }

    fn number(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }

    /// Reads a file and keeps it under `name`; what was there before stays if that fails.
    pub fn load_data(
        &mut self,
        name: &str,
        bytes: Vec<u8>,
        options: &LoadOptions,
    ) -> Result<data::DataInfo> {
        let loaded = data::load(name, bytes, options)?;
        let info = data::info(&loaded);
        self.sources.insert(name.to_string(), loaded);
        Ok(info)
    }

    pub fn source(&self, name: &str) -> Result<&Loaded> {
        self.sources
            .get(name)
            .ok_or_else(|| Error::data(format!("no data named \"{name}\" are loaded")))
    }

    pub fn drop_data(&mut self, name: &str) {
        self.sources.remove(name);
    }

    /// The raw element of an array's row, or None for a table.
    pub fn sample(&self, name: &str, row: usize) -> Result<Array> {
        let Loaded::Array(array) = self.source(name)? else {
            return Err(Error::data(format!(
                "\"{name}\" is not an array of samples"
            )));
        };
        if row >= array.rows() {
            return Err(Error::data(format!(
                "\"{name}\" has {} rows, found row {row}",
                array.rows()
            )));
        }
        let mut sample = data::take(array, &[row as u32]);
        sample.shape.remove(0);
        Ok(sample)
    }

    /// Keeps the chosen columns as arrays: their numbers (x, y, weight).
    pub fn select(
        &mut self,
        name: &str,
        choice: &ColumnChoice,
    ) -> Result<(Selected, [Option<u32>; 3])> {
        let selected = data::select(self.source(name)?, choice)?;
        let ids = [
            Some(self.keep(selected.x.clone())),
            selected.y.clone().map(|y| self.keep(y)),
            selected.weight.clone().map(|weight| self.keep(weight)),
        ];
        Ok((selected, ids))
    }

    fn keep(&mut self, features: Features) -> u32 {
        let id = self.number();
        self.arrays.insert(id, features);
        id
    }

    pub fn add_array(&mut self, array: Array) -> u32 {
        self.keep(Features {
            array: Arc::new(array),
            divisor: None,
        })
    }

    pub fn drop_array(&mut self, id: u32) {
        self.arrays.remove(&id);
        self.prepared.remove(&id);
    }

    pub fn array(&self, id: u32) -> Result<Features> {
        known(&self.arrays, id, "array").cloned()
    }

    /// Runs a recipe over the loaded sources.
    pub fn prepare(&mut self, recipe: &Recipe) -> Result<u32> {
        let mut prepared = data::prepare(&self.sources, recipe)?;
        let y = Arc::new(prepared.y.clone());
        let test_y = prepared.test.as_mut().map(|(_, y)| Arc::new(y.clone()));
        let id = self.number();
        self.prepared.insert(
            id,
            PreparedData {
                prepared,
                y,
                test_y,
            },
        );
        Ok(id)
    }

    pub fn prepared(&self, id: u32) -> Result<&Prepared> {
        Ok(&known(&self.prepared, id, "prepared data")?.prepared)
    }

    /// One side of a part of prepared data.
    pub fn part(&self, id: u32, test: bool, role: Role) -> Result<Features> {
        let data = known(&self.prepared, id, "prepared data")?;
        let missing = || Error::data("the data have no test part; give the recipe a split");
        let y = |array: &Arc<Array>| Features {
            array: array.clone(),
            divisor: None,
        };
        match (test, role) {
            (false, Role::X) => Ok(data.prepared.x.clone()),
            (false, Role::Y) => Ok(y(&data.y)),
            (true, Role::X) => data
                .prepared
                .test
                .as_ref()
                .map(|(x, _)| x.clone())
                .ok_or_else(missing),
            (true, Role::Y) => data.test_y.as_ref().map(y).ok_or_else(missing),
        }
    }

    pub fn create_model(&mut self, config: &Value, seed: u32) -> Result<u32> {
        let model = Model::from_config(config, seed)?;
        let id = self.number();
        self.models.insert(id, model);
        Ok(id)
    }

    pub fn model(&self, id: u32) -> Result<&Model> {
        known(&self.models, id, "model")
    }

    pub fn model_mut(&mut self, id: u32) -> Result<&mut Model> {
        self.models.get_mut(&id).ok_or_else(|| gone("model", id))
    }

    pub fn drop_model(&mut self, id: u32) {
        self.models.remove(&id);
        self.fits.retain(|_, running| running.model != id);
    }

    /// What a `.keras` file of the model holds: weights and optimizer state, and vocabularies.
    pub fn state(&self, id: u32) -> Result<KerasFile> {
        Ok(keras_model::save(self.model(id)?))
    }

    /// The model as a Python program; a recipe's sources must be loaded.
    pub fn python(&self, id: u32, options: &python_code::Options) -> Result<String> {
        python_code::program(&self.model(id)?.to_config(), options, &self.sources)
    }

    /// Sets weights and vocabularies, which [`Session::state`] gives.
    pub fn set_state(&mut self, id: u32, weights: &Weights, assets: &Assets) -> Result<()> {
        keras_model::set_state(self.model_mut(id)?, weights, assets)
    }

    /// What a file of `format` keeps of the model.
    pub fn saved(&self, id: u32, format: Format) -> Result<(Saved, Assets)> {
        keras_model::save_as(self.model(id)?, format)
    }

    /// Sets what a file of weights holds.
    pub fn load_weights(&mut self, id: u32, saved: Saved, assets: &Assets) -> Result<()> {
        keras_model::set_saved(self.model_mut(id)?, saved, assets)
    }

    /// Lets a layer learn from data for it.
    pub fn adapt(&mut self, model: u32, layer: &str, data: &Features) -> Result<()> {
        self.model_mut(model)?.adapt(layer, &data.array)
    }

    /// Plans a training; [`Session::fit_run`] then does it slice by slice.
    pub fn fit(&mut self, model: u32, data: FitData, options: FitOptions) -> Result<u32> {
        if self.fits.values().any(|running| running.model == model) {
            return Err(Error::new(
                crate::error::Code::Busy,
                "this model is being trained; stop that or wait for its end",
            ));
        }
        let fit = Fit::new(self.model_mut(model)?, data, options)?;
        let id = self.number();
        self.fits.insert(id, Running { fit, model });
        Ok(id)
    }

    /// Trains until the clock shows `until` (it is looked at after each step), or a function of the
    /// page's is to be called, or the end of all.
    pub fn fit_run(&mut self, id: u32, clock: impl Fn() -> f64, until: f64) -> Result<Slice> {
        let team = &self.team;
        let running = self.fits.get_mut(&id).ok_or_else(|| gone("fit", id))?;
        let Some(model) = self.models.get_mut(&running.model) else {
            return Err(gone("model", running.model));
        };
        let fit = &mut running.fit;
        let mut slice = Slice::default();
        team.session(|| {
            loop {
                let step = fit.step(model, team)?;
                let outputs = fit.take_outputs();
                slice.events.extend(outputs.into_iter().map(Event::Output));
                let time = clock();
                let pauses = time >= until;
                match step {
                    Step::Ask(ask) => slice.ask = Some(ask),
                    Step::Done(stopped) => slice.events.push(end(fit, stopped)),
                    Step::Epoch(end) => {
                        slice.events.push(Event::Epoch { end, time });
                        if !pauses {
                            continue;
                        }
                    }
                    Step::Batch | Step::Validation if !pauses => continue,
                    Step::Batch => slice.events.push(batch(fit, model)),
                    Step::Validation => slice.events.push(validation(fit)),
                }
                return Ok(());
            }
        })?;
        Ok(slice)
    }

    /// What the page's function did that the last slice asked for.
    pub fn fit_answer(&mut self, id: u32, stop: bool, logs: Option<Logs>) -> Result<()> {
        let running = self.fits.get_mut(&id).ok_or_else(|| gone("fit", id))?;
        running.fit.answer(stop, logs);
        Ok(())
    }

    pub fn fit_stop(&mut self, id: u32) -> Result<()> {
        let running = self.fits.get_mut(&id).ok_or_else(|| gone("fit", id))?;
        running.fit.stop();
        Ok(())
    }

    pub fn fit_drop(&mut self, id: u32) {
        self.fits.remove(&id);
    }

    pub fn evaluate(
        &mut self,
        model: u32,
        samples: Samples,
        batch_size: usize,
    ) -> Result<Vec<(String, f64)>> {
        let Session { team, models, .. } = self;
        let model = models.get_mut(&model).ok_or_else(|| gone("model", model))?;
        Evaluation::new(model, samples, batch_size, None)?.run(model, team)
    }

    pub fn predict(&mut self, model: u32, x: &[Features], batch_size: usize) -> Result<Vec<Array>> {
        let Session { team, models, .. } = self;
        let model = models.get_mut(&model).ok_or_else(|| gone("model", model))?;
        crate::model::predict(model, team, x, batch_size)
    }
}
