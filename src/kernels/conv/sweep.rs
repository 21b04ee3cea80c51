//! Sums over windows as a matrix product whose left side is read where it lies: a row of that side
//! is what lies under a window, some runs of memory (Dukhan, "The Indirect Convolution Algorithm",
//! 2019). Windows that reach into the padding have fewer taps; outputs with the same taps are
//! computed together.

use super::super::matmul::{Mat, pack_panel};
use super::super::microkernel::{MAX_MR, MAX_NR, Microkernel, Walk, add_tile, with_microkernel};
use super::super::team::{Parts, Team};
use super::way::{Stretch, Way};
use std::ops::Range;

/// Depth of the sums that a tile makes before it goes to the output.
const KC: usize = 384;
/// Outputs that are computed with one panel of the kernel in the first cache, and how many at least
/// make that worth while.
const PIXELS: usize = 192;
const FEW_PIXELS: usize = 48;
/// Multiply-adds below which one thread is faster than a team.
pub(super) const SERIAL: usize = if cfg!(miri) { 1 << 8 } else { 1 << 18 };

/// Images of `channels` channels, of which `count` from `first` on take part.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
    pub first: usize,
    pub count: usize,
}

impl Plane {
    pub fn line(&self) -> usize {
        self.width * self.channels
    }

    pub fn image(&self) -> usize {
        self.height * self.line()
    }

    /// Where the channels that take part begin at a position.
    pub fn at(&self, image: usize, row: usize, col: usize) -> usize {
        image * self.image() + row * self.line() + col * self.channels + self.first
    }
}

/// `to[o] = bias + Σ from[under(o, t)] · kernel(t)` over the taps t that lie on the input.
pub(super) struct Sweep {
    pub ways: [Way; 2],
    pub from: Plane,
    pub to: Plane,
}

/// What one thread takes: some columns of some lines of an image, or of whole images.
struct Chunk {
    images: Range<usize>,
    lines: Range<usize>,
    panels: Range<usize>,
}

/// Outputs with the same taps: where their first tap on the input lies and where they stand.
struct Block {
    len: usize,
    from: [usize; PIXELS],
    to: [usize; PIXELS],
}

/// What the chunks read and write.
struct Job<'a> {
    sweep: &'a Sweep,
    from: &'a [f32],
    packed: &'a [f32],
    bias: Option<&'a [f32]>,
    to: Parts<'a, f32>,
}

impl Sweep {
    /// Writes `to`. `kernel` gives the matrix (from.count × to.count) of a tap.
    pub fn run<'k>(
        &self,
        team: &Team,
        from: &[f32],
        kernel: &(dyn Fn(usize) -> Mat<'k> + Sync),
        bias: Option<&[f32]>,
        to: &mut [f32],
    ) {
        with_microkernel!(run(self, team, from, kernel, bias, to))
    }

    fn depth(&self) -> usize {
        self.ways[0].taps * self.ways[1].taps * self.from.count
    }

    /// How the work is cut: lines (through all images) and panels that a chunk has. No sum depends
    /// on it.
    fn cut(&self, images: usize, panels: usize, threads: usize) -> (usize, usize) {
        let (height, width) = (self.ways[0].outputs, self.ways[1].outputs);
        let share = (images * height * width).div_ceil(4 * threads);
        let lines = share.clamp(FEW_PIXELS, PIXELS).div_ceil(width);
        let lines = if lines < height {
            lines
        } else {
            lines / height * height
        };
        let chunks = (images * height).div_ceil(lines);
        (lines, panels.div_ceil((4 * threads).div_ceil(chunks)))
    }

    fn chunk(&self, i: usize, lines: usize, panels: Range<usize>) -> Chunk {
        let height = self.ways[0].outputs;
        if lines >= height {
            let count = lines / height;
            return Chunk {
                images: i * count..(i + 1) * count,
                lines: 0..height,
                panels,
            };
        }
        let pieces = height.div_ceil(lines);
        let (image, first) = (i / pieces, i % pieces * lines);
        Chunk {
            images: image..image + 1,
            lines: first..height.min(first + lines),
            panels,
        }
    }

    /// Calls `visit` with each piece of the sums over taps `rows` × `cols`: where it begins in
    /// the input, from the first of those taps on, where in the kernel, and how it goes on.
    #[inline(always)]
    fn pieces(
        &self,
        rows: &Range<usize>,
        cols: &Range<usize>,
        mut visit: impl FnMut(usize, usize, Walk),
    ) {
        let (from, [high, wide]) = (self.from, self.ways);
        let (below, beside) = (high.dilation * from.line(), wide.dilation * from.channels);
        let width = wide.taps * from.count;
        // Taps side by side in memory are one run.
        let (lines, pitch, mut runs, mut len, apart, width_apart) = if beside == from.count {
            (1, 0, rows.len(), cols.len() * from.count, below, width)
        } else {
            (
                rows.len(),
                below,
                cols.len(),
                from.count,
                beside,
                from.count,
            )
        };
        if (apart, width_apart) == (len, len) {
            (runs, len) = (1, runs * len);
        }
        let first = rows.start * width + cols.start * from.count;
        let few = (KC / len.max(1)).max(1);
        for line in 0..lines {
            for run in (0..runs).step_by(few) {
                for start in (0..len).step_by(KC) {
                    let len = KC.min(len - start);
                    let walk = Walk {
                        runs: few.min(runs - run),
                        len,
                        step: 1,
                        pitch: apart,
                        skip: width_apart.saturating_sub(len),
                    };
                    let at = line * pitch + run * apart + start;
                    visit(at, first + line * width + run * width_apart + start, walk);
                }
            }
        }
    }
}

