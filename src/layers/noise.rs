//! What the layers that draw random numbers in training share.

use super::{Backward, CacheLen, Forward};
use crate::error::{Error, Result};
use crate::rng::Rng;

/// Refuses a `rate` that is no share.
pub fn check_rate(class: &str, argument: &str, rate: f64) -> Result<()> {
    if (0.0..=1.0).contains(&rate) {
        return Ok(());
    }
    Err(Error::unsupported(format!(
        "{class}({argument}={rate}): {argument} must be between 0 and 1"
    )))
}

/// The stream of a layer in this step: of its own `seed` where it has one, else of the call.
pub fn stream(seed: Option<u32>, class: &str, rng: &Rng, step: u64) -> Rng {
    seed.map_or_else(|| rng.clone(), |seed| Rng::step(seed, class, step))
}

/// An array of which some axes share what is drawn: the batch (axis 0) and a sample's dimensions.
pub struct Sharing<'a, S: Fn(usize) -> bool> {
    pub rows: usize,
    pub dims: &'a [usize],
    /// Whether what is drawn is the same all along an axis.
    pub shared: S,
}

impl<S: Fn(usize) -> bool> Sharing<'_, S> {
    /// Fills `out` with drawn numbers, one for each index of the axes that are not shared.
    pub fn fill(&self, out: &mut [f32], draw: &mut impl FnMut() -> f32) {
        self.fill_from(0, out, draw);
    }

    fn fill_from(&self, axis: usize, out: &mut [f32], draw: &mut impl FnMut() -> f32) {
        if out.is_empty() || !(axis..=self.dims.len()).any(&self.shared) {
            out.iter_mut().for_each(|out| *out = draw());
            return;
        }
        let count = if axis == 0 {
            self.rows
        } else {
            self.dims[axis - 1]
        };
        let (first, others) = out.split_at_mut(out.len() / count);
        self.fill_from(axis + 1, first, draw);
        for other in others.chunks_exact_mut(first.len()) {
            if (self.shared)(axis) {
                other.copy_from_slice(first);
            } else {
                self.fill_from(axis + 1, other, draw);
            }
        }
    }
}

/// A factor for each element, kept for the way back.
pub fn factors_len(output: &[usize]) -> CacheLen {
    CacheLen::per_sample(output.iter().product())
}

/// Draws a factor for each element and multiplies the input by it.
pub fn multiply(pass: &mut Forward, shared: impl Fn(usize) -> bool, mut draw: impl FnMut() -> f32) {
    let sharing = Sharing {
        rows: pass.inputs.rows,
        dims: pass.output_shape,
        shared,
    };
    sharing.fill(pass.cache, &mut draw);
    let x = pass.inputs.dense(0);
    for ((y, &factor), &x) in pass.output.iter_mut().zip(pass.cache.iter()).zip(x) {
        *y = x * factor;
    }
}

/// Passes the input on, as the layer does where nothing is drawn.
pub fn leave(pass: &mut Forward) {
    pass.pass_on();
    pass.cache.fill(1.0);
}

/// The output's gradient times each element's factor.
pub fn multiply_back(pass: &mut Backward) {
    if let Some(dx) = pass.d_inputs.get(0) {
        for ((dx, &dy), &factor) in dx.iter_mut().zip(pass.d_output.iter()).zip(&*pass.cache) {
            *dx = dy * factor;
        }
    }
}

/// Draws a factor of 0 with probability `rate`, else 1 / (1 − rate).
pub fn dropped(mut rng: Rng, rate: f64) -> impl FnMut() -> f32 {
    let keep = (1.0 - rate) as f32;
    move || {
        if rng.uniform() < keep {
            1.0 / keep
        } else {
            0.0
        }
    }
}

/// `noise_shape`: the shape of what is drawn, with the batch dimension; null where it is the
/// input's. An axis of 1 is shared.
pub type NoiseShape = Option<Vec<Option<usize>>>;

