//! From models as Keras nests them to one flat list of layer calls.

use super::container::{Class, Container, Node, Part};
use super::functional::{self, TensorRef};
use super::graph::Call;
use crate::error::{Error, Result};
use crate::layers::{CallInfo, CallOptions, LayerNode, Shape};
use serde_json::Value;
use std::collections::HashMap;

/// Follows calls through models within models.
pub struct Tracer<'a> {
    pub layers: &'a [LayerNode],
    pub calls: Vec<Call>,
    /// Shapes of all values so far.
    pub shapes: Vec<Shape>,
    /// How often each layer was called.
    called: Vec<usize>,
}

impl<'a> Tracer<'a> {
    pub fn new(layers: &'a [LayerNode], inputs: Vec<Shape>) -> Self {
        Tracer {
            layers,
            calls: vec![],
            shapes: inputs,
            called: vec![0; layers.len()],
        }
    }

    /// Calls a model on values; gives those it returns.
    pub fn model(&mut self, model: &Container, inputs: &[usize]) -> Result<Vec<usize>> {
        match model.class {
            Class::Sequential => self.sequential(model, inputs),
            Class::Functional => self.functional(model, inputs),
        }
    }

    fn sequential(&mut self, model: &Container, inputs: &[usize]) -> Result<Vec<usize>> {
        let mut values = inputs.to_vec();
        for member in &model.members {
            values = match &member.part {
                Part::Input(_) => continue,
                Part::Layer(layer) => {
                    let slots = vec![0; values.len()];
                    self.call(*layer, values, slots, CallOptions::default())?
                }
                Part::Model(inner) => self.nested(inner, &values)?,
            };
        }
        Ok(values)
    }

    fn nested(&mut self, model: &Container, inputs: &[usize]) -> Result<Vec<usize>> {
        self.model(model, inputs)
            .map_err(|e| e.in_layer(&model.name))
    }

    /// Calls each node once what it reads is there (`functional_from_config`).
    fn functional(&mut self, model: &Container, inputs: &[usize]) -> Result<Vec<usize>> {
        let declared = functional::tensors(&model.inputs)?;
        if declared.len() != inputs.len() {
            return Err(Error::shape(format!(
                "the model \"{}\" takes {} inputs, found {}",
                model.name,
                declared.len(),
                inputs.len()
            )));
        }
        let mut made: HashMap<(&str, usize), Vec<usize>> = HashMap::new();
        for ((name, node, _), &value) in declared.iter().zip(inputs) {
            made.insert((name, *node), vec![value]);
        }
        let nodes = model.members.iter().map(|member| 0..member.nodes.len());
        let mut pending: Vec<_> = model.members.iter().zip(nodes).collect();
        loop {
            let before = self.calls.len();
            let mut waits = None;
            for (member, nodes) in &mut pending {
                while let Some(node) = member.nodes.get(nodes.start) {
                    if let Some(missing) = first_missing(node, &made) {
                        waits.get_or_insert((&member.name, missing));
                        break;
                    }
                    let values = match &member.part {
                        Part::Input(_) => break,
                        Part::Layer(layer) => self.layer(*layer, node, &made)?,
                        Part::Model(inner) => self.nested(inner, &read(node, &made)?)?,
                    };
                    made.insert((&member.name, nodes.start), values);
                    nodes.start += 1;
                }
            }
            match waits {
                None => break,
                Some((reader, (name, ..))) if self.calls.len() == before => {
                    return Err(Error::unsupported(format!(
                        "\"{reader}\" reads \"{name}\", which is not in the model or depends on it"
                    )));
                }
                Some(_) => {}
            }
        }
        let outputs = functional::tensors(&model.outputs)?;
        outputs
            .into_iter()
            .map(|(name, node, tensor)| {
                let member = model.members.iter().find(|member| member.name == name);
                let made_before = member.is_some_and(|member| member.is_functional());
                let node = node - usize::from(made_before && node > 0);
                find(&(name, node, tensor), &made)
            })
            .collect()
    }

    /// Calls a layer with the arguments of a node.
    fn layer(
        &mut self,
        layer: usize,
        node: &Node,
        made: &HashMap<(&str, usize), Vec<usize>>,
    ) -> Result<Vec<usize>> {
        let found = self.arguments(layer, node, made);
        let (inputs, slots, options) = found.map_err(|e| e.in_layer(&self.layers[layer].name))?;
        self.call(layer, inputs, slots, options)
    }

