//! A model as a complete Python program: it prepares the data as the page did, builds, compiles and
//! trains the model with Keras, anywhere that Keras runs.

mod data;
mod distribute;
mod graph;
mod model;
mod names;
mod steps;
#[cfg(test)]
mod tests;
mod text;
mod train;
mod value;

use crate::data::{Loaded, Recipe};
use crate::error::Result;
use model::{Builder, Scope};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use text::{Code, quoted};

/// What the program shall do besides building the model.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// What its first line calls it.
    pub title: Option<String>,
    /// How the data was prepared; without it the program reads `data.npz`.
    pub recipe: Option<Recipe>,
    /// The file of each source; a source without one is a file of its own name.
    pub files: BTreeMap<String, DataFile>,
    /// The arguments of `fit`, as Keras names them.
    pub fit: Map<String, Value>,
    /// The `.weights.h5` or `.keras` file that training starts from.
    pub weights: Option<String>,
    /// Whether each batch is spread over all devices.
    pub distribute: bool,
}

/// Where a source's data lies.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    /// Its name, or its path on the machine that the program runs on.
    pub path: String,
    /// Where it is got from when it is not there.
    #[serde(default)]
    pub url: Option<String>,
}

/// What the program's own variables are called.
const VARIABLES: [&str; 16] = [
    "x", "inputs", "outputs", "model", "keras", "layers", "np", "csv", "gzip", "history",
    "x_train", "y_train", "x_test", "y_test", "data", "train",
];

/// The program of a whole config (`Model::to_config`); `sources` are the data that the recipe names.
pub fn program(
    config: &Value,
    options: &Options,
    sources: &BTreeMap<String, Loaded>,
) -> Result<String> {
    let mut builder = Builder::default();
    let mut data = match &options.recipe {
        Some(recipe) => data::statements(recipe, &options.files, sources)?,
        None => data::Data::from(arrays(config)),
    };
    if options.recipe.is_some() && train::wants_column(&config["compile_config"]) {
        data.statements +=
            "\n# Labels in a column, as the model gives its predictions: a metric asks for it.";
        data.statements += "\ny_train = y_train.reshape(-1, 1)";
        if data.has_test {
            data.statements += "\ny_test = y_test.reshape(-1, 1)";
        }
    }
    let (functions, statements) = model_code(&mut builder, config)?;
    let training = training(&mut builder, config, options, data.has_test)?;

    let mut sections = data.helpers;
    if options.distribute {
        sections.push(distribute::HELPER.trim_end().to_string());
    }
    sections.extend(functions);
    let mut setup = vec![];
    if let Some(seed) = options.fit.get("seed").and_then(Value::as_u64) {
        setup.push(format!("keras.utils.set_random_seed({seed})"));
    }
    if options.distribute {
        setup.push(distribute::SETUP.to_string());
    }
    if !setup.is_empty() {
        sections.push(setup.join("\n"));
    }
    sections.push(format!("# Data\n{}", data.statements));
    sections.push(format!(
        "# Model\n{}\nmodel.summary()",
        lines(&statements, 0)
    ));
    sections.push(format!("# Training\n{training}"));

    let title = options.title.as_deref().unwrap_or("A model");
    let title = title.replace(['\\', '"', '\n'], " ");
    let body = join(&sections);
    Ok(format!(
        "\"\"\"{title}: built and trained with Keras 3, exported from Model Dojo.\"\"\"\n\n{}\n{body}\n",
        imports(&body, options.distribute)
    ))
}

/// The statements that build and compile the model alone, with their imports.
pub fn model_program(config: &Value) -> Result<String> {
    let mut builder = Builder::default();
    let (mut sections, statements) = model_code(&mut builder, config)?;
    let mut main = lines(&statements, 0);
    if is_compiled(config) {
        let code = train::compile(&mut builder, &config["compile_config"])?;
        main += &format!("\n{}", code.layout(0));
    }
    sections.push(main);
    let body = join(&sections);
    Ok(format!("{}\n{body}\n", imports(&body, false)))
}

/// Keras writes {} for a model that was never compiled.
fn is_compiled(config: &Value) -> bool {
    !config["compile_config"].is_null() && config["compile_config"] != json!({})
}

