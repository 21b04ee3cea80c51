//! Quantiles as Keras' Discretization approximates them
//! (keras/src/layers/preprocessing/discretization.py), operation by operation in float32.

use crate::error::{Error, Result};

/// Values with the weight of what they stand for.
struct Summary {
    values: Vec<f32>,
    weights: Vec<f32>,
}

/// The boundaries between `bins` bins of about as many values each.
pub fn quantile_boundaries(values: Vec<f32>, epsilon: f64, bins: usize) -> Result<Vec<f32>> {
    if values.is_empty() || values.iter().any(|x| x.is_nan()) {
        return Err(Error::data(
            "Discretization learns from numbers, but there are none or some are missing; leave \
             rows with missing values out",
        ));
    }
    if !(epsilon > 0.0 && epsilon <= 1.0) {
        return Err(Error::unsupported(format!(
            "Discretization(epsilon={epsilon}): epsilon must be above 0 and at most 1"
        )));
    }
    let summary = compress(summarize(values, epsilon), epsilon);
    let mut boundaries = compress(summary, 1.0 / bins as f64).values;
    boundaries.pop();
    Ok(boundaries)
}

/// Every so many of the sorted values, about 1/epsilon of them.
fn summarize(mut values: Vec<f32>, epsilon: f64) -> Summary {
    values.sort_unstable_by(f32::total_cmp);
    let step = (values.len() as f64 / (1.0 / epsilon)).max(1.0);
    let every = values.iter().skip((step - 1.0) as usize);
    let values: Vec<f32> = every.step_by(step as usize).copied().collect();
    let weights = vec![step as f32; values.len()];
    Summary { values, weights }
}

/// Interpolates between the cumulated weights, to about 1/epsilon values.
fn compress(summary: Summary, epsilon: f64) -> Summary {
    if summary.values.len() as f64 * epsilon < 1.0 {
        return summary;
    }
    let mut total = 0.0f32;
    let cumulate = |&w: &f32| {
        total += w;
        total
    };
    let cumulated: Vec<f32> = summary.weights.iter().map(cumulate).collect();
    let shares: Vec<f32> = cumulated.iter().map(|w| w / total).collect();
    let count = (1.0 / epsilon).ceil() as usize;
    let mut values = Vec::with_capacity(count);
    let mut weights = Vec::with_capacity(count);
    let mut before = 0.0;
    for i in 0..count {
        let share = epsilon + i as f64 * epsilon;
        values.push(interpolate(share, &shares, &summary.values) as f32);
        let upto = interpolate(share, &shares, &cumulated);
        weights.push((upto - before) as f32);
        before = upto;
    }
    Summary { values, weights }
}

/// `numpy.interp` at one place.
fn interpolate(x: f64, xs: &[f32], ys: &[f32]) -> f64 {
    let after = xs.partition_point(|&at| f64::from(at) <= x);
    let [below, above] = [after.saturating_sub(1), after.min(xs.len() - 1)];
    let (y0, y1) = (f64::from(ys[below]), f64::from(ys[above]));
    if after == 0 || below == above {
        return if after == 0 { y1 } else { y0 };
    }
    let (x0, x1) = (f64::from(xs[below]), f64::from(xs[above]));
    (y1 - y0) / (x1 - x0) * (x - x0) + y0
}
