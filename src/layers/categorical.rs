//! Indices as Keras' categorical layers give them: as they are, or encoded over a depth
//! (`encode_categorical_inputs` in keras/src/utils/numerical_utils.py).

use super::{Inputs, Shape, show};
use crate::error::{Error, Result};
use crate::kernels::team::Team;
use crate::tensor::Texts;
use serde::{Deserialize, Serialize};

/// How indices become outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputMode {
    /// The index.
    Int,
    /// For each index a one among zeros.
    OneHot,
    /// For each sample ones at its indices.
    #[serde(alias = "binary")]
    MultiHot,
    /// For each sample how often it has each index.
    Count,
    /// The count times the token's inverse document frequency.
    #[serde(alias = "tf-idf")]
    TfIdf,
}

impl OutputMode {
    pub fn int() -> Self {
        OutputMode::Int
    }

    /// The output's shape; `depth` is that of what is not `Int`.
    pub fn shape(self, input: &Shape, depth: Option<usize>, class: &str) -> Result<Shape> {
        let mut shape = input.clone();
        match self {
            OutputMode::Int => return Ok(shape),
            OutputMode::OneHot if shape.last() == Some(&Some(1)) => drop(shape.pop()),
            OutputMode::OneHot => {}
            _ if shape.len() == 1 => shape.clear(),
            _ => {
                return Err(Error::shape(format!(
                    "{class} encodes samples that are vectors, found {}; use \
                     output_mode=\"one_hot\" or \"int\", or reshape the data",
                    show(input)
                )));
            }
        }
        shape.push(depth);
        Ok(shape)
    }
}

/// Sparse outputs do not exist here.
pub fn refuse_sparse(sparse: bool, class: &str) -> Result<()> {
    if sparse {
        return Err(Error::unsupported(format!(
            "{class}(sparse=True) is not supported; leave sparse out"
        )));
    }
    Ok(())
}

/// `tf_idf` is for lookups only.
pub fn refuse_tf_idf(mode: OutputMode, class: &str) -> Result<()> {
    if mode == OutputMode::TfIdf {
        return Err(Error::unsupported(format!(
            "{class}(output_mode=\"tf_idf\"): choose \"one_hot\", \"multi_hot\" or \"count\""
        )));
    }
    Ok(())
}

/// Writes samples of `n` elements, element `i` of the batch having the index `index(i)`; None and
/// what lies beyond `depth` leave no trace.
pub fn encode(
    team: &Team,
    mode: OutputMode,
    n: usize,
    depth: usize,
    out: &mut [f32],
    index: &(dyn Fn(usize) -> Option<usize> + Sync),
) {
    let within = |i| index(i).filter(|&at| at < depth);
    match mode {
        OutputMode::Int => team.for_slices(out, n, &|start, slice| {
            for (k, y) in slice.iter_mut().enumerate() {
                *y = index(start + k).map_or(0.0, |at| at as f32);
            }
        }),
        OutputMode::OneHot => team.for_slices(out, depth * n, &|start, slice| {
            slice.fill(0.0);
            for (k, y) in slice.chunks_exact_mut(depth).enumerate() {
                if let Some(at) = within(start / depth + k) {
                    y[at] = 1.0;
                }
            }
        }),
        OutputMode::MultiHot | OutputMode::Count | OutputMode::TfIdf => {
            team.for_slices(out, depth, &|start, y| {
                y.fill(0.0);
                let first = start / depth * n;
                for at in (first..first + n).filter_map(within) {
                    y[at] = if mode == OutputMode::MultiHot {
                        1.0
                    } else {
                        y[at] + 1.0
                    };
                }
            });
        }
    }
}

/// The input of a layer that takes more than float32.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    Text(&'a Texts),
    Integers(&'a [i64]),
    Dense(&'a [f32]),
}

impl<'a> Source<'a> {
    pub fn of(inputs: &Inputs<'a>) -> Self {
        match (inputs.text(0), inputs.integers(0)) {
            (Some(texts), _) => Source::Text(texts),
            (_, Some(integers)) => Source::Integers(integers),
            _ => Source::Dense(inputs.dense(0)),
        }
    }

    /// Element `i` as a whole number, cut off as a cast does.
    pub fn integer(self, i: usize) -> i64 {
        match self {
            Source::Integers(values) => values[i],
            Source::Dense(values) => values[i] as i64,
            Source::Text(_) => 0,
        }
    }
}

/// Keras' `salt`: two numbers, or one for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "SaltArgument", into = "[i64; 2]")]
pub struct Salt(pub [i64; 2]);

#[derive(Deserialize)]
#[serde(untagged)]
enum SaltArgument {
    One(i64),
    Two([i64; 2]),
}

impl From<SaltArgument> for Salt {
    fn from(salt: SaltArgument) -> Self {
        match salt {
            SaltArgument::One(both) => Salt([both, both]),
            SaltArgument::Two(halves) => Salt(halves),
        }
    }
}

impl From<Salt> for [i64; 2] {
    fn from(salt: Salt) -> Self {
        salt.0
    }
}
