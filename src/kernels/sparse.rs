//! Sparse rows through a Dense layer, and rows picked from an embedding table.

use super::team::{Parts, Team};

/// Work (multiply-adds or copies) below which one thread is faster than a team: in the page a text
/// model's step of 2 million took 0.9 ms on one thread and 2.3 on two. Tests share out less.
const SERIAL: usize = if cfg!(miri) {
    1 << 8
} else if cfg!(test) {
    1 << 17
} else {
    1 << 22
};

/// Sparse rows: row `r` has `values[e]` (1 without values) in column `indices[e]` for each `e` in
/// `offsets[r]..offsets[r + 1]`. A column that occurs twice in a row counts twice.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    pub offsets: &'a [u32],
    pub indices: &'a [u32],
    pub values: Option<&'a [f32]>,
}

impl<'a> Rows<'a> {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    fn row(&self, row: usize) -> Entries<'a> {
        let range = self.offsets[row] as usize..self.offsets[row + 1] as usize;
        Entries {
            columns: &self.indices[range.clone()],
            values: self.values.map(|values| &values[range]),
        }
    }
}

/// Entries of one row.
#[derive(Clone, Copy)]
struct Entries<'a> {
    columns: &'a [u32],
    values: Option<&'a [f32]>,
}

/// out = X·W + bias, with W of shape (columns of X, `units`) and out of shape (rows, `units`).
/// Indices must be below the number of rows of W.
pub fn sparse_matmul(
    team: &Team,
    x: Rows,
    w: &[f32],
    units: usize,
    bias: Option<&[f32]>,
    out: &mut [f32],
) {
    debug_assert_eq!(out.len(), x.rows() * units);
    debug_assert!(bias.is_none_or(|b| b.len() == units));
    let rows = |start: usize, out: &mut [f32]| {
        for (i, out) in out.chunks_exact_mut(units.max(1)).enumerate() {
            sparse_row(x.row(start / units + i), w, bias, out);
        }
    };
    if x.indices.len() * units < SERIAL {
        rows(0, out);
    } else {
        let chunk = x.rows().div_ceil(8 * team.threads()).max(1);
        team.for_slices(out, chunk * units, &rows);
    }
}

/// One row of X·W + bias.
fn sparse_row(x: Entries, w: &[f32], bias: Option<&[f32]>, out: &mut [f32]) {
    let end = sum_tiles::<32>(x, w, out, 0);
    let end = sum_tiles::<16>(x, w, out, end);
    let end = sum_tiles::<4>(x, w, out, end);
    sum_tiles::<1>(x, w, out, end);
    if let Some(bias) = bias {
        out.iter_mut().zip(bias).for_each(|(out, b)| *out += b);
    }
}

/// As many whole tiles of N units as there are from `start` on, each of which stays in registers
/// over all entries. Gives where they end.
#[inline(always)]
fn sum_tiles<const N: usize>(x: Entries, w: &[f32], out: &mut [f32], start: usize) -> usize {
    let units = out.len();
    let (tiles, _) = out[start..].as_chunks_mut::<N>();
    let end = start + tiles.len() * N;
    for (tile, start) in tiles.iter_mut().zip((start..).step_by(N)) {
        let mut sum = [0.0; N];
        let from = |column: u32| &w[column as usize * units + start..];
        if let Some(values) = x.values {
            for (&column, &value) in x.columns.iter().zip(values) {
                add_scaled::<N>(value, from(column), &mut sum);
            }
        } else {
            for &column in x.columns {
                add_scaled::<N>(1.0, from(column), &mut sum);
            }
        }
        *tile = sum;
    }
    end
}

/// dW = Xᵀ·dy, overwriting `dw`: the gradient of [`sparse_matmul`] in W.
pub fn sparse_matmul_grad(team: &Team, x: Rows, dy: &[f32], units: usize, dw: &mut [f32]) {
    debug_assert_eq!(dy.len(), x.rows() * units);
    scatter(team, x.indices.len(), units, dw, &|owner, dw| {
        let mut block = Block::default();
        for (row, dy) in dy.chunks_exact(units.max(1)).enumerate() {
            owner.sift(x.row(row), &mut block, |x| {
                let end = add_tiles::<32>(x, dy, *dw, 0);
                let end = add_tiles::<16>(x, dy, *dw, end);
                let end = add_tiles::<4>(x, dy, *dw, end);
                add_tiles::<1>(x, dy, *dw, end);
            });
        }
    });
}

