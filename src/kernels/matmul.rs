//! The matrix product, after Goto and van de Geijn, "Anatomy of High-Performance Matrix
//! Multiplication" (2008): B is packed into panels as wide as a tile, and blocks of C are computed
//! tile by tile with a panel of B in the first cache and a block of A in the second.

use super::elementwise::axpy;
use super::microkernel::{MAX_MR, Microkernel, Walk, add_tile, with_microkernel};
use super::sums::dot;
use super::team::{Parts, Team};

/// Depth of the sums that a tile makes before it goes to C.
const KC: usize = 384;
/// Rows and columns of the largest block of C that one thread takes at a time.
const MC: usize = 192;
const NC: usize = 128;
/// Floats of B packed at once (4 MiB), unless KC rows of it are more.
const PACKED: usize = 1 << 20;
/// Multiply-adds below which one thread is faster than a team.
const SERIAL: usize = if cfg!(miri) { 1 << 10 } else { 1 << 19 };

/// A view of a matrix, row by row in memory or, transposed, column by column.
#[derive(Clone, Copy, Debug)]
pub struct Mat<'a> {
    data: &'a [f32],
    rows: usize,
    cols: usize,
    row_stride: usize,
    col_stride: usize,
}

impl<'a> Mat<'a> {
    /// A `rows`×`cols` matrix stored row by row.
    pub fn new(data: &'a [f32], rows: usize, cols: usize) -> Mat<'a> {
        assert!(
            data.len() >= rows * cols,
            "{} numbers for {rows}×{cols}",
            data.len()
        );
        Mat {
            data: &data[..rows * cols],
            rows,
            cols,
            row_stride: cols,
            col_stride: 1,
        }
    }

    /// The transposed matrix. Nothing is copied, and products with it cost the same.
    pub fn t(self) -> Mat<'a> {
        Mat {
            data: self.data,
            rows: self.cols,
            cols: self.rows,
            row_stride: self.col_stride,
            col_stride: self.row_stride,
        }
    }

    /// Some of its columns.
    pub fn columns(self, range: std::ops::Range<usize>) -> Mat<'a> {
        let start = self.data.len().min(range.start * self.col_stride);
        Mat {
            data: &self.data[start..],
            cols: range.len(),
            ..self
        }
    }

    fn index(&self, row: usize, col: usize) -> usize {
        row * self.row_stride + col * self.col_stride
    }
}

/// C = A·B, plus `bias[j]` in column j. C is row by row.
pub fn matmul(team: &Team, a: Mat, b: Mat, bias: Option<&[f32]>, c: &mut [f32]) {
    debug_assert!(
        bias.is_none_or(|bias| bias.len() == b.cols),
        "one bias per column"
    );
    if !c.is_empty() {
        let rows = if c.len() < SERIAL {
            a.rows
        } else {
            a.rows.div_ceil(4 * team.threads())
        };
        team.for_slices(c, rows * b.cols, &|_, c| match bias {
            None => c.fill(0.0),
            Some(bias) => c
                .chunks_exact_mut(b.cols)
                .for_each(|row| row.copy_from_slice(bias)),
        });
    }
    matmul_add(team, a, b, c);
}

/// C += A·B. C is row by row.
pub fn matmul_add(team: &Team, a: Mat, b: Mat, c: &mut [f32]) {
    debug_assert_eq!(a.cols, b.rows, "inner dimensions");
    debug_assert_eq!(c.len(), a.rows * b.cols, "size of the product");
    let work = a.rows * a.cols * b.cols;
    if work == 0 {
        return;
    }
    let threads = if work < SERIAL { 1 } else { team.threads() };
    // A row times a matrix is the transposed matrix times a column.
    if b.cols == 1 && b.row_stride == 1 {
        matvec(team, threads, a, &b.data[..b.rows], c);
    } else if a.rows == 1 && a.col_stride == 1 {
        matvec(team, threads, b.t(), &a.data[..a.cols], c);
    } else {
        with_microkernel!(blocked(team, threads, a, b, c));
    }
}

/// c += A·x. Reads A once, along its memory.
fn matvec(team: &Team, threads: usize, a: Mat, x: &[f32], c: &mut [f32]) {
    let chunk = if threads == 1 {
        a.rows
    } else {
        a.rows.div_ceil(4 * threads).max(64)
    };
    team.for_slices(c, chunk, &|first, c| {
        if a.col_stride == 1 {
            for (i, c) in c.iter_mut().enumerate() {
                *c += dot(&a.data[(first + i) * a.row_stride..][..a.cols], x);
            }
        } else {
            for (p, &x) in x.iter().enumerate() {
                axpy(x, &a.data[p * a.col_stride + first..][..c.len()], c);
            }
        }
    });
}

