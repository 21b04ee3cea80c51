//! What Keras 2 (tf.keras) wrote, as Keras 3 would have written it: configs of models, layers and
//! what they were compiled with.
//!
//! Left as they are: what Keras 3 reads by itself (`batch_input_shape`, nodes as lists). Left out:
//! what changes no number here (`implementation`, `time_major=False`, …). The differences are those
//! between the configs of tf_keras 2.21 and Keras 3.15.

use serde_json::{Map, Value, json};

/// The `config.json` of a model: `{class_name, config, compile_config?}`.
pub fn modernize(mut config: Value) -> Value {
    let outputs = output_names(&config["config"]);
    if let Some(compile) = config.get_mut("compile_config") {
        modernize_compile(compile, &outputs);
    }
    layer(&mut config);
    config
}

/// A layer, or a model with those within.
fn layer(value: &mut Value) {
    let class = value["class_name"].as_str().unwrap_or_default().to_string();
    // Keras 2.0 to 2.2 wrote a Sequential's layers without a config around them.
    if let (Some(list @ Value::Array(_)), "Sequential") = (value.get("config"), class.as_str()) {
        value["config"] = json!({"layers": list});
    }
    let Some(Value::Object(config)) = value.get_mut("config") else {
        return;
    };
    if let Some(Value::Array(layers)) = config.get_mut("layers") {
        let sequentials = layers.iter().filter(|it| it["class_name"] == "Sequential");
        let names = sequentials.filter_map(|it| it.pointer("/config/name"));
        let names: Vec<Value> = names.cloned().collect();
        for it in layers {
            layer(it);
            it.get_mut("inbound_nodes")
                .into_iter()
                .for_each(|nodes| count_calls(nodes, &names));
        }
        let outputs = config.get_mut("output_layers");
        return outputs
            .into_iter()
            .for_each(|outputs| count_calls(outputs, &names));
    }
    for wrapped in ["layer", "backward_layer", "cell"] {
        config.get_mut(wrapped).into_iter().for_each(layer);
    }
    if let Some(Value::Array(cells)) = config.get_mut("cells") {
        cells.iter_mut().for_each(layer);
    }
    arguments(&class, config);
}

/// Counts the calls of Sequential models from 0, as Keras 3 does: in Keras 2 they begin with the model's
/// own making, as those of Functional models do in both.
fn count_calls(refs: &mut Value, sequentials: &[Value]) {
    let Value::Array(list) = refs else {
        return;
    };
    if let [name, node, ..] = &mut list[..]
        && let (true, Some(call)) = (sequentials.contains(name), node.as_u64())
    {
        *node = json!(call.saturating_sub(1));
    }
    list.iter_mut()
        .for_each(|inner| count_calls(inner, sequentials));
}

fn arguments(class: &str, config: &mut Map<String, Value>) {
    // An axis came as a list where a layer could have several.
    if let Some(Value::Array(axes)) = config.get("axis")
        && let ([axis], true) = (&axes[..], class.ends_with("Normalization"))
    {
        let axis = axis.clone();
        config.insert("axis".into(), axis);
    }
    drop_default(config, "rng_type", &json!("stateful"));
    drop_default(config, "time_major", &json!(false));
    drop_default(config, "sparse", &json!(false));
    config.shift_remove("implementation");
    match class {
        "Embedding" if config.contains_key("batch_input_shape") => {
            config.shift_remove("input_length");
        }
        "LeakyReLU" => rename(config, "alpha", "negative_slope"),
        "Conv1DTranspose" | "Conv2DTranspose" | "Conv3DTranspose" | "DepthwiseConv1D"
        | "DepthwiseConv2D" => drop_default(config, "groups", &json!(1)),
        "SeparableConv1D" | "SeparableConv2D" => {
            drop_default(config, "groups", &json!(1));
            // Arguments of Conv that these never used.
            for key in [
                "kernel_initializer",
                "kernel_regularizer",
                "kernel_constraint",
            ] {
                config.shift_remove(key);
            }
        }
        "SpatialDropout1D" | "SpatialDropout2D" | "SpatialDropout3D" => {
            drop_default(config, "noise_shape", &Value::Null);
        }
        "MultiHeadAttention" => {
            for key in ["query_shape", "key_shape", "value_shape"] {
                config.shift_remove(key);
            }
            drop_default(config, "softmax_robust_masking", &json!(false));
        }
        _ => {}
    }
}

