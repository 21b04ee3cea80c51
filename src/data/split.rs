//! Training rows and test rows.

use super::recipe::{Method, Split};
use crate::error::{Error, Result};

/// The rows `0..classes.len()` parted into training and test rows; `classes` holds each row's
/// class, which only [`Method::Stratified`] looks at.
pub(super) fn split(split: &Split, classes: &[usize]) -> Result<(Vec<u32>, Vec<u32>)> {
    if !(split.test > 0.0 && split.test < 1.0) {
        return Err(Error::data(format!(
            "The test share must lie between 0 and 1, but it is {}.",
            split.test
        )));
    }
    let rows = classes.len();
    let held_out = |rows: usize| (rows as f64 * split.test).round() as usize;
    let (train, test): (Vec<u32>, Vec<u32>) = match split.method {
        Method::Last => (0..rows as u32).partition(|&row| (row as usize) < rows - held_out(rows)),
        Method::Random => {
            let mut train = shuffled(rows, split.seed);
            let test = train.drain(..held_out(rows)).collect();
            (train, test)
        }
        Method::Stratified => {
            let mut wanted = vec![0; classes.iter().max().map_or(0, |&class| class + 1)];
            classes.iter().for_each(|&class| wanted[class] += 1);
            wanted
                .iter_mut()
                .for_each(|count| *count = held_out(*count));
            shuffled(rows, split.seed).into_iter().partition(|&row| {
                let wanted = &mut wanted[classes[row as usize]];
                let trains = *wanted == 0;
                *wanted = wanted.saturating_sub(1);
                trains
            })
        }
    };
    if train.is_empty() || test.is_empty() {
        return Err(Error::data(format!(
            "A test share of {} of {rows} rows leaves {} for training and {} for the test: both \
             need at least one. Choose another share.",
            split.test,
            train.len(),
            test.len()
        )));
    }
    Ok((train, test))
}

/// The numbers `0..n` in an order that depends on `seed` alone: Fisher–Yates over SplitMix64.
fn shuffled(n: usize, seed: u32) -> Vec<u32> {
    let mut state = u64::from(seed);
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    let mut rows: Vec<u32> = (0..n as u32).collect();
    for i in (1..n).rev() {
        // The high half of a product maps 64 random bits to 0..=i.
        let j = ((u128::from(next()) * (i as u128 + 1)) >> 64) as usize;
        rows.swap(i, j);
    }
    rows
}
