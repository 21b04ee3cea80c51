//! Shapes and parameter counts of a config, without drawing its weights: for an editor.

use super::sequential::{Sequential, default_input};
use crate::error::Error;
use crate::layers::{LayerNode, Shape};
use serde::Serialize;
use serde_json::Value;

/// One layer as an editor shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LayerInfo {
    pub name: String,
    pub class_name: String,
    /// Null after the first layer that does not fit.
    pub output_shape: Option<Shape>,
    pub params: usize,
    pub trainable: bool,
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

/// Looks at a Sequential's config; `input_shape` is used where the config names none.
pub fn inspect(config: &Value, input_shape: Option<Shape>) -> Inspection {
    let Sequential { input, layers, .. } =
        match Sequential::from_json(config.get("config").unwrap_or(config)) {
            Ok(sequential) => sequential,
            Err(error) => {
                return Inspection {
                    error: Some(error),
                    ..Default::default()
                };
            }
        };
    let input = input.or_else(|| Some(default_input(input_shape?, &layers)));
    let mut inspection = Inspection {
        input_shape: input.as_ref().map(|i| i.shape.clone()),
        ..Default::default()
    };
    let mut shape = input.map(|input| input.shape);
    for node in &layers {
        shape = match shape {
            Some(shape) => inspection.look_at(node, shape),
            None => {
                inspection.layers.push(layer_info(node, None, 0));
                None
            }
        };
    }
    inspection
}

impl Inspection {
    /// Adds a layer behind `shape`; gives the shape behind it.
    fn look_at(&mut self, node: &LayerNode, shape: Shape) -> Option<Shape> {
        let inputs = [shape];
        let looked = node
            .layer
            .declared_shape(&inputs)
            .and_then(|output| Ok((output, node.layer.variables(&inputs)?)));
        match looked {
            Ok((output, variables)) => {
                let count: usize = variables.iter().map(|v| v.size()).sum();
                let trained = variables.iter().filter(|v| v.trainable && node.trainable);
                self.total += count;
                self.trainable += trained.map(|v| v.size()).sum::<usize>();
                self.layers
                    .push(layer_info(node, Some(output.clone()), count));
                Some(output)
            }
            Err(error) => {
                self.layers.push(layer_info(node, None, 0));
                self.error = Some(error.in_layer(&node.name));
                None
            }
        }
    }
}

fn layer_info(node: &LayerNode, output_shape: Option<Shape>, params: usize) -> LayerInfo {
    let config = node.to_json().get("config").cloned().unwrap_or_default();
    LayerInfo {
        name: node.name.clone(),
        class_name: node.layer.class_name().to_string(),
        output_shape,
        params,
        trainable: node.trainable,
        config,
    }
}
