//! Models as Keras nests them: a Sequential or Functional and its members, each a layer, an input
//! or a model again. What is computed is the flat [`super::Graph`] that these are traced into.

use super::{functional, sequential};
use crate::error::{Error, Result};
use crate::layers::{InputLayer, LayerNode, Shape, batch_shape};
use crate::registry::to_keras;
use serde_json::{Map, Value, json};

/// How a model's members hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Each member reads the one before it.
    Sequential,
    /// Each member has nodes that say what it reads.
    Functional,
}

impl Class {
    pub fn name(self) -> &'static str {
        match self {
            Class::Sequential => "Sequential",
            Class::Functional => "Functional",
        }
    }

    /// The class that Keras JSON calls so; `Model` is what Keras 2 called a Functional.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "Sequential" => Some(Class::Sequential),
            "Functional" | "Model" => Some(Class::Functional),
            _ => None,
        }
    }
}

/// A Sequential or Functional model, alone or within another.
#[derive(Debug, Clone, PartialEq)]
pub struct Container {
    pub name: String,
    pub class: Class,
    /// A model within a model is trained as its layers say, whatever stands here (as in Keras).
    pub trainable: bool,
    pub members: Vec<Member>,
    /// A Functional's `input_layers` and `output_layers`: `[name, node, tensor]`, or lists or
    /// objects of them. Null in a Sequential.
    pub inputs: Value,
    pub outputs: Value,
}

/// A part of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub name: String,
    pub part: Part,
    /// A Functional's calls of it.
    pub nodes: Vec<Node>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    Input(InputLayer),
    /// The number of a layer among those of the whole model.
    Layer(usize),
    Model(Container),
    /// An operation of `keras.ops`, as it was read, and the layer that computes it. Those that Keras
    /// notes for masks have none: layers hand masks on by themselves.
    Operation(Value, Option<usize>),
}

/// The arguments of one call, as Keras serializes them (`inbound_nodes`).
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub args: Value,
    pub kwargs: Map<String, Value>,
}

/// The layers of a whole model, in Keras' order of their weights, while it is read.
pub struct Reader<'a> {
    pub layers: &'a mut Vec<LayerNode>,
    /// The models around what is read, outermost first, each with a slash.
    pub scope: String,
}

impl Reader<'_> {
    /// Reads a model's config. `name` is what it is called where the config does not say.
    pub fn model(&mut self, class: Class, config: &Value, name: &str) -> Result<Container> {
        let name = config.get("name").and_then(Value::as_str).unwrap_or(name);
        // Keras reads it for a Functional only.
        let trainable = config.get("trainable").and_then(Value::as_bool);
        let trainable = trainable.filter(|_| class == Class::Functional);
        let container = Container {
            name: name.to_string(),
            class,
            trainable: trainable.unwrap_or(true),
            members: vec![],
            inputs: Value::Null,
            outputs: Value::Null,
        };
        match class {
            Class::Sequential => sequential::read(self, container, config),
            Class::Functional => functional::read(self, container, config),
        }
    }

    /// Reads a layer or a model within a model. `taken` are the names in use there.
    pub fn member(&mut self, value: &Value, taken: &[&str]) -> Result<Member> {
        if is_operation(value) {
            let name = value.pointer("/config/name").and_then(Value::as_str);
            let mut operation = value.clone();
            if let Value::Object(operation) = &mut operation {
                operation.retain(|key, _| !["name", "inbound_nodes"].contains(&key.as_str()));
            }
            let name = name.unwrap_or("").to_string();
            let layer = super::operation::layer(value).map(|class_and_config| {
                let mut node = LayerNode::from_json(&class_and_config, &[])?;
                node.name.clone_from(&name);
                node.scope.clone_from(&self.scope);
                self.layers.push(node);
                Ok(self.layers.len() - 1)
            });
            return Ok(Member {
                name,
                part: Part::Operation(operation, layer.transpose()?),
                nodes: vec![],
            });
        }
        let class = value.get("class_name").and_then(Value::as_str);
        let Some(class) = class.and_then(Class::from_name) else {
            let mut node = LayerNode::from_json(value, taken)?;
            node.scope.clone_from(&self.scope);
            let name = node.name.clone();
            self.layers.push(node);
            return Ok(Member {
                name,
                part: Part::Layer(self.layers.len() - 1),
                nodes: vec![],
            });
        };
        let config = value.get("config").unwrap_or(&Value::Null);
        let base = class.name().to_lowercase();
        let name = match config.get("name").and_then(Value::as_str) {
            Some(name) => name.to_string(),
            None => crate::layers::unused_name(&base, taken),
        };
        if taken.contains(&name.as_str()) {
            return Err(same_name(&name));
        }
        let mut inner = Reader {
            layers: self.layers,
            scope: format!("{}{name}/", self.scope),
        };
        let model = inner
            .model(class, config, &name)
            .map_err(|e| e.in_layer(&name))?;
        Ok(Member {
            name,
            part: Part::Model(model),
            nodes: vec![],
        })
    }
}

fn is_operation(value: &Value) -> bool {
    let module = value.get("module").and_then(Value::as_str);
    module.is_some_and(|module| module.starts_with("keras.src.ops"))
}

