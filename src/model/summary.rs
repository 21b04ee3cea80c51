//! The text of `model.summary()`, as Keras prints it to a terminal of 80 columns
//! (`keras/src/utils/summary_utils.py`).

use super::Model;
use crate::layers::Shape;
use std::fmt::Write;

/// Characters of each column's text; a space stands on either side.
const WIDTHS: [usize; 3] = [31, 22, 13];

pub fn summary(model: &Model) -> String {
    let mut out = format!("Model: \"{}\"\n", model.name);
    rule(&mut out, ['┏', '━', '┳', '┓']);
    row(&mut out, '┃', &["Layer (type)", "Output Shape", "Param #"]);
    rule(&mut out, ['┡', '━', '╇', '┩']);
    let built = model.graph().is_some();
    for (i, node) in model.layers().iter().enumerate() {
        if i > 0 {
            rule(&mut out, ['├', '─', '┼', '┤']);
        }
        let variables = model
            .variables
            .list
            .iter()
            .filter(|variable| variable.layer == i);
        let count: usize = variables.map(|variable| variable.spec.size()).sum();
        let name = format!("{} ({})", node.name, node.layer.class_name());
        let (shape, params) = if built {
            (show_shape(&model.shapes()[i + 1]), grouped(count))
        } else if node.layer.variables(&[]).is_ok_and(|none| none.is_empty()) {
            // Without variables there is nothing to build.
            ("?".into(), "0".into())
        } else {
            ("?".into(), "0 (unbuilt)".into())
        };
        row(&mut out, '│', &[&name, &shape, &params]);
    }
    rule(&mut out, ['└', '─', '┴', '┘']);
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

/// A horizontal line: left, dash, joint, right.
fn rule(out: &mut String, [left, dash, joint, right]: [char; 4]) {
    let parts = WIDTHS.map(|width| dash.to_string().repeat(width + 2));
    let _ = writeln!(out, "{left}{}{right}", parts.join(&joint.to_string()));
}

/// A row of cells, each wrapped to its column; the last column is right-aligned.
fn row(out: &mut String, edge: char, cells: &[&str; 3]) {
    let wrapped: Vec<Vec<String>> = cells
        .iter()
        .zip(WIDTHS)
        .map(|(cell, width)| wrap(cell, width))
        .collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
    for line in 0..height {
        for (column, (lines, width)) in wrapped.iter().zip(WIDTHS).enumerate() {
            let text = lines.get(line).map_or("", String::as_str);
            let _ = match column {
                2 => write!(out, "{edge} {text:>width$} "),
                _ => write!(out, "{edge} {text:<width$} "),
            };
        }
        let _ = writeln!(out, "{edge}");
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
