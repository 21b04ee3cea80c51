//! The innermost loop of the matrix product: one small tile of C, held in registers.

/// How the sums of a tile run through A and B: `runs` runs of `len` rows of B, which lie one after
/// the other. Both matrices skip to the next run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Walk {
    pub runs: usize,
    pub len: usize,
    /// From one number of a row of A to the next.
    pub step: usize,
    /// From the first number of a run to the first of the next one.
    pub pitch: usize,
    /// Rows of B between runs.
    pub skip: usize,
}

impl Walk {
    /// One run.
    pub fn line(len: usize, step: usize) -> Walk {
        Walk {
            runs: 1,
            len,
            step,
            pitch: 0,
            skip: 0,
        }
    }
}

/// Adds a tile of A·B to C.
pub(super) trait Microkernel {
    /// Rows of a tile.
    const MR: usize;
    /// Columns of a tile.
    const NR: usize;

    /// `c[i][j] += Σ a[i][r·pitch + p·step] · b[(r·(len + skip) + p)·NR + j]` over runs r and p < len,
    /// for i < MR, j < NR, summed from zero in this order before it is added to C. `a` and `c` hold
    /// the pointers to MR rows.
    ///
    /// # Safety
    /// All those elements must be valid, those of C not in use by another thread, and the
    /// processor must have the features of the kernel.
    unsafe fn tile(walk: Walk, a: &[*const f32], b: *const f32, c: &[*mut f32]);
}

/// Calls a function of a [`Microkernel`] with the one for this processor.
macro_rules! with_microkernel {
    ($function:ident($($argument:expr),* $(,)?)) => {{
        #[cfg(target_arch = "wasm32")]
        {
            $function::<$crate::kernels::microkernel::Wasm>($($argument),*)
        }
        #[cfg(not(target_arch = "wasm32"))]
        {
            $crate::kernels::microkernel::native!($function($($argument),*))
        }
    }};
}
pub(super) use with_microkernel;

#[cfg(target_arch = "x86_64")]
macro_rules! native {
    ($function:ident($($argument:expr),*)) => {
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            $function::<$crate::kernels::microkernel::Avx2>($($argument),*)
        } else {
            $function::<$crate::kernels::microkernel::Portable>($($argument),*)
        }
    };
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "wasm32")))]
macro_rules! native {
    ($function:ident($($argument:expr),*)) => {
        $function::<$crate::kernels::microkernel::Portable>($($argument),*)
    };
}
#[cfg(not(target_arch = "wasm32"))]
pub(super) use native;

/// Bounds of the tiles of all microkernels.
pub(super) const MAX_MR: usize = 4;
pub(super) const MAX_NR: usize = 16;

/// Adds one tile to C, of which only `rows` rows and `cols` columns exist: by way of a copy where
/// that is not a whole one. Rows past the end may repeat others.
///
/// # Safety
/// As for [`Microkernel::tile`].
#[inline(always)]
pub(super) unsafe fn add_tile<K: Microkernel>(
    walk: Walk,
    a: &[*const f32],
    b: *const f32,
    c: &[*mut f32],
    (rows, cols): (usize, usize),
) {
    if (rows, cols) == (K::MR, K::NR) {
        // SAFETY: the caller's promise.
        return unsafe { K::tile(walk, a, b, c) };
    }
    let mut tile = [0.0; MAX_MR * MAX_NR];
    let copy: [*mut f32; MAX_MR] = std::array::from_fn(|i| tile[i * K::NR..].as_mut_ptr());
    // SAFETY: the copy has room for MR·NR numbers.
    unsafe { K::tile(walk, a, b, &copy[..K::MR]) };
    for (tile, &c) in tile.chunks_exact(K::NR).zip(&c[..rows]) {
        for (j, sum) in tile[..cols].iter().enumerate() {
            // SAFETY: an element of C by the caller's promise.
            unsafe { *c.add(j) += sum };
        }
    }
}

/// 4×8 in wasm: 8 sums, 2 vectors of B and 1 of A are what V8's registers hold. The loop over the
/// depth is not unrolled for the same reason.
#[cfg(target_arch = "wasm32")]
pub(super) struct Wasm;

#[cfg(target_arch = "wasm32")]
impl Microkernel for Wasm {
    const MR: usize = 4;
    const NR: usize = 8;

