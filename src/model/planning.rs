//! What is settled of a graph's values before a batch is seen: their kinds, masks and caches.

use super::graph::{Call, Graph};
use crate::data::batches::texts_for_numbers;
use crate::error::{Error, Result};
use crate::layers::{CacheLen, Kind, OutputMask};

/// Whether the activity regularizers take the outputs' shapes.
pub fn check_activities(graph: &Graph, shapes: &[Vec<usize>], rows: usize) -> Result<()> {
    for call in &graph.calls {
        let node = &graph.layers[call.layer];
        if let Some(regularizer) = &node.activity_regularizer {
            for v in call.outputs.clone() {
                let batch = [&[rows], &shapes[v][..]].concat();
                let checked = regularizer.check(&batch);
                checked.map_err(|e| e.in_layer(&node.name))?;
            }
        }
    }
    Ok(())
}

/// What a call keeps for its way back.
pub fn cache_len(graph: &Graph, shapes: &[Vec<usize>], call: &Call) -> CacheLen {
    let inputs: Vec<&[usize]> = call.inputs.iter().map(|&v| &shapes[v][..]).collect();
    let layer = &graph.layers[call.layer].layer;
    layer.cache_len(&inputs, &shapes[call.outputs.start])
}

/// The kind of value `v`: as it comes where all its readers take that, else float32. `inputs` are
/// the kinds of the model's inputs.
pub fn kind_of(graph: &Graph, inputs: &[Kind], v: usize) -> Result<Kind> {
    let own = match graph.producer(v) {
        // What a layer gives besides its output is float32.
        Some(call) if v > call.outputs.start => return Ok(Kind::Dense),
        Some(call) => written(graph, call),
        None => inputs[v],
    };
    let readers = || graph.calls.iter().filter(|call| call.inputs.contains(&v));
    let refuses = |kind| readers().find(|call| !graph.layers[call.layer].layer.reads(kind));
    let Some(call) = refuses(own) else {
        return Ok(own);
    };
    if own == Kind::Text && v < inputs.len() {
        return Err(texts_for_numbers());
    }
    // Whoever refuses float32, too, reads texts only.
    let (call, text) = match (own, refuses(Kind::Dense)) {
        (Kind::Text, _) => (
            call,
            "it takes numbers, but the layer before it gives texts; put a StringLookup or \
             TextVectorization between them",
        ),
        (_, Some(call)) => (
            call,
            "it takes texts, but gets numbers; give it an array of strings, or use IntegerLookup \
             for whole numbers",
        ),
        (_, None) => return Ok(Kind::Dense),
    };
    Err(Error::data(text).in_layer(&graph.layers[call.layer].name))
}

/// The kind that a call writes where its readers take that. Rows of a table are only for layers to
/// read.
fn written(graph: &Graph, call: &Call) -> Kind {
    let node = &graph.layers[call.layer];
    let others = graph.outputs.contains(&call.outputs.start) || node.activity_regularizer.is_some();
    match node.layer.writes() {
        Kind::TableRows if others => Kind::Dense,
        kind => kind,
    }
}

/// The masks of a graph's values.
#[derive(Debug)]
pub struct PlannedMasks {
    pub buffers: Vec<Vec<bool>>,
    /// Each value's mask and its elements per sample; several values may share one.
    pub of_value: Vec<Option<(usize, usize)>>,
    /// The calls that write the mask of their output.
    pub own: Vec<bool>,
}

impl PlannedMasks {
    pub fn new(graph: &Graph, shapes: &[Vec<usize>], rows: usize) -> Self {
        let mut masks = PlannedMasks {
            buffers: vec![],
            of_value: vec![None; shapes.len()],
            own: vec![],
        };
        for call in &graph.calls {
            let inputs: Vec<&[usize]> = call.inputs.iter().map(|&v| &shapes[v][..]).collect();
            let given = call.inputs.iter().map(|&v| Some(masks.of_value[v]?.1));
            let given: Vec<Option<usize>> = given.collect();
            let of_output = graph.layers[call.layer].layer.mask(&inputs, &given);
            masks.own.push(matches!(of_output, OutputMask::Own(_)));
            masks.of_value[call.outputs.start] = match of_output {
                OutputMask::None => None,
                OutputMask::Of(input) => masks.of_value[call.inputs[input]],
                OutputMask::Own(len) => {
                    masks.buffers.push(vec![false; rows * len]);
                    Some((masks.buffers.len() - 1, len))
                }
            };
        }
        masks
    }
}
