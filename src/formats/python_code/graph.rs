//! Functional models: calls of layers, in an order in which each finds what it reads.

use super::model::{Builder, Scope, class, is_frozen, is_model, layers, name};
use super::text::{Code, quoted};
use crate::error::{Error, Result};
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};

/// A value of the graph: layer, which of its calls, which of its outputs.
type Key = (String, usize, usize);

/// One call of a layer.
struct Call<'a> {
    layer: &'a Value,
    /// Which of the layer's calls it is.
    node: usize,
    args: &'a Value,
    kwargs: Map<String, Value>,
    /// The calls and inputs that it reads, as (layer, node).
    reads: BTreeSet<(String, usize)>,
}

/// Writes the statements that build a Functional model in `variable`.
pub fn write(
    builder: &mut Builder,
    model: &Value,
    variable: &str,
    scope: &mut Scope,
) -> Result<()> {
    let layers = layers(model)?;
    let inputs = &model["config"]["input_layers"];
    let outputs = &counted(&model["config"]["output_layers"], layers);
    let ends = [ends(inputs), ends(outputs)];
    for end in ends.iter().filter(|end| end.len() > 1) {
        builder
            .names
            .kept
            .extend(end.iter().map(|(layer, ..)| layer.clone()));
    }
    let calls = in_order(calls(layers)?)?;
    let mut graph = Graph {
        frozen: is_frozen(model),
        shared: HashMap::new(),
        variables: HashMap::new(),
        outputs: HashMap::new(),
    };
    for (layer, ..) in &ends[0] {
        let input = layers.iter().find(|each| name(each) == layer);
        let input = input.ok_or_else(|| broken(layer))?;
        let variable = match ends[0].len() {
            1 => "inputs".to_string(),
            _ => scope.variable(layer),
        };
        let code = builder.layer(input, graph.frozen)?;
        scope.assign(&variable, code);
        graph.variables.insert((layer.clone(), 0), variable);
    }
    for (i, call) in calls.iter().enumerate() {
        graph.call(builder, call, &calls[i + 1..], &ends[1], scope)?;
    }
    let mut arguments = vec![graph.structure(inputs)?, graph.structure(outputs)?];
    arguments.extend(builder.name_of(model));
    scope.assign(variable, Code::call("keras.Model", arguments));
    Ok(())
}

struct Graph<'a> {
    frozen: bool,
    /// Variables of the layers that are called more than once, and of models.
    shared: HashMap<String, String>,
    /// The variable that holds what a call gives, by layer and node.
    variables: HashMap<(String, usize), String>,
    /// How the outputs of a call that gives several are taken out of its variable.
    outputs: HashMap<(String, usize), &'a Value>,
}

