//! What `derive(Config)` calls: a struct's fields out of a JSON object, and into one.
//!
//! A field costs its struct one call; how its type is read exists once for all structs.

use serde::de::{Deserialize, Deserializer, Error as _, Unexpected};
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::{Error, Map, Value, value};

pub use model_dojo_derive::Config;

/// The arguments given for a struct.
pub struct Arguments<'a> {
    given: &'a Map<String, Value>,
    fault: Option<Error>,
}

/// Reads an object that may hold the arguments `known`; `fill` makes the struct of them.
pub fn read<'de, D: Deserializer<'de>, T>(
    d: D,
    known: &'static [&'static str],
    fill: impl FnOnce(&mut Arguments) -> Result<T, Error>,
) -> Result<T, D::Error> {
    let value = Value::deserialize(d)?;
    let result = Arguments::of(&value, known).and_then(|mut arguments| {
        let it = fill(&mut arguments)?;
        arguments.fault.map_or(Ok(it), Err)
    });
    result.map_err(D::Error::custom)
}

impl<'a> Arguments<'a> {
    #[inline(never)]
    fn of(value: &'a Value, known: &'static [&'static str]) -> Result<Self, Error> {
        let Value::Object(given) = value else {
            return Err(Error::invalid_type(
                Unexpected::Other("no object"),
                &"an object",
            ));
        };
        match given.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(Error::unknown_field(key, known)),
            None => Ok(Arguments { given, fault: None }),
        }
    }

    /// Reads the argument `key` with `read`, which must be given.
    #[inline(never)]
    pub fn required<T>(
        &self,
        key: &'static str,
        read: fn(&'a Value) -> Result<T, Error>,
    ) -> Result<T, Error> {
        read(
            self.given
                .get(key)
                .ok_or_else(|| Error::missing_field(key))?,
        )
    }

    /// Notes an error where an argument is given by both of its names.
    pub fn refuse_both(&mut self, key: &'static str, alias: &'static str) {
        if self.given.contains_key(key) && self.given.contains_key(alias) {
            self.fault = Some(Error::duplicate_field(key));
        }
    }

    /// Reads the argument `key` into `to` with `read`, if it is given. An error comes to light at
    /// the end: a branch after each argument would be most of the code.
    #[inline(never)]
    pub fn read<T>(
        &mut self,
        key: &'static str,
        to: &mut T,
        read: fn(&'a Value) -> Result<T, Error>,
    ) {
        match self.given.get(key).map(read) {
            Some(Ok(value)) => *to = value,
            Some(Err(error)) => self.fault = self.fault.take().or(Some(error)),
            None => {}
        }
    }
}

/// The object that a struct is written as.
#[derive(Default)]
pub struct Written {
    object: Map<String, Value>,
    fault: Option<Error>,
}

impl Written {
    /// Writes a field as what `write` makes of it.
    #[inline(never)]
    pub fn write<T>(
        &mut self,
        key: &'static str,
        value: &T,
        write: fn(&T, value::Serializer) -> Result<Value, Error>,
    ) {
        self.put(key, write(value, value::Serializer));
    }

    #[inline(never)]
    fn put(&mut self, key: &'static str, value: Result<Value, Error>) {
        match value {
            Ok(value) => drop(self.object.insert(key.to_string(), value)),
            Err(error) => self.fault = Some(error),
        }
    }

    pub fn finish<S: Serializer>(self, s: S) -> Result<S::Ok, S::Error> {
        match self.fault {
            Some(error) => Err(S::Error::custom(error)),
            None => self.object.serialize(s),
        }
    }
}
