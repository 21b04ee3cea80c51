//! Sums in a fixed order, whatever the team, that keep float32's digits.

use super::elementwise::add_assign;
use super::team::Team;

/// Partial sums kept side by side: what a vector unit adds at once.
const LANES: usize = 16;
/// Longest stretch summed in one go; longer ones are halved (pairwise summation).
const STRETCH: usize = 2048;

fn sum_lanes(lanes: [f32; LANES]) -> f32 {
    let eight: [f32; 8] = std::array::from_fn(|i| lanes[i] + lanes[i + 8]);
    let four: [f32; 4] = std::array::from_fn(|i| eight[i] + eight[i + 4]);
    (four[0] + four[2]) + (four[1] + four[3])
}

/// Where to halve a sum of `len` terms: at a multiple of the lanes.
fn halve(len: usize) -> usize {
    (len / 2).next_multiple_of(LANES)
}

/// Σ x, in a fixed order; the error grows with the logarithm of the length.
pub fn sum(x: &[f32]) -> f32 {
    if x.len() > STRETCH {
        let (left, right) = x.split_at(halve(x.len()));
        return sum(left) + sum(right);
    }
    let mut lanes = [0.0; LANES];
    let (blocks, rest) = x.as_chunks::<LANES>();
    for block in blocks {
        lanes.iter_mut().zip(block).for_each(|(lane, x)| *lane += x);
    }
    lanes.iter_mut().zip(rest).for_each(|(lane, x)| *lane += x);
    sum_lanes(lanes)
}

/// Σ a·b, in a fixed order; the error grows with the logarithm of the length.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    sum_pairs(a, b, |a, b| a * b)
}

/// Σ f(a, b) over pairs of elements, as [`dot`] sums their products.
pub fn sum_pairs(a: &[f32], b: &[f32], f: impl Fn(f32, f32) -> f32 + Copy) -> f32 {
    debug_assert_eq!(a.len(), b.len());
    if a.len() > STRETCH {
        let middle = halve(a.len());
        return sum_pairs(&a[..middle], &b[..middle], f) + sum_pairs(&a[middle..], &b[middle..], f);
    }
    let mut lanes = [0.0; LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for i in 0..LANES {
            lanes[i] += f(a[i], b[i]);
        }
    }
    lanes
        .iter_mut()
        .zip(a_rest.iter().zip(b_rest))
        .for_each(|(lane, (&a, &b))| *lane += f(a, b));
    sum_lanes(lanes)
}

/// Sums the rows of a matrix: `out[c] = Σ m[r, c]` over r, for a bias gradient.
///
/// Blocks of rows are summed apart and then added in order, whatever the team.
pub fn sum_rows(team: &Team, m: &[f32], cols: usize, out: &mut [f32]) {
    debug_assert_eq!(out.len(), cols);
    debug_assert_eq!(m.len() % cols.max(1), 0);
    const BLOCK: usize = 512;
    out.fill(0.0);
    if m.is_empty() {
        return;
    }
    let block = BLOCK * cols;
    let blocks = m.len().div_ceil(block);
    let mut scratch = team.take_scratch(blocks * cols);
    let partial = &mut scratch[..blocks * cols];
    let sum_block = |start: usize, partial: &mut [f32]| {
        let first = start * BLOCK; // block number · cols · BLOCK
        partial.fill(0.0);
        for row in m[first..m.len().min(first + block)].chunks_exact(cols) {
            add_assign(partial, row);
        }
    };
    if m.len() < 1 << 16 {
        partial
            .chunks_exact_mut(cols)
            .enumerate()
            .for_each(|(i, p)| sum_block(i * cols, p));
    } else {
        team.for_slices(partial, cols, &sum_block);
    }
    partial.chunks_exact(cols).for_each(|p| add_assign(out, p));
    team.put_scratch(scratch);
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::team::THREADS;
    use super::*;

    #[test]
    fn sums_of_any_length() {
        for n in [0, 1, 15, 16, 17, 33, 2048, 2049, 5000] {
            let a: Vec<f32> = (0..n).map(|i| ((i * 37) % 101) as f32 - 50.0).collect();
            let b: Vec<f32> = (0..n).map(|i| ((i * 53) % 97) as f32 - 48.0).collect();
            // Whole numbers, so that every order of summation is exact.
            assert_eq!(sum(&a) as f64, a.iter().map(|&v| v as f64).sum::<f64>());
            let exact: f64 = a.iter().zip(&b).map(|(&a, &b)| a as f64 * b as f64).sum();
            assert_eq!(dot(&a, &b) as f64, exact);
        }
        let ones = vec![0.1f32; if cfg!(miri) { 5_000 } else { 5_000_000 }];
        let exact = ones.len() as f64 * 0.1f32 as f64;
        assert!((sum(&ones) as f64 / exact - 1.0).abs() < 1e-6);
    }

    #[test]
    fn column_sums_do_not_depend_on_the_team() {
        let sizes = [
            (0, 3),
            (1, 1),
            (5, 7),
            (513, 3),
            (if cfg!(miri) { 20 } else { 5000 }, 33),
        ];
        for (rows, cols) in sizes {
            let m: Vec<f32> = (0..rows * cols)
                .map(|i| ((i * 31) % 103) as f32 * 0.01)
                .collect();
            let mut outs = Vec::new();
            for threads in THREADS {
                let team = Team::new(threads);
                let mut out = vec![f32::NAN; cols];
                team.session(|| sum_rows(&team, &m, cols, &mut out));
                outs.push(out);
            }
            assert!(outs.iter().all(|out| *out == outs[0]));
            for c in 0..cols {
                let exact: f64 = (0..rows).map(|r| m[r * cols + c] as f64).sum();
                assert!((outs[0][c] as f64 - exact).abs() <= 1e-5 * exact.abs());
            }
        }
    }
}
