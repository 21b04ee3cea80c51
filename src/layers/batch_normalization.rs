//! `keras.layers.BatchNormalization`

use super::axis::{refuse_empty, resolve_one, sample_axis};
use super::defaults::{minus_one, ones, yes, zeros};
use super::gamma_and_beta::{epsilon, gamma_and_beta};
use super::renorm::{self, RenormClipping, follow};
use super::{Backward, CacheLen, Forward, Layer, Shape, VariableSpec, Weights, only};
use crate::config::Config;
use crate::constraints::Constraint;
use crate::error::{Error, Result};
use crate::initializers::Initializer;
use crate::kernels::channels::{Channels, Slopes};
use crate::regularizers::Regularizer;

/// γ·(x − mean) / √(variance + ε) + β, by channel (`axis`); the shape stays.
///
/// In training mean and (biased) variance are the batch's, and the moving ones follow them:
/// m ← m·momentum + batch·(1 − momentum). Otherwise, and always with `trainable=False`, the moving
/// ones are used (Ioffe & Szegedy, 2015). With `renorm` training corrects x̂ to x̂·r + d, with
/// r = σ/σ_renorm and d = (mean − mean_renorm)/σ_renorm clipped and taken as constants (Ioffe, 2017).
///
/// Variables: gamma, beta, moving_mean, moving_variance, with `renorm` also moving_stddev,
/// renorm_mean, renorm_stddev; (channels) each.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct BatchNormalization {
    #[serde(default = "minus_one")]
    pub axis: i32,
    #[serde(default = "momentum")]
    pub momentum: f64,
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
    #[serde(default = "zeros")]
    pub moving_mean_initializer: Initializer,
    #[serde(default = "ones")]
    pub moving_variance_initializer: Initializer,
    #[serde(default)]
    pub beta_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub gamma_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub beta_constraint: Option<Constraint>,
    #[serde(default)]
    pub gamma_constraint: Option<Constraint>,
    /// Keras has it under TensorFlow only; on one device it would change nothing.
    #[serde(default)]
    pub synchronized: bool,
    #[serde(default)]
    pub renorm: bool,
    #[serde(default)]
    pub renorm_clipping: Option<RenormClipping>,
    #[serde(default = "momentum")]
    pub renorm_momentum: f64,
}

fn momentum() -> f64 {
    0.99
}

/// What `forward` keeps of the batch: the share of one element in its statistics (0 where those
/// are the moving ones, which no gradient flows through), then for each channel what follows.
struct Kept<'a> {
    share: &'a mut f32,
    mean: &'a mut [f32],
    /// 1 / √(variance + ε)
    inverse: &'a mut [f32],
    r: &'a mut [f32],
    d: &'a mut [f32],
    /// γ·r·inverse
    scale: &'a mut [f32],
    /// Variance and shift forwards, Σ dy and Σ dy·(x − mean) backwards.
    a: &'a mut [f32],
    b: &'a mut [f32],
}

const STRIPES: usize = 7;

impl<'a> Kept<'a> {
    /// None for an empty cache, which no built layer has.
    fn of(cache: &'a mut [f32], channels: usize) -> Option<Self> {
        let (share, stripes) = cache.split_first_mut()?;
        let mut stripes = stripes.chunks_exact_mut(channels);
        let mut next = || stripes.next();
        Some(Kept {
            share,
            mean: next()?,
            inverse: next()?,
            r: next()?,
            d: next()?,
            scale: next()?,
            a: next()?,
            b: next()?,
        })
    }
}

impl BatchNormalization {
    fn channels(&self, shape: &[usize]) -> Option<Channels> {
        let axis = sample_axis(self.axis, shape.len())?;
        Some(Channels {
            channels: shape[axis],
            inner: shape[axis + 1..].iter().product(),
        })
    }

    /// Index of moving_mean among the variables; moving_variance and the others follow.
    fn first_state(&self) -> usize {
        usize::from(self.scale) + usize::from(self.center)
    }

    fn gamma<'a>(&self, weights: &'a Weights) -> Option<&'a [f32]> {
        self.scale.then(|| weights.get(0))
    }

    fn beta<'a>(&self, weights: &'a Weights) -> Option<&'a [f32]> {
        self.center.then(|| weights.get(usize::from(self.scale)))
    }

    fn check_options(&self) -> Result<()> {
        if self.synchronized {
            return Err(Error::unsupported(
                "BatchNormalization(synchronized=True) is for several devices (and Keras has it \
                 under TensorFlow only); leave it out",
            ));
        }
        self.renorm_clipping.iter().try_for_each(|it| it.check())
    }

    /// Statistics of the batch into `kept.mean` and `kept.a` (variance).
    fn of_batch(&self, pass: &mut Forward, view: Channels, kept: &mut Kept) {
        let x = pass.inputs.dense(0);
        view.moments(pass.team, x, kept.mean, kept.a);
        *kept.share = 1.0 / (x.len() / view.channels) as f32;
        let (first, epsilon) = (self.first_state(), self.epsilon as f32);
        let batch = (&*kept.mean, &*kept.a);
        if self.renorm {
            let weights = &mut pass.weights;
            let moving = (weights.get(first + 3), weights.get(first + 4));
            let clipping = self.renorm_clipping.as_ref();
            renorm::correct(batch, moving, epsilon, clipping, (kept.r, kept.d));
            let momenta = (self.momentum, self.renorm_momentum);
            renorm::follow_all(weights, first, batch, epsilon, momenta);
        } else {
            let weights = &mut pass.weights;
            follow(weights.get_mut(first), self.momentum, |c| batch.0[c]);
            follow(weights.get_mut(first + 1), self.momentum, |c| batch.1[c]);
        }
    }
}

