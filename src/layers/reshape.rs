//! `keras.layers.Reshape`

use super::{Backward, Forward, Layer, Shape, only, show};
use crate::config::Config;
use crate::error::{Error, Result};

/// Reads each sample in another shape, of which one dimension may be -1 (what remains).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Reshape {
    /// Without the batch; null is as -1.
    pub target_shape: Vec<Option<i64>>,
}

impl Layer for Reshape {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let input = only(inputs, "Reshape")?;
        let open = |dim: &&Option<i64>| dim.is_none_or(|n| n == -1);
        let wrong = self.target_shape.iter().flatten().any(|&n| n < -1);
        if wrong || self.target_shape.iter().filter(open).count() > 1 {
            return Err(Error::unsupported(format!(
                "Reshape(target_shape={}): dimensions are whole numbers from 0, one of them may be \
                 -1 for what remains",
                self.show_target()
            )));
        }
        let known = |dim: &Option<i64>| dim.and_then(|n| usize::try_from(n).ok());
        let mut shape: Shape = self.target_shape.iter().map(known).collect();
        let Some(size) = input.iter().copied().product::<Option<usize>>() else {
            return Ok(shape);
        };
        let mut dims = shape.iter().flatten();
        let product = dims.try_fold(1, |product: usize, &n| product.checked_mul(n));
        let product = product.unwrap_or(usize::MAX);
        let fits = match shape.iter_mut().find(|dim| dim.is_none()) {
            Some(open) if product > 0 => {
                *open = Some(size / product);
                size % product == 0
            }
            Some(_) => false,
            None => size == product,
        };
        if fits {
            return Ok(shape);
        }
        Err(Error::shape(format!(
            "Reshape(target_shape={}) does not fit samples of {size} elements, as {} has; the \
             number of elements must stay, and -1 stands for what remains",
            self.show_target(),
            show(input)
        )))
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        pass.pass_on();
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        pass.pass_on();
    }
}

impl Reshape {
    fn show_target(&self) -> String {
        let dim = |dim: &Option<i64>| dim.map_or("None".into(), |n| n.to_string());
        let dims: Vec<String> = self.target_shape.iter().map(dim).collect();
        format!("({})", dims.join(", "))
    }
}
