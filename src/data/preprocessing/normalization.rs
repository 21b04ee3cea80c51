//! Keras' `Normalization` of one column.

/// x ↦ (x − mean) / max(√variance, 1e-7) in f32, with the mean and the population variance of the
/// training rows (computed in f64).
#[derive(Debug, Clone, PartialEq)]
pub(in crate::data) struct Normalization {
    mean: f32,
    deviation: f32,
}

impl Normalization {
    /// Learns from the training rows, none of them missing.
    pub fn fit(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
        Normalization {
            mean: mean as f32,
            deviation: (variance as f32).sqrt().max(1e-7),
        }
    }

    pub fn apply(&self, values: &mut [f64]) {
        for x in values {
            *x = f64::from((*x as f32 - self.mean) / self.deviation);
        }
    }
}
