//! `keras.layers.Normalization`

use super::axis::{Axes, Axis, refuse_empty};
use super::{Backward, CacheLen, Forward, Layer, Shape, VariableSpec, Weights, only, show};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::initializers::{Initializer, Ones};
use crate::kernels::team::Team;
use crate::tensor::Array;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

/// (x − mean) / max(√variance, 1e-7), or with `invert` its inverse; the shape stays.
///
/// Mean and variance are arguments, or variables that `adapt` sets (mean, variance, count), one
/// for each index of the kept `axis` (several, or none: one for all).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Normalization {
    #[serde(default = "last_axis")]
    pub axis: Axis,
    #[serde(default)]
    pub invert: bool,
    #[serde(default)]
    pub mean: Option<Statistic>,
    #[serde(default)]
    pub variance: Option<Statistic>,
}

/// A number, or a (nested) list of them along the last of the kept axes, each of the axis' size
/// or of 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistic {
    shape: Vec<usize>,
    values: Vec<f64>,
}

/// Elements that one thread takes at a time.
const PIECE: usize = 1 << 14;

fn last_axis() -> Axis {
    Axis::Many(vec![-1])
}

impl Statistic {
    /// Reads nested lists, all of a depth alike.
    fn read(value: &Value, depth: usize, into: &mut Statistic) -> Option<()> {
        match value {
            Value::Number(number) if depth == into.shape.len() => {
                into.values.push(number.as_f64()?);
                Some(())
            }
            Value::Array(list) => {
                if depth == into.shape.len() && into.values.is_empty() {
                    into.shape.push(list.len());
                }
                if into.shape.get(depth) != Some(&list.len()) {
                    return None;
                }
                list.iter()
                    .try_for_each(|item| Self::read(item, depth + 1, into))
            }
            _ => None,
        }
    }

    /// Nested lists of this shape.
    fn nested(shape: &[usize], values: &[f64]) -> Value {
        match shape {
            [] => json!(values.first()),
            [n, rest @ ..] => values
                .chunks((values.len() / n.max(&1)).max(1))
                .map(|part| Self::nested(rest, part))
                .collect(),
        }
    }

    /// Whether it stretches to the kept axes of these sizes.
    fn fits(&self, kept: &[usize]) -> bool {
        let sizes = self.shape.iter().rev().zip(kept.iter().rev());
        self.shape.len() <= kept.len() && sizes.into_iter().all(|(&n, &dim)| n == 1 || n == dim)
    }

    /// Its number for the kept index `i` of samples of shape `dims`.
    fn at(&self, mut i: usize, dims: &[usize], kept: Axes) -> f32 {
        let (mut index, mut stride) = (0, 1);
        let kept = (0..dims.len()).rev().filter(|&axis| kept.contains(axis));
        for (axis, &n) in kept.zip(self.shape.iter().rev()) {
            if n > 1 {
                index += i % dims[axis] * stride;
            }
            i /= dims[axis];
            stride *= n;
        }
        self.values[index] as f32
    }
}

impl<'de> Deserialize<'de> for Statistic {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        let value = Value::deserialize(d)?;
        let (shape, values) = (vec![], vec![]);
        let mut statistic = Statistic { shape, values };
        match Statistic::read(&value, 0, &mut statistic) {
            Some(()) if !statistic.values.is_empty() => Ok(statistic),
            _ => Err(serde::de::Error::custom(format!(
                "a mean or variance is a number or a list of numbers, found {value}"
            ))),
        }
    }
}

impl Serialize for Statistic {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        Self::nested(&self.shape, &self.values).serialize(s)
    }
}

/// What each element of `y` and `x` becomes by the numbers of its kept index.
#[derive(Clone, Copy)]
struct Stretch<'a> {
    mean: &'a [f32],
    deviation: &'a [f32],
}