/// C += A·B by blocks. A is read where it lies, B from the packed copy.
fn blocked<K: Microkernel>(team: &Team, threads: usize, a: Mat, b: Mat, c: &mut [f32]) {
    let (m, n) = (a.rows, b.cols);
    let c = Parts::new(c);
    let width = n.next_multiple_of(K::NR);
    let most = ((PACKED / width) / KC).max(1) * KC;
    let mut scratch = team.take_scratch(width * a.cols.min(most));
    let (mc, nc) = block_size::<K>(m, n, threads);
    let (down, across) = (m.div_ceil(mc), n.div_ceil(nc));
    for first in (0..a.cols).step_by(most) {
        let depth = first..a.cols.min(first + most);
        let packed = &mut scratch[..width * depth.len()];
        pack::<K>(team, threads, b, &depth, packed);
        team.run(down * across, &|i| {
            let (top, left) = (i % down * mc, i / down * nc);
            let block = (top..m.min(top + mc), left..n.min(left + nc));
            // SAFETY: each thread has blocks of its own.
            unsafe { add_block::<K>(a, &depth, packed, block, &c, n) };
        });
    }
    team.put_scratch(scratch);
}

/// Rows and columns of a block: large enough for the caches, small enough that each thread has
/// some. Neither changes a sum.
fn block_size<K: Microkernel>(m: usize, n: usize, threads: usize) -> (usize, usize) {
    let (mut mc, mut nc) = (
        MC.min(m.next_multiple_of(K::MR)),
        NC.min(n.next_multiple_of(K::NR)),
    );
    let few = |mc, nc| threads > 1 && m.div_ceil(mc) * n.div_ceil(nc) < 4 * threads;
    while few(mc, nc) && mc > 8 * K::MR {
        mc = (mc / 2).next_multiple_of(K::MR);
    }
    while few(mc, nc) && nc > K::NR {
        nc = (nc / 2).next_multiple_of(K::NR);
    }
    (mc, nc)
}

/// Copies rows `depth` of B into panels of NR columns, each row by row, padded with zeros.
fn pack<K: Microkernel>(
    team: &Team,
    threads: usize,
    b: Mat,
    depth: &std::ops::Range<usize>,
    packed: &mut [f32],
) {
    let size = K::NR * depth.len();
    let panels = packed.len() / size;
    let group = if threads == 1 {
        panels
    } else {
        panels.div_ceil(4 * threads)
    };
    team.for_slices(packed, group * size, &|start, packed| {
        for (i, panel) in packed.chunks_exact_mut(size).enumerate() {
            pack_panel::<K>(b, depth.start, (start / size + i) * K::NR, panel);
        }
    });
}

/// Fills a panel with rows of B from `top` on and its columns from `left` on.
pub(super) fn pack_panel<K: Microkernel>(b: Mat, top: usize, left: usize, panel: &mut [f32]) {
    let cols = K::NR.min(b.cols - left);
    let from = &b.data[b.index(top, left)..];
    if cols < K::NR {
        for (p, row) in panel.chunks_exact_mut(K::NR).enumerate() {
            (0..cols).for_each(|j| row[j] = from[p * b.row_stride + j * b.col_stride]);
            row[cols..].fill(0.0);
        }
    } else if b.col_stride == 1 {
        for (p, row) in panel.chunks_exact_mut(K::NR).enumerate() {
            row.copy_from_slice(&from[p * b.row_stride..][..K::NR]);
        }
    } else {
        let depth = panel.len() / K::NR;
        for j in (0..K::NR).step_by(4) {
            let columns = std::array::from_fn(|c| &from[(j + c) * b.col_stride..][..depth]);
            transpose(columns, &mut panel[j..], K::NR);
        }
    }
}

/// Writes four columns as the first four numbers of rows that lie `stride` apart, four rows at a
/// time, which the compiler does in registers.
fn transpose(columns: [&[f32]; 4], rows: &mut [f32], stride: usize) {
    let [a, b, c, d] = columns.map(|column| column.as_chunks::<4>());
    let mut rows = rows.chunks_mut(stride);
    for (((a, b), c), d) in a.0.iter().zip(b.0).zip(c.0).zip(d.0) {
        for i in 0..4 {
            let row = rows.next().expect("a row per element");
            row[..4].copy_from_slice(&[a[i], b[i], c[i], d[i]]);
        }
    }
    for i in 0..a.1.len() {
        let row = rows.next().expect("a row per element");
        row[..4].copy_from_slice(&[a.1[i], b.1[i], c.1[i], d.1[i]]);
    }
}

