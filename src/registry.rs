//! How Keras names things in JSON: `"adam"` or `{"class_name": "Adam", "config": {…}}`.
//!
//! [`registry!`] makes one enum per family (layers, losses, …): a variant per Keras class, each
//! holding the struct of the same name whose fields are the constructor's arguments.

use crate::error::{Error, Result};
use serde_json::{Map, Value, json};

/// A class name (or alias) and its arguments, as found in Keras JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    pub class_name: String,
    pub config: Map<String, Value>,
}

impl Named {
    /// Reads a string or a `{class_name, config}` object; `what` names the family in errors.
    pub fn from_json(value: &Value, what: &str) -> Result<Self> {
        let wrong = || {
            Error::unsupported(format!(
                "a {what} is given by its name or as {{\"class_name\": …, \"config\": {{…}}}}, found {value}"
            ))
        };
        match value {
            Value::String(name) => Ok(Named {
                class_name: name.clone(),
                config: Map::new(),
            }),
            Value::Object(object) => {
                let name = object
                    .get("class_name")
                    .and_then(Value::as_str)
                    .ok_or_else(wrong)?;
                match object.get("config") {
                    // Keras writes plain functions as {"class_name": "function", "config": "mse"}.
                    Some(Value::String(function)) if name == "function" => Ok(Named {
                        class_name: function.clone(),
                        config: Map::new(),
                    }),
                    Some(Value::Object(config)) => Ok(Named {
                        class_name: name.to_string(),
                        config: config.clone(),
                    }),
                    None | Some(Value::Null) => Ok(Named {
                        class_name: name.to_string(),
                        config: Map::new(),
                    }),
                    Some(_) => Err(wrong()),
                }
            }
            _ => Err(wrong()),
        }
    }

    /// Takes `key` out of the config, read as `T`; `default` where it is absent or null.
    pub fn take<T: serde::de::DeserializeOwned>(&mut self, key: &str, default: T) -> Result<T> {
        match self.config.shift_remove(key) {
            None | Some(Value::Null) => Ok(default),
            Some(value) => T::deserialize(&value)
                .map_err(|e| Error::unsupported(format!("{}({key}=…): {e}", self.class_name))),
        }
    }

    /// Takes out an argument that only its default is supported for (null counts as default).
    pub fn refuse_unless(&mut self, key: &str, default: &Value) -> Result<()> {
        match self.config.shift_remove(key) {
            None | Some(Value::Null) => Ok(()),
            Some(value) if value == *default => Ok(()),
            Some(value) => Err(Error::unsupported(format!(
                "{}({key}={value}) is not supported; leave {key} out",
                self.class_name
            ))),
        }
    }
}

