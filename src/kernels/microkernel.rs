//! The innermost loop of the matrix product: one small tile of C, held in registers.

/// Adds a tile of A·B to C.
pub(super) trait Microkernel {
    /// Rows of a tile.
    const MR: usize;
    /// Columns of a tile.
    const NR: usize;

    /// `c[i·stride + j] += Σ a[i][p·step] · b[p·NR + j]` over p < depth, for i < MR, j < NR,
    /// summed from zero in order of p before it is added to C. `a` holds the MR row pointers.
    ///
    /// # Safety
    /// All those elements must be valid, those of C not in use by another thread, and the
    /// processor must have the features of the kernel.
    unsafe fn tile(
        depth: usize,
        a: &[*const f32],
        step: usize,
        b: *const f32,
        c: *mut f32,
        stride: usize,
    );
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
    unsafe fn tile(
        depth: usize,
        a: &[*const f32],
        step: usize,
        b: *const f32,
        c: *mut f32,
        stride: usize,
    ) {
        use std::arch::wasm32::{f32x4_add, f32x4_splat, v128_load, v128_store};
        let mut sums = [[f32x4_splat(0.0); 2]; 4];
        let (mut b, mut offset) = (b, 0);
        for _ in 0..depth {
            // SAFETY: the caller's promise; the last step ends behind the last element.
            unsafe {
                let columns = [v128_load(b.cast()), v128_load(b.add(4).cast())];
                for (i, sum) in sums.iter_mut().enumerate() {
                    let a = f32x4_splat(*a[i].add(offset));
                    sum[0] = multiply_add(a, columns[0], sum[0]);
                    sum[1] = multiply_add(a, columns[1], sum[1]);
                }
                b = b.add(Self::NR);
            }
            offset += step;
        }
        for (i, sum) in sums.iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe {
                let c = c.add(i * stride);
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
    depth: usize,
    a: &[*const f32],
    step: usize,
    b: *const f32,
    c: *mut f32,
    stride: usize,
) {
    let a: &[*const f32; MR] = a.try_into().expect("MR row pointers");
    let mut sums = [[0f32; NR]; MR];
    for p in 0..depth {
        // SAFETY: p < depth, and the caller's promise.
        let b = unsafe { &*b.add(p * NR).cast::<[f32; NR]>() };
        for i in 0..MR {
            // SAFETY: the same.
            let a = unsafe { *a[i].add(p * step) };
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
    for (i, sums) in sums.iter().enumerate() {
        // SAFETY: the caller's promise.
        let c = unsafe { &mut *c.add(i * stride).cast::<[f32; NR]>() };
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

    unsafe fn tile(
        depth: usize,
        a: &[*const f32],
        step: usize,
        b: *const f32,
        c: *mut f32,
        stride: usize,
    ) {
        // SAFETY: the caller's promise.
        unsafe { portable::<4, 8, false>(depth, a, step, b, c, stride) }
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
    unsafe fn tile(
        depth: usize,
        a: &[*const f32],
        step: usize,
        b: *const f32,
        c: *mut f32,
        stride: usize,
    ) {
        // SAFETY: the caller's promise.
        unsafe { portable::<4, 16, true>(depth, a, step, b, c, stride) }
    }
}
