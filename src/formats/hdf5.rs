//! Weights in HDF5: `model.weights.h5`, alone or inside a `.keras` file.

use super::Weights;
use crate::error::{Error, Result};
use crate::tensor::{Array, Data};
use hdf5_pure::{AttrValue, DType, Dataset, File, FileBuilder, FinishedGroup, Group, GroupBuilder};
use std::collections::BTreeMap;

/// Groups may link to each other in a circle: no Keras file nests deeper or holds more.
const MAX_DEPTH: usize = 64;
const MAX_OBJECTS: usize = 100_000;

/// How much larger than the file its arrays may claim to be (they are stored plainly by Keras,
/// and other writers compress real weights by little).
pub(crate) const MAX_EXPANSION: u64 = 100;

/// Every array of an HDF5 file by its path.
///
/// float32, float64 and integers come as they are; int8 and int16 as int32, uint32 and uint64 as
/// int64. Errors: not an HDF5 file, damaged, another dtype, arrays that claim far more than the
/// file holds.
pub fn read_weights(bytes: &[u8]) -> Result<Weights> {
    let file = File::from_bytes(bytes.to_vec()).map_err(damaged)?;
    let mut reader = Reader {
        weights: Weights::new(),
        objects: 0,
        bytes_left: bytes.len() as u64 * MAX_EXPANSION,
    };
    reader.group(&file.root(), "", 0)?;
    Ok(reader.weights)
}

fn damaged(error: hdf5_pure::Error) -> Error {
    Error::file(format!(
        "the weights are not a readable HDF5 file ({error}); save the model again, or use another copy of the file"
    ))
}

struct Reader {
    weights: Weights,
    objects: usize,
    bytes_left: u64,
}

impl Reader {
    fn group(&mut self, group: &Group, prefix: &str, depth: usize) -> Result<()> {
        self.objects += 1;
        if depth > MAX_DEPTH || self.objects > MAX_OBJECTS {
            return Err(Error::file(format!(
                "the weights file nests groups without end at \"{prefix}\"; it was not written by Keras"
            )));
        }
        for (name, dataset) in group.iter_datasets().map_err(damaged)? {
            self.objects += 1;
            let path = format!("{prefix}{name}");
            let array = self.dataset(&dataset, &path)?;
            self.weights.insert(path, array);
        }
        for (name, child) in group.iter_groups().map_err(damaged)? {
            self.group(&child, &format!("{prefix}{name}/"), depth + 1)?;
        }
        Ok(())
    }

    fn dataset(&mut self, dataset: &Dataset, path: &str) -> Result<Array> {
        let shape = dataset.shape().map_err(damaged)?;
        let size = dataset.element_size().map_err(damaged)?;
        let claimed = shape
            .iter()
            .try_fold(size, |product, &n| product.checked_mul(n));
        self.bytes_left =
            claimed.and_then(|bytes| self.bytes_left.checked_sub(bytes)).ok_or_else(|| {
                Error::file(format!(
                    "\"{path}\" of shape {shape:?} claims far more than the weights file holds; use another copy of the file"
                ))
            })?;
        let data = read_data(dataset, path)?;
        Array::new(shape.iter().map(|&n| n as usize).collect(), data)
            .map_err(|e| Error::file(format!("\"{path}\": {}", e.message)))
    }
}

fn read_data(dataset: &Dataset, path: &str) -> Result<Data> {
    let data = match dataset.dtype().map_err(damaged)? {
        DType::F32 => dataset.read_f32().map(Data::F32),
        DType::F64 => dataset.read_f64().map(Data::F64),
        DType::I8 | DType::I16 | DType::I32 => dataset.read_i32().map(Data::I32),
        DType::I64 | DType::U32 | DType::U64 => dataset.read_i64().map(Data::I64),
        DType::U8 => dataset.read_u8().map(Data::U8),
        DType::U16 => dataset.read_u16().map(Data::U16),
        other => {
            return Err(Error::file(format!(
                "\"{path}\" has dtype {other}, expected float32, float64 or an integer; save the model with float32 weights"
            )));
        }
    };
    data.map_err(damaged)
}

/// An HDF5 file of `weights`. `names` gives the attribute `name` of a group's `vars`
/// (`layers/dense_1` → `hidden`); Keras writes it and does not need it.
///
/// Errors: an array of a dtype that weights do not have (bool, string, sparse), a path that is
/// both an array and a group.
pub fn write_weights(weights: &Weights, names: &BTreeMap<String, String>) -> Result<Vec<u8>> {
    let mut tree = Node::default();
    for (path, array) in weights {
        tree.insert(path, array)?;
    }
    let mut file = FileBuilder::new();
    for (name, child) in &tree.groups {
        let group = child.build(file.create_group(name), name, names)?;
        file.add_group(group);
    }
    for (name, array) in &tree.arrays {
        add_dataset(file.create_dataset(name), array, name)?;
    }
    file.finish()
        .map_err(|e| Error::file(format!("the weights cannot be written as HDF5: {e}")))
}

/// Weights by the parts of their paths.
#[derive(Default)]
struct Node<'a> {
    groups: BTreeMap<&'a str, Node<'a>>,
    arrays: BTreeMap<&'a str, &'a Array>,
}

impl<'a> Node<'a> {
    fn insert(&mut self, path: &'a str, array: &'a Array) -> Result<()> {
        let (groups, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut node = self;
        for part in groups.split('/').filter(|part| !part.is_empty()) {
            node = node.groups.entry(part).or_default();
        }
        node.arrays.insert(name, array);
        Ok(())
    }

    fn build(
        &self,
        mut group: GroupBuilder,
        path: &str,
        names: &BTreeMap<String, String>,
    ) -> Result<FinishedGroup> {
        let owner = path
            .strip_suffix("/vars")
            .or((path == "vars").then_some(""));
        if let Some(name) = owner.and_then(|owner| names.get(owner)) {
            group.set_attr("name", AttrValue::VarLenString(name.clone()));
        }
        for (name, array) in &self.arrays {
            add_dataset(group.create_dataset(name), array, &format!("{path}/{name}"))?;
        }
        for (name, child) in &self.groups {
            let child = child.build(group.create_group(name), &format!("{path}/{name}"), names)?;
            group.add_group(child);
        }
        Ok(group.finish())
    }
}

fn add_dataset(dataset: &mut hdf5_pure::DatasetBuilder, array: &Array, path: &str) -> Result<()> {
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
