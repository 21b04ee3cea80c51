//! A model's layers run one by one through their public interface, so that the gradient of the
//! input can be seen as well (training never needs it).

use model_dojo::error::Result;
use model_dojo::kernels::Team;
use model_dojo::layers::{
    Backward, DInputs, DWeights, Forward, Inputs, LayerNode, Special, Value, Weights,
};
use model_dojo::model::{Model, Variable, Variables};
use model_dojo::rng::Rng;

/// The layers of a built model (a chain) on one batch.
pub struct Chain<'a> {
    variables: &'a mut Variables,
    layers: Vec<LayerNode>,
    team: Team,
    rows: usize,
    /// Of the input and of each layer's output: shape of a sample, elements, values.
    shapes: Vec<Vec<usize>>,
    lens: Vec<usize>,
    values: Vec<Value>,
    caches: Vec<Vec<f32>>,
    batch_caches: Vec<Vec<f32>>,
}

/// dL/d(trained variable), in order, and dL/d(input).
#[derive(Debug, PartialEq)]
pub struct Gradients {
    pub weights: Vec<Vec<f32>>,
    pub input: Vec<f32>,
}

impl<'a> Chain<'a> {
    pub fn new(model: &'a mut Model, team: Team) -> Self {
        let dims =
            |shape: &Vec<Option<usize>>| shape.iter().map(|dim| dim.expect("known")).collect();
        let shapes: Vec<Vec<usize>> = model.shapes().iter().map(dims).collect();
        let lens: Vec<usize> = shapes.iter().map(|shape| shape.iter().product()).collect();
        let values = vec![Value::Dense(vec![]); lens.len()];
        let caches = vec![vec![]; lens.len()];
        let batch_caches = caches.clone();
        let layers = model.layers().to_vec();
        let variables = &mut model.variables;
        Chain {
            variables,
            layers,
            team,
            rows: 0,
            shapes,
            lens,
            values,
            caches,
            batch_caches,
        }
    }

    /// The output for these inputs.
    pub fn forward(&mut self, input: &[f32], training: bool) -> Result<&[f32]> {
        self.rows = input.len() / self.lens[0];
        self.values[0] = Value::Dense(input.to_vec());
        for (i, node) in self.layers.iter().enumerate() {
            let mut output = vec![0.0; self.rows * self.lens[i + 1]];
            let keep = node
                .layer
                .cache_len(&[&self.shapes[i]], &self.shapes[i + 1]);
            self.caches[i] = vec![0.0; self.rows * keep.sample];
            self.batch_caches[i] = vec![0.0; keep.batch];
            let mut pass = Forward {
                team: &self.team,
                training,
                trainable: node.trainable,
                inputs: Inputs {
                    values: &self.values,
                    shapes: &self.shapes,
                    lens: &self.lens,
                    ids: &[i],
                    rows: self.rows,
                },
                output: &mut output,
                special: Special::None,
                output_shape: &self.shapes[i + 1],
                weights: Weights {
                    all: &mut self.variables.values,
                    ranges: &self.variables.of_layer[i],
                },
                cache: &mut self.caches[i],
                batch_cache: &mut self.batch_caches[i],
                rng: &mut Rng::stream(0, &node.name),
                step: 0,
            };
            self.team.session(|| node.layer.forward(&mut pass))?;
            self.values[i + 1] = Value::Dense(output);
        }
        Ok(self.output())
    }

    /// The trained variables, in the order of their gradients.
    pub fn trained(&mut self) -> &mut [f32] {
        &mut self.variables.values[..self.variables.trainable_len]
    }

    fn output(&self) -> &[f32] {
        match self.values.last() {
            Some(Value::Dense(output)) => output,
            _ => &[],
        }
    }

    /// From dL/d(output) all gradients, after `forward`.
    pub fn backward(&mut self, d_output: &[f32]) -> Gradients {
        let mut d_values: Vec<Vec<f32>> =
            self.lens.iter().map(|n| vec![0.0; n * self.rows]).collect();
        let mut d_weights = vec![0.0; self.variables.trainable_len];
        let last = self.lens.len() - 1;
        d_values[last].copy_from_slice(d_output);
        for (i, node) in self.layers.iter().enumerate().rev() {
            let mut d_output = std::mem::take(&mut d_values[i + 1]);
            let Value::Dense(output) = &self.values[i + 1] else {
                continue;
            };
            let mut pass = Backward {
                team: &self.team,
                trainable: node.trainable,
                inputs: Inputs {
                    values: &self.values,
                    shapes: &self.shapes,
                    lens: &self.lens,
                    ids: &[i],
                    rows: self.rows,
                },
                output,
                table_rows: None,
                output_shape: &self.shapes[i + 1],
                d_output: &mut d_output,
                d_inputs: DInputs {
                    all: &mut d_values,
                    lens: &self.lens,
                    ids: &[i],
                    rows: self.rows,
                },
                weights: Weights {
                    all: &mut self.variables.values,
                    ranges: &self.variables.of_layer[i],
                },
                d_weights: DWeights {
                    all: &mut d_weights,
                    ranges: &self.variables.trained_of_layer[i],
                },
                cache: &self.caches[i],
                batch_cache: &mut self.batch_caches[i],
            };
            self.team.session(|| node.layer.backward(&mut pass));
        }
        let weights = Variable::trained(&self.variables.list)
            .map(|variable| d_weights[variable.range.clone()].to_vec())
            .collect();
        Gradients {
            weights,
            input: d_values.swap_remove(0),
        }
    }
}