impl Stretch<'_> {
    /// `y` = f(x, mean, deviation). Axes that are `kept` have numbers of their own.
    fn map(
        self,
        (dims, axis): (&[usize], usize),
        kept: Axes,
        x: &[f32],
        y: &mut [f32],
        f: &impl Fn(f32, f32, f32) -> f32,
    ) {
        let Stretch { mean, deviation } = self;
        if let ([mean], [deviation]) = (mean, deviation) {
            let all = y.iter_mut().zip(x);
            return all.for_each(|(y, x)| *y = f(*x, *mean, *deviation));
        }
        if mean.len() == x.len() {
            let all = y.iter_mut().zip(x).zip(mean).zip(deviation);
            return all.for_each(|(((y, x), mean), deviation)| *y = f(*x, *mean, *deviation));
        }
        let count = dims[axis];
        let (step, part) = (x.len() / count, mean.len() / count);
        let runs = y.chunks_exact_mut(step).zip(x.chunks_exact(step));
        for (i, (y, x)) in runs.enumerate() {
            let own = if kept.contains(axis) {
                Stretch {
                    mean: &mean[i * part..(i + 1) * part],
                    deviation: &deviation[i * part..(i + 1) * part],
                }
            } else {
                self
            };
            own.map((dims, axis + 1), kept, x, y, f);
        }
    }
}

impl Normalization {
    fn axes(&self, dims: &[usize]) -> Axes {
        self.axis.of_rank(dims.len())
    }

    /// Sizes of the kept axes, in order.
    fn kept(&self, shape: &Shape) -> Result<Vec<usize>> {
        let axes = self.axis.resolve("Normalization", shape)?;
        let kept = (0..shape.len()).filter(|&axis| axes.contains(axis));
        Ok(kept.filter_map(|axis| shape[axis]).collect())
    }

    /// Means and deviations, max(√variance, 1e-7), in the batch's cache.
    fn prepare(&self, dims: &[usize], weights: &Weights, cache: &mut [f32]) {
        let (mean, deviation) = cache.split_at_mut(cache.len() / 2);
        if let (Some(given_mean), Some(given_variance)) = (&self.mean, &self.variance) {
            let axes = self.axes(dims);
            for (i, (mean, variance)) in mean.iter_mut().zip(deviation.iter_mut()).enumerate() {
                *mean = given_mean.at(i, dims, axes);
                *variance = given_variance.at(i, dims, axes);
            }
        } else {
            mean.copy_from_slice(weights.get(0));
            deviation.copy_from_slice(weights.get(1));
        }
        for deviation in deviation {
            *deviation = deviation.sqrt().max(1e-7);
        }
    }

    /// Sample by sample `y` = f(x, mean, deviation).
    fn map(
        &self,
        team: &Team,
        dims: &[usize],
        cache: &[f32],
        (x, y): (&[f32], &mut [f32]),
        f: impl Fn(f32, f32, f32) -> f32 + Sync,
    ) {
        let axes = self.axes(dims);
        let (mean, deviation) = cache.split_at(cache.len() / 2);
        let len = dims.iter().product::<usize>().max(1);
        let piece = (PIECE / len).max(1) * len;
        team.for_slices(y, piece, &|start, y| {
            let samples = y.chunks_exact_mut(len).zip(x[start..].chunks_exact(len));
            for (y, x) in samples {
                let by = Stretch { mean, deviation };
                by.map((dims, 0), axes, x, y, &f);
            }
        });
    }
}

impl Normalization {
    /// Means and population variances of data (rows, …) for each kept index.
    fn learn(&self, data: &Array) -> Result<Vec<Vec<f32>>> {
        if self.mean.is_some() {
            return Err(Error::unsupported(
                "Normalization with mean and variance has nothing to learn; leave them out",
            ));
        }
        let dims = data.shape.get(1..).unwrap_or_default();
        let kept = self.kept(&dims.iter().map(|&n| Some(n)).collect())?;
        let (groups, len) = (kept.iter().product(), dims.iter().product::<usize>());
        let values = data.to_f32()?;
        let count = values.len().checked_div(groups).unwrap_or(0) as f64;
        if count == 0.0 {
            return Err(Error::data(
                "Normalization needs at least one row to learn from",
            ));
        }
        let index: Vec<usize> = (0..len).map(|i| self.kept_index(i, dims)).collect();
        let mean_of = |f: &dyn Fn(usize, f32) -> f64| {
            let mut sums = vec![0.0_f64; groups];
            for (i, &x) in values.iter().enumerate() {
                let group = index[i % len];
                sums[group] += f(group, x);
            }
            sums.into_iter()
                .map(|sum| sum / count)
                .collect::<Vec<f64>>()
        };
        let mean = mean_of(&|_, x| f64::from(x));
        let variance = mean_of(&|group, x| (f64::from(x) - mean[group]).powi(2));
        let to_f32 = |list: Vec<f64>| list.into_iter().map(|x| x as f32).collect();
        // Keras leaves the count as it was: 0.
        Ok(vec![to_f32(mean), to_f32(variance), vec![0.0]])
    }

