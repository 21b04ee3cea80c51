//! Where gradients go in a graph: planned once, so that a backward pass only follows.

use super::graph::Graph;
use super::variables::Variables;

/// The way of gradients from the losses down to what is trained.
#[derive(Debug)]
pub struct Flow {
    /// The values whose gradients are computed: those of a call with an output that a loss depends
    /// on, and below which something is trained.
    pub flows: Vec<bool>,
    /// Of these, those that a loss or a reader writes; the others are zero.
    pub written: Vec<bool>,
    /// For each input of each call: its gradient is there already when that call comes.
    pub adds: Vec<Vec<bool>>,
    /// The calls whose layer has another call that writes the variables' gradients first.
    pub again: Vec<bool>,
    /// Whether there are such calls.
    pub shares: bool,
    /// The layers that no loss depends on: their variables' gradients are zero.
    pub idle: Vec<usize>,
}

impl Flow {
    /// For losses of these values; `inputs`: their gradients are wanted, too.
    pub fn new(graph: &Graph, variables: &Variables, losses: &[usize], inputs: bool) -> Self {
        let trained = trained_values(graph, variables, inputs);
        let mut flows = vec![false; graph.values()];
        losses.iter().for_each(|&v| flows[v] = trained[v]);
        let mut written = flows.clone();
        let mut adds: Vec<Vec<bool>> = vec![vec![]; graph.calls.len()];
        let mut again = vec![false; graph.calls.len()];
        let mut seen = vec![false; graph.layers.len()];
        for (c, call) in graph.calls.iter().enumerate().rev() {
            let regularized = !losses.is_empty()
                && graph.layers[call.layer].activity_regularizer.is_some()
                && trained[call.outputs.start];
            let asked = call.outputs.clone().any(|v| flows[v]) || regularized;
            call.outputs.clone().for_each(|v| flows[v] = asked);
            let add = |&v: &usize| {
                let wanted = asked && trained[v];
                flows[v] |= wanted;
                wanted && std::mem::replace(&mut written[v], true)
            };
            adds[c] = call.inputs.iter().map(add).collect();
            let own = variables.trained_of_layer[call.layer].iter();
            if asked && own.flatten().next().is_some() {
                again[c] = std::mem::replace(&mut seen[call.layer], true);
            }
        }
        let shares = again.contains(&true);
        let idle = (0..seen.len()).filter(|&layer| !seen[layer]).collect();
        Flow {
            flows,
            written,
            adds,
            again,
            shares,
            idle,
        }
    }

    /// Elements per sample of the gradients that are added, by position among a call's inputs.
    pub fn scratch_lens(&self, graph: &Graph, lens: &[usize]) -> Vec<usize> {
        let mut scratch = vec![];
        for (call, adds) in graph.calls.iter().zip(&self.adds) {
            for (i, &v) in call.inputs.iter().enumerate().filter(|(i, _)| adds[*i]) {
                scratch.resize(scratch.len().max(i + 1), 0);
                scratch[i] = lens[v].max(scratch[i]);
            }
        }
        scratch
    }
}

/// Which values depend on a trained variable (or an input whose gradient is wanted).
fn trained_values(graph: &Graph, variables: &Variables, inputs: bool) -> Vec<bool> {
    let mut trained = vec![inputs; graph.inputs.len()];
    for call in &graph.calls {
        let own = variables.trained_of_layer[call.layer].iter();
        let depends = own.flatten().next().is_some() || call.inputs.iter().any(|&v| trained[v]);
        trained.resize(call.outputs.end, depends);
    }
    trained
}
