//! A model's variables in one flat buffer: those that are trained first, the others behind.

use super::graph::Graph;
use crate::error::{Error, Result};
use crate::layers::{Shape, VariableSpec};
use crate::rng::Rng;
use std::ops::Range;

/// One variable and where it lies.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Index of its layer in the graph.
    pub layer: usize,
    pub spec: VariableSpec,
    /// Trained: by its own nature and its layer's.
    pub trainable: bool,
    pub range: Range<usize>,
}

impl Variable {
    /// Those of a list that are trained.
    pub fn trained(list: &[Variable]) -> impl Iterator<Item = &Variable> {
        list.iter().filter(|variable| variable.trainable)
    }
}

/// All variables, layer by layer in Keras' order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Variables {
    pub values: Vec<f32>,
    pub list: Vec<Variable>,
    /// Elements that are trained: the front of `values`; gradients and slots have this length.
    pub trainable_len: usize,
    /// Ranges of each layer's variables in `values`.
    pub of_layer: Vec<Vec<Range<usize>>>,
    /// The same where they are trained, for their gradients.
    pub trained_of_layer: Vec<Vec<Option<Range<usize>>>>,
    /// What each layer keeps from batch to batch (`stateful` ones).
    pub states: Vec<Vec<f32>>,
}

impl Variables {
    /// Draws the variables of a graph whose values have these shapes. Nothing is trained in a model
    /// that is not `trainable`.
    pub fn new(graph: &Graph, shapes: &[Shape], trainable: bool, seed: u32) -> Result<Self> {
        let mut list = Vec::new();
        for (layer, inputs) in graph.first_inputs(shapes).iter().enumerate() {
            let node = &graph.layers[layer];
            let specs = node
                .layer
                .variables(inputs)
                .and_then(|specs| {
                    specs
                        .iter()
                        .try_for_each(VariableSpec::check)
                        .map(|()| specs)
                })
                .map_err(|e| e.in_layer(&node.name))?;
            list.extend(specs.into_iter().map(|spec| Variable {
                layer,
                trainable: trainable && spec.trainable && node.trainable,
                spec,
                range: 0..0,
            }));
        }
        let mut variables = Variables {
            list,
            states: vec![vec![]; graph.layers.len()],
            ..Default::default()
        };
        variables.lay_out(graph.layers.len())?;
        variables.draw(graph, seed);
        Ok(variables)
    }

    fn lay_out(&mut self, layers: usize) -> Result<()> {
        let mut end = 0;
        for trained in [true, false] {
            for variable in self.list.iter_mut().filter(|v| v.trainable == trained) {
                variable.range = end..end + variable.spec.size();
                end = variable.range.end;
            }
            if trained {
                self.trainable_len = end;
            }
        }
        self.values
            .try_reserve_exact(end)
            .map_err(|_| out_of_memory(end))?;
        self.values.resize(end, 0.0);
        self.of_layer = vec![vec![]; layers];
        self.trained_of_layer = vec![vec![]; layers];
        for variable in &self.list {
            self.of_layer[variable.layer].push(variable.range.clone());
            let trained = variable.trainable.then(|| variable.range.clone());
            self.trained_of_layer[variable.layer].push(trained);
        }
        Ok(())
    }

    fn draw(&mut self, graph: &Graph, seed: u32) {
        for variable in &self.list {
            let stream = format!(
                "{}/{}",
                graph.layers[variable.layer].path(),
                variable.spec.path()
            );
            let seed = variable.spec.initializer.seed().unwrap_or(seed);
            let out = &mut self.values[variable.range.clone()];
            let mut rng = Rng::stream(seed, &stream);
            variable
                .spec
                .initializer
                .fill(&variable.spec.shape, &mut rng, out);
            out[variable.spec.ones.clone()].fill(1.0);
        }
    }

    /// The elements of variable `i`.
    pub fn get(&self, i: usize) -> &[f32] {
        &self.values[self.list[i].range.clone()]
    }

    pub fn set(&mut self, i: usize, values: &[f32]) -> Result<()> {
        let variable = &self.list[i];
        if values.len() != variable.spec.size() {
            return Err(Error::shape(format!(
                "variable {i} ({}) has shape {:?}, {} elements, but {} were given",
                variable.spec.name,
                variable.spec.shape,
                variable.spec.size(),
                values.len()
            )));
        }
        self.values[variable.range.clone()].copy_from_slice(values);
        Ok(())
    }
}

/// The error for `elements` float32s that there is no room for.
pub fn out_of_memory(elements: usize) -> Error {
    Error::new(
        crate::error::Code::OutOfMemory,
        format!(
            "no memory for {:.0} MB more; use a smaller model or batch size, or close other models",
            elements as f64 * 4.0 / 1e6
        ),
    )
}
