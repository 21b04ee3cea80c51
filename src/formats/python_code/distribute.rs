//! Data parallelism with `keras.distribution`: each batch is cut into one part per device.

use super::text::Code;
use crate::callbacks::python::repr;
use serde_json::{Map, Value};

pub const HELPER: &str = include_str!("helpers/even.py");

pub const SETUP: &str = "\
# Each batch is spread over all devices that JAX finds. To try it on a processor alone:
# XLA_FLAGS=--xla_force_host_platform_device_count=2
keras.distribution.set_distribution(keras.distribution.DataParallel())
devices = len(keras.distribution.list_devices())";

/// Cuts the data so that each batch can be spread: the statements that do it, and in `fit`'s options
/// nothing of what they settle, but the arguments that take its place.
pub fn cut(fit: &mut Map<String, Value>, has_test: bool) -> (Vec<Code>, Vec<Code>) {
    let batch_size = fit
        .shift_remove("batch_size")
        .and_then(|size| size.as_u64());
    let split = fit
        .shift_remove("validation_split")
        .and_then(|split| split.as_f64());
    let mut statements = vec![format!(
        "batch_size = max({} // devices, 1) * devices",
        batch_size.unwrap_or(32)
    )];
    let mut arguments = vec![Code::text("batch_size=batch_size")];
    match split.filter(|&split| split > 0.0) {
        Some(split) => {
            statements.push(format!(
                "stop = int(len(keras.tree.flatten(y_train)[0]) * (1 - {}))",
                repr(split)
            ));
            statements.push("validation_data = even((x_train, y_train), start=stop)".into());
            statements.push("x_train, y_train = even((x_train, y_train), stop=stop)".into());
            arguments.push(Code::text("validation_data=validation_data"));
        }
        None => statements.push("x_train, y_train = even((x_train, y_train))".into()),
    }
    if has_test {
        statements.push("x_test, y_test = even((x_test, y_test))".into());
    }
    (statements.into_iter().map(Code::Text).collect(), arguments)
}