fn run<'k, K: Microkernel>(
    sweep: &Sweep,
    team: &Team,
    from: &[f32],
    kernel: &(dyn Fn(usize) -> Mat<'k> + Sync),
    bias: Option<&[f32]>,
    to: &mut [f32],
) {
    let (height, width) = (sweep.ways[0].outputs, sweep.ways[1].outputs);
    let images = to.len() / sweep.to.image();
    let (depth, panels) = (sweep.depth(), sweep.to.count.div_ceil(K::NR));
    if images * height * width == 0 {
        return;
    }
    let work = images * height * width * depth * sweep.to.count;
    let threads = if work < SERIAL { 1 } else { team.threads() };
    team.with_scratch(panels * depth * K::NR, |packed| {
        team.for_slices(packed, depth * K::NR, &|start, panel| {
            let left = start / depth;
            for (tap, rows) in panel.chunks_exact_mut(sweep.from.count * K::NR).enumerate() {
                pack_panel::<K>(kernel(tap), 0, left, rows);
            }
        });
        let job = Job {
            sweep,
            from,
            packed,
            bias,
            to: Parts::new(to),
        };
        let (lines, few) = sweep.cut(images, panels, threads);
        let down = if lines < height {
            images * height.div_ceil(lines)
        } else {
            images.div_ceil(lines / height)
        };
        let chunk = |i: usize| {
            let left = i / down * few;
            let mut chunk = sweep.chunk(i % down, lines, left..panels.min(left + few));
            chunk.images.end = chunk.images.end.min(images);
            job.chunk::<K>(&chunk);
        };
        let chunks = down * panels.div_ceil(few);
        if threads == 1 {
            (0..chunks).for_each(chunk);
        } else {
            team.run(chunks, &chunk);
        }
    });
}

impl Job<'_> {
    fn chunk<K: Microkernel>(&self, chunk: &Chunk) {
        let Sweep { ways, from, to } = self.sweep;
        let mut block = Block {
            len: 0,
            from: [0; PIXELS],
            to: [0; PIXELS],
        };
        for rows in ways[0].stretches(chunk.lines.clone()) {
            for cols in ways[1].stretches(0..ways[1].outputs) {
                let nothing = rows.taps.is_empty() || cols.taps.is_empty();
                for image in chunk.images.clone() {
                    for y in rows.outputs.clone() {
                        for x in cols.outputs.clone() {
                            let place = |way: &Way, j| way.first + j * way.step;
                            let i = block.len;
                            block.to[i] = to.at(image, place(&ways[0], y), place(&ways[1], x));
                            block.from[i] = if nothing {
                                0
                            } else {
                                let row = ways[0].under(y, rows.taps.start);
                                from.at(image, row, ways[1].under(x, cols.taps.start))
                            };
                            block.len += 1;
                            if block.len == PIXELS {
                                self.block::<K>(&mut block, &rows, &cols, &chunk.panels);
                            }
                        }
                    }
                }
                self.block::<K>(&mut block, &rows, &cols, &chunk.panels);
            }
        }
    }

    /// Computes a block of outputs and empties it.
    fn block<K: Microkernel>(
        &self,
        block: &mut Block,
        rows: &Stretch,
        cols: &Stretch,
        panels: &Range<usize>,
    ) {
        let (columns, depth) = (self.sweep.to.count, self.sweep.depth());
        let (from, to) = (&block.from[..block.len], &block.to[..block.len]);
        block.len = 0;
        for panel in panels.clone() {
            let left = panel * K::NR;
            let width = K::NR.min(columns - left);
            let mut start = [0.0; MAX_NR];
            if let Some(bias) = self.bias {
                start[..width].copy_from_slice(&bias[left..left + width]);
            }
            for &to in to {
                // SAFETY: each thread has outputs and panels of its own.
                let to = unsafe { self.to.slice(to + left, to + left + width) };
                if width < K::NR {
                    to.copy_from_slice(&start[..width]);
                    continue;
                }
                // Of a size known to the compiler: a call would cost more than the copy.
                for j in (0..K::NR).step_by(8) {
                    to[j..j + 8].copy_from_slice(&start[j..j + 8]);
                }
            }
            self.sweep.pieces(&rows.taps, &cols.taps, |at, row, walk| {
                let b = self.packed[(panel * depth + row) * K::NR..].as_ptr();
                for (from, to) in from.chunks(K::MR).zip(to.chunks(K::MR)) {
                    // Past the end, the last row is repeated; its sums are dropped.
                    let last = from.len() - 1;
                    let a: [*const f32; MAX_MR] =
                        std::array::from_fn(|i| self.from[from[i.min(last)] + at..].as_ptr());
                    let c: [*mut f32; MAX_MR] = std::array::from_fn(|i| {
                        self.to.as_ptr().wrapping_add(to[i.min(last)] + left)
                    });
                    let (a, c) = (&a[..K::MR], &c[..K::MR]);
                    // SAFETY: the taps lie on the input, and the outputs are this thread's.
                    unsafe { add_tile::<K>(walk, a, b, c, (from.len(), width)) };
                }
            });
        }
    }
}
