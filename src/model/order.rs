//! The rows of a pass over the training data, batch by batch.

use super::options::Shuffle;
use crate::rng::Rng;
use std::ops::Range;

/// The order of the rows in the current pass, and how far it has come.
#[derive(Debug)]
pub(super) struct RowOrder {
    all: Range<usize>,
    rows: Vec<u32>,
    batch_size: usize,
    /// Batches taken from this pass.
    taken: usize,
}

impl RowOrder {
    /// A pass that is over: the first begins with [`RowOrder::begin`].
    pub fn new(all: Range<usize>, batch_size: usize) -> Self {
        RowOrder {
            rows: all.clone().map(|row| row as u32).collect(),
            taken: all.len().div_ceil(batch_size),
            all,
            batch_size,
        }
    }

    /// Batches of a pass.
    pub fn batches(&self) -> usize {
        self.rows.len().div_ceil(self.batch_size)
    }

    pub fn is_done(&self) -> bool {
        self.taken >= self.batches()
    }

    /// Begins a pass, from the same start each time, so that its order depends on `rng` alone.
    pub fn begin(&mut self, shuffle: Shuffle, mut rng: Rng) {
        self.taken = 0;
        self.rows.clear();
        self.rows.extend(self.all.clone().map(|row| row as u32));
        match shuffle {
            Shuffle::No => {}
            Shuffle::Rows => rng.shuffle(&mut self.rows),
            Shuffle::Batches => {
                let (size, first) = (self.batch_size, self.all.start as u32);
                let mut whole: Vec<u32> = (0..(self.rows.len() / size) as u32).collect();
                rng.shuffle(&mut whole);
                for (to, batch) in self.rows.chunks_exact_mut(size).zip(whole) {
                    let start = first + batch * size as u32;
                    to.iter_mut().zip(start..).for_each(|(to, row)| *to = row);
                }
            }
        }
    }

    /// The rows of the next batch.
    pub fn take(&mut self) -> &[u32] {
        let start = self.taken * self.batch_size;
        self.taken += 1;
        &self.rows[start..(start + self.batch_size).min(self.rows.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_batches_are_shuffled_and_a_short_one_stays_last() {
        let mut order = RowOrder::new(10..33, 5);
        order.begin(Shuffle::Batches, Rng::step(1, "shuffle", 0));
        let mut firsts = vec![];
        while !order.is_done() {
            let batch = order.take().to_vec();
            assert!(batch.windows(2).all(|pair| pair[1] == pair[0] + 1));
            firsts.push(batch[0]);
        }
        assert_eq!(firsts.pop(), Some(30));
        assert_ne!(firsts, [10, 15, 20, 25]);
        firsts.sort();
        assert_eq!(firsts, [10, 15, 20, 25]);
    }
}
