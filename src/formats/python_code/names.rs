//! Names of layers and models: which of them Keras would give by itself.

use crate::registry::snake_case;
use std::collections::{HashMap, HashSet};

/// How many objects of each class went without a name so far in the program.
#[derive(Debug, Default)]
pub struct Names {
    counts: HashMap<String, usize>,
    /// Names that the program refers to: these are always written.
    pub kept: HashSet<String>,
}

impl Names {
    /// The name, where it has to be written. Keras calls the objects of a class `dense`, `dense_1`, …
    /// in the order in which they are made.
    pub fn given<'a>(&mut self, class: &str, name: &'a str) -> Option<&'a str> {
        let base = snake_case(class);
        let count = self.counts.entry(base.clone()).or_default();
        let own = match *count {
            0 => base,
            n => format!("{base}_{n}"),
        };
        if own != name || self.kept.contains(name) {
            return Some(name);
        }
        *count += 1;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn only_names_that_keras_would_not_give_are_written() {
        let mut names = Names::default();
        assert_eq!(names.given("Dense", "dense"), None);
        assert_eq!(names.given("Dense", "dense_2"), Some("dense_2"));
        assert_eq!(names.given("Dense", "dense_1"), None);
        names.kept.insert("dense_2".into());
        assert_eq!(names.given("Dense", "dense_2"), Some("dense_2"));
    }
}
