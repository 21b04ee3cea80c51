//! Functions of single numbers, and loops over slices of them.
//!
//! The functions are polynomials of our own, made of multiplications, additions and selections
//! only: no library function and no fused operation, so native and wasm builds give the same bits,
//! and loops over them are vectorised. The coefficients are minimax fits (Lawson's iteration) to
//! the functions at 40 digits. Errors are below 3 units in the last place.

use super::team::Team;

/// Horner's scheme: `c[0] + c[1]·x + c[2]·x² + …`
#[inline(always)]
fn polynomial<const N: usize>(x: f32, c: [f32; N]) -> f32 {
    let mut sum = c[N - 1];
    for i in (0..N - 1).rev() {
        sum = sum * x + c[i];
    }
    sum
}

/// 2ⁿ for -126 ≤ n ≤ 127.
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}

/// Splits x = n·ln 2 + r, |r| ≤ ln 2 / 2, and returns n and eʳ - 1. |x| must be below 2²¹.
#[inline(always)]
fn reduce_exp(x: f32) -> (i32, f32) {
    // Adding 1.5·2²³ rounds to a whole number, which then stands in the low bits.
    const ROUND: f32 = 12_582_912.0;
    // ln 2 in two parts; the first has trailing zeros, so its product with n is exact.
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let n = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let r = (x - whole * LN2_HIGH) - whole * LN2_LOW;
    let c = [
        0.5,
        0.166_666_67,
        0.041_666_27,
        0.008_333_266,
        0.001_394_607_5,
        0.000_199_178_18,
    ];
    (n, r + r * r * polynomial(r, c))
}

/// eˣ
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let (n, p) = reduce_exp(x.clamp(-104.0, 89.0)); // zero and infinity lie within
    let half = n >> 1; // two factors: 2ⁿ itself may overflow or be subnormal
    (1.0 + p) * power_of_two(half) * power_of_two(n.wrapping_sub(half))
}

/// eˣ - 1, accurate near zero.
#[inline(always)]
pub fn expm1(x: f32) -> f32 {
    let (n, p) = reduce_exp(x.clamp(-20.0, 87.0));
    let scale = power_of_two(n);
    let near = scale * p + (scale - 1.0);
    let value = if x > 80.0 { exp(x) } else { near };
    if x == 0.0 { x } else { value }
}

/// ln x: -∞ at zero, NaN below.
#[inline(always)]
pub fn log(x: f32) -> f32 {
    let subnormal = x < f32::MIN_POSITIVE;
    let bits = (if subnormal { x * 8_388_608.0 } else { x }).to_bits();
    // x = m·2ⁿ with m in [√½, √2): the constant has the bits of √½.
    let offset = bits.wrapping_sub(0x3f35_04f3);
    let n = (offset as i32 >> 23) - if subnormal { 23 } else { 0 };
    let f = f32::from_bits((offset & 0x007f_ffff).wrapping_add(0x3f35_04f3)) - 1.0;
    let n = n as f32;
    let c = [
        0.333_333_13,
        -0.250_000_1,
        0.200_021_19,
        -0.166_679_96,
        0.142_195_51,
        -0.124_055_915,
        0.118_881_75,
        -0.116_756_41,
        0.067_466_01,
    ];
    let tail = f * f * f * polynomial(f, c) + n * -2.121_944_4e-4;
    let finite = (f + (tail - 0.5 * f * f)) + n * 0.693_359_4;
    let positive = if x > 0.0 { finite } else { f32::NAN };
    let value = if x == 0.0 {
        f32::NEG_INFINITY
    } else {
        positive
    };
    if x == f32::INFINITY { x } else { value }
}

/// ln(1 + x), accurate near zero.
#[inline(always)]
pub fn log1p(x: f32) -> f32 {
    // Kahan: the rounding of 1 + x cancels in log(y) / (y - 1).
    let y = 1.0 + x;
    let value = log(y) * (x / (y - 1.0));
    let value = if y == 1.0 { x } else { value };
    if x == f32::INFINITY || x == -1.0 {
        log(y)
    } else {
        value
    }
}

/// tanh x
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let u = x * x;
    let c = [
        -0.333_333_3,
        0.133_332_1,
        -0.053_947_203,
        0.021_702_968,
        -0.008_182_674,
        0.002_147_537,
    ];
    let near = x + x * u * polynomial(u, c);
    let far = (1.0 - 2.0 / (exp(2.0 * x.abs()) + 1.0)).copysign(x);
    if x.abs() < 0.625 { near } else { far }
}

/// The logistic function 1 / (1 + e⁻ˣ).
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    let z = exp(-x.abs());
    (if x < 0.0 { z } else { 1.0 }) / (1.0 + z)
}

/// ln(1 + eˣ)
#[inline(always)]
pub fn softplus(x: f32) -> f32 {
    (if x < 0.0 { 0.0 } else { x }) + log1p(exp(-x.abs()))
}

