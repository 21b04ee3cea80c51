//! The kernel's gradient: for each tap, inputs under it times the gradients of its windows, with
//! the inputs read where they lie.

use super::super::matmul::{Mat, pack_panel};
use super::super::microkernel::{MAX_MR, Microkernel, Walk, add_tile, with_microkernel};
use super::super::team::{Parts, Team};
use super::sweep::{Plane, SERIAL};
use super::way::Way;
use std::ops::Range;

/// Windows whose products a tile sums before they go to the gradient.
const WINDOWS: usize = if cfg!(miri) { 8 } else { 384 };
/// Numbers of `dy` packed at once (1 MiB), unless `WINDOWS` need more.
const PACKED: usize = if cfg!(miri) { 1 << 8 } else { 1 << 18 };

/// `d_kernel[(t, c), f] += Σ x[under(o, t), c] · dy[o, f]` over all windows o.
pub(super) struct KernelGradient {
    pub ways: [Way; 2],
    pub x: Plane,
    pub dy: Plane,
}

/// Some lines of windows of one image.
#[derive(Clone, Copy)]
struct Slab {
    image: usize,
    first: usize,
    lines: usize,
}

impl KernelGradient {
    /// Adds to columns `dy.first..` of `d_kernel`, which has dy.channels of them.
    pub fn add_to(&self, team: &Team, x: &[f32], dy: &[f32], d_kernel: &mut [f32]) {
        with_microkernel!(run(self, team, x, dy, d_kernel))
    }

    /// Lines of a slab, and slabs of an image.
    fn cut(&self) -> (usize, usize) {
        let height = self.dy.height;
        let lines = (WINDOWS / self.dy.width).clamp(1, height);
        (lines, height.div_ceil(lines))
    }

    fn slab(&self, i: usize) -> Slab {
        let (lines, slabs) = self.cut();
        let first = i % slabs * lines;
        Slab {
            image: i / slabs,
            first,
            lines: lines.min(self.dy.height - first),
        }
    }

    /// No window reaches into the padding.
    fn is_whole(&self) -> bool {
        self.ways.iter().all(Way::is_whole)
    }

    /// The same sums over one slab whose part of the input is laid out with its padding
    /// ([`KernelGradient::lay_out`]).
    fn of_slab(&self, lines: usize) -> KernelGradient {
        let whole = |way: &Way, outputs| Way {
            outputs,
            input: (outputs - 1) * way.stride + (way.taps - 1) * way.dilation + 1,
            before: 0,
            ..*way
        };
        let ways = [
            whole(&self.ways[0], lines),
            whole(&self.ways[1], self.dy.width),
        ];
        let x = Plane {
            height: ways[0].input,
            width: ways[1].input,
            channels: self.x.count,
            first: 0,
            count: self.x.count,
        };
        KernelGradient {
            ways,
            x,
            dy: self.dy,
        }
    }

    /// Copies what lies under the windows of a slab, with zeros for the padding.
    fn lay_out(&self, x: &[f32], slab: Slab, plane: &Plane, to: &mut [f32]) {
        let [high, wide] = &self.ways;
        let inside = |way: &Way, at: usize| {
            let at = at.checked_add_signed(-way.before)?;
            (at < way.input).then_some(at)
        };
        for (row, line) in to.chunks_exact_mut(plane.line()).enumerate() {
            let row = inside(high, slab.first * high.stride + row);
            for (col, to) in line.chunks_exact_mut(plane.channels).enumerate() {
                match (row, inside(wide, col)) {
                    (Some(row), Some(col)) => {
                        let from = &x[self.x.at(slab.image, row, col)..];
                        to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
                    }
                    _ => to.fill(0.0),
                }
            }
        }
    }

    /// Rows of the gradient that tiles run through without a break: those of one tap, or all
    /// where no window reaches into the padding.
    fn strip(&self) -> usize {
        if self.is_whole() {
            self.ways[0].taps * self.ways[1].taps * self.x.count
        } else {
            self.x.count
        }
    }

    /// How a tile of this tap runs through a slab, from where in it on, and in which row of `dy`
    /// it begins; None where the tap lies in the padding throughout.
    fn walk(&self, slab: Slab, tap: usize) -> Option<(usize, usize, Walk)> {
        let [high, wide] = &self.ways;
        let (ty, tx) = (tap / wide.taps, tap % wide.taps);
        let (rows, cols) = (high.over(ty), wide.over(tx));
        let (top, end) = (
            rows.start.max(slab.first),
            rows.end.min(slab.first + slab.lines),
        );
        if top >= end || cols.is_empty() {
            return None;
        }
        let at = self
            .x
            .at(slab.image, high.under(top, ty), wide.under(cols.start, tx));
        let walk = Walk {
            runs: end - top,
            len: cols.len(),
            step: wide.stride * self.x.channels,
            pitch: high.stride * self.x.line(),
            skip: self.dy.width - cols.len(),
        };
        let walk = if walk.len + walk.skip == 1 {
            Walk::line(walk.runs, walk.pitch)
        } else {
            walk
        };
        Some((at, (top - slab.first) * self.dy.width + cols.start, walk))
    }

