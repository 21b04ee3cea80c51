//! The text of `model.summary()`, as Keras prints it to a terminal of 80 columns
//! (`keras/src/utils/summary_utils.py`).

use super::Model;
use super::container::{Class, Container, Member, Part};
use super::functional::arguments;
use super::sequential::read_batch_shape;
use crate::layers::Shape;
use serde_json::{Value, json};
use std::fmt::Write;

/// Characters of each column's text; a space stands on either side.
const CHAIN: &[usize] = &[31, 22, 13];
/// The same with a column that says what a layer is connected to.
const CONNECTED: &[usize] = &[19, 17, 10, 17];

pub fn summary(model: &Model) -> String {
    let mut out = format!("Model: \"{}\"\n", model.name());
    let root = model.root();
    let connected = !is_chain(root);
    let mut table = Table {
        out: &mut out,
        widths: if connected { CONNECTED } else { CHAIN },
    };
    let header = ["Layer (type)", "Output Shape", "Param #", "Connected to"];
    table.rule(['┏', '━', '┳', '┓']);
    table.row('┃', &header.map(String::from));
    table.rule(['┡', '━', '╇', '┩']);
    let sequential = root.class == Class::Sequential;
    let members = root.members.iter();
    let members = members.filter(|member| !(sequential && member.input().is_some()));
    for (i, member) in members.enumerate() {
        if i > 0 {
            table.rule(['├', '─', '┼', '┤']);
        }
        let [shape, params] = fields(model, member);
        let name = format!("{} ({})", member.name, member.class_name(model.layers()));
        table.row('│', &[name, shape, params, connections(member)]);
    }
    table.rule(['└', '─', '┴', '┘']);
    let trainable = model.variables.trainable_len;
    let others = model.variables.values.len() - trainable;
    let optimizer = model.compiled.as_ref().zip(model.optimizer_state.as_ref());
    let optimizer = optimizer.map(|(compiled, state)| compiled.optimizer.size(state));
    total(
        &mut out,
        "Total",
        trainable + others + optimizer.unwrap_or(0),
    );
    total(&mut out, "Trainable", trainable);
    total(&mut out, "Non-trainable", others);
    if let Some(optimizer) = optimizer {
        total(&mut out, "Optimizer", optimizer);
    }
    out
}

fn total(out: &mut String, what: &str, count: usize) {
    let _ = writeln!(
        out,
        " {what} params: {} ({})",
        grouped(count),
        memory(count)
    );
}

/// Whether the calls are a chain, which needs no column of connections.
fn is_chain(root: &Container) -> bool {
    if root.class == Class::Sequential {
        return true;
    }
    let mut read = vec![];
    for member in root.members.iter().filter(|it| it.input().is_none()) {
        let [node] = &member.nodes[..] else {
            return false;
        };
        let tensors = arguments(&node.args);
        let by_name = node.kwargs.values().flat_map(arguments).count();
        if tensors.len() + by_name != 1 || read.contains(&tensors) {
            return false;
        }
        read.push(tensors);
    }
    root.declared_inputs().is_ok_and(|inputs| inputs.len() == 1)
}