/// Takes out an argument that Keras 3 does not have; another value than its default stays, to be
/// refused.
fn drop_default(config: &mut Map<String, Value>, key: &str, default: &Value) {
    if config.get(key) == Some(default) {
        config.shift_remove(key);
    }
}

fn rename(config: &mut Map<String, Value>, old: &str, new: &str) {
    if let Some(value) = config.shift_remove(old) {
        config.entry(new).or_insert(value);
    }
}

/// The layers that give a Functional's outputs.
fn output_names(config: &Value) -> Vec<String> {
    let outputs = config["output_layers"].as_array().into_iter().flatten();
    outputs
        .filter_map(|output| Some(output.get(0)?.as_str()?.to_string()))
        .collect()
}

fn modernize_compile(compile: &mut Value, outputs: &[String]) {
    if !compile.is_object() {
        return;
    }
    optimizer(&mut compile["optimizer"]);
    objects(&mut compile["loss"], &loss);
    for key in ["metrics", "weighted_metrics"] {
        let metrics = &mut compile[key];
        objects(metrics, &|value| metric(value, outputs));
        // One list for the one output.
        if let Some([Value::Array(only)]) = metrics.as_array().map(Vec::as_slice) {
            *metrics = Value::Array(only.clone());
        }
    }
}

/// Changes every serialized object in lists and objects by output.
fn objects(value: &mut Value, change: &dyn Fn(&mut Value)) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|one| objects(one, change)),
        Value::Object(object) if object.contains_key("class_name") => change(value),
        Value::Object(object) => object.values_mut().for_each(|one| objects(one, change)),
        _ => {}
    }
}

fn optimizer(value: &mut Value) {
    if let Some(class) = value["class_name"].as_str() {
        value["class_name"] = json!(class.trim_start_matches("Custom>"));
    }
    let Some(Value::Object(config)) = value.get_mut("config") else {
        return;
    };
    config.shift_remove("jit_compile");
    config.shift_remove("is_legacy_optimizer");
    rename(config, "lr", "learning_rate");
    if let Some(Value::Object(schedule)) = config
        .get_mut("learning_rate")
        .and_then(|rate| rate.get_mut("config"))
    {
        drop_default(schedule, "name", &Value::Null);
    }
    // Keras 2: lr / (1 + decay · steps).
    let decay = config
        .shift_remove("decay")
        .and_then(|decay| decay.as_f64());
    if let (Some(decay), Some(rate @ Value::Number(_))) = (decay, config.get("learning_rate"))
        && decay != 0.0
    {
        let schedule = json!({
            "initial_learning_rate": rate, "decay_steps": 1, "decay_rate": decay,
            "staircase": false, "name": "InverseTimeDecay",
        });
        let schedule = json!({"class_name": "InverseTimeDecay", "config": schedule});
        config.insert("learning_rate".into(), schedule);
    }
}

fn loss(value: &mut Value) {
    let Some(Value::Object(config)) = value.get_mut("config") else {
        return;
    };
    config.shift_remove("fn");
    if config.get("reduction") == Some(&json!("auto")) {
        config.insert("reduction".into(), json!("sum_over_batch_size"));
    }
}