/// Adds columns `depth` of A times the packed rows of B to a block (rows, columns) of C.
///
/// # Safety
/// No other thread may use the block.
unsafe fn add_block<K: Microkernel>(
    a: Mat,
    depth: &std::ops::Range<usize>,
    packed: &[f32],
    (rows, cols): (std::ops::Range<usize>, std::ops::Range<usize>),
    c: &Parts<f32>,
    stride: usize,
) {
    for first in depth.clone().step_by(KC) {
        let kc = KC.min(depth.end - first);
        for left in cols.clone().step_by(K::NR) {
            let b = &packed[left * depth.len() + (first - depth.start) * K::NR..][..kc * K::NR];
            for top in rows.clone().step_by(K::MR) {
                // Rows past the end repeat the last one; their sums are dropped.
                let a_rows: [*const f32; MAX_MR] = std::array::from_fn(|i| {
                    a.data[a.index((top + i).min(rows.end - 1), first)..].as_ptr()
                });
                let size = (K::MR.min(rows.end - top), K::NR.min(cols.end - left));
                let c_rows: [*mut f32; MAX_MR] =
                    std::array::from_fn(|i| c.as_ptr().wrapping_add((top + i) * stride + left));
                let (a_rows, c_rows) = (&a_rows[..K::MR], &c_rows[..K::MR]);
                let walk = Walk::line(kc, a.col_stride);
                // SAFETY: rows of A from column `first` on, a whole panel of B, and a tile of the
                // block, which is this thread's.
                unsafe { add_tile::<K>(walk, a_rows, b.as_ptr(), c_rows, size) };
            }
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::team::THREADS;
    use super::*;

    fn numbers(n: usize, salt: usize) -> Vec<f32> {
        (0..n)
            .map(|i| ((i * 7919 + salt * 104_729) % 1009) as f32 / 504.5 - 1.0)
            .collect()
    }

    /// A matrix stored plainly or transposed, with the same contents.
    fn store(data: &[f32], rows: usize, cols: usize, transposed: bool) -> Vec<f32> {
        match transposed {
            false => data.to_vec(),
            true => (0..rows * cols)
                .map(|i| data[i % rows * cols + i / rows])
                .collect(),
        }
    }

    fn view(data: &[f32], rows: usize, cols: usize, transposed: bool) -> Mat<'_> {
        if transposed {
            Mat::new(data, cols, rows).t()
        } else {
            Mat::new(data, rows, cols)
        }
    }

    fn check(m: usize, k: usize, n: usize, teams: &[Team]) {
        let (a, b, bias) = (numbers(m * k, 1), numbers(k * n, 2), numbers(n, 3));
        let exact: Vec<f64> = (0..m * n)
            .map(|i| {
                (0..k)
                    .map(|p| a[i / n * k + p] as f64 * b[p * n + i % n] as f64)
                    .sum()
            })
            .collect();
        let near = |c: &[f32], plus: &dyn Fn(usize) -> f32| {
            c.iter().enumerate().all(|(i, &c)| {
                (c as f64 - exact[i] - plus(i) as f64).abs() <= 1e-6 * (k as f64 + 4.0)
            })
        };
        for (ta, tb) in [(false, false), (true, false), (false, true), (true, true)] {
            let (a, b) = (store(&a, m, k, ta), store(&b, k, n, tb));
            let (a, b) = (view(&a, m, k, ta), view(&b, k, n, tb));
            let mut first: Option<Vec<f32>> = None;
            for team in teams {
                let mut c = vec![f32::NAN; m * n];
                team.session(|| {
                    matmul(team, a, b, None, &mut c);
                    assert!(near(&c, &|_| 0.0), "{m}×{k}×{n} {ta} {tb}");
                    matmul(team, a, b, Some(&bias), &mut c);
                    assert!(
                        near(&c, &|i| bias[i % n]),
                        "{m}×{k}×{n} {ta} {tb} with bias"
                    );
                    c.fill(0.5);
                    matmul_add(team, a, b, &mut c);
                    assert!(near(&c, &|_| 0.5), "{m}×{k}×{n} {ta} {tb} added");
                });
                let bits = |c: &[f32]| c.iter().map(|c| c.to_bits()).collect::<Vec<_>>();
                let first = first.get_or_insert_with(|| c.clone());
                assert_eq!(
                    bits(first),
                    bits(&c),
                    "{m}×{k}×{n} on {} threads",
                    team.threads()
                );
            }
        }
    }

    #[test]
    fn all_small_sizes() {
        let sizes: &[usize] = if cfg!(miri) {
            &[0, 1, 2, 5, 17]
        } else {
            &SMALL
        };
        const SMALL: [usize; 14] = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33];
        for &m in sizes {
            for &k in sizes {
                for &n in sizes {
                    check(m, k, n, &[Team::single()]);
                }
            }
        }
    }

    #[test]
    fn sizes_that_are_blocked_and_shared() {
        let teams = THREADS.map(Team::new);
        let sizes = [
            (65, 700, 65),
            (3, 2000, 301),
            (400, 769, 3),
            (1, 1500, 900),
            (900, 1500, 1),
        ];
        for (m, k, n) in sizes {
            check(m, k, n, &teams);
        }
    }

    #[test]
    #[cfg_attr(miri, ignore)]
    fn packs_a_tall_matrix_piece_by_piece() {
        check(5, 2 * PACKED / 64 + 10, 64, &[Team::single()]);
    }
}
