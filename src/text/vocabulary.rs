//! Vocabularies by count, as Keras' `adapt` makes them.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

/// How often each token occurs, and in how many documents.
#[derive(Debug)]
pub struct Counts<T> {
    counts: HashMap<T, Count>,
    documents: u64,
}

#[derive(Debug, Default, Clone, Copy)]
struct Count {
    tokens: u64,
    documents: u64,
    /// The last document it was in, from 1.
    last: u64,
}

impl<T: Hash + Eq + Ord> Counts<T> {
    pub fn new() -> Self {
        Counts {
            counts: HashMap::new(),
            documents: 0,
        }
    }

    /// The tokens from here on belong to another document.
    pub fn next_document(&mut self) {
        self.documents += 1;
    }

    pub fn add<K>(&mut self, token: &K)
    where
        T: Borrow<K>,
        K: ?Sized + Hash + Eq + ToOwned<Owned = T>,
    {
        if !self.counts.contains_key(token) {
            self.counts.insert(token.to_owned(), Count::default());
        }
        if let Some(count) = self.counts.get_mut(token) {
            count.tokens += 1;
            count.documents += u64::from(count.last != self.documents);
            count.last = self.documents;
        }
    }

    pub fn remove(&mut self, token: &T) {
        self.counts.remove(token);
    }

    /// The most frequent tokens, ties by descending token, at most `limit` of them; with each the
    /// number of documents it is in. Besides, the number of all documents.
    pub fn ranked(self, limit: usize) -> (Vec<(T, u64)>, u64) {
        let mut ranked: Vec<(u64, T, u64)> = self
            .counts
            .into_iter()
            .map(|(token, count)| (count.tokens, token, count.documents))
            .collect();
        ranked.sort_unstable_by(|a, b| b.cmp(a));
        ranked.truncate(limit);
        let tokens = ranked
            .into_iter()
            .map(|(_, token, documents)| (token, documents));
        (tokens.collect(), self.documents)
    }
}

impl<T: Hash + Eq + Ord> Default for Counts<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// ln(1 + documents / (1 + documents that hold the token))
pub fn inverse_document_frequency(documents: u64, with_token: u64) -> f32 {
    (documents as f64 / (1 + with_token) as f64).ln_1p() as f32
}