/// Functions came wrapped, and names with the output's in front where there are several outputs.
fn metric(value: &mut Value, outputs: &[String]) {
    let Some(Value::Object(config)) = value.get_mut("config") else {
        return;
    };
    let function = config.shift_remove("fn");
    let mut name = config
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if outputs.len() > 1 {
        let of = |output: &String| name.strip_prefix(output.as_str())?.strip_prefix('_');
        name = outputs
            .iter()
            .filter_map(of)
            .min_by_key(|own| own.len())
            .unwrap_or(name);
    }
    let name = name.to_string();
    match function.as_ref().and_then(Value::as_str) {
        // Keras 2 settled which accuracy this is when it saved the model, often without its labels:
        // they tell again.
        Some(function)
            if function.ends_with("_accuracy") && ["accuracy", "acc"].contains(&&name[..]) =>
        {
            *value = json!(name);
        }
        function => {
            config.insert("name".into(), json!(name));
            if let (Some(function), true) = (function, value["class_name"] == "MeanMetricWrapper") {
                value["class_name"] = json!(function);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What tf_keras 2.21 wrote of a model with two outputs.
    #[test]
    fn compile_configs_of_several_outputs() {
        let wrapped = |name: &str, function: &str| {
            let config = json!({"name": name, "dtype": "float32", "fn": function});
            json!({"class_name": "MeanMetricWrapper", "config": config})
        };
        let own = json!({"class_name": "MeanAbsoluteError", "config": {"name": "dense_6_q", "dtype": "float32"}});
        let model = modernize(json!({
            "class_name": "Functional",
            "config": {"layers": [], "output_layers": [["dense", 0, 0], ["dense_6", 0, 0]]},
            "compile_config": {
                "loss": [{"class_name": "MeanSquaredError", "config": {
                    "reduction": "auto", "name": "mean_squared_error", "fn": "mean_squared_error",
                }}, "mae"],
                "metrics": [
                    [wrapped("dense_mae", "mean_absolute_error"), wrapped("dense_accuracy", "categorical_accuracy")],
                    [own],
                ],
                "weighted_metrics": null,
                "optimizer": {"class_name": "Custom>SGD", "config": {
                    "lr": 0.5, "decay": 0.25, "jit_compile": false, "is_legacy_optimizer": false,
                }},
            },
        }));
        let compile = &model["compile_config"];
        let schedule = json!({
            "initial_learning_rate": 0.5, "decay_steps": 1, "decay_rate": 0.25, "staircase": false,
            "name": "InverseTimeDecay",
        });
        let schedule = json!({"class_name": "InverseTimeDecay", "config": schedule});
        let expected = json!({"class_name": "SGD", "config": {"learning_rate": schedule}});
        assert_eq!(compile["optimizer"], expected);
        let reduction = json!({"reduction": "sum_over_batch_size", "name": "mean_squared_error"});
        let mse = json!({"class_name": "MeanSquaredError", "config": reduction});
        assert_eq!(compile["loss"], json!([mse, "mae"]));
        let metric = |class: &str, name: &str| json!({"class_name": class, "config": {"name": name, "dtype": "float32"}});
        let first = json!([metric("mean_absolute_error", "mae"), "accuracy"]);
        assert_eq!(
            compile["metrics"],
            json!([first, [metric("MeanAbsoluteError", "q")]])
        );
    }

    #[test]
    fn arguments_that_are_no_more_go_only_where_they_say_nothing() {
        let layer_of = |class: &str, config: Value| {
            let model = json!({"class_name": "Sequential", "config": [{"class_name": class, "config": config}]});
            modernize(model)["config"]["layers"][0]["config"].clone()
        };
        assert_eq!(layer_of("DepthwiseConv2D", json!({"groups": 1})), json!({}));
        assert_eq!(
            layer_of("DepthwiseConv2D", json!({"groups": 2})),
            json!({"groups": 2})
        );
        assert_eq!(
            layer_of("LeakyReLU", json!({"alpha": 0.5})),
            json!({"negative_slope": 0.5})
        );
        assert_eq!(
            layer_of("BatchNormalization", json!({"axis": [3]})),
            json!({"axis": 3})
        );
        let lstm = json!({"class_name": "LSTM", "config": {"units": 2, "time_major": false, "implementation": 2}});
        let expected = json!({"layer": {"class_name": "LSTM", "config": {"units": 2}}});
        assert_eq!(layer_of("Bidirectional", json!({"layer": lstm})), expected);
    }
}
