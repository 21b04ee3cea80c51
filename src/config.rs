//! What `derive(Config)` calls: a struct's fields out of a JSON object, and into one.
//!
//! A field costs its struct one call; how a type is read exists once for all structs. For this
//! nothing here may be inlined.

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::{Error, Map, Value, value};

pub use model_dojo_derive::Config;

/// The arguments given for a struct.
pub struct Arguments {
    given: Map<String, Value>,
    fault: Option<Error>,
}

/// How a type is read.
pub type Read<T> = fn(&Value) -> Result<T, Error>;

/// How a type is written.
pub type Write<T> = fn(&T, value::Serializer) -> Result<Value, Error>;

impl Arguments {
    /// Reads an object that may hold the arguments `known`.
    #[inline(never)]
    pub fn of<'de, D: Deserializer<'de>>(
        d: D,
        known: &'static [&'static str],
    ) -> Result<Self, D::Error> {
        let given = Map::deserialize(d)?;
        match given.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(D::Error::unknown_field(key, known)),
            None => Ok(Arguments { given, fault: None }),
        }
    }

    /// Reads the argument `key`, which must be given.
    #[inline(never)]
    pub fn required<T, E: serde::de::Error>(
        &self,
        key: &'static str,
        read: Read<T>,
    ) -> Result<T, E> {
        let given = self.given.get(key).ok_or_else(|| E::missing_field(key))?;
        read(given).map_err(E::custom)
    }

    /// Notes an error where an argument is given by both of its names.
    pub fn refuse_both(&mut self, key: &'static str, alias: &'static str) {
        if self.given.contains_key(key) && self.given.contains_key(alias) {
            self.fault = Some(Error::duplicate_field(key));
        }
    }

    /// Reads the argument `key` into `to`, if it is given. An error comes to light at the end: a
    /// branch after each argument would be most of the code.
    #[inline(never)]
    pub fn read<T>(&mut self, key: &'static str, to: &mut T, read: Read<T>) {
        match self.given.get(key).map(read) {
            Some(Ok(value)) => *to = value,
            Some(Err(error)) => self.fault = self.fault.take().or(Some(error)),
            None => {}
        }
    }

    /// What was wrong with the arguments, if anything was.
    #[inline(never)]
    pub fn finish<E: serde::de::Error>(self) -> Result<(), E> {
        self.fault.map_or(Ok(()), |error| Err(E::custom(error)))
    }
}

/// The object that a struct is written as.
pub struct Written {
    object: Map<String, Value>,
    fault: Option<Error>,
}

impl Written {
    #[inline(never)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Written {
            object: Map::new(),
            fault: None,
        }
    }

    /// Writes a field as what `write` makes of it.
    #[inline(never)]
    pub fn write<T>(&mut self, key: &'static str, value: &T, write: Write<T>) {
        self.put(key, write(value, value::Serializer));
    }

    #[inline(never)]
    fn put(&mut self, key: &'static str, value: Result<Value, Error>) {
        match value {
            Ok(value) => drop(self.object.insert(key.to_string(), value)),
            Err(error) => self.fault = Some(error),
        }
    }

    #[inline(never)]
    pub fn finish<S: Serializer>(self, s: S) -> Result<S::Ok, S::Error> {
        match self.fault {
            Some(error) => Err(S::Error::custom(error)),
            None => self.object.serialize(s),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Config;
    use serde_json::{Value, json};

    fn two() -> f64 {
        2.0
    }

    #[derive(Debug, PartialEq, Config)]
    #[serde(deny_unknown_fields)]
    struct Given {
        units: usize,
        #[serde(default = "two", alias = "alpha")]
        slope: f64,
        names: Option<Vec<String>>,
        #[serde(skip)]
        learned: usize,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        rare: bool,
    }

    fn read(json: Value) -> Result<Given, String> {
        serde_json::from_value(json).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_given_is_the_default() {
        let given = read(json!({"units": 3, "alpha": 0.5})).unwrap();
        assert_eq!((given.units, given.slope, given.rare), (3, 0.5, false));
        assert_eq!(read(json!({"units": 3})).unwrap().slope, 2.0);
        let written = serde_json::to_string(&given).unwrap();
        assert_eq!(written, r#"{"units":3,"slope":0.5,"names":null}"#);
    }

    #[test]
    fn errors_name_the_argument() {
        let error = |json| read(json).unwrap_err();
        assert_eq!(error(json!({})), "missing field `units`");
        assert!(error(json!({"unit": 3})).starts_with("unknown field `unit`, expected one of"));
        assert!(error(json!({"units": 3, "learned": 1})).starts_with("unknown field `learned`"));
        let twice = json!({"units": 3, "alpha": 1, "slope": 1});
        assert_eq!(error(twice), "duplicate field `slope`");
        let wrong = "invalid type: string \"x\", expected f64";
        assert_eq!(error(json!({"units": 3, "slope": "x", "rare": 1})), wrong);
        assert!(error(json!([3])).starts_with("invalid type: sequence"));
    }
}