    #[allow(clippy::type_complexity)]
    fn arguments(
        &self,
        layer: usize,
        node: &Node,
        made: &HashMap<(&str, usize), Vec<usize>>,
    ) -> Result<(Vec<usize>, Vec<usize>, CallOptions)> {
        let names = self.layers[layer].layer.arguments();
        let positional = node.args.as_array().into_iter().flatten();
        let positional = positional
            .enumerate()
            .map(|(i, value)| (names.get(i), value));
        let mut options = CallOptions::default();
        let (mut inputs, mut slots) = (vec![], vec![]);
        let by_name = node.kwargs.iter().map(|(key, value)| (Some(key), value));
        let given = positional
            .map(|(name, value)| (name.copied(), value))
            .chain(by_name.map(|(name, value)| (name.map(String::as_str), value)));
        for (name, value) in given {
            let name = name.unwrap_or("");
            let refs = functional::arguments(value);
            match names.iter().position(|known| *known == name) {
                Some(slot) if !refs.is_empty() => {
                    for tensor in &refs {
                        inputs.push(find(tensor, made)?);
                        slots.push(slot);
                    }
                }
                // Keras sets `training` itself when it fits or predicts, whatever the node says.
                _ if value.is_null() || name == "training" => {}
                _ if refs.is_empty() && options.set(name, value) => {}
                _ => {
                    return Err(Error::unsupported(format!(
                        "its call has the argument {name}={value}, which is not supported; it takes {}",
                        names.join(", ")
                    )));
                }
            }
        }
        Ok((inputs, slots, options))
    }

    fn call(
        &mut self,
        layer: usize,
        inputs: Vec<usize>,
        slots: Vec<usize>,
        options: CallOptions,
    ) -> Result<Vec<usize>> {
        let node = &self.layers[layer];
        let shapes: Vec<Shape> = inputs.iter().map(|&v| self.shapes[v].clone()).collect();
        let info = CallInfo {
            shapes: &shapes,
            slots: &slots,
            options,
        };
        let shapes = node.layer.output_shapes(&info);
        let shapes = shapes.map_err(|e| e.in_layer(&node.name))?;
        let outputs = self.shapes.len()..self.shapes.len() + shapes.len();
        self.shapes.extend(shapes);
        let nth = self.called[layer];
        self.called[layer] += 1;
        self.calls.push(Call {
            layer,
            inputs,
            slots,
            options,
            outputs: outputs.clone(),
            stream: match nth {
                0 => node.path(),
                nth => format!("{}#{nth}", node.path()),
            },
        });
        Ok(outputs.collect())
    }
}

/// What a node reads that no call has given yet.
fn first_missing(node: &Node, made: &HashMap<(&str, usize), Vec<usize>>) -> Option<TensorRef> {
    let by_name = node.kwargs.values().flat_map(functional::arguments);
    let mut refs = functional::arguments(&node.args).into_iter().chain(by_name);
    refs.find(|(name, node, _)| !made.contains_key(&(name.as_str(), *node)))
}

/// All values that a node reads, in order.
fn read(node: &Node, made: &HashMap<(&str, usize), Vec<usize>>) -> Result<Vec<usize>> {
    let refs = functional::arguments(&node.args);
    let by_name = node.kwargs.iter().filter(|(key, _)| *key == "inputs");
    let by_name = by_name.flat_map(|(_, value)| functional::arguments(value));
    let refs: Vec<TensorRef> = refs.into_iter().chain(by_name).collect();
    refs.iter().map(|tensor| find(tensor, made)).collect()
}

fn find(
    (name, node, tensor): &TensorRef,
    made: &HashMap<(&str, usize), Vec<usize>>,
) -> Result<usize> {
    let values = made.get(&(name.as_str(), *node));
    values
        .and_then(|values| values.get(*tensor))
        .copied()
        .ok_or_else(|| {
            Error::unsupported(format!(
                "[\"{name}\", {node}, {tensor}] is not a tensor of the model; the config does not fit \
                 together"
            ))
        })
}

/// What a node's arguments may be besides tensors.
impl CallOptions {
    /// Takes an argument that is no tensor; false where there is none of this name and value.
    fn set(&mut self, name: &str, value: &Value) -> bool {
        let Some(value) = value.as_bool() else {
            return false;
        };
        match name {
            "use_causal_mask" => self.use_causal_mask = value,
            "return_attention_scores" => self.return_attention_scores = value,
            _ => return !value,
        }
        true
    }
}