/// Adds value·dy to the rows of `dw` that the entries' columns name, which this thread owns: as
/// many whole tiles of N units as there are from `start` on. Gives where they end.
#[inline(always)]
fn add_tiles<const N: usize>(x: Entries, dy: &[f32], dw: SharedRows, start: usize) -> usize {
    let (tiles, _) = dy[start..].as_chunks::<N>();
    for (&dy, start) in tiles.iter().zip((start..).step_by(N)) {
        // SAFETY: an owner alone sees the entries of its rows.
        let to = |column: u32| unsafe { &mut dw.row(column as usize)[start..] };
        if let Some(values) = x.values {
            for (&column, &value) in x.columns.iter().zip(values) {
                add_scaled::<N>(value, &dy, to(column));
            }
        } else {
            for &column in x.columns {
                add_scaled::<N>(1.0, &dy, to(column));
            }
        }
    }
    start + tiles.len() * N
}

/// The first N elements of y += value·x. Inlined where `value` is 1, it only adds.
#[inline(always)]
fn add_scaled<const N: usize>(value: f32, x: &[f32], y: &mut [f32]) {
    if let (Some(x), Some(y)) = (x.first_chunk::<N>(), y.first_chunk_mut::<N>()) {
        for i in 0..N {
            y[i] += value * x[i];
        }
    }
}

/// out[i] = table[indices[i]] for rows of `width` numbers: the forward pass of an embedding.
/// The indices are whole numbers below the number of rows of the table.
pub fn gather_rows(team: &Team, table: &[f32], width: usize, indices: &[f32], out: &mut [f32]) {
    debug_assert_eq!(out.len(), indices.len() * width);
    let rows = |start: usize, out: &mut [f32]| {
        let indices = &indices[start / width..];
        for (out, &index) in out.chunks_exact_mut(width).zip(indices) {
            out.copy_from_slice(&table[index as usize * width..][..width]);
        }
    };
    if out.len() < SERIAL {
        rows(0, out);
    } else {
        let chunk = indices.len().div_ceil(8 * team.threads());
        team.for_slices(out, chunk * width, &rows);
    }
}

/// dtable[indices[i]] += dy[i] from zero, overwriting `dtable`: the gradient of [`gather_rows`].
pub fn scatter_rows(team: &Team, indices: &[f32], dy: &[f32], width: usize, dtable: &mut [f32]) {
    debug_assert_eq!(dy.len(), indices.len() * width);
    scatter(team, indices.len(), width, dtable, &|owner, dtable| {
        owner.entries(
            indices.len(),
            |e| indices[e] as usize,
            |e| {
                // SAFETY: `owner` lets this thread alone see the entries of the row.
                let row = unsafe { dtable.row(indices[e] as usize) };
                row.iter_mut()
                    .zip(&dy[e * width..][..width])
                    .for_each(|(d, dy)| *d += dy);
            },
        );
    });
}

/// Zeroes the rows of `target` and calls `add` once per owner, each of which adds to rows of its
/// own in the order of the entries: no two threads meet, and no sum depends on the team.
fn scatter(
    team: &Team,
    entries: usize,
    width: usize,
    target: &mut [f32],
    add: &(dyn Fn(Owner, &SharedRows) + Sync),
) {
    if width == 0 || entries * width < SERIAL {
        target.fill(0.0);
        add(
            Owner { id: 0, mask: 0 },
            &SharedRows {
                parts: Parts::new(target),
                width,
            },
        );
        return;
    }
    team.for_slices(target, 1 << 16, &|_, part| part.fill(0.0));
    let owners = team.threads().next_power_of_two();
    let rows = SharedRows {
        parts: Parts::new(target),
        width,
    };
    team.run(owners, &|id| {
        add(
            Owner {
                id,
                mask: owners - 1,
            },
            &rows,
        )
    });
}

