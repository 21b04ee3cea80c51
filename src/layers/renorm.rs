//! Batch renormalisation (Ioffe, 2017): the corrections and moving statistics of
//! BatchNormalization's `renorm`.

use super::Weights;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::initializers::{Constant, Initializer};

/// Bounds of the corrections r and d.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields, default)]
pub struct RenormClipping {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rmax: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rmin: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dmax: Option<f64>,
}

impl RenormClipping {
    pub fn check(&self) -> Result<()> {
        let crossed = self.rmax.zip(self.rmin).is_some_and(|(max, min)| max < min);
        if crossed || self.dmax.is_some_and(|max| max < 0.0) {
            return Err(Error::unsupported(
                "BatchNormalization(renorm_clipping=…) needs rmin ≤ rmax and dmax ≥ 0",
            ));
        }
        Ok(())
    }

    fn clip_r(&self, r: f32) -> f32 {
        let r = self.rmin.map_or(r, |min| r.max(min as f32));
        self.rmax.map_or(r, |max| r.min(max as f32))
    }

    fn clip_d(&self, d: f32) -> f32 {
        self.dmax
            .map_or(d, |max| d.max(-(max as f32)).min(max as f32))
    }
}

/// The initial standard deviation for an initial variance.
pub fn stddev_initializer(variance: &Initializer) -> Result<Initializer> {
    match variance {
        Initializer::Constant(Constant { value }) if *value >= 0.0 => {
            let value = value.sqrt();
            Ok(Initializer::Constant(Constant { value }))
        }
        same @ (Initializer::Zeros(_) | Initializer::Ones(_)) => Ok(same.clone()),
        _ => Err(Error::unsupported(
            "BatchNormalization(renorm=True) takes Zeros, Ones or a Constant from 0 as \
             moving_variance_initializer",
        )),
    }
}

/// m ← m·momentum + new·(1 − momentum)
pub fn follow(moving: &mut [f32], momentum: f64, new: impl Fn(usize) -> f32) {
    let (old, share) = (momentum as f32, (1.0 - momentum) as f32);
    for (i, m) in moving.iter_mut().enumerate() {
        *m = *m * old + new(i) * share;
    }
}

/// The corrections of x̂, x̂·r + d, that the batch's statistics need to stand for the moving ones
/// (variables renorm_mean and renorm_stddev).
pub fn correct(
    (mean, variance): (&[f32], &[f32]),
    (moving_mean, moving_stddev): (&[f32], &[f32]),
    epsilon: f32,
    clipping: Option<&RenormClipping>,
    (r, d): (&mut [f32], &mut [f32]),
) {
    for c in 0..mean.len() {
        let stddev = moving_stddev[c].max(epsilon.sqrt());
        r[c] = (variance[c] + epsilon).sqrt() / stddev;
        d[c] = (mean[c] - moving_mean[c]) / stddev;
        if let Some(clipping) = clipping {
            (r[c], d[c]) = (clipping.clip_r(r[c]), clipping.clip_d(d[c]));
        }
    }
}

/// Moves the statistics from variable `first` on: moving_mean, moving_variance, moving_stddev,
/// renorm_mean, renorm_stddev.
pub fn follow_all(
    weights: &mut Weights,
    first: usize,
    (mean, variance): (&[f32], &[f32]),
    epsilon: f32,
    (momentum, renorm_momentum): (f64, f64),
) {
    let stddev = |c: usize| (variance[c] + epsilon).sqrt();
    follow(weights.get_mut(first), momentum, |c| mean[c]);
    follow(weights.get_mut(first + 2), momentum, stddev);
    follow(weights.get_mut(first + 3), renorm_momentum, |c| mean[c]);
    follow(weights.get_mut(first + 4), renorm_momentum, stddev);
    for c in 0..mean.len() {
        let s = weights.get(first + 2)[c];
        weights.get_mut(first + 1)[c] = (s * s - epsilon).max(0.0);
    }
}