impl<'a> Graph<'a> {
    fn call(
        &mut self,
        builder: &mut Builder,
        call: &Call<'a>,
        later: &[Call<'a>],
        ends: &[Key],
        scope: &mut Scope,
    ) -> Result<()> {
        let layer = name(call.layer).to_string();
        let function = self.function(builder, call, later, scope)?;
        let arguments = self.arguments(builder, call)?;
        let code = Code::Chain(vec![function, Code::call("", arguments)]);
        let key = (layer.clone(), call.node);
        let readers: Vec<usize> = (0..later.len())
            .filter(|&i| later[i].reads.contains(&key))
            .collect();
        let ending = ends
            .iter()
            .any(|(layer, node, _)| (layer, node) == (&key.0, &key.1));
        let variable = match (ending, &readers[..]) {
            (false, [0]) if later[0].reads.len() == 1 => "x".to_string(),
            (true, []) if ends.len() == 1 => "outputs".to_string(),
            _ if self.shared.contains_key(&layer) => scope.variable(&format!("{layer}_output")),
            _ => scope.variable(&layer),
        };
        scope.assign(&variable, code);
        if gives_several(call) {
            self.outputs.insert(key.clone(), call.layer);
        }
        self.variables.insert(key, variable);
        Ok(())
    }

    /// What is called: the layer itself where that happens once, else the variable that holds it.
    fn function(
        &mut self,
        builder: &mut Builder,
        call: &Call<'a>,
        later: &[Call<'a>],
        scope: &mut Scope,
    ) -> Result<Code> {
        let layer = name(call.layer);
        if let Some(variable) = self.shared.get(layer) {
            return Ok(Code::text(variable.clone()));
        }
        let again = later.iter().any(|each| name(each.layer) == layer);
        let variable = if is_model(call.layer) {
            builder.nested(call.layer, scope)?
        } else if again {
            let variable = scope.variable(layer);
            let code = builder.layer(call.layer, self.frozen)?;
            scope.assign(&variable, code);
            variable
        } else {
            return builder.layer(call.layer, self.frozen);
        };
        self.shared.insert(layer.to_string(), variable.clone());
        Ok(Code::text(variable))
    }

    fn arguments(&self, builder: &mut Builder, call: &Call) -> Result<Vec<Code>> {
        let args = call.args.as_array().map_or(&[][..], Vec::as_slice);
        let mut code = vec![];
        for arg in args {
            code.push(self.argument(builder, arg)?);
        }
        for (key, value) in &call.kwargs {
            code.push(Code::keyword(key, self.argument(builder, value)?));
        }
        Ok(code)
    }

    /// Values of the graph within lists and dicts, and constants.
    fn argument(&self, builder: &mut Builder, value: &Value) -> Result<Code> {
        if let Some(key) = tensor(value) {
            return self.value(&key);
        }
        match value {
            Value::Array(items) => {
                let items = items.iter().map(|item| self.argument(builder, item));
                items.collect::<Result<_>>().map(Code::list)
            }
            Value::Object(map) if !map.contains_key("class_name") => {
                Code::entries(map, |item| self.argument(builder, item))
            }
            other => builder.names.expression(other, "layers"),
        }
    }

    fn value(&self, (layer, node, output): &Key) -> Result<Code> {
        let key = (layer.clone(), *node);
        let variable = self.variables.get(&key).ok_or_else(|| broken(layer))?;
        let Some(of) = self.outputs.get(&key) else {
            return Ok(Code::text(variable.clone()));
        };
        Ok(Code::text(match of.pointer("/config/output_layers") {
            Some(Value::Object(named)) => {
                // Keras numbers the outputs of a dict by its sorted keys.
                let keys: BTreeSet<&String> = named.keys().collect();
                let key = keys.into_iter().nth(*output).ok_or_else(|| broken(layer))?;
                format!("{variable}[{}]", quoted(key))
            }
            _ => format!("{variable}[{output}]"),
        }))
    }

    /// The model's inputs or outputs, in the lists and dicts in which they stand.
    fn structure(&self, value: &Value) -> Result<Code> {
        if let Some(key) = place(value) {
            return self.value(&key);
        }
        match value {
            Value::Array(items) => {
                let items = items.iter().map(|item| self.structure(item));
                items.collect::<Result<_>>().map(Code::list)
            }
            Value::Object(map) => Code::entries(map, |item| self.structure(item)),
            _ => Err(broken("input_layers or output_layers")),
        }
    }
}

/// All calls but those that Keras adds by itself: what computes masks.
fn calls(layers: &[Value]) -> Result<Vec<Call<'_>>> {
    let operations: BTreeSet<&str> = layers
        .iter()
        .filter(|it| is_operation(it))
        .map(name)
        .collect();
    let mut calls = vec![];
    for layer in layers.iter().filter(|layer| !is_operation(layer)) {
        let nodes = layer["inbound_nodes"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        for (node, given) in nodes.iter().enumerate() {
            let mut kwargs = given["kwargs"].as_object().cloned().unwrap_or_default();
            kwargs.retain(|key, value| !by_itself(layer, key, value, &operations));
            let mut reads = BTreeSet::new();
            find_tensors(&given["args"], &mut reads);
            kwargs
                .values()
                .for_each(|value| find_tensors(value, &mut reads));
            if let Some((operation, _)) = reads
                .iter()
                .find(|(it, _)| operations.contains(it.as_str()))
            {
                return Err(Error::unsupported(format!(
                    "\"{operation}\" is a function of keras.ops, not a layer; no program can be \
                     made of it: put a layer (Add, Rescaling, Lambda, …) in its place"
                ))
                .in_layer(name(layer)));
            }
            let args = &given["args"];
            calls.push(Call {
                layer,
                node,
                args,
                kwargs,
                reads,
            });
        }
    }
    Ok(calls)
}

/// The calls in an order in which each comes after those that it reads, if possible right after
/// the last of them; calls of one layer stay in theirs.
fn in_order(mut waiting: Vec<Call>) -> Result<Vec<Call>> {
    let mut made: BTreeSet<(String, usize)> = BTreeSet::new();
    let inputs: BTreeSet<(String, usize)> = {
        let known: BTreeSet<&str> = waiting.iter().map(|call| name(call.layer)).collect();
        let reads = waiting.iter().flat_map(|call| &call.reads);
        reads
            .filter(|(layer, _)| !known.contains(layer.as_str()))
            .cloned()
            .collect()
    };
    made.extend(inputs);
    let mut ordered: Vec<Call> = vec![];
    while !waiting.is_empty() {
        let key = |call: &Call| (name(call.layer).to_string(), call.node);
        let ready = |call: &Call| {
            let before =
                call.node == 0 || made.contains(&(name(call.layer).to_string(), call.node - 1));
            before && call.reads.iter().all(|read| made.contains(read))
        };
        let follows = |call: &Call| {
            ordered
                .last()
                .is_some_and(|last| call.reads.contains(&key(last)))
        };
        let next = waiting.iter().position(|call| ready(call) && follows(call));
        let next = next.or_else(|| waiting.iter().position(ready));
        let Some(next) = next else {
            return Err(broken(name(waiting[0].layer)));
        };
        made.insert(key(&waiting[next]));
        ordered.push(waiting.remove(next));
    }
    Ok(ordered)
}

/// Whether Keras adds the argument of a call by itself: a mask that it computes, and `training`
/// where the layer has a default for it.
fn by_itself(layer: &Value, key: &str, value: &Value, operations: &BTreeSet<&str>) -> bool {
    let default = match class(layer) {
        "AdditiveAttention"
        | "AlphaDropout"
        | "Attention"
        | "ConvLSTM1D"
        | "ConvLSTM2D"
        | "ConvLSTM3D"
        | "Dropout"
        | "GRU"
        | "GaussianDropout"
        | "GaussianNoise"
        | "LSTM"
        | "RNN"
        | "SimpleRNN"
        | "SpatialDropout1D"
        | "SpatialDropout2D"
        | "SpatialDropout3D"
        | "SpectralNormalization" => Some(false),
        "BatchNormalization"
        | "Bidirectional"
        | "Dense"
        | "EinsumDense"
        | "GroupQueryAttention"
        | "Lambda"
        | "MultiHeadAttention"
        | "TimeDistributed" => None,
        _ if is_model(layer) => None,
        _ => Some(true),
    };
    match value {
        Value::Null => true,
        Value::Bool(given) if key == "training" => default == Some(*given),
        _ if key.ends_with("mask") => {
            let mut masks = BTreeSet::new();
            find_tensors(value, &mut masks);
            !masks.is_empty() && masks.iter().all(|(it, _)| operations.contains(it.as_str()))
        }
        _ => false,
    }
}

fn is_operation(layer: &Value) -> bool {
    let module = layer["module"].as_str().unwrap_or_default();
    module.starts_with("keras.src.ops")
}

/// Whether a call gives a list or dict of values.
fn gives_several(call: &Call) -> bool {
    let asks = |key: &str| call.kwargs.get(key) == Some(&Value::Bool(true));
    let config = &call.layer["config"];
    let state = |config: &Value| config["return_state"] == Value::Bool(true);
    let outputs = &config["output_layers"];
    asks("return_attention_scores")
        || state(config)
        || state(&config["layer"]["config"])
        || (is_model(call.layer) && !outputs.is_null() && place(outputs).is_none())
}

/// The values that an argument holds, as (layer, node).
fn find_tensors(value: &Value, found: &mut BTreeSet<(String, usize)>) {
    if let Some((layer, node, _)) = tensor(value) {
        found.insert((layer, node));
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| find_tensors(item, found)),
        Value::Object(map) => map.values().for_each(|item| find_tensors(item, found)),
        _ => {}
    }
}

/// The value that a `__keras_tensor__` stands for.
fn tensor(value: &Value) -> Option<Key> {
    match class(value) {
        "__keras_tensor__" => place(value.pointer("/config/keras_history")?),
        _ => None,
    }
}

/// `["dense", 0, 0]`
fn place(value: &Value) -> Option<Key> {
    let [layer, node, output] = value.as_array()?.as_slice() else {
        return None;
    };
    let number = |value: &Value| value.as_u64().map(|number| number as usize);
    Some((layer.as_str()?.to_string(), number(node)?, number(output)?))
}

/// `output_layers` as its calls are counted elsewhere: here Keras takes the making of a Functional
/// model for its call 0.
fn counted(value: &Value, layers: &[Value]) -> Value {
    match (place(value), value) {
        (Some((layer, node, output)), _) => {
            let is_model =
                |each: &Value| name(each) == layer && matches!(class(each), "Functional" | "Model");
            let made = usize::from(layers.iter().any(is_model));
            json!([layer, node.saturating_sub(made), output])
        }
        (None, Value::Array(items)) => items.iter().map(|item| counted(item, layers)).collect(),
        (None, Value::Object(map)) => {
            let item = |(key, item): (&String, &Value)| (key.clone(), counted(item, layers));
            Value::Object(map.iter().map(item).collect())
        }
        _ => value.clone(),
    }
}

/// All the places in `input_layers` or `output_layers`.
fn ends(value: &Value) -> Vec<Key> {
    match (place(value), value) {
        (Some(key), _) => vec![key],
        (None, Value::Array(items)) => items.iter().flat_map(ends).collect(),
        (None, Value::Object(map)) => map.values().flat_map(ends).collect(),
        _ => vec![],
    }
}

fn broken(layer: &str) -> Error {
    Error::file(format!(
        "the graph of the model is broken at \"{layer}\": a call reads what no layer gives"
    ))
}
