//! HDF5 as Keras uses it: arrays in groups, texts as their attributes.

mod read;
mod write;

pub(crate) use read::MAX_EXPANSION;
pub use read::{read, read_weights};
pub use write::{write, write_weights};

use super::Weights;
use std::collections::BTreeMap;

/// What an HDF5 file holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tree {
    pub arrays: Weights,
    /// The attributes that are texts, by the path of their group ("" is the file's root).
    pub attributes: BTreeMap<String, BTreeMap<String, Text>>,
}

/// An attribute: a text or a list of them.
#[derive(Debug, Clone, PartialEq)]
pub enum Text {
    One(String),
    /// Written in parts (`layer_names0`, `layer_names1`, …) where it is too long for one attribute.
    List(Vec<String>),
}

impl Tree {
    /// The text that a group has as this attribute.
    pub fn text(&self, group: &str, name: &str) -> Option<&str> {
        match self.attributes.get(group)?.get(name)? {
            Text::One(text) => Some(text),
            Text::List(_) => None,
        }
    }

    /// The list that a group has as this attribute, whole or in parts.
    pub fn list(&self, group: &str, name: &str) -> Option<Vec<String>> {
        let attributes = self.attributes.get(group)?;
        let list = |name: &str| match attributes.get(name) {
            Some(Text::List(list)) => Some(list.clone()),
            _ => None,
        };
        let parts = || (0..).map_while(|i| list(&format!("{name}{i}")));
        list(name).or_else(|| parts().reduce(|a, b| [a, b].concat()))
    }

    /// Sets a group's attribute; the group is made with it.
    pub fn set(&mut self, group: &str, name: &str, text: Text) {
        let attributes = self.attributes.entry(group.to_string()).or_default();
        attributes.insert(name.to_string(), text);
    }
}
