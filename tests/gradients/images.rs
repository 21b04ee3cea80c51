//! Image layers. What is drawn is the same in each pass of a check.

use super::setup::{Setup, setup};
use serde_json::{Value, json};

pub fn setups() -> Vec<Setup> {
    let image = |name, class, config: Value| {
        setup(
            name,
            &[4, 3, 2],
            &[
                (class, config),
                ("Flatten", json!({})),
                ("Dense", json!({"units": 3})),
            ],
        )
    };
    // Far from where values are clipped.
    let wide = || json!([-100, 100]);
    vec![
        image(
            "resizing",
            "Resizing",
            json!({"height": 3, "width": 5, "interpolation": "bicubic", "antialias": true}),
        ),
        image(
            "resizing_padded",
            "Resizing",
            json!({"height": 3, "width": 5, "pad_to_aspect_ratio": true}),
        ),
        image(
            "center_crop",
            "CenterCrop",
            json!({"height": 2, "width": 2}),
        ),
        image(
            "center_crop_larger",
            "CenterCrop",
            json!({"height": 5, "width": 5}),
        ),
        image("random_flip", "RandomFlip", json!({})),
        image("random_rotation", "RandomRotation", json!({"factor": 0.4})),
        image("random_zoom", "RandomZoom", json!({"height_factor": 0.5})),
        image(
            "random_translation",
            "RandomTranslation",
            json!({"height_factor": 0.5, "width_factor": 0.4, "fill_mode": "constant"}),
        ),
        image(
            "random_contrast",
            "RandomContrast",
            json!({"factor": 0.6, "value_range": wide()}),
        ),
        image(
            "random_brightness",
            "RandomBrightness",
            json!({"factor": 0.01, "value_range": wide()}),
        ),
    ]
}