/// The error function 2/√π · ∫₀ˣ e^(-t²) dt.
#[inline(always)]
pub fn erf(x: f32) -> f32 {
    let u = x * x;
    let c = [
        std::f32::consts::FRAC_2_SQRT_PI,
        -0.376_126_26,
        0.112_836,
        -0.026_854_444,
        0.005_189_535,
        -0.000_802_084,
        7.889_116_4e-5,
    ];
    let near = x * polynomial(u, c);
    // ln(1 - erf) from 1 to 4; erf is 1 from there on.
    let c = [
        0.000_188_040_23,
        -1.129_578_5,
        -0.633_219_9,
        -0.108_418_58,
        0.025_208_257,
        -0.004_204_562,
        0.000_441_336_36,
        -2.168_685e-5,
    ];
    let a = x.abs();
    let far = (1.0 - exp(polynomial(if a > 4.0 { 4.0 } else { a }, c))).copysign(x);
    if a < 1.0 { near } else { far }
}

/// The complementary error function 1 - erf x: exact in proportion where it is tiny.
#[inline(always)]
pub fn erfc(x: f32) -> f32 {
    // ln(erfc(a) / t) + a² as a polynomial of t = 2 / (2 + a), a = |x|.
    let c = [
        -1.265_445_8,
        0.998_581_9,
        0.387_140_36,
        0.031_947_25,
        0.009_750_377,
        -0.097_321_86,
        -0.674_563_35,
        1.139_765_1,
        -0.673_382_04,
        0.143_528_06,
    ];
    let a = x.abs();
    let t = 2.0 / (2.0 + a);
    let far = t * exp(polynomial(t, c) - a * a);
    if x < 0.0 { 2.0 - far } else { far }
}

macro_rules! slice_forms {
    ($($name:ident = $function:ident),*) => {$(
        #[doc = concat!("Replaces each element by its [`", stringify!($function), "`].")]
        pub fn $name(values: &mut [f32]) {
            values.iter_mut().for_each(|v| *v = $function(*v));
        }
    )*};
}

slice_forms!(
    exp_slice = exp,
    expm1_slice = expm1,
    log_slice = log,
    log1p_slice = log1p,
    tanh_slice = tanh,
    sigmoid_slice = sigmoid,
    softplus_slice = softplus,
    erf_slice = erf
);

/// a += b
pub fn add_assign(a: &mut [f32], b: &[f32]) {
    debug_assert_eq!(a.len(), b.len());
    a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
}

/// y += alpha·x
pub fn axpy(alpha: f32, x: &[f32], y: &mut [f32]) {
    debug_assert_eq!(x.len(), y.len());
    y.iter_mut().zip(x).for_each(|(y, x)| *y += alpha * x);
}

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

