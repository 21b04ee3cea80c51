//! Activations as Keras' JSON gives them: a name, or an activation layer.

use super::{Activation, Threshold};
use crate::error::{Error, Result};
use crate::layers::{AnyLayer, LayerNode};
use crate::registry::{Named, unknown_class};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

/// The class of [`Threshold`], an operation of Keras.
const THRESHOLD: &str = "Threshold";

impl Activation {
    /// Keras' names; the first of a function is the one it writes.
    const NAMES: &[(&str, Activation)] = &[
        ("celu", Activation::Celu),
        ("elu", Activation::Elu),
        ("exponential", Activation::Exponential),
        ("gelu", Activation::Gelu),
        ("glu", Activation::Glu),
        ("hard_shrink", Activation::HardShrink),
        ("hard_sigmoid", Activation::HardSigmoid),
        ("hard_silu", Activation::HardSilu),
        ("hard_swish", Activation::HardSilu),
        ("hard_tanh", Activation::HardTanh),
        ("leaky_relu", Activation::LeakyRelu),
        ("linear", Activation::Linear),
        ("log_sigmoid", Activation::LogSigmoid),
        ("log_softmax", Activation::LogSoftmax),
        ("mish", Activation::Mish),
        ("relu", Activation::Relu),
        ("relu6", Activation::Relu6),
        ("selu", Activation::Selu),
        ("sigmoid", Activation::Sigmoid),
        ("silu", Activation::Silu),
        ("soft_shrink", Activation::SoftShrink),
        ("softmax", Activation::Softmax),
        ("softplus", Activation::Softplus),
        ("softsign", Activation::Softsign),
        ("sparse_plus", Activation::SparsePlus),
        ("sparse_sigmoid", Activation::SparseSigmoid),
        ("sparsemax", Activation::Sparsemax),
        ("squareplus", Activation::Squareplus),
        ("swish", Activation::Silu),
        ("tanh", Activation::Tanh),
        ("tanh_shrink", Activation::TanhShrink),
    ];

    /// Keras' name; of a layer or an operation, its class.
    pub fn name(&self) -> &str {
        match self {
            Activation::Layer(node) => node.layer.class_name(),
            Activation::Threshold(_) => THRESHOLD,
            _ => {
                let found = Self::NAMES.iter().find(|(_, a)| a == self);
                found.map_or("linear", |(name, _)| name)
            }
        }
    }

    /// Reads a name, null (linear), a serialized function or operation, or an activation layer.
    pub fn from_json(value: &Value) -> Result<Self> {
        if value.is_null() {
            return Ok(Activation::Linear);
        }
        let named = Named::from_json(value, "activation")?;
        if value.is_object() && named.class_name == THRESHOLD {
            let read = Threshold::deserialize(&Value::Object(named.config));
            let read = read.map_err(|e| Error::unsupported(format!("{THRESHOLD}: {e}")));
            return read.map(Activation::Threshold);
        }
        let name = named.class_name;
        let is_layer = value.is_object() && value["class_name"] != "function";
        if is_layer && AnyLayer::CLASSES.contains(&name.as_str()) {
            return Self::from_layer(LayerNode::from_json(value, &[])?);
        }
        if let Some((_, activation)) = Self::NAMES.iter().find(|(known, _)| *known == name) {
            return Ok(activation.clone());
        }
        Err(match name.as_str() {
            "threshold" => Error::unsupported(
                "the activation \"threshold\" misses its arguments \"threshold\" and \
                 \"default_value\", which a name cannot give; give keras.src.ops.nn.Threshold: \
                 {\"class_name\": \"Threshold\", \"config\": {\"threshold\": …, \"default_value\": …}}",
            ),
            _ => {
                let known: Vec<&str> = Self::NAMES.iter().map(|(name, _)| *name).collect();
                unknown_class("activation", &name, &known)
            }
        })
    }

    fn from_layer(node: LayerNode) -> Result<Self> {
        if node.activity_regularizer.is_some() {
            return Err(Error::unsupported(format!(
                "the activity_regularizer of the activation \"{}\" is not supported; give it to \
                 the layer around it",
                node.name
            )));
        }
        if node.layer.function().is_none() {
            return Err(Error::unsupported(format!(
                "{} as an activation is not supported: it has weights or works along other axes \
                 than the last; put it behind the layer as a layer of its own",
                node.layer.class_name()
            )));
        }
        Ok(Activation::Layer(Box::new(node)))
    }
}

impl<'de> Deserialize<'de> for Activation {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        let value = Value::deserialize(d)?;
        Self::from_json(&value).map_err(|e: Error| serde::de::Error::custom(e.message))
    }
}

impl Serialize for Activation {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Activation::Layer(node) => node.to_json().serialize(s),
            Activation::Threshold(it) => it.to_json().serialize(s),
            _ => s.serialize_str(self.name()),
        }
    }
}

impl Threshold {
    /// As Keras serializes it.
    fn to_json(&self) -> Value {
        json!({
            "module": "keras.src.ops.nn",
            "class_name": THRESHOLD,
            "config": self,
            "registered_name": THRESHOLD,
        })
    }
}