/// Keras' snake case of a class name, as saving and default names use it
/// (`keras/src/utils/naming.py`): `GlobalAveragePooling1D` → `global_average_pooling1d`.
pub fn snake_case(class_name: &str) -> String {
    let word: Vec<char> = class_name
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    let mut out = String::new();
    for (i, &c) in word.iter().enumerate() {
        if i > 0 && c.is_uppercase() {
            let before = word[i - 1];
            let lower_next = word.get(i + 1).is_some_and(|n| n.is_lowercase());
            if before.is_lowercase() || (before != '_' && lower_next) {
                out.push('_');
            }
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// `{module, class_name, config, registered_name}`, as Keras serializes an object.
pub fn to_keras(module: &str, class_name: &str, config: Value) -> Value {
    json!({"module": module, "class_name": class_name, "config": config, "registered_name": null})
}

/// One config of what a family has in common and what the class has of its own.
pub fn join_configs(mut shared: Value, own: Value) -> Value {
    if let (Value::Object(all), Value::Object(own)) = (&mut shared, own) {
        all.extend(own);
    }
    shared
}

/// Says which names exist when one is not known.
pub fn unknown_class(what: &str, name: &str, classes: &[&str]) -> Error {
    Error::unknown(format!(
        "unknown {what} \"{name}\"; known are {}",
        classes.join(", ")
    ))
}

/// The place of the class that a name stands for, snake case and aliases included.
pub fn find_class(name: &str, classes: &[&str], aliases: &[&[&str]]) -> Option<usize> {
    classes.iter().zip(aliases).position(|(class, aliases)| {
        name == *class
            || name == snake_case(class)
            || name == class.to_lowercase()
            || aliases.contains(&name)
    })
}

/// One family of Keras classes. `registry! { pub enum Loss: dyn LossFunction, "keras.losses", "loss" { Mse = ["mse"], … } }`
macro_rules! registry {
    ($(#[$doc:meta])* pub enum $family:ident: dyn $behaviour:path, $module:literal, $what:literal {
        $($class:ident $(= [$($alias:literal),*])?),* $(,)?
    }) => {
        $(#[$doc])*
        // A model holds few of them: a size for all does not matter.
        #[allow(clippy::large_enum_variant)]
        #[derive(Debug, Clone, PartialEq)]
        pub enum $family { $($class($class)),* }

        impl $family {
            /// The names of the classes there are.
            pub const CLASSES: &[&str] = &[$(stringify!($class)),*];

            const ALIASES: &[&[&str]] = &[$(&[$($($alias),*)?]),*];

            fn position(name: &str) -> Option<usize> {
                $crate::registry::find_class(name, Self::CLASSES, Self::ALIASES)
            }

            /// The class a name stands for, snake case and Keras' aliases included.
            pub fn canonical(name: &str) -> Option<&'static str> {
                Self::position(name).map(|i| Self::CLASSES[i])
            }

            /// Reads the class behind a name.
            pub fn from_named(named: $crate::registry::Named) -> $crate::error::Result<Self> {
                const READ: &[$crate::config::Read<$family>] =
                    &[$(|config| serde::Deserialize::deserialize(config).map($family::$class)),*];
                let Some(class) = Self::position(&named.class_name) else {
                    return Err($crate::registry::unknown_class(
                        $what, &named.class_name, Self::CLASSES,
                    ));
                };
                READ[class](&serde_json::Value::Object(named.config)).map_err(|error| {
                    $crate::error::Error::unsupported(format!("{}: {error}", named.class_name))
                })
            }

            pub fn class_name(&self) -> &'static str {
                match self { $($family::$class(_) => stringify!($class)),* }
            }

            /// The constructor's arguments, defaults filled in.
            pub fn config(&self) -> serde_json::Value {
                match self {
                    $($family::$class(it) => serde_json::to_value(it).unwrap_or_default()),*
                }
            }

            /// As Keras serializes it.
            pub fn to_json(&self) -> serde_json::Value {
                $crate::registry::to_keras($module, self.class_name(), self.config())
            }
        }

        impl std::ops::Deref for $family {
            type Target = dyn $behaviour;
            fn deref(&self) -> &(dyn $behaviour + 'static) {
                match self { $($family::$class(it) => it),* }
            }
        }

        impl std::ops::DerefMut for $family {
            fn deref_mut(&mut self) -> &mut (dyn $behaviour + 'static) {
                match self { $($family::$class(it) => it),* }
            }
        }
    };
}
pub(crate) use registry;

/// Makes a family's enum a serde type, for use as a field of a layer.
macro_rules! serde_by_name {
    ($family:ident, $what:literal) => {
        impl<'de> serde::Deserialize<'de> for $family {
            fn deserialize<D: serde::Deserializer<'de>>(
                d: D,
            ) -> std::result::Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(d)?;
                let named = $crate::registry::Named::from_json(&value, $what);
                named
                    .and_then($family::from_named)
                    .map_err(serde::de::Error::custom)
            }
        }
        impl serde::Serialize for $family {
            fn serialize<S: serde::Serializer>(
                &self,
                s: S,
            ) -> std::result::Result<S::Ok, S::Error> {
                self.to_json().serialize(s)
            }
        }
    };
}
pub(crate) use serde_by_name;

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn snake_case_is_keras() {
        // From keras.src.utils.naming.to_snake_case.
        for (class, snake) in [
            ("Dense", "dense"),
            ("GlobalAveragePooling1D", "global_average_pooling1d"),
            ("Conv2DTranspose", "conv2d_transpose"),
            ("LSTM", "lstm"),
            ("PReLU", "p_re_lu"),
            ("RMSprop", "rm_sprop"),
            ("InputLayer", "input_layer"),
        ] {
            assert_eq!(snake_case(class), snake);
        }
    }
}