    /// The kept index of element `i` of a sample.
    fn kept_index(&self, mut i: usize, dims: &[usize]) -> usize {
        let axes = self.axes(dims);
        let (mut index, mut stride) = (0, 1);
        for (axis, &n) in dims.iter().enumerate().rev() {
            if axes.contains(axis) {
                index += i % n * stride;
                stride *= n;
            }
            i /= n;
        }
        index
    }
}

impl Layer for Normalization {
    fn supports_masking(&self) -> bool {
        true
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "Normalization")?;
        let kept = self.kept(shape)?;
        refuse_empty("Normalization", shape)?;
        let same = |(mean, variance): (&Statistic, &Statistic)| mean.shape == variance.shape;
        match (&self.mean, &self.variance) {
            (None, None) => {}
            (Some(mean), Some(variance)) if same((mean, variance)) => {
                if !mean.fits(&kept) {
                    return Err(Error::shape(format!(
                        "Normalization's mean and variance are of shape {:?}, but the kept axes \
                         of {} are of {kept:?}; give one number for all, or one for each",
                        mean.shape,
                        show(shape)
                    )));
                }
            }
            _ => {
                return Err(Error::unsupported(
                    "Normalization needs both mean and variance, of one shape, or neither (then \
                     adapt sets them)",
                ));
            }
        }
        Ok(shape.clone())
    }

    fn variables(&self, inputs: &[Shape]) -> Result<Vec<VariableSpec>> {
        let kept = self.kept(only(inputs, "Normalization")?)?;
        if self.mean.is_some() {
            return Ok(vec![]);
        }
        let variance = VariableSpec {
            initializer: Initializer::Ones(Ones::default()),
            ..VariableSpec::state("variance", kept.clone())
        };
        Ok(vec![
            VariableSpec::state("mean", kept),
            variance,
            VariableSpec::state("count", vec![]),
        ])
    }

    fn cache_len(&self, _inputs: &[&[usize]], output: &[usize]) -> CacheLen {
        let axes = self.axes(output);
        let kept = (0..output.len()).filter(|&axis| axes.contains(axis));
        CacheLen::per_batch(2 * kept.map(|axis| output[axis]).product::<usize>())
    }

    fn adapt(&mut self, data: &Array) -> Result<Vec<Vec<f32>>> {
        self.learn(data)
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let dims = pass.output_shape;
        self.prepare(dims, &pass.weights, pass.batch_cache);
        let both = (pass.inputs.dense(0), &mut *pass.output);
        if self.invert {
            let back = |x, mean, deviation| mean + x * deviation;
            self.map(pass.team, dims, pass.batch_cache, both, back);
        } else {
            let normalised = |x, mean, deviation| (x - mean) / deviation;
            self.map(pass.team, dims, pass.batch_cache, both, normalised);
        }
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let dims = pass.output_shape;
        let Some(dx) = pass.d_inputs.get(0) else {
            return;
        };
        let both = (&*pass.d_output, dx);
        if self.invert {
            let scaled = |dy, _, deviation| dy * deviation;
            self.map(pass.team, dims, pass.batch_cache, both, scaled);
        } else {
            let scaled = |dy, _, deviation| dy / deviation;
            self.map(pass.team, dims, pass.batch_cache, both, scaled);
        }
    }
}