impl Layer for BatchNormalization {
    fn supports_masking(&self) -> bool {
        true
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        self.check_options()?;
        let shape = only(inputs, "BatchNormalization")?;
        resolve_one("BatchNormalization", self.axis, shape)?;
        refuse_empty("BatchNormalization", shape)?;
        Ok(shape.clone())
    }

    fn variables(&self, inputs: &[Shape]) -> Result<Vec<VariableSpec>> {
        let shape = only(inputs, "BatchNormalization")?;
        let axis = resolve_one("BatchNormalization", self.axis, shape)?;
        let dims = || vec![shape[axis].unwrap_or(0)];
        let state = |name, initializer: &Initializer| VariableSpec {
            trainable: false,
            ..VariableSpec::new(name, dims(), initializer)
        };
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
        let mut variables = gamma_and_beta(&dims(), gamma, beta);
        variables.push(state("moving_mean", &self.moving_mean_initializer));
        variables.push(state("moving_variance", &self.moving_variance_initializer));
        if self.renorm {
            let stddev = renorm::stddev_initializer(&self.moving_variance_initializer)?;
            variables.push(state("moving_stddev", &stddev));
            variables.push(state("renorm_mean", &self.moving_mean_initializer));
            variables.push(state("renorm_stddev", &stddev));
        }
        Ok(variables)
    }

    fn cache_len(&self, inputs: &[&[usize]], _output: &[usize]) -> CacheLen {
        let view = inputs.first().and_then(|shape| self.channels(shape));
        CacheLen::per_batch(view.map_or(0, |view| 1 + STRIPES * view.channels))
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        if pass.training && pass.trainable && pass.inputs.mask(0).is_some() {
            return Err(Error::unsupported(
                "BatchNormalization of masked inputs is not supported; leave mask_zero or Masking out before it",
            ));
        }
        let Some(view) = self.channels(pass.inputs.shape(0)) else {
            return Ok(());
        };
        // Taken out of the pass so that the rest of it can be used meanwhile.
        let cache = std::mem::take(&mut pass.batch_cache);
        let Some(mut kept) = Kept::of(cache, view.channels) else {
            return Ok(());
        };
        kept.r.fill(1.0);
        kept.d.fill(0.0);
        if pass.training && pass.trainable {
            self.of_batch(pass, view, &mut kept);
        } else {
            *kept.share = 0.0;
            let first = self.first_state();
            kept.mean.copy_from_slice(pass.weights.get(first));
            kept.a.copy_from_slice(pass.weights.get(first + 1));
        }
        let (gamma, beta) = (self.gamma(&pass.weights), self.beta(&pass.weights));
        for c in 0..view.channels {
            let gamma = gamma.map_or(1.0, |gamma| gamma[c]);
            kept.inverse[c] = 1.0 / (kept.a[c] + self.epsilon as f32).sqrt();
            kept.scale[c] = kept.inverse[c] * (kept.r[c] * gamma);
            kept.b[c] = kept.d[c] * gamma + beta.map_or(0.0, |beta| beta[c]);
        }
        let (x, kept) = (pass.inputs.dense(0), &kept);
        view.for_pieces(pass.team, pass.output, &|start, y| {
            let x = &x[start..start + y.len()];
            view.map(x, kept.mean, kept.scale, kept.b, y);
        });
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        let Some(view) = self.channels(pass.inputs.shape(0)) else {
            return;
        };
        let Some(kept) = Kept::of(pass.batch_cache, view.channels) else {
            return;
        };
        let (x, dy) = (pass.inputs.dense(0), &*pass.d_output);
        view.products(pass.team, x, dy, kept.mean, kept.a, kept.b);
        if self.scale
            && let Some(d_gamma) = pass.d_weights.get(0)
        {
            for (c, to) in d_gamma.iter_mut().enumerate() {
                *to = kept.r[c] * kept.inverse[c] * kept.b[c] + kept.d[c] * kept.a[c];
            }
        }
        if self.center
            && let Some(d_beta) = pass.d_weights.get(usize::from(self.scale))
        {
            d_beta.copy_from_slice(kept.a);
        }
        let Some(dx) = pass.d_inputs.get(0) else {
            return;
        };
        for c in 0..view.channels {
            let share = *kept.share * kept.scale[c];
            kept.a[c] *= share;
            kept.b[c] *= share * kept.inverse[c] * kept.inverse[c];
        }
        let by = Slopes {
            mean: kept.mean,
            scale: kept.scale,
            offset: kept.a,
            slope: kept.b,
        };
        view.for_pieces(pass.team, dx, &|start, dx| {
            let range = start..start + dx.len();
            view.map_back(&x[range.clone()], &dy[range], by, dx);
        });
    }
}
