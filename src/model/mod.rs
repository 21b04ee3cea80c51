//! Models: a graph of layers, its variables, and what it was compiled with.

mod compile;
mod container;
mod evaluate;
mod fit;
mod flow;
mod functional;
mod graph;
mod hooks;
mod inspect;
mod operation;
mod options;
mod order;
mod planning;
mod samples;
mod scoring;
mod sequential;
mod step;
mod summary;
mod trace;
mod trainer;
mod variables;
mod workspace;

pub use compile::{Compiled, Objective};
pub use container::{Class, Container, Member, Part};
pub use evaluate::{Evaluation, predict};
pub use fit::{Fit, FitData};
pub use graph::{Call, Graph};
pub use inspect::{Inspection, LayerInfo, inspect};
pub use options::{FitOptions, Shuffle, ValidationFreq};
pub use samples::Samples;
pub use step::{Ask, EpochEnd, History, Step, StopReason};
pub(crate) use variables::out_of_memory;
pub use variables::{Variable, Variables};
pub use workspace::{PassContext, Plan, Workspace};

use crate::error::{Code, Error, Result};
use crate::layers::{LayerNode, Shape};
use crate::metrics::Metric;
use crate::optimizers::OptimizerState;
use crate::tensor::Array;
use container::Reader;
use sequential::{give_input, read_batch_shape};
use serde_json::Value;

/// A model: unbuilt until its input shape is known, uncompiled until `compile`.
#[derive(Debug)]
pub struct Model {
    /// The model as Keras nests it; its numbers of layers are indices into [`Model::layers`].
    root: Container,
    /// Layers that wait for an input shape or for `adapt`; empty once built.
    waiting: Vec<LayerNode>,
    graph: Option<Graph>,
    /// Symbolic shapes of the graph's values.
    shapes: Vec<Shape>,
    pub variables: Variables,
    pub compiled: Option<Compiled>,
    /// None before the first training step.
    pub optimizer_state: Option<OptimizerState>,
    pub seed: u32,
}

impl Model {
    /// Reads Keras JSON: a whole `config.json` (`{class_name: "Sequential", config, …}`, or
    /// Functional), the config of a Sequential, or a bare list of layers. A `compile_config` compiles
    /// it.
    pub fn from_config(value: &Value, seed: u32) -> Result<Self> {
        let class = value.get("class_name").and_then(Value::as_str);
        let class = class.unwrap_or("Sequential");
        let class = Class::from_name(class).ok_or_else(|| {
            Error::unknown(format!(
                "models of class \"{class}\" cannot be read; only Sequential and Functional can"
            ))
        })?;
        let mut waiting = vec![];
        let mut reader = Reader {
            layers: &mut waiting,
            scope: String::new(),
        };
        let config = value.get("config").unwrap_or(value);
        let mut root = reader.model(class, config, &class.name().to_lowercase())?;
        let built = value.pointer("/build_config/input_shape");
        if let Some(shape) = built.and_then(read_batch_shape) {
            give_input(&mut root, shape, &waiting)?;
        }
        let mut model = Model {
            root,
            waiting,
            graph: None,
            shapes: vec![],
            variables: Variables::default(),
            compiled: None,
            optimizer_state: None,
            seed,
        };
        model.build_if_ready()?;
        // Keras writes {} for a model that was never compiled.
        if let Some(config) = value
            .get("compile_config")
            .filter(|config| !config.is_null() && **config != serde_json::json!({}))
        {
            model.compile(config)?;
        }
        Ok(model)
    }

    pub fn name(&self) -> &str {
        &self.root.name
    }

    /// The model as Keras nests it.
    pub fn root(&self) -> &Container {
        &self.root
    }

    /// The names of its inputs, in order; that of an unbuilt model is what Keras calls it.
    pub fn input_names(&self) -> Vec<String> {
        match self.root.declared_inputs().unwrap_or_default() {
            none if none.is_empty() => vec!["input_layer".into()],
            inputs => inputs.iter().map(|input| input.name.clone()).collect(),
        }
    }

    /// The names of its outputs, in order.
    pub fn output_names(&self) -> Vec<String> {
        self.root.output_names()
    }

    /// Builds an unbuilt model for samples of this shape; a built one stays as it is.
    pub fn build(&mut self, shape: &Shape) -> Result<()> {
        if self.graph.is_some() {
            return Ok(());
        }
        if let Some(node) = self.waiting.iter().find(|node| node.layer.needs_adapt()) {
            let error = Error::unsupported("it has nothing learned yet; call adapt with its data");
            return Err(error.in_layer(&node.name));
        }
        let before = self.root.clone();
        give_input(&mut self.root, shape.clone(), &self.waiting)?;
        self.build_if_ready().inspect_err(|_| self.root = before)
    }

    /// Builds the model where its inputs are known and all layers have learned what shapes need.
    fn build_if_ready(&mut self) -> Result<()> {
        let waits = self.waiting.iter().any(|node| node.layer.needs_adapt());
        if waits || self.root.declared_inputs()?.is_empty() {
            return Ok(());
        }
        let graph = Graph::new(&self.root, self.waiting.clone())?;
        self.shapes = graph.shapes(&graph.input_shapes())?;
        self.variables = Variables::new(&graph, &self.shapes, self.root.trainable, self.seed)?;
        self.graph = Some(graph);
        self.waiting.clear();
        Ok(())
    }

