//! Layers over images and sequences: configs as Keras writes them, aliases, unknown dimensions and
//! what is refused. Their numbers are held to Keras' in golden.rs.
#![cfg(not(target_arch = "wasm32"))]

#[allow(dead_code)] // only its loading is used here
#[path = "golden/fixture.rs"]
mod fixture;

use model_dojo::error::{Code, Error};
use model_dojo::layers::{LayerNode, Shape};
use model_dojo::model::Model;
use serde_json::{Value, json};

/// The output's shape of one layer for one input.
fn output(class: &str, config: Value, input: &[Option<usize>]) -> Result<Shape, Error> {
    let node = LayerNode::from_json(&json!({"class_name": class, "config": config}), &[])?;
    node.layer.output_shape(&[input.to_vec()])
}

/// With all numbers as floats: 2 and 2.0 are the same argument.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(items) => items.iter().map(|(k, v)| (k.clone(), plain(v))).collect(),
        other => other.clone(),
    }
}

#[test]
fn configs_are_written_as_keras_writes_them() {
    let mut compared = 0;
    for prefix in ["layers_convolution", "layers_pooling", "layers_resizing"] {
        for case in fixture::families(prefix)
            .iter()
            .flat_map(|f| fixture::load(f))
        {
            let model = Model::from_config(&case["model"], 0).expect("a model");
            let (found, expected) = (model.to_config(), &case["model"]);
            let layers = |model: &Value| model["config"]["layers"].as_array().cloned();
            let (found, expected) = (layers(&found), layers(expected));
            for (found, expected) in found
                .iter()
                .flatten()
                .zip(expected.iter().flatten())
                .skip(1)
            {
                for key in ["class_name", "config"] {
                    assert_eq!(
                        plain(&found[key]),
                        plain(&expected[key]),
                        "{}",
                        case["name"]
                    );
                }
                compared += 1;
            }
        }
    }
    assert!(compared > 150, "{compared} layers");
}

#[test]
fn aliases_read_as_what_they_stand_for() {
    for (alias, config, class, name) in [
        (
            "Convolution2D",
            json!({"filters": 2, "kernel_size": 3}),
            "Conv2D",
            "conv2d",
        ),
        (
            "Convolution1DTranspose",
            json!({"filters": 2, "kernel_size": 3}),
            "Conv1DTranspose",
            "conv1d_transpose",
        ),
        (
            "SeparableConvolution2D",
            json!({"filters": 2, "kernel_size": 3}),
            "SeparableConv2D",
            "separable_conv2d",
        ),
        ("MaxPool2D", json!({}), "MaxPooling2D", "max_pooling2d"),
        (
            "AvgPool1D",
            json!({"pool_size": 2}),
            "AveragePooling1D",
            "average_pooling1d",
        ),
        (
            "GlobalMaxPool1D",
            json!({}),
            "GlobalMaxPooling1D",
            "global_max_pooling1d",
        ),
        (
            "GlobalAvgPool2D",
            json!({}),
            "GlobalAveragePooling2D",
            "global_average_pooling2d",
        ),
    ] {
        let layer = json!({"class_name": alias, "config": config});
        let node = LayerNode::from_json(&layer, &[]).expect(alias);
        assert_eq!((node.layer.class_name(), node.name.as_str()), (class, name));
    }
}

#[test]
fn unknown_dimensions_stay_unknown() {
    let image = [None, Some(9), Some(3)];
    for (class, config, expected) in [
        (
            "Conv2D",
            json!({"filters": 4, "kernel_size": 3}),
            vec![None, Some(7), Some(4)],
        ),
        (
            "Conv2DTranspose",
            json!({"filters": 4, "kernel_size": 2, "strides": 2}),
            vec![None, Some(18), Some(4)],
        ),
        (
            "DepthwiseConv2D",
            json!({"kernel_size": 2}),
            vec![None, Some(8), Some(3)],
        ),
        (
            "SeparableConv2D",
            json!({"filters": 5, "kernel_size": 3, "padding": "same"}),
            vec![None, Some(9), Some(5)],
        ),
        ("MaxPooling2D", json!({}), vec![None, Some(4), Some(3)]),
        (
            "AveragePooling2D",
            json!({"pool_size": 2, "data_format": "channels_first"}),
            vec![None, Some(4), Some(1)],
        ),
        ("GlobalMaxPooling2D", json!({}), vec![Some(3)]),
        (
            "GlobalMaxPooling2D",
            json!({"data_format": "channels_first"}),
            vec![None],
        ),
        (
            "ZeroPadding2D",
            json!({"padding": [[1, 2], [3, 4]]}),
            vec![None, Some(16), Some(3)],
        ),
        (
            "Cropping2D",
            json!({"cropping": 1}),
            vec![None, Some(7), Some(3)],
        ),
        ("UpSampling2D", json!({}), vec![None, Some(18), Some(3)]),
    ] {
        assert_eq!(
            output(class, config, &image).expect(class),
            expected,
            "{class}"
        );
    }
}

