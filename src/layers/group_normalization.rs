//! `keras.layers.GroupNormalization`

use super::axis::{refuse_empty, resolve_one, sample_axis};
use super::defaults::{minus_one, ones, yes, zeros};
use super::gamma_and_beta::{epsilon, gamma_and_beta};
use super::{Backward, CacheLen, Forward, Layer, Shape, VariableSpec, only, show};
use crate::config::Config;
use crate::constraints::Constraint;
use crate::error::{Error, Result};
use crate::initializers::Initializer;
use crate::kernels::channels::{Channels, Slopes, pool};
use crate::regularizers::Regularizer;

/// γ·(x − mean) / √(variance + ε) + β with the statistics of each sample's `groups` of channels
/// (-1: each channel alone); the shape stays (Wu & He, 2018).
///
/// Variables: gamma and beta, (channels) each.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct GroupNormalization {
    #[serde(default = "groups")]
    pub groups: i64,
    #[serde(default = "minus_one")]
    pub axis: i32,
    #[serde(default = "epsilon")]
    pub epsilon: f64,
    #[serde(default = "yes")]
    pub center: bool,
    #[serde(default = "yes")]
    pub scale: bool,
    #[serde(default = "zeros")]
    pub beta_initializer: Initializer,
    #[serde(default = "ones")]
    pub gamma_initializer: Initializer,
    #[serde(default)]
    pub beta_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub gamma_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub beta_constraint: Option<Constraint>,
    #[serde(default)]
    pub gamma_constraint: Option<Constraint>,
}

fn groups() -> i64 {
    32
}

/// Of each channel a sample keeps its group's mean, 1 / √(variance + ε) and γ times that.
const STRIPES: usize = 3;

impl GroupNormalization {
    /// The channels and how many make a group.
    fn view(&self, shape: &[usize]) -> Option<(Channels, usize)> {
        let axis = sample_axis(self.axis, shape.len())?;
        let channels = shape[axis];
        let inner = shape[axis + 1..].iter().product();
        let groups = usize::try_from(self.groups).unwrap_or(channels);
        Some((Channels { channels, inner }, channels / groups.max(1)))
    }

    fn channels(&self, shape: &Shape) -> Result<usize> {
        let axis = resolve_one("GroupNormalization", self.axis, shape)?;
        let channels = shape[axis].unwrap_or(0);
        let fits = self.groups == -1
            || usize::try_from(self.groups)
                .is_ok_and(|groups| groups > 0 && channels.is_multiple_of(groups));
        if fits && channels > 0 {
            return Ok(channels);
        }
        Err(Error::shape(format!(
            "GroupNormalization(groups={}) cannot split the {channels} channels of {}; give a \
             number of groups that divides them, or -1 for each alone",
            self.groups,
            show(shape)
        )))
    }
}

impl Layer for GroupNormalization {
    fn supports_masking(&self) -> bool {
        true
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        let shape = only(inputs, "GroupNormalization")?;
        self.channels(shape)?;
        refuse_empty("GroupNormalization", shape)?;
        Ok(shape.clone())
    }

    fn variables(&self, inputs: &[Shape]) -> Result<Vec<VariableSpec>> {
        let dims = vec![self.channels(only(inputs, "GroupNormalization")?)?];
        let gamma = (
            &self.gamma_initializer,
            &self.gamma_regularizer,
            &self.gamma_constraint,
        );
        let beta = (
            &self.beta_initializer,
            &self.beta_regularizer,
            &self.beta_constraint,
        );
        let (gamma, beta) = (self.scale.then_some(gamma), self.center.then_some(beta));
        Ok(gamma_and_beta(&dims, gamma, beta))
    }