    /// Lets a layer learn from data for it (Keras' `layer.adapt`). Data of a built model must not
    /// change the shape of its output.
    pub fn adapt(&mut self, layer: &str, data: &Array) -> Result<()> {
        let nodes = self.layers_mut();
        let by_path = nodes.iter().position(|node| node.path() == layer);
        let Some(i) = by_path.or_else(|| nodes.iter().position(|node| node.name == layer)) else {
            return Err(Error::unknown(format!(
                "the model has no layer \"{layer}\""
            )));
        };
        let before = nodes[i].layer.clone();
        let learned = nodes[i].layer.adapt(data).map_err(|e| e.in_layer(layer))?;
        let Some(graph) = &mut self.graph else {
            if !learned.is_empty() {
                let error = Error::shape("the model needs an input shape before this layer learns");
                return Err(error.in_layer(layer));
            }
            return self.build_if_ready();
        };
        if graph.shapes(&graph.input_shapes())? != self.shapes {
            graph.layers[i].layer = before;
            let error = Error::shape(
                "the data would change the size of its output, on which the model is built \
                 already; adapt the layer before the model has an input shape",
            );
            return Err(error.in_layer(layer));
        }
        let of_layer = self
            .variables
            .list
            .iter()
            .enumerate()
            .filter(|(_, v)| v.layer == i);
        let indices: Vec<usize> = of_layer.map(|(variable, _)| variable).collect();
        let mut pairs = indices.into_iter().zip(&learned);
        pairs.try_for_each(|(variable, values)| self.variables.set(variable, values))
    }

    pub(crate) fn layers_mut(&mut self) -> &mut [LayerNode] {
        self.graph
            .as_mut()
            .map_or(&mut self.waiting, |graph| &mut graph.layers)
    }

    /// Sets optimizer, loss and metrics from a `compile_config`; the optimizer starts anew.
    pub fn compile(&mut self, config: &Value) -> Result<()> {
        let compiled = Compiled::from_json(config, &self.output_names())?;
        self.compiled = Some(compiled);
        self.optimizer_state = None;
        Ok(())
    }

    pub fn graph(&self) -> Option<&Graph> {
        self.graph.as_ref()
    }

    /// The graph of a built model.
    pub fn built(&self) -> Result<&Graph> {
        self.graph.as_ref().ok_or_else(|| {
            Error::shape(
                "the model has no input shape yet; give its first layer one or train it on data",
            )
        })
    }

    pub fn layers(&self) -> &[LayerNode] {
        self.graph
            .as_ref()
            .map_or(&self.waiting, |graph| &graph.layers)
    }

    /// Symbolic shapes of the graph's values; empty before it is built.
    pub fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    /// The shapes of what a member's last call gives; empty before the model is built.
    fn outputs_of(&self, member: &Member) -> Vec<Shape> {
        let Some(graph) = &self.graph else {
            return vec![];
        };
        let of_layer = |layer: usize| {
            let call = graph.calls.iter().rfind(|call| call.layer == layer);
            call.map_or(vec![], |call| self.shapes[call.outputs.clone()].to_vec())
        };
        match &member.part {
            Part::Input(input) => vec![input.shape.clone()],
            Part::Operation(_, None) => vec![],
            Part::Layer(layer) | Part::Operation(_, Some(layer)) => of_layer(*layer),
            Part::Model(inner) => inner
                .output_members()
                .into_iter()
                .flat_map(|(member, tensor)| self.outputs_of(member).get(tensor).cloned())
                .collect(),
        }
    }

    /// What it was compiled with.
    pub fn compiled(&self) -> Result<&Compiled> {
        self.compiled.as_ref().ok_or_else(Self::not_compiled)
    }

    fn not_compiled() -> Error {
        Error::new(
            Code::NotCompiled,
            "the model is not compiled; call compile with an optimizer and a loss first",
        )
    }

    /// The steps of training so far.
    pub fn iterations(&self) -> u64 {
        self.optimizer_state
            .as_ref()
            .map_or(0, |state| state.iterations)
    }

    /// The learning rate of the next step: a float32, as in Keras.
    pub fn learning_rate(&self) -> Result<f64> {
        let learning_rate = self.compiled()?.optimizer.learning_rate(self.iterations());
        Ok(f64::from(learning_rate as f32))
    }

    /// Sets the learning rate from now on.
    pub fn set_learning_rate(&mut self, learning_rate: f64) -> Result<()> {
        self.compiled()?;
        match &mut self.compiled {
            Some(compiled) => compiled.optimizer.set_learning_rate(learning_rate),
            None => Ok(()),
        }
    }

    /// The whole `config.json`, as Keras writes it.
    pub fn to_config(&self) -> Value {
        let first_inputs = self.graph.as_ref();
        let first_inputs = first_inputs.map(|graph| graph.first_inputs(&self.shapes));
        let mut value = self
            .root
            .to_json(self.layers(), &first_inputs.unwrap_or_default());
        if let (Some(compiled), Value::Object(object)) = (&self.compiled, &mut value) {
            object.insert("compile_config".into(), compiled.to_json());
        }
        value
    }

    /// Sets all weights, in Keras' order (`model.set_weights`).
    pub fn set_weights(&mut self, weights: &[Vec<f32>]) -> Result<()> {
        let count = self.variables.list.len();
        if weights.len() != count {
            return Err(Error::shape(format!(
                "the model has {count} weight arrays, but {} were given",
                weights.len()
            )));
        }
        weights
            .iter()
            .enumerate()
            .try_for_each(|(i, values)| self.variables.set(i, values))
    }

    /// The text of `model.summary()`.
    pub fn summary(&self) -> String {
        summary::summary(self)
    }
}