/// The output's shape and the count of parameters.
fn fields(model: &Model, member: &Member) -> [String; 2] {
    let layers = match &member.part {
        Part::Input(input) => return [show_shape(&input.shape), "0".into()],
        Part::Layer(layer) => vec![*layer],
        Part::Model(inner) => inner.layers(),
        Part::Operation(..) => {
            let shape = operation_shape(model.root(), &member.name);
            return [
                shape.map_or("?".into(), |shape| show_shape(&shape)),
                "0".into(),
            ];
        }
    };
    if model.graph().is_none() {
        // Without variables there is nothing to build.
        let free = layers.iter().all(|&layer| {
            let variables = model.layers()[layer].layer.variables(&[]);
            variables.is_ok_and(|none| none.is_empty())
        });
        let params = if free { "0" } else { "0 (unbuilt)" };
        return ["?".into(), params.into()];
    }
    let variables = model.variables.list.iter();
    let own = variables.filter(|variable| layers.contains(&variable.layer));
    let count: usize = own.map(|variable| variable.spec.size()).sum();
    let shapes: Vec<String> = model.outputs_of(member).iter().map(show_shape).collect();
    let shape = match &shapes[..] {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    [shape, grouped(count)]
}

/// The output's shape of an operation: a call that reads it notes it.
fn operation_shape(root: &Container, name: &str) -> Option<Shape> {
    let nodes = root.members.iter().flat_map(|member| &member.nodes);
    let mut values = nodes.flat_map(|node| std::iter::once(&node.args).chain(node.kwargs.values()));
    values.find_map(|value| noted_shape(value, name))
}

fn noted_shape(value: &Value, name: &str) -> Option<Shape> {
    if value.pointer("/config/keras_history/0") == Some(&json!(name)) {
        return read_batch_shape(value.pointer("/config/shape")?);
    }
    match value {
        Value::Array(list) => list.iter().find_map(|part| noted_shape(part, name)),
        Value::Object(object) => object.values().find_map(|part| noted_shape(part, name)),
        _ => None,
    }
}

/// What the calls of a member read: `dense[0][0], …`.
fn connections(member: &Member) -> String {
    let of_node = |node: &super::container::Node| {
        let by_name = node.kwargs.values().flat_map(arguments);
        let tensors = arguments(&node.args).into_iter().chain(by_name);
        tensors.collect::<Vec<_>>()
    };
    let tensors = member.nodes.iter().flat_map(of_node);
    let shown = tensors.map(|(name, node, tensor)| format!("{name}[{node}][{tensor}]"));
    let shown: Vec<String> = shown.collect();
    match shown.is_empty() {
        true => "-".into(),
        false => shown.join(", "),
    }
}

/// A table drawn into a text.
struct Table<'a> {
    out: &'a mut String,
    widths: &'static [usize],
}

impl Table<'_> {
    /// A horizontal line: left, dash, joint, right.
    fn rule(&mut self, [left, dash, joint, right]: [char; 4]) {
        let dashes = |width: &usize| dash.to_string().repeat(width + 2);
        let parts: Vec<String> = self.widths.iter().map(dashes).collect();
        let _ = writeln!(self.out, "{left}{}{right}", parts.join(&joint.to_string()));
    }

    /// A row of cells, each wrapped to its column; the column of numbers is right-aligned. Cells
    /// without a column are left out.
    fn row(&mut self, edge: char, cells: &[String]) {
        let cells = cells.iter().zip(self.widths);
        let wrapped: Vec<Vec<String>> = cells.map(|(cell, &width)| wrap(cell, width)).collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
        for line in 0..height {
            for (column, (lines, width)) in wrapped.iter().zip(self.widths).enumerate() {
                let text = lines.get(line).map_or("", String::as_str);
                let _ = match column {
                    2 => write!(self.out, "{edge} {text:>width$} "),
                    _ => write!(self.out, "{edge} {text:<width$} "),
                };
            }
            let _ = writeln!(self.out, "{edge}");
        }
    }
}

/// Breaks at spaces; a word that is too long ends in an ellipsis.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    for line in &mut lines {
        if line.chars().count() > width {
            *line = line.chars().take(width - 1).collect::<String>() + "…";
        }
    }
    lines
}

fn show_shape(shape: &Shape) -> String {
    let dims = shape
        .iter()
        .map(|dim| dim.map_or("None".into(), |n| n.to_string()));
    let dims: Vec<String> = std::iter::once("None".to_string()).chain(dims).collect();
    format!("({})", dims.join(", "))
}

/// 1234567 → 1,234,567
fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes of float32s as people read them.
fn memory(count: usize) -> String {
    let mut size = count as f64 * 4.0;
    let units = ["B", "KB", "MB", "GB", "TB"];
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < units.len() {
        size /= 1024.0;
        unit += 1;
    }
    format!("{size:.2} {}", units[unit])
}