/// The rows of a matrix, shared by several owners.
#[derive(Clone, Copy)]
struct SharedRows<'a> {
    parts: Parts<'a, f32>,
    width: usize,
}

impl SharedRows<'_> {
    /// # Safety
    /// No other thread may use the row.
    #[allow(clippy::mut_from_ref)] // as in `Parts`
    #[inline(always)]
    unsafe fn row(&self, row: usize) -> &mut [f32] {
        // SAFETY: the caller's promise.
        unsafe { self.parts.slice(row * self.width, (row + 1) * self.width) }
    }
}

/// Entries that are sifted at a time.
const BLOCK: usize = 256;

/// Room for the entries of a [`BLOCK`] that are owned.
struct Block {
    columns: [u32; BLOCK],
    values: [f32; BLOCK],
}

impl Default for Block {
    fn default() -> Self {
        Block {
            columns: [0; BLOCK],
            values: [0.0; BLOCK],
        }
    }
}

/// One of several owners (a power of two) among which the rows of a target are dealt out, 16
/// neighbours at a time so that cache lines are seldom shared.
///
/// Each goes through all entries and sifts out its own, a block at a time without branches, which
/// could not be predicted.
#[derive(Clone, Copy)]
struct Owner {
    id: usize,
    mask: usize,
}

impl Owner {
    fn owns(self, row: usize) -> bool {
        (row >> 4) & self.mask == self.id
    }

    /// Calls `add` with those of a row's entries that are owned.
    #[inline(always)]
    fn sift(self, x: Entries, block: &mut Block, mut add: impl FnMut(Entries)) {
        if self.mask == 0 {
            return add(x);
        }
        for start in (0..x.columns.len()).step_by(BLOCK) {
            let end = x.columns.len().min(start + BLOCK);
            let mut count = 0;
            for e in start..end {
                block.columns[count] = x.columns[e];
                if let Some(values) = x.values {
                    block.values[count] = values[e];
                }
                count += usize::from(self.owns(x.columns[e] as usize));
            }
            add(Entries {
                columns: &block.columns[..count],
                values: x.values.map(|_| &block.values[..count]),
            });
        }
    }

