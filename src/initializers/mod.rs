//! Initial weights: the distributions of `keras.initializers`, drawn from our own streams.
//!
//! The numbers differ from Keras', whose backends differ from each other, too; distribution,
//! fans and configs do not.

mod constant;
mod orthogonal;
mod random;
mod seed;
mod variance_scaling;

pub use constant::{Constant, Identity, Ones, STFT, Zeros};
pub use orthogonal::Orthogonal;
pub use random::{RandomNormal, RandomUniform, TruncatedNormal};
pub use seed::Seed;
pub use variance_scaling::{
    GlorotNormal, GlorotUniform, HeNormal, HeUniform, LecunNormal, LecunUniform, VarianceScaling,
    compute_fans,
};

use crate::error::Result;
use crate::registry::{registry, serde_by_name};
use crate::rng::Rng;

/// Fills a new variable.
pub trait Initialize {
    /// Whether its arguments are sound and it takes a variable of this shape.
    fn check(&self, _shape: &[usize]) -> Result<()> {
        Ok(())
    }

    /// Draws `out`, a variable of `shape`; `rng` is the variable's own stream.
    fn fill(&self, shape: &[usize], rng: &mut Rng, out: &mut [f32]);

    /// The seed the config names, if any: it replaces the model's.
    fn seed(&self) -> Option<u32> {
        None
    }
}

