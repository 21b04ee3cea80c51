//! `keras.layers.InputLayer`: where data enters. It is a value of the graph, not a call.

use super::{Shape, batch_shape};
use crate::error::{Error, Result};
use crate::registry::{Named, to_keras};
use serde_json::{Value, json};

/// An input: its name and the shape of one sample.
#[derive(Debug, Clone, PartialEq)]
pub struct InputLayer {
    pub name: String,
    pub shape: Shape,
    pub dtype: String,
}

impl InputLayer {
    /// Reads the config of an `InputLayer` (`batch_shape` or `shape`).
    pub fn from_json(value: &Value) -> Result<Self> {
        let mut named = Named::from_json(value, "layer")?;
        let name: String = named.take("name", "input_layer".into())?;
        Self::read(&mut named, name.clone()).map_err(|e| e.in_layer(&name))
    }

    fn read(named: &mut Named, name: String) -> Result<Self> {
        let dtype: String = named.take("dtype", "float32".into())?;
        check_dtype(&dtype)?;
        for key in ["sparse", "ragged"] {
            if named.take(key, false)? {
                return Err(Error::unsupported(format!(
                    "InputLayer({key}=True) is not supported; leave it out (sparse data may be \
                     given all the same)"
                )));
            }
        }
        named.refuse_unless("optional", &json!(false))?;
        named.refuse_unless("trainable", &json!(true))?;
        let mut batch: Option<Shape> = named.take("batch_shape", None)?;
        if let Some(old) = named.take("batch_input_shape", None)? {
            batch = Some(old);
        }
        let shape = match batch {
            Some(batch) => batch.into_iter().skip(1).collect(),
            None => named.take::<Option<Shape>>("shape", None)?.ok_or_else(|| {
                Error::shape("an InputLayer needs \"batch_shape\", e.g. [null, 28, 28]")
            })?,
        };
        if let Some(key) = named.config.keys().next() {
            return Err(Error::unsupported(format!(
                "InputLayer has no argument \"{key}\""
            )));
        }
        Ok(InputLayer { name, shape, dtype })
    }

    /// As Keras serializes it.
    pub fn to_json(&self) -> Value {
        let config = json!({
            "batch_shape": batch_shape(&self.shape), "dtype": self.dtype, "sparse": false, "ragged": false,
            "name": self.name, "optional": false,
        });
        to_keras("keras.layers", "InputLayer", config)
    }
}

/// The data's type in Keras; here they come in their own and are cast where a batch is gathered.
fn check_dtype(dtype: &str) -> Result<()> {
    const KNOWN: &[&str] = &[
        "float32", "float64", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32",
        "int64", "bool", "string",
    ];
    if KNOWN.contains(&dtype) {
        return Ok(());
    }
    Err(Error::unsupported(format!(
        "InputLayer(dtype=\"{dtype}\") is not supported; use one of {}",
        KNOWN.join(", ")
    )))
}
