//! Functions of single numbers, and loops over slices of them.
//!
//! The functions are polynomials of our own, made of multiplications, additions and selections
//! only: no library function and no fused operation, so native and wasm builds give the same bits,
//! and loops over them are vectorised. The coefficients are minimax fits (Lawson's iteration) to
//! the functions at 40 digits. Errors are below 3 units in the last place.

use super::sums::sum;

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
        let cases: [Case; 7] = [
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
        for f in [exp, expm1, log, log1p, tanh, sigmoid, softplus] {
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
    }

    #[test]
    fn products_are_added() {
        let (a, mut c) = ([1.0, -2.0, 3.0], [0.5, 0.5, 0.5]);
        axpy(2.0, &a, &mut c);
        assert_eq!(c, [2.5, -3.5, 6.5]);
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
