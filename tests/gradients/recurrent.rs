//! Recurrent layers with what they drop: the same in every pass of a setup.

use super::setup::{Setup, setup};
use serde_json::{Value, json};

pub fn setups() -> Vec<Setup> {
    // Small inputs: steps that follow each other curve the loss.
    let small = || ("Rescaling", json!({"scale": 0.2}));
    let cell = |name, class, config: Value| setup(name, &[2, 3], &[small(), (class, config)]);
    let drops = |reset_after: bool| json!({"units": 3, "dropout": 0.2, "recurrent_dropout": 0.3, "reset_after": reset_after});
    vec![
        cell("simple_rnn", "SimpleRNN", json!({"units": 3})),
        cell("gru", "GRU", json!({"units": 3})),
        cell(
            "gru_before",
            "GRU",
            json!({"units": 3, "reset_after": false}),
        ),
        cell("lstm", "LSTM", json!({"units": 3, "go_backwards": true})),
        cell("lstm_dropout", "LSTM", json!({"units": 3, "dropout": 0.3})),
        cell(
            "simple_rnn_drops",
            "SimpleRNN",
            json!({"units": 2, "dropout": 0.2, "recurrent_dropout": 0.3}),
        ),
        cell("gru_drops", "GRU", drops(true)),
        cell("gru_before_drops", "GRU", drops(false)),
        cell(
            "lstm_drops",
            "LSTM",
            json!({"units": 2, "dropout": 0.2, "recurrent_dropout": 0.3}),
        ),
    ]
}
