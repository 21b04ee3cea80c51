//! A model's graph run forwards and backwards, so that the gradients of the inputs can be seen as
//! well (training never needs them).

use model_dojo::error::Result;
use model_dojo::kernels::Team;
use model_dojo::layers::{Kind, Value};
use model_dojo::model::{Graph, Model, PassContext, Plan, Variable, Variables, Workspace};

/// The graph of a built model on one batch.
pub struct Chain<'a> {
    variables: &'a mut Variables,
    graph: Graph,
    team: Team,
    rows: usize,
    workspace: Option<Workspace>,
    training: bool,
}

/// dL/d(trained variable), in order, and dL/d(input).
#[derive(Debug, PartialEq)]
pub struct Gradients {
    pub weights: Vec<Vec<f32>>,
    pub inputs: Vec<Vec<f32>>,
}

impl<'a> Chain<'a> {
    pub fn new(model: &'a mut Model, team: Team) -> Self {
        let mut graph = model.graph().expect("a built model").clone();
        // Their gradients are a loss' own, not those of the outputs.
        for node in &mut graph.layers {
            node.activity_regularizer = None;
        }
        Chain {
            variables: &mut model.variables,
            graph,
            team,
            rows: 0,
            workspace: None,
            training: false,
        }
    }

    fn context<'b>(graph: &'b Graph, team: &'b Team, training: bool) -> PassContext<'b> {
        PassContext {
            graph,
            team,
            training,
            seed: 0,
            step: 0,
        }
    }

    /// The outputs for these inputs.
    pub fn forward(&mut self, inputs: &[&[f32]], training: bool) -> Result<Vec<Vec<f32>>> {
        let declared = self.graph.input_shapes().into_iter();
        let known = |shape: Vec<Option<usize>>| -> Vec<usize> {
            shape.into_iter().map(|dim| dim.expect("known")).collect()
        };
        let shapes: Vec<Vec<usize>> = declared.map(known).collect();
        self.rows = inputs[0].len() / shapes[0].iter().product::<usize>();
        let plan = Plan {
            inputs: &shapes,
            kinds: &vec![Kind::Dense; shapes.len()],
            rows: self.rows,
            losses: &self.graph.outputs,
            d_inputs: true,
        };
        let mut workspace = Workspace::new(&self.graph, self.variables, plan)?;
        for (value, input) in workspace.values.iter_mut().zip(inputs) {
            *value = Value::Dense(input.to_vec());
        }
        let ctx = Self::context(&self.graph, &self.team, training);
        self.training = training;
        let (variables, rows) = (&mut *self.variables, self.rows);
        self.team
            .session(|| workspace.forward(ctx, variables, rows))?;
        let outputs = self.graph.outputs.iter();
        let outputs = outputs
            .map(|&v| workspace.dense(v, rows).to_vec())
            .collect();
        self.workspace = Some(workspace);
        Ok(outputs)
    }

    /// The trained variables, in the order of their gradients.
    pub fn trained(&mut self) -> &mut [f32] {
        &mut self.variables.values[..self.variables.trainable_len]
    }

    /// Elements of a sample's output.
    pub fn output_len(&self) -> usize {
        let shapes = self.graph.output_shapes(&self.graph.input_shapes());
        let output = &shapes.expect("shapes")[self.graph.outputs[0]];
        output.iter().map(|dim| dim.expect("known")).product()
    }

    /// From dL/d(outputs) all gradients, after `forward`.
    pub fn backward(&mut self, d_outputs: &[&[f32]]) -> Gradients {
        let workspace = self.workspace.as_mut().expect("a pass forward");
        for (&v, d) in self.graph.outputs.iter().zip(d_outputs) {
            if let (.., Some(gradient)) = workspace.output(v, self.rows) {
                gradient.copy_from_slice(d);
            }
        }
        let ctx = Self::context(&self.graph, &self.team, self.training);
        let (variables, rows) = (&mut *self.variables, self.rows);
        self.team
            .session(|| workspace.backward(ctx, variables, rows));
        let weights = Variable::trained(&self.variables.list)
            .map(|variable| workspace.d_weights[variable.range.clone()].to_vec())
            .collect();
        let inputs = 0..self.graph.inputs.len();
        Gradients {
            weights,
            inputs: inputs
                .map(|v| workspace.gradient(v, rows).to_vec())
                .collect(),
        }
    }
}