/// Softmax of each row of `cols` numbers: e^(x - max) / Σ e^(x - max).
pub fn softmax_rows(x: &mut [f32], cols: usize) {
    debug_assert!(cols > 0 && x.len().is_multiple_of(cols));
    for row in x.chunks_exact_mut(cols) {
        let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        row.iter_mut().for_each(|v| *v = exp(*v - max));
        let scale = 1.0 / sum(row);
        row.iter_mut().for_each(|v| *v *= scale);
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::team::THREADS;
    use super::*;

    /// Largest error of `f` against `truth` in units in the last place over many numbers.
    fn worst(f: fn(f32) -> f32, truth: fn(f64) -> f64, low: f32, high: f32) -> f64 {
        let steps = if cfg!(miri) { 200 } else { 200_000 };
        let uniform = (0..=steps).map(|i| low + (high - low) * i as f32 / steps as f32);
        let small = (0..=steps).map(|i| 10f32.powf(-40.0 * i as f32 / steps as f32));
        let all = uniform.chain(small.clone()).chain(small.map(|x| -x));
        all.filter(|x| (low..=high).contains(x))
            .fold(0.0, |worst: f64, x| {
                let (value, exact) = (f(x), truth(x as f64));
                let rounded = exact as f32;
                if value == rounded {
                    return worst;
                }
                let ulp = (rounded.abs().next_up() - rounded.abs()) as f64;
                worst.max(((value as f64 - exact) / ulp).abs())
            })
    }

    fn erf_truth(x: f64) -> f64 {
        // Abramowitz & Stegun 7.1.6, all terms positive: 2/√π e^(-x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= 2.0 * x * x / (2 * n + 1) as f64;
            sum += term;
        }
        std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp() * sum
    }

    #[test]
    fn functions_are_accurate() {
        type Case = (&'static str, fn(f32) -> f32, fn(f64) -> f64, f32, f32);
        let cases: [Case; 8] = [
            ("exp", exp, f64::exp, -103.0, 88.7),
            ("expm1", expm1, f64::exp_m1, -100.0, 88.7),
            ("log", log, f64::ln, 1e-44, 1e3),
            ("log1p", log1p, f64::ln_1p, -0.999, 1e6),
            ("tanh", tanh, f64::tanh, -12.0, 12.0),
            (
                "sigmoid",
                sigmoid,
                |x| 1.0 / (1.0 + (-x).exp()),
                -100.0,
                100.0,
            ),
            (
                "softplus",
                softplus,
                |x| x.max(0.0) + (-x.abs()).exp().ln_1p(),
                -100.0,
                100.0,
            ),
            ("erf", erf, erf_truth, -5.0, 5.0),
        ];
        for (name, f, truth, low, high) in cases {
            let error = worst(f, truth, low, high);
            println!("{name}: {error:.2} ulp");
            assert!(error < 3.0, "{name} is off by {error} ulp");
        }
    }

    #[test]
    fn erfc_is_accurate() {
        // Its exponent reaches 25 at 5, where rounding it costs some 20 units.
        let truth = |x| 1.0 - erf_truth(x);
        let near = worst(erfc, truth, -5.0, 1.5);
        let far = worst(erfc, truth, 1.5, 3.5);
        println!("erfc: {near:.2} ulp, {far:.2} ulp beyond 1.5");
        assert!(near < 8.0 && far < 40.0, "{near} {far}");
        assert_eq!([erfc(9.0e4), erfc(-9.0e4), erfc(0.0)], [0.0, 2.0, 1.0]);
        assert_eq!([erfc(f32::INFINITY), erfc(f32::NEG_INFINITY)], [0.0, 2.0]);
        assert!(erfc(f32::NAN).is_nan());
    }

    #[test]
    fn ends_of_the_range() {
        let (inf, nan) = (f32::INFINITY, f32::NAN);
        for f in [exp, expm1, log, log1p, tanh, sigmoid, softplus, erf] {
            assert!(f(nan).is_nan());
        }
        assert_eq!(
            [exp(inf), exp(-inf), exp(f32::MAX), exp(f32::MIN), exp(0.0)],
            [inf, 0.0, inf, 0.0, 1.0]
        );
        assert_eq!(
            [expm1(inf), expm1(-inf), expm1(f32::MAX), expm1(-0.0)],
            [inf, -1.0, inf, 0.0]
        );
        assert_eq!(
            [log(inf), log(0.0), log(-0.0), log(1.0)],
            [inf, -inf, -inf, 0.0]
        );
        assert!(log(-1.0).is_nan() && log(-inf).is_nan() && log1p(-1.5).is_nan());
        assert_eq!([log1p(inf), log1p(-1.0), log1p(0.0)], [inf, -inf, 0.0]);
        assert_eq!(
            [tanh(inf), tanh(-inf), tanh(1e30), tanh(0.0)],
            [1.0, -1.0, 1.0, 0.0]
        );
        assert_eq!([sigmoid(inf), sigmoid(-inf), sigmoid(0.0)], [1.0, 0.0, 0.5]);
        assert_eq!(
            [softplus(inf), softplus(-inf), softplus(1e30)],
            [inf, 0.0, 1e30]
        );
        assert_eq!(
            [erf(inf), erf(-inf), erf(9.0), erf(0.0)],
            [1.0, -1.0, 1.0, 0.0]
        );
    }

    #[test]
    fn slices_equal_scalars() {
        let xs: Vec<f32> = (-50..50).map(|i| i as f32 * 0.37).collect();
        let mut ys = xs.clone();
        tanh_slice(&mut ys);
        assert!(xs.iter().zip(&ys).all(|(&x, &y)| tanh(x) == y));
        log_slice(&mut ys);
        assert!(
            xs.iter()
                .zip(&ys)
                .all(|(&x, &y)| log(tanh(x)).to_bits() == y.to_bits())
        );
    }

    #[test]
    fn sums_of_any_length() {
        for n in [0, 1, 15, 16, 17, 33, 2048, 2049, 5000] {
            let a: Vec<f32> = (0..n).map(|i| ((i * 37) % 101) as f32 - 50.0).collect();
            let b: Vec<f32> = (0..n).map(|i| ((i * 53) % 97) as f32 - 48.0).collect();
            // Whole numbers, so that every order of summation is exact.
            assert_eq!(sum(&a) as f64, a.iter().map(|&v| v as f64).sum::<f64>());
            let exact: f64 = a.iter().zip(&b).map(|(&a, &b)| a as f64 * b as f64).sum();
            assert_eq!(dot(&a, &b) as f64, exact);
            let mut c = b.clone();
            axpy(2.0, &a, &mut c);
            assert!((0..n).all(|i| c[i] == b[i] + 2.0 * a[i]));
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

    #[test]
    fn softmax_of_extreme_rows() {
        let mut x = [1000.0, 1000.0, -1000.0, 0.0, 1.0, 2.0];
        softmax_rows(&mut x, 3);
        assert_eq!(x[..3], [0.5, 0.5, 0.0]);
        let total = 1.0 + 1f64.exp() + 2f64.exp();
        for (i, &p) in x[3..].iter().enumerate() {
            assert!((p as f64 - (i as f64).exp() / total).abs() < 1e-7);
        }
    }
}
