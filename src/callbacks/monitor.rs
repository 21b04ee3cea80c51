//! What callbacks that watch one log share (`keras/src/callbacks/monitor_callback.py`).

use super::{Logs, Training};
use crate::error::{Error, Result};

/// Whether `current` is better than `reference` by more than `min_delta`; always without one.
pub fn is_improvement(higher: bool, min_delta: f64, current: f64, reference: Option<f64>) -> bool {
    let delta = min_delta.abs();
    // Keras compares in float32 what it has subtracted in float64.
    match reference.map(|r| r as f32) {
        None => true,
        Some(reference) if higher => (current - delta) as f32 > reference,
        Some(reference) => ((current + delta) as f32) < reference,
    }
}

/// The direction of `monitor` under `mode`: true where more is better.
pub fn direction(class: &str, monitor: &str, mode: &str, training: &Training) -> Result<bool> {
    match mode {
        "min" => return Ok(false),
        "max" => return Ok(true),
        _ => {}
    }
    let name = monitor.strip_prefix("val_").unwrap_or(monitor);
    if name == "loss" {
        return Ok(false);
    }
    let directions = training.model.compiled()?.directions();
    let known = directions.iter().find(|(metric, _)| metric == name);
    known.map(|(_, higher)| *higher).ok_or_else(|| {
        Error::unsupported(format!(
            "{class}(monitor=\"{monitor}\"): whether more is better is not known; \
             pass mode=\"max\" or mode=\"min\""
        ))
    })
}

/// Keras takes a mode it does not know for "auto" and warns.
pub fn warn_of_mode(class: &str, mode: &str, training: &mut Training) {
    if !["auto", "min", "max"].contains(&mode) {
        training.warn(format!(
            "{class} mode '{mode}' is unknown, fallback to auto mode."
        ));
    }
}

/// The watched value, where the logs have it.
pub fn find(logs: &Logs, monitor: &str) -> Option<f64> {
    logs.iter()
        .find(|(key, _)| key == monitor)
        .map(|(_, value)| *value)
}

/// The keys of the logs, as Keras' warnings list them.
pub fn keys(logs: &Logs) -> String {
    let keys: Vec<&str> = logs.iter().map(|(key, _)| key.as_str()).collect();
    keys.join(",")
}
