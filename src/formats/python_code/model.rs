//! A model's config as the statements that build it.

use super::graph;
use super::names::Names;
use super::text::{Code, identifier, quoted};
use crate::error::{Error, Result};
use serde_json::{Value, json};
use std::collections::HashSet;

/// The statements of a module or of a function, and what names are in use there.
#[derive(Debug, Default)]
pub struct Scope {
    pub statements: Vec<Code>,
    used: HashSet<String>,
}

impl Scope {
    pub fn using(names: &[&str]) -> Self {
        Scope {
            statements: vec![],
            used: names.iter().map(|name| name.to_string()).collect(),
        }
    }

    /// A variable called `name`, or nearly so.
    pub fn variable(&mut self, name: &str) -> String {
        let base = identifier(name);
        let mut variable = base.clone();
        let mut n = 1;
        while !self.used.insert(variable.clone()) {
            n += 1;
            variable = format!("{base}_{n}");
        }
        variable
    }

    pub fn assign(&mut self, variable: &str, value: Code) {
        self.statements.push(Code::assign(variable, value));
    }
}

/// What is written while a program's models are.
#[derive(Debug, Default)]
pub struct Builder {
    pub names: Names,
    /// Functions that build models within models: their names and bodies.
    pub functions: Vec<(String, Scope)>,
}

impl Builder {
    /// Builds the model in `variable`.
    pub fn model(&mut self, model: &Value, variable: &str, scope: &mut Scope) -> Result<()> {
        match class(model) {
            "Sequential" => self.sequential(model, variable, scope)?,
            "Functional" | "Model" => graph::write(self, model, variable, scope)?,
            other => {
                return Err(Error::unknown(format!(
                    "no program can be made of a {other}; Sequential and Functional models can be \
                     written in Python"
                )));
            }
        }
        if is_frozen(model) {
            freeze(model, variable, scope);
        }
        Ok(())
    }

    fn sequential(&mut self, model: &Value, variable: &str, scope: &mut Scope) -> Result<()> {
        let layers = layers(model)?;
        let mut inner = vec![];
        for layer in layers {
            inner.push(match is_model(layer) {
                true => Some(self.nested(layer, scope)?),
                false => None,
            });
        }
        let mut items = vec![];
        for (layer, nested) in layers.iter().zip(inner) {
            items.push(match nested {
                Some(variable) => Code::text(variable),
                None => self.layer(layer, is_frozen(model))?,
            });
        }
        let mut arguments = vec![Code::list(items).in_lines()];
        arguments.extend(self.name_of(model));
        // The list hugs the parentheses.
        let call = match arguments.len() {
            1 => Code::Chain(vec![
                Code::text("keras.Sequential("),
                arguments.remove(0),
                Code::text(")"),
            ]),
            _ => Code::call("keras.Sequential", arguments),
        };
        scope.assign(variable, call);
        let has_input = layers
            .first()
            .is_some_and(|layer| class(layer) == "InputLayer");
        let shape = model.pointer("/build_config/input_shape");
        let shape = shape.or_else(|| model.pointer("/config/build_input_shape"));
        if let Some(shape) = shape.filter(|shape| shape.is_array() && !has_input) {
            let shape = self.names.expression(shape, "")?;
            scope
                .statements
                .push(Code::call(&format!("{variable}.build"), vec![shape]));
        }
        Ok(())
    }

    /// Builds a model within a model; the variable that holds it.
    pub fn nested(&mut self, model: &Value, scope: &mut Scope) -> Result<String> {
        let variable = scope.variable(name(model));
        if class(model) == "Sequential" {
            self.model(model, &variable, scope)?;
            return Ok(variable);
        }
        let mut function = format!("build_{variable}");
        while self.functions.iter().any(|(name, _)| *name == function) {
            function.push('_');
        }
        let place = self.functions.len();
        self.functions.push((function.clone(), Scope::default()));
        let mut body = Scope::using(&["x", "inputs", "outputs", "keras", "layers", "np"]);
        let inside = body.variable("model");
        self.model(model, &inside, &mut body)?;
        body.statements.push(Code::text(format!("return {inside}")));
        self.functions[place].1 = body;
        scope.assign(&variable, Code::call(&function, vec![]));
        Ok(variable)
    }

    /// A layer or an input; `frozen` where the model around it is as a whole.
    pub fn layer(&mut self, layer: &Value, frozen: bool) -> Result<Code> {
        if class(layer) == "InputLayer" {
            return self.input(layer);
        }
        let mut layer = layer.clone();
        if frozen && let Some(config) = layer["config"].as_object_mut() {
            config.shift_remove("trainable");
        }
        self.names.expression(&layer, "layers")
    }

    /// `keras.Input(shape=(28, 28))`
    fn input(&mut self, layer: &Value) -> Result<Code> {
        let config = &layer["config"];
        let shape = config["batch_shape"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let mut arguments = vec![match shape.split_first() {
            Some((Value::Null, rest)) => Code::keyword("shape", self.shape(rest)?),
            _ => Code::keyword("batch_shape", self.shape(&shape)?),
        }];
        if config["dtype"].is_string() && config["dtype"] != "float32" {
            arguments.push(Code::keyword(
                "dtype",
                self.names.expression(&config["dtype"], "")?,
            ));
        }
        for flag in ["sparse", "ragged", "optional"] {
            if config[flag] == json!(true) {
                arguments.push(Code::keyword(flag, Code::text("True")));
            }
        }
        if let Some(name) = self.names.given("InputLayer", name(layer)) {
            arguments.push(Code::keyword("name", Code::text(quoted(name))));
        }
        Ok(Code::call("keras.Input", arguments))
    }

    fn shape(&mut self, shape: &[Value]) -> Result<Code> {
        let sizes = shape.iter().map(|size| self.names.expression(size, ""));
        Ok(Code::tuple(sizes.collect::<Result<_>>()?))
    }

    /// `name="encoder"`, where it has to be written.
    pub fn name_of(&mut self, model: &Value) -> Option<Code> {
        let class = match class(model) {
            "Sequential" => "Sequential",
            _ => "Functional",
        };
        let name = self.names.given(class, name(model))?;
        Some(Code::keyword("name", Code::text(quoted(name))))
    }
}

pub fn class(object: &Value) -> &str {
    object["class_name"].as_str().unwrap_or_default()
}

pub fn name(layer: &Value) -> &str {
    layer["config"]["name"].as_str().unwrap_or_default()
}

pub fn is_model(layer: &Value) -> bool {
    matches!(class(layer), "Sequential" | "Functional" | "Model")
}

pub fn layers(model: &Value) -> Result<&[Value]> {
    let layers = model.pointer("/config/layers").and_then(Value::as_array);
    layers.map(Vec::as_slice).ok_or_else(|| {
        Error::file(format!(
            "the config of \"{}\" has no list \"layers\"",
            name(model)
        ))
    })
}

/// Whether the model was frozen as a whole: `model.trainable = False`.
pub fn is_frozen(model: &Value) -> bool {
    model["config"]["trainable"] == json!(false)
}

/// Freezes a model and what is in it, but for the layers that are trained all the same.
fn freeze(model: &Value, variable: &str, scope: &mut Scope) {
    scope.assign(&format!("{variable}.trainable"), Code::text("False"));
    let all = model.pointer("/config/layers").and_then(Value::as_array);
    for layer in all.into_iter().flatten() {
        if layer["config"]["trainable"] == json!(true) {
            let layer = format!("{variable}.get_layer({}).trainable", quoted(name(layer)));
            scope.assign(&layer, Code::text("True"));
        }
    }
}