registry! {
    /// An initializer of `keras.initializers`.
    pub enum Initializer: dyn Initialize, "keras.initializers", "initializer" {
        Zeros = ["zero"], Ones = ["one"], Constant, Identity = ["IdentityInitializer"],
        RandomUniform = ["uniform"], RandomNormal = ["normal"], TruncatedNormal, VarianceScaling,
        GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal,
        Orthogonal = ["OrthogonalInitializer"], STFT = ["STFTInitializer"],
    }
}
serde_by_name!(Initializer, "initializer");

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    pub fn drawn(class: &str, config: Value, shape: &[usize]) -> Vec<f32> {
        let json = json!({"class_name": class, "config": config});
        let initializer: Initializer = serde_json::from_value(json).unwrap();
        initializer.check(shape).unwrap();
        let mut out = vec![f32::NAN; shape.iter().product()];
        initializer.fill(shape, &mut Rng::stream(1, "test"), &mut out);
        out
    }

    fn moments(out: &[f32]) -> (f64, f64) {
        let n = out.len() as f64;
        let mean = out.iter().map(|&w| f64::from(w)).sum::<f64>() / n;
        let squares = out.iter().map(|&w| (f64::from(w) - mean).powi(2));
        (mean, squares.sum::<f64>() / n)
    }

    /// The spread of a normal cut at two deviations, as a share of the whole one's.
    const CUT: f64 = 0.879_625_661_034_239_8;

    #[test]
    fn mean_variance_and_bounds_are_the_formulas() {
        let scaling = |mode: &str, distribution: &str| json!({"scale": 3.0, "mode": mode, "distribution": distribution});
        let (fan_in, fan_out, avg) = (200.0, 300.0, 250.0);
        let none = || json!({});
        let normal = || json!({"mean": 0.3, "stddev": 0.2});
        // Class, config, mean, variance, largest distance from the mean.
        let uniform = |variance: f64| (3.0 * variance).sqrt();
        let cut = |variance: f64| 2.0 * variance.sqrt() / CUT;
        let open = f64::INFINITY;
        let cases = [
            ("GlorotUniform", none(), 0.0, 1.0 / avg, uniform(1.0 / avg)),
            ("GlorotNormal", none(), 0.0, 1.0 / avg, cut(1.0 / avg)),
            (
                "HeUniform",
                none(),
                0.0,
                2.0 / fan_in,
                uniform(2.0 / fan_in),
            ),
            ("HeNormal", none(), 0.0, 2.0 / fan_in, cut(2.0 / fan_in)),
            (
                "LecunUniform",
                none(),
                0.0,
                1.0 / fan_in,
                uniform(1.0 / fan_in),
            ),
            ("LecunNormal", none(), 0.0, 1.0 / fan_in, cut(1.0 / fan_in)),
            (
                "VarianceScaling",
                none(),
                0.0,
                1.0 / fan_in,
                cut(1.0 / fan_in),
            ),
            (
                "VarianceScaling",
                scaling("fan_out", "uniform"),
                0.0,
                3.0 / fan_out,
                uniform(3.0 / fan_out),
            ),
            (
                "VarianceScaling",
                scaling("fan_avg", "untruncated_normal"),
                0.0,
                3.0 / avg,
                open,
            ),
            (
                "VarianceScaling",
                scaling("fan_in", "normal"),
                0.0,
                3.0 / fan_in,
                cut(3.0 / fan_in),
            ),
            ("RandomUniform", none(), 0.0, 0.01 / 12.0, 0.05),
            (
                "RandomUniform",
                json!({"minval": 1.0, "maxval": 3.0}),
                2.0,
                4.0 / 12.0,
                1.0,
            ),
            ("RandomNormal", none(), 0.0, 0.0025, open),
            ("RandomNormal", normal(), 0.3, 0.04, open),
            ("TruncatedNormal", none(), 0.0, (0.05 * CUT).powi(2), 0.1),
            ("TruncatedNormal", normal(), 0.3, (0.2 * CUT).powi(2), 0.4),
        ];
        for (class, config, mean, variance, bound) in cases {
            let out = drawn(class, config.clone(), &[200, 300]);
            let (found_mean, found_variance) = moments(&out);
            let error = (variance / out.len() as f64).sqrt();
            assert!(
                (found_mean - mean).abs() < 5.0 * error,
                "{class}: mean {found_mean}"
            );
            let ratio = found_variance / variance;
            assert!(
                (ratio - 1.0).abs() < 0.02,
                "{class} {config}: variance {ratio} of it"
            );
            let far = out
                .iter()
                .map(|&w| (f64::from(w) - mean).abs())
                .fold(0.0, f64::max);
            assert!(far <= bound * 1.000_001, "{class}: {far} beyond {bound}");
            assert!(
                bound == open || far > 0.98 * bound,
                "{class}: {far} of {bound}"
            );
        }
    }

    #[test]
    fn a_seed_in_the_config_repeats() {
        let seed_of = |config: Value| {
            let json = json!({"class_name": "GlorotUniform", "config": config});
            serde_json::from_value::<Initializer>(json).unwrap().seed()
        };
        assert_eq!(seed_of(json!({"seed": 7})), Some(7));
        assert_eq!(seed_of(json!({"seed": null})), None);
        let generator = json!({"module": "keras.random", "class_name": "SeedGenerator",
            "config": {"seed": 7, "name": "seed_generator"}, "registered_name": null});
        assert_eq!(seed_of(json!({"seed": generator})), Some(7));
    }

    #[test]
    fn what_keras_refuses() {
        let refused = |class: &str, config: Value, shape: &[usize]| {
            let json = json!({"class_name": class, "config": config});
            match serde_json::from_value::<Initializer>(json) {
                Ok(initializer) => initializer.check(shape).unwrap_err().message,
                Err(error) => error.to_string(),
            }
        };
        for (class, config, shape, said) in [
            ("Identity", json!({}), vec![2, 2, 2], "[2, 2, 2]"),
            ("Orthogonal", json!({}), vec![3], "[3]"),
            (
                "VarianceScaling",
                json!({"scale": 0.0}),
                vec![3, 3],
                "scale=0",
            ),
            ("VarianceScaling", json!({"mode": "fan"}), vec![3, 3], "fan"),
            (
                "VarianceScaling",
                json!({"distribution": "cauchy"}),
                vec![3, 3],
                "cauchy",
            ),
            (
                "VarianceScaling",
                json!({"input_axes": [0], "output_axes": [2]}),
                vec![3, 3],
                "2",
            ),
            ("GlorotUniform", json!({"seed": "x"}), vec![3, 3], "seed"),
            ("Constant", json!({}), vec![3], "value"),
            ("STFT", json!({"window": "kaiser"}), vec![8, 1, 5], "kaiser"),
            ("STFT", json!({}), vec![8, 5], "[8, 5]"),
        ] {
            let message = refused(class, config, &shape);
            assert!(message.contains(said), "{class}: {message}");
        }
    }

    /// Rows of `rows` × `columns` are orthogonal and of norm `gain`.
    fn assert_orthogonal(rows: &[Vec<f64>], gain: f64) {
        for (i, a) in rows.iter().enumerate() {
            for (j, b) in rows.iter().enumerate() {
                let dot: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
                let expected = if i == j { gain * gain } else { 0.0 };
                assert!(
                    (dot - expected).abs() < 1e-6 * gain * gain,
                    "{i}·{j} = {dot}"
                );
            }
        }
    }

    #[test]
    fn orthogonal_is_so() {
        for (shape, gain) in [
            (vec![7, 4], 1.0),
            (vec![4, 7], 2.0),
            (vec![3, 3, 2, 5], 0.5),
            (vec![64, 64], 1.0),
        ] {
            let out = drawn("Orthogonal", json!({"gain": gain}), &shape);
            let columns = shape[shape.len() - 1];
            let rows: Vec<Vec<f64>> = out
                .chunks(columns)
                .map(|row| row.iter().map(|&w| f64::from(w)).collect())
                .collect();
            if rows.len() <= columns {
                assert_orthogonal(&rows, gain);
            } else {
                let turned: Vec<Vec<f64>> = (0..columns)
                    .map(|c| rows.iter().map(|row| row[c]).collect())
                    .collect();
                assert_orthogonal(&turned, gain);
            }
        }
    }

    #[test]
    fn orthogonal_is_uniform() {
        // Of a uniform orthogonal matrix each element has mean 0 and variance 1 / n.
        let n = 8;
        let mut all = vec![];
        for seed in 0..400 {
            let mut out = vec![0.0; n * n];
            Orthogonal::default().fill(&[n, n], &mut Rng::stream(seed, "test"), &mut out);
            all.push(out[0]);
        }
        let (mean, variance) = moments(&all);
        assert!(mean.abs() < 5.0 * (0.125_f64 / 400.0).sqrt(), "{mean}");
        assert!((variance * 8.0 - 1.0).abs() < 0.3, "{variance}");
    }
}
