//! Reads arrays and texts out of HDF5.

use super::{Text, Tree};
use crate::error::{Error, Result};
use crate::formats::Weights;
use crate::tensor::{Array, Data};
use hdf5_pure::{AttrValue, DType, Dataset, File, Group};

/// Groups may link to each other in a circle: no Keras file nests deeper or holds more.
const MAX_DEPTH: usize = 64;
const MAX_OBJECTS: usize = 100_000;

/// How much larger than the file its arrays may claim to be (they are stored plainly by Keras,
/// and other writers compress real weights by little).
pub(crate) const MAX_EXPANSION: u64 = 100;

/// Every array of an HDF5 file by its path; see [`read`].
pub fn read_weights(bytes: &[u8]) -> Result<Weights> {
    Ok(read(bytes)?.arrays)
}

/// Every array of an HDF5 file by its path, and the texts among the groups' attributes.
///
/// float32, float64 and integers come as they are; int8 and int16 as int32, uint32 and uint64 as
/// int64. Errors: not an HDF5 file, damaged, another dtype, arrays that claim far more than the
/// file holds.
pub fn read(bytes: &[u8]) -> Result<Tree> {
    let file = File::from_bytes(bytes.to_vec()).map_err(damaged)?;
    let mut reader = Reader {
        tree: Tree::default(),
        objects: 0,
        bytes_left: bytes.len() as u64 * MAX_EXPANSION,
    };
    reader.group(&file.root(), "", 0)?;
    Ok(reader.tree)
}

fn damaged(error: hdf5_pure::Error) -> Error {
    Error::file(format!(
        "the weights are not a readable HDF5 file ({error}); save the model again, or use another copy of the file"
    ))
}

struct Reader {
    tree: Tree,
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
        self.attributes(group, prefix.trim_end_matches('/'))?;
        for (name, dataset) in group.iter_datasets().map_err(damaged)? {
            self.objects += 1;
            let path = format!("{prefix}{name}");
            let array = self.dataset(&dataset, &path)?;
            self.tree.arrays.insert(path, array);
        }
        for (name, child) in group.iter_groups().map_err(damaged)? {
            self.group(&child, &format!("{prefix}{name}/"), depth + 1)?;
        }
        Ok(())
    }

    fn attributes(&mut self, group: &Group, path: &str) -> Result<()> {
        for (name, value) in group.attrs().map_err(damaged)? {
            let text = match (&value, value.as_strings()) {
                // What h5py makes of an empty list.
                (AttrValue::F64Array(list), _) if list.is_empty() => Text::List(vec![]),
                (_, None) => continue,
                (one, Some([text])) if is_scalar(one) => Text::One(text.clone()),
                (_, Some(list)) => Text::List(list.to_vec()),
            };
            self.tree.set(path, &name, text);
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

/// Whether a text is one by itself, not the only one of a list.
fn is_scalar(value: &AttrValue) -> bool {
    use AttrValue::{AsciiString, AsciiStringSized, StringSized, VarLenAsciiString, VarLenString};
    matches!(
        value,
        AttrValue::String(_)
            | StringSized { .. }
            | AsciiString(_)
            | AsciiStringSized { .. }
            | VarLenString(_)
            | VarLenAsciiString(_)
    )
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