    /// From the input under tap 0 to that under another.
    fn offset(&self, tap: usize) -> usize {
        let [high, wide] = &self.ways;
        let (ty, tx) = (tap / wide.taps, tap % wide.taps);
        ty * high.dilation * self.x.line() + tx * wide.dilation * self.x.channels
    }
}

fn run<K: Microkernel>(
    of: &KernelGradient,
    team: &Team,
    x: &[f32],
    dy: &[f32],
    d_kernel: &mut [f32],
) {
    let images = dy.len() / of.dy.image();
    let panels = of.dy.count.div_ceil(K::NR);
    let (lines, slabs) = of.cut();
    // With few channels, tiles that stop at each tap would be mostly empty.
    let of_slab = (of.x.count < K::MR && !of.is_whole()).then(|| of.of_slab(lines));
    let tiled = of_slab.as_ref().unwrap_or(of);
    let copied = of_slab.as_ref().map_or(0, |of| of.x.image());
    let panel = lines * of.dy.width * K::NR;
    let size = copied + panels * panel;
    let at_once = (PACKED / size).clamp(1, (images * slabs).max(1));
    let rows = of.ways[0].taps * of.ways[1].taps * of.x.count;
    let tiles = rows / tiled.strip() * tiled.strip().div_ceil(K::MR);
    let work = images * of.dy.height * of.dy.width * rows * of.dy.count;
    let threads = if work < SERIAL { 1 } else { team.threads() };
    let few = tiles.div_ceil((4 * threads).div_ceil(panels));
    let down = tiles.div_ceil(few);
    let d_kernel = Parts::new(d_kernel);
    let share = |chunks, job: &(dyn Fn(usize) + Sync)| match threads {
        1 => (0..chunks).for_each(job),
        _ => team.run(chunks, job),
    };
    team.with_scratch(at_once * size, |scratch| {
        for first in (0..images * slabs).step_by(at_once) {
            let numbers = first..(images * slabs).min(first + at_once);
            let packed = Parts::new(scratch);
            share(numbers.len(), &|i| {
                let slab = of.slab(first + i);
                // SAFETY: each slab has a part of its own.
                let to = unsafe { packed.slice(i * size, (i + 1) * size) };
                let (x_to, panels) = to.split_at_mut(copied);
                if let Some(of_slab) = &of_slab {
                    of.lay_out(x, slab, &of_slab.x, x_to);
                }
                let start = (slab.image * of.dy.height + slab.first) * of.dy.line();
                let windows = slab.lines * of.dy.width;
                let dy = Mat::new(&dy[start..], windows, of.dy.channels);
                let dy = dy.columns(of.dy.first..of.dy.first + of.dy.count);
                for (i, to) in panels.chunks_exact_mut(panel).enumerate() {
                    pack_panel::<K>(dy, 0, i * K::NR, &mut to[..windows * K::NR]);
                }
            });
            share(down * panels, &|i| {
                let (top, column) = (i % down * few, i / down);
                let tiles = top..tiles.min(top + few);
                for (n, slab) in numbers.clone().enumerate() {
                    // SAFETY: all is packed before the products begin, and only read from then on.
                    let packed: &[f32] = unsafe { packed.slice(n * size, (n + 1) * size) };
                    let (copy, panels) = packed.split_at(copied);
                    let mut slab = of.slab(slab);
                    let x = if copied == 0 { x } else { copy };
                    if copied > 0 {
                        (slab.image, slab.first) = (0, 0);
                    }
                    let dy = &panels[column * panel..][..panel];
                    tiled.tiles::<K>(x, slab, dy, tiles.clone(), column * K::NR, &d_kernel);
                }
            });
        }
    });
}

impl KernelGradient {
    /// Adds the products of one slab to some tiles of the columns from `left` on.
    fn tiles<K: Microkernel>(
        &self,
        x: &[f32],
        slab: Slab,
        dy: &[f32],
        tiles: Range<usize>,
        left: usize,
        d_kernel: &Parts<f32>,
    ) {
        let (strip, count) = (self.strip(), self.x.count);
        let of_strip = strip.div_ceil(K::MR);
        let width = K::NR.min(self.dy.count - left);
        for tile in tiles {
            let first = tile / of_strip * strip + tile % of_strip * K::MR;
            let rows = K::MR.min(strip - tile % of_strip * K::MR);
            // In a strip of several taps, all have the walk of the first one but begin elsewhere.
            let head = if strip == count { first / count } else { 0 };
            let Some((at, row, walk)) = self.walk(slab, head) else {
                continue;
            };
            let index = |i: usize| first + i.min(rows - 1);
            let a: [*const f32; MAX_MR] = std::array::from_fn(|i| {
                let (tap, channel) = (index(i) / count, index(i) % count);
                let tap = self.offset(tap) - self.offset(head);
                x[at + tap + channel..].as_ptr()
            });
            let c: [*mut f32; MAX_MR] = std::array::from_fn(|i| {
                let start = index(i) * self.dy.channels + self.dy.first + left;
                d_kernel.as_ptr().wrapping_add(start)
            });
            let b = dy[row * K::NR..].as_ptr();
            // SAFETY: the taps lie on the input, and these columns of these rows are this thread's.
            unsafe { add_tile::<K>(walk, &a[..K::MR], b, &c[..K::MR], (rows, width)) };
        }
    }
}