    #[inline(always)]
    unsafe fn tile(walk: Walk, a: &[*const f32], b: *const f32, c: &[*mut f32]) {
        use std::arch::wasm32::{f32x4_add, f32x4_splat, v128_load, v128_store};
        let mut sums = [[f32x4_splat(0.0); 2]; 4];
        let (mut b, mut start) = (b, 0);
        for _ in 0..walk.runs {
            let mut offset = start;
            for _ in 0..walk.len {
                // SAFETY: the caller's promise.
                unsafe {
                    let columns = [v128_load(b.cast()), v128_load(b.add(4).cast())];
                    for (i, sum) in sums.iter_mut().enumerate() {
                        let a = f32x4_splat(*a[i].add(offset));
                        sum[0] = multiply_add(a, columns[0], sum[0]);
                        sum[1] = multiply_add(a, columns[1], sum[1]);
                    }
                }
                b = b.wrapping_add(Self::NR);
                offset += walk.step;
            }
            b = b.wrapping_add(walk.skip * Self::NR);
            start += walk.pitch;
        }
        for (&c, sum) in c.iter().zip(&sums) {
            // SAFETY: the caller's promise.
            unsafe {
                v128_store(c.cast(), f32x4_add(v128_load(c.cast()), sum[0]));
                v128_store(
                    c.add(4).cast(),
                    f32x4_add(v128_load(c.add(4).cast()), sum[1]),
                );
            }
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
use std::arch::wasm32::f32x4_relaxed_madd as multiply_add;

#[cfg(all(target_arch = "wasm32", not(target_feature = "relaxed-simd")))]
#[inline(always)]
fn multiply_add(
    a: std::arch::wasm32::v128,
    b: std::arch::wasm32::v128,
    c: std::arch::wasm32::v128,
) -> std::arch::wasm32::v128 {
    use std::arch::wasm32::{f32x4_add, f32x4_mul};
    f32x4_add(c, f32x4_mul(a, b))
}

/// Plain code that the compiler turns into vectors of whatever the target has.
#[cfg(not(target_arch = "wasm32"))]
#[inline(always)]
unsafe fn portable<const MR: usize, const NR: usize, const FUSED: bool>(
    walk: Walk,
    a: &[*const f32],
    b: *const f32,
    c: &[*mut f32],
) {
    let a: &[*const f32; MR] = a.try_into().expect("MR row pointers");
    let mut sums = [[0f32; NR]; MR];
    for run in 0..walk.runs {
        let (a_start, b_start) = (run * walk.pitch, run * (walk.len + walk.skip));
        for p in 0..walk.len {
            // SAFETY: the caller's promise.
            let b = unsafe { &*b.add((b_start + p) * NR).cast::<[f32; NR]>() };
            for i in 0..MR {
                // SAFETY: the same.
                let a = unsafe { *a[i].add(a_start + p * walk.step) };
                for j in 0..NR {
                    let sum = &mut sums[i][j];
                    *sum = if FUSED {
                        a.mul_add(b[j], *sum)
                    } else {
                        *sum + a * b[j]
                    };
                }
            }
        }
    }
    for (&c, sums) in c.iter().zip(&sums) {
        // SAFETY: the caller's promise.
        let c = unsafe { &mut *c.cast::<[f32; NR]>() };
        c.iter_mut().zip(sums).for_each(|(c, sum)| *c += sum);
    }
}

/// Any native processor.
#[cfg(not(target_arch = "wasm32"))]
pub(super) struct Portable;

#[cfg(not(target_arch = "wasm32"))]
impl Microkernel for Portable {
    const MR: usize = 4;
    const NR: usize = 8;

    unsafe fn tile(walk: Walk, a: &[*const f32], b: *const f32, c: &[*mut f32]) {
        // SAFETY: the caller's promise.
        unsafe { portable::<4, 8, false>(walk, a, b, c) }
    }
}

/// x86-64 with AVX2 and fused multiply-add.
#[cfg(target_arch = "x86_64")]
pub(super) struct Avx2;

#[cfg(target_arch = "x86_64")]
impl Microkernel for Avx2 {
    const MR: usize = 4;
    const NR: usize = 16;

    #[target_feature(enable = "avx2,fma")]
    unsafe fn tile(walk: Walk, a: &[*const f32], b: *const f32, c: &[*mut f32]) {
        // SAFETY: the caller's promise.
        unsafe { portable::<4, 16, true>(walk, a, b, c) }
    }
}
