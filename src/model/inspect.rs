//! Shapes and parameter counts of a config, without drawing its weights: for an editor.

use super::container::{Class, Container, Reader};
use super::sequential::give_input;
use super::trace::Tracer;
use crate::error::{Error, Result};
use crate::layers::{LayerNode, Shape};
use serde::Serialize;
use serde_json::Value;

/// One layer as an editor shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LayerInfo {
    pub name: String,
    /// With the names of the models it lies in.
    pub path: String,
    pub class_name: String,
    /// Null after the first layer that does not fit.
    pub output_shape: Option<Shape>,
    pub params: usize,
    pub trainable: bool,
    /// The paths of the layers (or names of the inputs) that its calls read.
    pub reads: Vec<String>,
    /// All arguments, defaults filled in.
    pub config: Value,
}

/// What is known of a config; `error` says what is wrong with it, if anything.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Inspection {
    pub input_shape: Option<Shape>,
    pub layers: Vec<LayerInfo>,
    pub total: usize,
    pub trainable: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

/// Looks at a model's config; `input_shape` is used where the config names none.
pub fn inspect(config: &Value, input_shape: Option<Shape>) -> Inspection {
    let mut layers = vec![];
    let root = match read(config, &mut layers, input_shape) {
        Ok(root) => root,
        Err(error) => {
            return Inspection {
                error: Some(error),
                ..Default::default()
            };
        }
    };
    let inputs = root.declared_inputs().unwrap_or_default();
    let shapes: Vec<Shape> = inputs.iter().map(|input| input.shape.clone()).collect();
    let mut inspection = Inspection {
        input_shape: shapes.first().cloned(),
        ..Default::default()
    };
    let values: Vec<usize> = (0..shapes.len()).collect();
    let mut tracer = Tracer::new(&layers, shapes);
    if !values.is_empty() {
        inspection.error = tracer.model(&root, &values).err();
    }
    let names: Vec<String> = inputs.iter().map(|input| input.name.clone()).collect();
    for (i, node) in layers.iter().enumerate() {
        inspection.look_at(i, node, &tracer, &names);
    }
    inspection
}

fn read(
    config: &Value,
    layers: &mut Vec<LayerNode>,
    input_shape: Option<Shape>,
) -> Result<Container> {
    let class = config.get("class_name").and_then(Value::as_str);
    let class = class.and_then(Class::from_name);
    let class = class.unwrap_or(Class::Sequential);
    let mut reader = Reader {
        layers,
        scope: String::new(),
    };
    let mut root = reader.model(class, config.get("config").unwrap_or(config), "model")?;
    if let Some(shape) = input_shape {
        give_input(&mut root, shape, layers)?;
    }
    Ok(root)
}

impl Inspection {
    /// Adds layer `i`, with the shape of its last call where that was reached.
    fn look_at(&mut self, i: usize, node: &LayerNode, tracer: &Tracer, inputs: &[String]) {
        let mut info = layer_info(node);
        let calls = || tracer.calls.iter().filter(|call| call.layer == i);
        let of = |v: &usize| tracer.shapes[*v].clone();
        if let Some(call) = calls().next_back() {
            let first = calls().next().unwrap_or(call);
            let first: Vec<Shape> = first.inputs.iter().map(of).collect();
            let looked = node.layer.variables(&first);
            let declared = of(&call.outputs.start);
            match looked {
                Ok(variables) => {
                    info.output_shape = Some(declared);
                    info.params = variables.iter().map(|v| v.size()).sum();
                    let trained = variables.iter().filter(|v| v.trainable && node.trainable);
                    self.total += info.params;
                    self.trainable += trained.map(|v| v.size()).sum::<usize>();
                }
                Err(error) => {
                    self.error.get_or_insert(error.in_layer(&node.name));
                }
            }
        }
        for v in calls().flat_map(|call| &call.inputs) {
            let producer = tracer.calls.iter().find(|call| call.outputs.contains(v));
            info.reads.push(match producer {
                Some(call) => tracer.layers[call.layer].path(),
                None => inputs[*v].clone(),
            });
        }
        self.layers.push(info);
    }
}

fn layer_info(node: &LayerNode) -> LayerInfo {
    let config = node.to_json().get("config").cloned().unwrap_or_default();
    LayerInfo {
        name: node.name.clone(),
        path: node.path(),
        class_name: node.layer.class_name().to_string(),
        output_shape: None,
        params: 0,
        trainable: node.trainable,
        reads: vec![],
        config,
    }
}
