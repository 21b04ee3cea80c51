//! From models as Keras nests them to one flat list of layer calls.

use super::container::{Class, Container, Node, Part};
use super::functional::{self, TensorRef};
use super::graph::{Call, declared_shapes};
use crate::error::{Error, Result};
use crate::layers::{CallInfo, LayerNode, Shape};
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
                Part::Input(_) | Part::Operation(..) => continue,
                Part::Layer(layer) => {
                    let slots = vec![0; values.len()];
                    self.call(*layer, values, slots)?
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
        let mut made = Made::new(model);
        for ((name, node, _), &value) in declared.iter().zip(inputs) {
            made.values.insert((name, *node), vec![value]);
        }
        let nodes = model.members.iter().map(|member| 0..member.nodes.len());
        let mut pending: Vec<_> = model.members.iter().zip(nodes).collect();
        loop {
            let before = self.calls.len();
            let mut waits = None;
            for (member, nodes) in &mut pending {
                while let Some(node) = member.nodes.get(nodes.start) {
                    if member.is_noted() {
                        break;
                    }
                    if let Some(missing) = made.missing(node) {
                        waits.get_or_insert((&member.name, missing));
                        break;
                    }
                    let values = match &member.part {
                        Part::Input(_) | Part::Operation(_, None) => break,
                        Part::Operation(_, Some(layer)) => {
                            let inputs = made.read(node)?;
                            let slots = vec![0; inputs.len()];
                            self.call(*layer, inputs, slots)?
                        }
                        Part::Layer(layer) => self.layer(*layer, node, &made)?,
                        Part::Model(inner) => self.nested(inner, &made.read(node)?)?,
                    };
                    made.values.insert((&member.name, nodes.start), values);
                    nodes.start += 1;
                }
            }
            match waits {
                None => break,
                Some((reader, (name, ..))) if self.calls.len() == before => {
                    return Err(made.never(reader, &name));
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
                made.find(&(name, node, tensor))
            })
            .collect()
    }

    /// Calls a layer with the arguments of a node.
    fn layer(&mut self, layer: usize, node: &Node, made: &Made) -> Result<Vec<usize>> {
        let found = self.arguments(layer, node, made);
        let (inputs, slots) = found.map_err(|e| e.in_layer(&self.layers[layer].name))?;
        self.call(layer, inputs, slots)
    }

    /// The values that a node's call reads, and which arguments they are.
    fn arguments(
        &self,
        layer: usize,
        node: &Node,
        made: &Made,
    ) -> Result<(Vec<usize>, Vec<usize>)> {
        let names = self.layers[layer].layer.arguments();
        let positional = node.args.as_array().into_iter().flatten();
        let positional = positional.enumerate();
        let positional = positional.map(|(i, value)| (names.get(i).copied().unwrap_or(""), value));
        let by_name = node.kwargs.iter().map(|(key, value)| (key.as_str(), value));
        let (mut inputs, mut slots) = (vec![], vec![]);
        for (name, value) in positional.chain(by_name) {
            let refs = functional::arguments(value);
            match names.iter().position(|known| *known == name) {
                // Keras sets `training` itself when it fits or predicts, whatever the node says.
                _ if value.is_null() || name == "training" => {}
                _ if made.is_automatic(name, value) => {}
                Some(slot) if !refs.is_empty() => {
                    for tensor in &refs {
                        inputs.push(made.find(tensor)?);
                        slots.push(slot);
                    }
                }
                // What Keras' flags are where nobody asks.
                _ if *value == Value::Bool(false) => {}
                _ => {
                    return Err(Error::unsupported(format!(
                        "its call has the argument {name}={value}, which is not supported; it takes {}",
                        names.join(", ")
                    )));
                }
            }
        }
        Ok((inputs, slots))
    }

    fn call(&mut self, layer: usize, inputs: Vec<usize>, slots: Vec<usize>) -> Result<Vec<usize>> {
        let node = &self.layers[layer];
        let shapes: Vec<Shape> = inputs.iter().map(|&v| self.shapes[v].clone()).collect();
        let info = CallInfo {
            shapes: &shapes,
            slots: &slots,
        };
        let shapes = declared_shapes(&*node.layer, &info);
        let shapes = shapes.map_err(|e| e.in_layer(&node.name))?;
        let outputs = self.shapes.len()..self.shapes.len() + shapes.len();
        self.shapes.extend(shapes);
        let nth = self.called[layer];
        self.called[layer] += 1;
        self.calls.push(Call {
            layer,
            inputs,
            slots,
            outputs: outputs.clone(),
            stream: match nth {
                0 => node.path(),
                nth => format!("{}#{nth}", node.path()),
            },
        });
        Ok(outputs.collect())
    }
}

/// What the nodes of one call of a Functional have given so far.
struct Made<'a> {
    model: &'a Container,
    /// The values of each node, by member and number.
    values: HashMap<(&'a str, usize), Vec<usize>>,
}

impl<'a> Made<'a> {
    fn new(model: &'a Container) -> Self {
        Made {
            model,
            values: HashMap::new(),
        }
    }

    fn is_noted(&self, name: &str) -> bool {
        let mut members = self.model.members.iter();
        members.any(|member| member.name == name && member.is_noted())
    }

    /// A mask that Keras noted when it handed one on: layers do so here by themselves.
    fn is_automatic(&self, name: &str, value: &Value) -> bool {
        let refs = functional::arguments(value);
        (name == "mask" || name.ends_with("_mask"))
            && !refs.is_empty()
            && refs.iter().all(|(name, ..)| self.is_noted(name))
    }

    /// What a node reads that no call has given yet.
    fn missing(&self, node: &Node) -> Option<TensorRef> {
        let by_name = node.kwargs.iter();
        let by_name = by_name.filter(|(key, value)| !self.is_automatic(key, value));
        let by_name = by_name.flat_map(|(_, value)| functional::arguments(value));
        let mut refs = functional::arguments(&node.args).into_iter().chain(by_name);
        refs.find(|(name, node, _)| !self.values.contains_key(&(name.as_str(), *node)))
    }

    /// The error for what a node reads and no call gives.
    fn never(&self, reader: &str, name: &str) -> Error {
        Error::unsupported(match self.is_noted(name) {
            true => format!(
                "the operation \"{name}\" of keras.ops is not supported; use a layer in its place"
            ),
            false => {
                format!("\"{reader}\" reads \"{name}\", which is not in the model or depends on it")
            }
        })
    }

    /// All values that a call of a model reads, in order.
    fn read(&self, node: &Node) -> Result<Vec<usize>> {
        let refs = functional::arguments(&node.args);
        let by_name = node.kwargs.iter().filter(|(key, _)| *key == "inputs");
        let by_name = by_name.flat_map(|(_, value)| functional::arguments(value));
        let refs: Vec<TensorRef> = refs.into_iter().chain(by_name).collect();
        refs.iter().map(|tensor| self.find(tensor)).collect()
    }

    fn find(&self, (name, node, tensor): &TensorRef) -> Result<usize> {
        let values = self.values.get(&(name.as_str(), *node));
        let value = values.and_then(|values| values.get(*tensor));
        value.copied().ok_or_else(|| {
            Error::unsupported(format!(
                "[\"{name}\", {node}, {tensor}] is not a tensor of the model; the config does not fit \
                 together"
            ))
        })
    }
}