    /// Calls `add` for each entry whose row is owned.
    #[inline(always)]
    fn entries(self, count: usize, row: impl Fn(usize) -> usize, mut add: impl FnMut(usize)) {
        if self.mask == 0 {
            return (0..count).for_each(add);
        }
        let mut mine = [0u32; BLOCK];
        for start in (0..count).step_by(BLOCK) {
            let mut found = 0;
            for e in start..count.min(start + BLOCK) {
                mine[found] = (e - start) as u32;
                found += usize::from(self.owns(row(e)));
            }
            mine[..found].iter().for_each(|&e| add(start + e as usize));
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::team::THREADS;
    use super::*;

    /// Small whole numbers, whose sums are exact in any order.
    fn whole(n: usize, salt: usize) -> Vec<f32> {
        (0..n)
            .map(|i| ((i * 7919 + salt * 104_729) % 17) as f32 - 8.0)
            .collect()
    }

    struct Csr {
        offsets: Vec<u32>,
        indices: Vec<u32>,
        values: Vec<f32>,
        columns: usize,
    }

    fn csr(rows: usize, columns: usize) -> Csr {
        let lengths = (0..rows).map(|r| if columns == 0 { 0 } else { (r * 13) % 29 });
        let mut offsets = vec![0];
        for length in lengths {
            offsets.push(offsets[offsets.len() - 1] + length as u32);
        }
        let entries = *offsets.last().unwrap() as usize;
        let indices = (0..entries)
            .map(|e| ((e * e + 7 * e) % columns.max(1)) as u32)
            .collect();
        Csr {
            offsets,
            indices,
            values: whole(entries, 3),
            columns,
        }
    }

    impl Csr {
        fn rows(&self, with_values: bool) -> Rows<'_> {
            let values = with_values.then_some(&self.values[..]);
            Rows {
                offsets: &self.offsets,
                indices: &self.indices,
                values,
            }
        }

        fn dense(&self, with_values: bool) -> Vec<Vec<f32>> {
            let x = self.rows(with_values);
            let mut dense = vec![vec![0.0; self.columns]; x.rows()];
            for (r, dense) in dense.iter_mut().enumerate() {
                let row = x.row(r);
                for (e, &column) in row.columns.iter().enumerate() {
                    dense[column as usize] += row.values.map_or(1.0, |values| values[e]);
                }
            }
            dense
        }
    }

    #[test]
    fn equals_the_dense_product() {
        let large = if cfg!(miri) {
            (9, 40, 33)
        } else {
            (400, 300, 70)
        };
        for (rows, columns, units) in [(0, 5, 3), (1, 1, 1), (7, 20, 5), (9, 40, 32), large] {
            for with_values in [false, true] {
                let csr = csr(rows, columns);
                let (x, dense) = (csr.rows(with_values), csr.dense(with_values));
                let (w, bias) = (whole(columns * units, 1), whole(units, 2));
                let dy = whole(rows * units, 4);
                for threads in THREADS {
                    let team = Team::new(threads);
                    let mut out = vec![f32::NAN; rows * units];
                    let mut dw = vec![f32::NAN; columns * units];
                    team.session(|| {
                        sparse_matmul(&team, x, &w, units, Some(&bias), &mut out);
                        sparse_matmul_grad(&team, x, &dy, units, &mut dw);
                    });
                    for (i, out) in out.iter().enumerate() {
                        let (r, u) = (i / units, i % units);
                        let sum: f32 = (0..columns).map(|c| dense[r][c] * w[c * units + u]).sum();
                        assert_eq!(*out, sum + bias[u]);
                    }
                    for (i, dw) in dw.iter().enumerate() {
                        let (c, u) = (i / units, i % units);
                        let sum: f32 = (0..rows).map(|r| dense[r][c] * dy[r * units + u]).sum();
                        assert_eq!(*dw, sum);
                    }
                }
            }
        }
    }

    #[test]
    fn gradients_are_bitwise_equal_at_any_thread_count() {
        let (rows, columns, units) = if cfg!(miri) {
            (9, 40, 33)
        } else {
            (400, 300, 70)
        };
        let csr = csr(rows, columns);
        let dy: Vec<f32> = (0..rows * units).map(|i| (i as f32 * 0.7).sin()).collect();
        let gradients = THREADS.map(|threads| {
            let team = Team::new(threads);
            let mut dw = vec![f32::NAN; columns * units];
            team.session(|| sparse_matmul_grad(&team, csr.rows(true), &dy, units, &mut dw));
            dw
        });
        assert!(gradients.iter().all(|g| *g == gradients[0]));
    }

    #[test]
    fn gathers_and_scatters_rows() {
        let large = if cfg!(miri) {
            (64, 8, 100)
        } else {
            (1000, 16, 20_000)
        };
        for (table_rows, width, n) in [(3, 1, 0), (5, 3, 11), large] {
            let table = whole(table_rows * width, 5);
            let indices: Vec<f32> = (0..n).map(|i| ((i * i) % table_rows) as f32).collect();
            let dy = whole(n * width, 6);
            let mut expected = vec![0.0; table.len()];
            for (i, dy) in dy.iter().enumerate() {
                expected[indices[i / width] as usize * width + i % width] += dy;
            }
            for threads in THREADS {
                let team = Team::new(threads);
                let mut out = vec![f32::NAN; n * width];
                let mut dtable = vec![f32::NAN; table.len()];
                team.session(|| {
                    gather_rows(&team, &table, width, &indices, &mut out);
                    scatter_rows(&team, &indices, &dy, width, &mut dtable);
                });
                for (i, out) in out.iter().enumerate() {
                    assert_eq!(*out, table[indices[i / width] as usize * width + i % width]);
                }
                assert_eq!(dtable, expected);
            }
        }
    }
}