#[test]
fn what_keras_refuses_is_refused() {
    let (shape, option) = (Code::ShapeMismatch, Code::UnsupportedOption);
    let conv = |more: Value| {
        let mut config = json!({"filters": 4, "kernel_size": 3});
        let all = config.as_object_mut().expect("an object");
        all.extend(more.as_object().expect("an object").clone());
        config
    };
    let image = vec![Some(5), Some(5), Some(4)];
    for (class, config, input, code, says) in [
        (
            "Conv2D",
            conv(json!({"kernel_size": 6})),
            image.clone(),
            shape,
            "does not fit",
        ),
        (
            "Conv2D",
            conv(json!({"kernel_size": 3, "dilation_rate": 3})),
            image.clone(),
            shape,
            "7",
        ),
        (
            "Conv2D",
            conv(json!({})),
            vec![Some(5), Some(5)],
            shape,
            "(batch, height, width",
        ),
        (
            "Conv2D",
            conv(json!({})),
            vec![Some(5), Some(5), None],
            shape,
            "last dimension",
        ),
        (
            "Conv2D",
            conv(json!({"kernel_size": 0})),
            image.clone(),
            option,
            "kernel_size",
        ),
        (
            "Conv2D",
            conv(json!({"kernel_size": [3]})),
            image.clone(),
            option,
            "list of 2",
        ),
        (
            "Conv2D",
            conv(json!({"strides": -1})),
            image.clone(),
            option,
            "-1",
        ),
        (
            "Conv2D",
            conv(json!({"filters": 0})),
            image.clone(),
            option,
            "filters",
        ),
        (
            "Conv2D",
            conv(json!({"groups": 3})),
            image.clone(),
            option,
            "multiple of groups",
        ),
        (
            "Conv2D",
            conv(json!({"filters": 6, "groups": 3})),
            image.clone(),
            shape,
            "found 4",
        ),
        (
            "Conv2D",
            conv(json!({"strides": 2, "dilation_rate": [1, 2]})),
            image.clone(),
            option,
            "exclude each other",
        ),
        (
            "Conv2D",
            conv(json!({"padding": "causal"})),
            image.clone(),
            option,
            "only Conv1D",
        ),
        (
            "Conv2D",
            conv(json!({"padding": "full"})),
            image.clone(),
            option,
            "full",
        ),
        (
            "Conv2D",
            conv(json!({"data_format": "channels_first"})),
            image.clone(),
            option,
            "channels_last",
        ),
        (
            "Conv2D",
            conv(json!({"lora_rank": 2})),
            image.clone(),
            option,
            "lora_rank",
        ),
        (
            "Conv2DTranspose",
            conv(json!({"strides": 2, "output_padding": 2})),
            image.clone(),
            option,
            "less than strides",
        ),
        (
            "DepthwiseConv2D",
            json!({"kernel_size": 3, "depth_multiplier": 0}),
            image.clone(),
            option,
            "depth_multiplier",
        ),
        (
            "DepthwiseConv2D",
            json!({}),
            image.clone(),
            option,
            "kernel_size",
        ),
        (
            "MaxPooling2D",
            json!({"pool_size": 6}),
            image.clone(),
            shape,
            "does not fit",
        ),
        (
            "MaxPooling2D",
            json!({"strides": 0}),
            image.clone(),
            option,
            "strides",
        ),
        (
            "AveragePooling2D",
            json!({}),
            image.clone(),
            option,
            "pool_size",
        ),
        (
            "GlobalMaxPooling2D",
            json!({}),
            vec![Some(5)],
            shape,
            "(batch, height, width",
        ),
        (
            "ZeroPadding2D",
            json!({"padding": [1, 2, 3]}),
            image.clone(),
            option,
            "top, bottom",
        ),
        (
            "Cropping2D",
            json!({"cropping": [[2, 3], [0, 0]]}),
            image.clone(),
            shape,
            "nothing",
        ),
        (
            "Cropping1D",
            json!({"data_format": "channels_last"}),
            image.clone(),
            option,
            "data_format",
        ),
        (
            "UpSampling1D",
            json!({"size": [2]}),
            vec![Some(3), Some(2)],
            option,
            "UpSampling1D",
        ),
        (
            "UpSampling2D",
            json!({"interpolation": "lanczos3"}),
            image.clone(),
            option,
            "bicubic",
        ),
    ] {
        let error = output(class, config.clone(), &input).expect_err(class);
        assert_eq!(error.code, code, "{class} {config}: {error}");
        assert!(error.message.contains(says), "{class} {config}: {error}");
        assert!(error.message.contains(class), "{class} {config}: {error}");
    }
}