/// The error for two members of one name.
pub fn same_name(name: &str) -> Error {
    Error::unsupported(format!(
        "two layers are called \"{name}\"; all layer names must be unique"
    ))
}

impl Container {
    /// The inputs it declares, in order; a Sequential may have none yet.
    pub fn declared_inputs(&self) -> Result<Vec<&InputLayer>> {
        if self.class == Class::Sequential {
            return Ok(self
                .members
                .first()
                .and_then(Member::input)
                .into_iter()
                .collect());
        }
        let refs = functional::tensors(&self.inputs)?;
        let find = |(name, _, _): &functional::TensorRef| {
            let member = self.members.iter().find(|member| member.name == *name);
            member.and_then(Member::input).ok_or_else(|| {
                Error::unsupported(format!(
                    "the model's input \"{name}\" is not an InputLayer among its layers"
                ))
            })
        };
        refs.iter().map(find).collect()
    }

    /// The names of its outputs: keys of an object, else the layers that give them.
    pub fn output_names(&self) -> Vec<String> {
        if let (Class::Functional, Value::Object(outputs)) = (self.class, &self.outputs) {
            let mut names: Vec<String> = outputs.keys().cloned().collect();
            names.sort();
            return names;
        }
        let members = self.output_members().into_iter();
        members.map(|(member, _)| member.name.clone()).collect()
    }

    /// The members that give its outputs, and which of their tensors each is.
    pub fn output_members(&self) -> Vec<(&Member, usize)> {
        match self.class {
            Class::Sequential => self
                .members
                .last()
                .map(|last| (last, 0))
                .into_iter()
                .collect(),
            Class::Functional => {
                let refs = functional::tensors(&self.outputs).unwrap_or_default();
                let find = |(name, _, tensor): functional::TensorRef| {
                    let member = self.members.iter().find(|member| member.name == name)?;
                    Some((member, tensor))
                };
                refs.into_iter().filter_map(find).collect()
            }
        }
    }

    /// The numbers of all layers within.
    pub fn layers(&self) -> Vec<usize> {
        let mut all = vec![];
        for member in &self.members {
            match &member.part {
                Part::Input(_) | Part::Operation(_, None) => {}
                Part::Layer(layer) | Part::Operation(_, Some(layer)) => all.push(*layer),
                Part::Model(model) => all.extend(model.layers()),
            }
        }
        all
    }

    /// `{module, class_name, config, …}` as Keras serializes it. `first_inputs` are the input
    /// shapes of each layer's first call; empty before the model is built.
    pub fn to_json(&self, layers: &[LayerNode], first_inputs: &[Vec<Shape>]) -> Value {
        let (module, config) = match self.class {
            Class::Sequential => ("keras", sequential::config(self, layers, first_inputs)),
            Class::Functional => (
                "keras.src.models.functional",
                functional::config(self, layers, first_inputs),
            ),
        };
        let mut value = to_keras(module, self.class.name(), config);
        let build = match (self.class, self.members.first().map(|first| &first.part)) {
            (Class::Sequential, Some(Part::Input(input))) => {
                json!({"input_shape": batch_shape(&input.shape)})
            }
            (Class::Sequential, _) => return value,
            (Class::Functional, _) => json!({"input_shape": null}),
        };
        if let Value::Object(object) = &mut value {
            if self.class == Class::Functional {
                object.insert("registered_name".into(), json!("Functional"));
            }
            object.insert("build_config".into(), build);
        }
        value
    }
}

impl Member {
    /// The input, where it is one.
    pub fn input(&self) -> Option<&InputLayer> {
        match &self.part {
            Part::Input(input) => Some(input),
            _ => None,
        }
    }

    /// Its Keras class.
    pub fn class_name<'a>(&'a self, layers: &'a [LayerNode]) -> &'a str {
        match &self.part {
            Part::Input(_) => "InputLayer",
            Part::Layer(layer) => layers[*layer].layer.class_name(),
            Part::Model(model) => model.class.name(),
            Part::Operation(operation, _) => operation["class_name"].as_str().unwrap_or(""),
        }
    }

    /// An operation that is not computed here.
    pub fn is_noted(&self) -> bool {
        matches!(self.part, Part::Operation(_, None))
    }

    pub fn is_operation(&self) -> bool {
        matches!(self.part, Part::Operation(..))
    }

    /// A Functional model: Keras counts its own making as a node of it.
    pub fn is_functional(&self) -> bool {
        matches!(&self.part, Part::Model(model) if model.class == Class::Functional)
    }

    /// As it stands among its model's `layers`.
    pub fn to_json(&self, layers: &[LayerNode], first_inputs: &[Vec<Shape>]) -> Value {
        match &self.part {
            Part::Input(input) => input.to_json(),
            Part::Operation(operation, _) => operation.clone(),
            Part::Model(model) => {
                let mut value = model.to_json(layers, first_inputs);
                if let Value::Object(object) = &mut value {
                    object.insert("compile_config".into(), json!({}));
                }
                value
            }
            Part::Layer(layer) => {
                let node = &layers[*layer];
                let mut value = node.to_json();
                if let (Some(shapes), Value::Object(object)) =
                    (first_inputs.get(*layer), &mut value)
                {
                    object.insert("build_config".into(), node.layer.build_config(shapes));
                }
                value
            }
        }
    }
}