    /// With β (or zeros) once for the batch.
    fn cache_len(&self, inputs: &[&[usize]], _output: &[usize]) -> CacheLen {
        let view = inputs.first().and_then(|shape| self.view(shape));
        let channels = view.map_or(0, |(view, _)| view.channels);
        CacheLen {
            sample: STRIPES * channels,
            batch: channels,
        }
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let Some((view, per_group)) = self.view(pass.inputs.shape(0)) else {
            return Ok(());
        };
        let x = pass.inputs.dense(0);
        let (channels, len) = (view.channels, x.len() / pass.inputs.rows.max(1));
        let gamma = self.scale.then(|| pass.weights.get(0));
        pass.batch_cache.fill(0.0);
        if self.center {
            pass.batch_cache
                .copy_from_slice(pass.weights.get(usize::from(self.scale)));
        }
        pass.team
            .for_slices(pass.cache, STRIPES * channels, &|start, kept| {
                let x = &x[start / (STRIPES * channels) * len..][..len];
                let (mean, rest) = kept.split_at_mut(channels);
                let (inverse, scale) = rest.split_at_mut(channels);
                view.moments_of(x, mean, inverse);
                self.pool_moments(per_group, len / channels, mean, inverse);
                for (c, (scale, inverse)) in scale.iter_mut().zip(inverse).enumerate() {
                    *scale = gamma.map_or(1.0, |gamma| gamma[c]) * *inverse;
                }
            });
        let (kept, shift) = (&*pass.cache, &*pass.batch_cache);
        pass.team.for_slices(pass.output, len, &|start, y| {
            let kept = &kept[start / len * STRIPES * channels..];
            let (mean, scale) = (&kept[..channels], &kept[2 * channels..3 * channels]);
            view.map(&x[start..start + len], mean, scale, shift, y);
        });
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let Some((view, per_group)) = self.view(pass.inputs.shape(0)) else {
            return;
        };
        let (x, dy, kept) = (pass.inputs.dense(0), &*pass.d_output, &*pass.cache);
        let channels = view.channels;
        let (width, len) = (2 * channels, x.len() / pass.inputs.rows.max(1));
        let of_sample = |i: usize| &kept[i * STRIPES * channels..][..STRIPES * channels];
        let (team, gamma) = (pass.team, self.scale.then(|| pass.weights.get(0)));
        team.with_scratch(pass.inputs.rows * width, |sums| {
            // Of each sample Σ dy and Σ dy·x̂ by channel.
            team.for_slices(sums, width, &|start, sums| {
                let i = start / width;
                let (mean, inverse) = of_sample(i)[..width].split_at(channels);
                let (sums, products) = sums.split_at_mut(channels);
                let range = i * len..(i + 1) * len;
                view.products_of(&x[range.clone()], &dy[range], mean, sums, products);
                products.iter_mut().zip(inverse).for_each(|(p, i)| *p *= i);
            });
            if self.scale
                && let Some(d_gamma) = pass.d_weights.get(0)
            {
                pool(sums, width, channels, d_gamma);
            }
            if self.center
                && let Some(d_beta) = pass.d_weights.get(usize::from(self.scale))
            {
                pool(sums, width, 0, d_beta);
            }
            let Some(dx) = pass.d_inputs.get(0) else {
                return;
            };
            let share = 1.0 / (len / channels * per_group) as f32;
            for (i, sums) in sums.chunks_exact_mut(width).enumerate() {
                let inverse = &of_sample(i)[channels..width];
                let (sums, products) = sums.split_at_mut(channels);
                for c in (0..channels).step_by(per_group) {
                    let group = c..c + per_group;
                    let inverse = inverse[c];
                    spread(&mut sums[group.clone()], gamma, c, share * inverse);
                    spread(&mut products[group], gamma, c, share * inverse * inverse);
                }
            }
            let sums = &*sums;
            team.for_slices(dx, len, &|start, dx| {
                let i = start / len;
                let (kept, sums) = (of_sample(i), &sums[i * width..][..width]);
                let by = Slopes {
                    mean: &kept[..channels],
                    scale: &kept[width..],
                    offset: &sums[..channels],
                    slope: &sums[channels..],
                };
                let range = start..start + dx.len();
                view.map_back(&x[range.clone()], &dy[range], by, dx);
            });
        });
    }
}

/// Replaces a group's numbers, whose first channel is `c`, by `factor`·Σ γ·number.
fn spread(group: &mut [f32], gamma: Option<&[f32]>, c: usize, factor: f32) {
    let gamma = |i: usize| gamma.map_or(1.0, |gamma| gamma[c + i]);
    let terms = group.iter().enumerate();
    let sum: f64 = terms
        .map(|(i, &v)| f64::from(v) * f64::from(gamma(i)))
        .sum();
    group.fill(sum as f32 * factor);
}

impl GroupNormalization {
    /// From each channel's mean and Σ(x − mean)² over `count` elements its group's mean and
    /// 1 / √(variance + ε).
    fn pool_moments(&self, per_group: usize, count: usize, mean: &mut [f32], squares: &mut [f32]) {
        let groups = mean.chunks_exact_mut(per_group);
        for (mean, squares) in groups.zip(squares.chunks_exact_mut(per_group)) {
            let pooled = mean.iter().map(|&m| f64::from(m)).sum::<f64>() / per_group as f64;
            let parts = mean.iter().zip(squares.iter());
            let sum: f64 = parts
                .map(|(&m, &s)| f64::from(s) + count as f64 * (f64::from(m) - pooled).powi(2))
                .sum();
            let variance = (sum / (count * per_group) as f64) as f32;
            mean.fill(pooled as f32);
            squares.fill(1.0 / (variance + self.epsilon as f32).sqrt());
        }
    }
}