/// The functions that build models within the model, and the model's own statements.
fn model_code(builder: &mut Builder, config: &Value) -> Result<(Vec<String>, Vec<Code>)> {
    let mut scope = Scope::using(&VARIABLES);
    builder.model(config, "model", &mut scope)?;
    let function = |(name, body): &(String, Scope)| {
        format!("def {name}():\n    {}", lines(&body.statements, 4))
    };
    let functions = builder.functions.iter().map(function).collect();
    Ok((functions, scope.statements))
}

fn lines(statements: &[Code], indent: usize) -> String {
    let statements: Vec<String> = statements.iter().map(|code| code.layout(indent)).collect();
    statements.join(&format!("\n{}", " ".repeat(indent)))
}

/// Sections with a blank line between them, two around functions.
fn join(sections: &[String]) -> String {
    let mut text = String::new();
    for (i, section) in sections.iter().enumerate() {
        let is_function = |section: &String| section.starts_with("def ");
        let near = is_function(section) || (i > 0 && is_function(&sections[i - 1]));
        text += match (i, near) {
            (0, false) => "",
            (0, true) | (_, false) => "\n",
            _ => "\n\n",
        };
        text += section;
        text += "\n";
    }
    text.trim_end().to_string()
}

/// What the program uses, standard library first.
fn imports(body: &str, distribute: bool) -> String {
    let used = |name: &str| body.contains(&format!("{name}."));
    let standard = ["csv", "gzip", "json", "re"]
        .into_iter()
        .filter(|name| used(name));
    let standard = standard.chain(distribute.then_some("os"));
    let mut standard: Vec<String> = standard.map(|name| format!("import {name}")).collect();
    standard.sort();
    if body.contains("Counter(") {
        standard.push("from collections import Counter".into());
    }
    let mut own = vec!["import keras"];
    own.extend(used("np").then_some("import numpy as np"));
    own.extend(used("layers").then_some("from keras import layers"));
    let mut groups = vec![];
    if !standard.is_empty() {
        groups.push(standard.join("\n"));
    }
    if distribute {
        // Before Keras is imported: keras.distribution is JAX's.
        groups.push("os.environ[\"KERAS_BACKEND\"] = \"jax\"".into());
    }
    groups.push(own.join("\n"));
    groups.join("\n\n") + "\n"
}

/// Arrays of a file, for a model whose data nobody described.
fn arrays(config: &Value) -> String {
    let x = train::arrays(&config["config"]["input_layers"], "x");
    let y = train::arrays(&config["config"]["output_layers"], "y");
    format!(
        "data = np.load(\"data.npz\")\n{}\n{}",
        Code::assign("x_train", x).layout(0),
        Code::assign("y_train", y).layout(0)
    )
}

fn training(
    builder: &mut Builder,
    config: &Value,
    options: &Options,
    has_test: bool,
) -> Result<String> {
    let mut statements = vec![];
    if is_compiled(config) {
        statements.push(train::compile(builder, &config["compile_config"])?);
    }
    if let Some(file) = &options.weights {
        let comment = "# The weights that training starts from: a file beside this program.";
        statements.push(Code::text(comment));
        statements.push(Code::call(
            "model.load_weights",
            vec![Code::text(quoted(file))],
        ));
    }
    if is_compiled(config) {
        let (mut fit, mut more) = (options.fit.clone(), vec![]);
        if options.distribute {
            let (cut, arguments) = distribute::cut(&mut fit, has_test);
            statements.extend(cut);
            more = arguments;
        }
        let batch_size = more.first().cloned();
        statements.push(Code::assign("history", train::fit(builder, &fit, more)?));
        if has_test {
            let mut arguments = vec![Code::text("x_test"), Code::text("y_test")];
            arguments.extend(batch_size);
            arguments.push(Code::text("return_dict=True"));
            let evaluate = Code::call("model.evaluate", arguments);
            statements.push(Code::call("print", vec![evaluate]));
        }
    }
    statements.push(Code::text("model.save(\"model.keras\")"));
    Ok(lines(&statements, 0))
}
