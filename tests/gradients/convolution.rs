//! Convolutions, pooling and what changes the size of images.

use super::setup::{Setup, setup};
use serde_json::{Value, json};

/// One layer, then its output as a vector.
fn alone(name: &'static str, shape: &[usize], class: &str, config: Value) -> Setup {
    setup(name, shape, &[(class, config), ("Flatten", json!({}))])
}

pub fn setups() -> Vec<Setup> {
    // A bias that keeps relu's inputs above 0.
    let bias = json!({"class_name": "Constant", "config": {"value": 3.0}});
    let image = [4, 3, 2];
    let steps = [5, 2];
    vec![
        alone(
            "conv2d",
            &image,
            "Conv2D",
            json!({"filters": 2, "kernel_size": 2, "activation": "tanh"}),
        ),
        alone(
            "conv2d_strides",
            &image,
            "Conv2D",
            json!({"filters": 3, "kernel_size": [3, 2], "strides": 2, "padding": "same",
                "activation": "relu", "bias_initializer": bias}),
        ),
        alone(
            "conv2d_dilation",
            &image,
            "Conv2D",
            json!({"filters": 2, "kernel_size": 2, "dilation_rate": [3, 1], "use_bias": false}),
        ),
        alone(
            "conv2d_groups",
            &[3, 3, 4],
            "Conv2D",
            json!({"filters": 4, "kernel_size": 2, "groups": 2}),
        ),
        alone(
            "conv2d_by_channel",
            &[3, 3, 2],
            "Conv2D",
            json!({"filters": 4, "kernel_size": 2, "groups": 2}),
        ),
        alone(
            "conv2d_1x1",
            &image,
            "Conv2D",
            json!({"filters": 3, "kernel_size": 1}),
        ),
        alone(
            "conv1d_causal",
            &steps,
            "Conv1D",
            json!({"filters": 2, "kernel_size": 2, "padding": "causal", "dilation_rate": 2}),
        ),
        alone(
            "conv2d_transpose",
            &[2, 3, 2],
            "Conv2DTranspose",
            json!({"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same"}),
        ),
        alone(
            "conv1d_transpose",
            &steps,
            "Conv1DTranspose",
            json!({"filters": 2, "kernel_size": 2, "strides": 2, "output_padding": 1}),
        ),
        alone(
            "depthwise_conv2d",
            &image,
            "DepthwiseConv2D",
            json!({"kernel_size": 2, "depth_multiplier": 2, "padding": "same"}),
        ),
        alone(
            "depthwise_conv1d",
            &steps,
            "DepthwiseConv1D",
            json!({"kernel_size": 2, "strides": 2}),
        ),
        alone(
            "separable_conv2d",
            &image,
            "SeparableConv2D",
            json!({"filters": 2, "kernel_size": 2, "activation": "sigmoid"}),
        ),
        alone(
            "separable_conv1d",
            &steps,
            "SeparableConv1D",
            json!({"filters": 2, "kernel_size": 2, "depth_multiplier": 2, "padding": "same"}),
        ),
        alone("max_pooling2d", &image, "MaxPooling2D", json!({})),
        alone(
            "max_pooling1d_overlapping",
            &steps,
            "MaxPooling1D",
            json!({"pool_size": 2, "strides": 1, "padding": "same"}),
        ),
        alone(
            "average_pooling2d",
            &image,
            "AveragePooling2D",
            json!({"pool_size": 3, "strides": 2, "padding": "same"}),
        ),
        alone(
            "average_pooling1d",
            &steps,
            "AveragePooling1D",
            json!({"pool_size": 2}),
        ),
        setup(
            "global_max_pooling2d",
            &[2, 2, 3],
            &[("GlobalMaxPooling2D", json!({}))],
        ),
        setup(
            "global_max_pooling1d",
            &[3, 4],
            &[(
                "GlobalMaxPooling1D",
                json!({"data_format": "channels_first"}),
            )],
        ),
        setup(
            "global_average_pooling2d",
            &[2, 2, 3],
            &[("GlobalAveragePooling2D", json!({}))],
        ),
        alone("zero_padding2d", &[2, 2, 1], "ZeroPadding2D", json!({})),
        alone("zero_padding1d", &[2, 2], "ZeroPadding1D", json!({})),
        alone(
            "cropping2d",
            &[4, 3, 2],
            "Cropping2D",
            json!({"cropping": [1, 0]}),
        ),
        alone("cropping1d", &[4, 2], "Cropping1D", json!({})),
        alone("up_sampling1d", &[3, 2], "UpSampling1D", json!({})),
        alone(
            "up_sampling2d",
            &[2, 2, 1],
            "UpSampling2D",
            json!({"size": [1, 2]}),
        ),
        alone(
            "up_sampling2d_bilinear",
            &[2, 2, 1],
            "UpSampling2D",
            json!({"interpolation": "bilinear"}),
        ),
        alone(
            "up_sampling2d_bicubic",
            &[3, 1, 1],
            "UpSampling2D",
            json!({"interpolation": "bicubic"}),
        ),
    ]
}