/// The entry of `noise_shape` for an axis of the input, which has `rank` axes with the batch: a
/// shorter one is aligned at the end.
fn entry(noise_shape: &NoiseShape, rank: usize, axis: usize) -> Option<usize> {
    match noise_shape {
        None => None,
        Some(dims) => match (axis + dims.len()).checked_sub(rank) {
            Some(i) => dims[i],
            None => Some(1),
        },
    }
}

/// Whether `noise_shape` shares what is drawn along an axis.
pub fn is_shared(noise_shape: &NoiseShape, rank: usize) -> impl Fn(usize) -> bool {
    move |axis| entry(noise_shape, rank, axis) == Some(1)
}

/// Refuses a `noise_shape` that does not stretch to the sample's shape.
pub fn check_noise_shape(
    class: &str,
    noise_shape: &NoiseShape,
    dims: &[Option<usize>],
) -> Result<()> {
    let Some(given) = noise_shape else {
        return Ok(());
    };
    let rank = dims.len() + 1;
    let open = given.len() < rank && given.contains(&None);
    let stretches = |axis: usize| match (entry(noise_shape, rank, axis), dims[axis - 1]) {
        (Some(noise), Some(dim)) => noise == 1 || noise == dim,
        (Some(0), None) => false,
        _ => true,
    };
    if given.len() <= rank && !open && !given.contains(&Some(0)) && (1..rank).all(stretches) {
        return Ok(());
    }
    let show = |dim: &Option<usize>| dim.map_or("None".into(), |n| n.to_string());
    let given: Vec<String> = given.iter().map(show).collect();
    Err(Error::shape(format!(
        "{class}(noise_shape=({})) does not stretch to {}; give 1 where elements share a draw, and \
         None (the batch, too) where each has its own",
        given.join(", "),
        super::show(&dims.to_vec())
    )))
}

/// Refuses a `noise_shape` for batches of another size.
pub fn check_noise_batch(class: &str, noise_shape: &NoiseShape, pass: &Forward) -> Result<()> {
    let rows = pass.inputs.rows;
    match entry(noise_shape, pass.output_shape.len() + 1, 0) {
        Some(batch) if batch != 1 && batch != rows => Err(Error::shape(format!(
            "{class}'s noise_shape is for batches of {batch}, found a batch of {rows}; begin it with \
             None"
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_shared_along_axes() {
        let fill = |shared: &dyn Fn(usize) -> bool| {
            let (mut out, mut n) = (vec![0.0; 12], 0.0);
            let mut draw = || {
                n += 1.0;
                n
            };
            let dims = [3, 2];
            let rows = 2;
            Sharing {
                rows,
                dims: &dims,
                shared,
            }
            .fill(&mut out, &mut draw);
            out
        };
        let all: Vec<f32> = (1..=12).map(|i| i as f32).collect();
        assert_eq!(fill(&|_| false), all);
        assert_eq!(fill(&|_| true), [1.0; 12]);
        assert_eq!(
            fill(&|axis| axis == 1),
            [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 3.0, 4.0, 3.0, 4.0, 3.0, 4.0]
        );
        assert_eq!(
            fill(&|axis| axis == 2),
            [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0, 5.0, 5.0, 6.0, 6.0]
        );
        assert_eq!(
            fill(&|axis| axis == 0),
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
        );
    }

    #[test]
    fn noise_shapes_stretch_or_are_refused() {
        let check = |noise: &[Option<usize>]| {
            check_noise_shape("Dropout", &Some(noise.to_vec()), &[Some(5), Some(3)]).is_ok()
        };
        for fine in [
            &[None, Some(1), Some(3)][..],
            &[Some(1), None, None],
            &[Some(3)],
            &[Some(1)],
        ] {
            assert!(check(fine), "{fine:?}");
        }
        for wrong in [
            &[None, Some(2), Some(3)][..],
            &[None, Some(1), Some(1), Some(3)],
            &[None, Some(1)],
            &[Some(0), None, None],
        ] {
            assert!(!check(wrong), "{wrong:?}");
        }
    }
}
