//! Writes arrays and texts as HDF5.

use super::{Text, Tree};
use crate::error::{Error, Result};
use crate::formats::Weights;
use crate::tensor::{Array, Data};
use hdf5_pure::{AttrValue, DatasetBuilder, FileBuilder, FinishedGroup, GroupBuilder};
use std::collections::BTreeMap;

/// How long a list of names may be in one attribute, as Keras counts it (`HDF5_OBJECT_HEADER_LIMIT`):
/// an object's header ends at 64 KiB.
const MAX_NAMES: usize = 64_512;

/// An HDF5 file of `weights`. `names` gives the attribute `name` of a group's `vars`
/// (`layers/dense_1` → `hidden`); Keras writes it and does not need it.
///
/// Errors: as [`write`].
pub fn write_weights(weights: &Weights, names: &BTreeMap<String, String>) -> Result<Vec<u8>> {
    let mut attributes = BTreeMap::new();
    for path in weights.keys() {
        let group = path.rsplit_once('/').map_or("", |(group, _)| group);
        let vars = group.strip_suffix("/vars");
        let owner = vars.or((group == "vars").then_some(""));
        if let Some(name) = owner.and_then(|owner| names.get(owner)) {
            let name = ("name".to_string(), Text::One(name.clone()));
            attributes.insert(group.to_string(), BTreeMap::from([name]));
        }
    }
    write_tree(weights, &attributes)
}

/// The bytes of an HDF5 file.
///
/// Errors: an array of a dtype that weights do not have (bool, string, sparse), a path that is
/// both an array and a group.
pub fn write(tree: &Tree) -> Result<Vec<u8>> {
    write_tree(&tree.arrays, &tree.attributes)
}

fn write_tree(
    arrays: &Weights,
    attributes: &BTreeMap<String, BTreeMap<String, Text>>,
) -> Result<Vec<u8>> {
    let mut root = Node::default();
    for (path, array) in arrays {
        let (group, name) = path.rsplit_once('/').unwrap_or(("", path));
        root.group(group).arrays.insert(name, array);
    }
    for (group, texts) in attributes {
        root.group(group).attributes.extend(attribute_values(texts));
    }
    let mut file = FileBuilder::new();
    for (name, value) in &root.attributes {
        file.set_attr(name, value.clone());
    }
    for (name, child) in &root.groups {
        let group = child.build(file.create_group(name), name)?;
        file.add_group(group);
    }
    for (name, array) in &root.arrays {
        add_dataset(file.create_dataset(name), array, name)?;
    }
    file.finish()
        .map_err(|e| Error::file(format!("the weights cannot be written as HDF5: {e}")))
}

/// Attributes as HDF5 takes them.
fn attribute_values(texts: &BTreeMap<String, Text>) -> Vec<(String, AttrValue)> {
    let mut values = vec![];
    for (name, text) in texts {
        match text {
            Text::One(text) => values.push((name.clone(), AttrValue::VarLenString(text.clone()))),
            Text::List(list) if list.is_empty() => {
                values.push((name.clone(), AttrValue::F64Array(vec![])));
            }
            Text::List(list) => {
                let parts = parts(list);
                let whole = parts.len() == 1;
                values.extend(parts.into_iter().enumerate().map(|(i, part)| {
                    let name = if whole {
                        name.clone()
                    } else {
                        format!("{name}{i}")
                    };
                    (name, AttrValue::VarLenStringArray(part.to_vec()))
                }));
            }
        }
    }
    values
}

/// A list in the fewest even parts that are short enough (`save_attributes_to_hdf5_group`).
fn parts(list: &[String]) -> Vec<&[String]> {
    let longest = list.iter().map(String::len).max().unwrap_or(0).max(1);
    let room = (MAX_NAMES / longest).max(1);
    let count = list.len().div_ceil(room);
    let (each, longer) = (list.len() / count, list.len() % count);
    let start = |i: usize| i * each + i.min(longer);
    (0..count).map(|i| &list[start(i)..start(i + 1)]).collect()
}

/// A group while it is written.
#[derive(Default)]
struct Node<'a> {
    groups: BTreeMap<&'a str, Node<'a>>,
    arrays: BTreeMap<&'a str, &'a Array>,
    attributes: Vec<(String, AttrValue)>,
}

impl<'a> Node<'a> {
    /// The group of this path within, made where it is not there yet.
    fn group(&mut self, path: &'a str) -> &mut Self {
        let parts = path.split('/').filter(|part| !part.is_empty());
        parts.fold(self, |node, part| node.groups.entry(part).or_default())
    }

    fn build(&self, mut group: GroupBuilder, path: &str) -> Result<FinishedGroup> {
        for (name, value) in &self.attributes {
            group.set_attr(name, value.clone());
        }
        for (name, array) in &self.arrays {
            add_dataset(group.create_dataset(name), array, &format!("{path}/{name}"))?;
        }
        for (name, child) in &self.groups {
            let child = child.build(group.create_group(name), &format!("{path}/{name}"))?;
            group.add_group(child);
        }
        Ok(group.finish())
    }
}

fn add_dataset(dataset: &mut DatasetBuilder, array: &Array, path: &str) -> Result<()> {
    let shape: Vec<u64> = array.shape.iter().map(|&n| n as u64).collect();
    match &array.data {
        Data::F32(v) => dataset.with_f32_data(v),
        Data::F64(v) => dataset.with_f64_data(v),
        Data::I32(v) => dataset.with_i32_data(v),
        Data::I64(v) => dataset.with_i64_data(v),
        Data::U8(v) => dataset.with_u8_data(v),
        Data::U16(v) => dataset.with_u16_data(v),
        Data::Bool(_) | Data::Str(_) | Data::Sparse(_) => {
            return Err(Error::file(format!(
                "\"{path}\": weights of dtype {:?} cannot be written, expected numbers",
                array.dtype()
            )));
        }
    }
    .with_shape(&shape);
    Ok(())
}
