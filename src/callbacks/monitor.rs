//! What callbacks that watch one log share (`keras/src/callbacks/monitor_callback.py`).

use super::{Logs, Training};
use crate::error::{Error, Result};

/// Whether `current` is better than `reference` by more than `min_delta`; always without one.
pub fn is_improvement(higher: bool, min_delta: f64, current: f64, reference: Option<f64>) -> bool {
    // Keras compares in float32.
    let (current, delta) = (current as f32, min_delta.abs() as f32);
    match reference.map(|r| r as f32) {
        None => true,
        Some(reference) if higher => current - delta > reference,
        Some(reference) => current + delta < reference,
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
    let known = training
        .directions
        .iter()
        .find(|(metric, _)| metric == name);
    known.map(|(_, higher)| *higher).ok_or_else(|| {
        Error::unsupported(format!(
            "{class}(monitor=\"{monitor}\"): whether more is better is not known; \
             pass mode=\"max\" or mode=\"min\""
        ))
    })
}

/// The watched value, where the logs have it.
pub fn find(logs: &Logs, monitor: &str) -> Option<f64> {
    logs.iter()
        .find(|(key, _)| key == monitor)
        .map(|(_, value)| *value)
}
