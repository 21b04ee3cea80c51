//! Positions put around images or taken away from them.

use super::team::Team;
use super::window::for_rows;

/// An image inside a larger one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Rows and columns of the image inside.
    pub inner: (usize, usize),
    /// Of the image outside.
    pub outer: (usize, usize),
    /// Rows above and columns before the image inside.
    pub before: (usize, usize),
    pub channels: usize,
}

impl Frame {
    /// The outer images from the inner ones, with zeros around them.
    pub fn pad(&self, team: &Team, inner: &[f32], outer: &mut [f32]) {
        let pitch = self.inner.1 * self.channels;
        for_rows(team, outer, self.outer.1 * self.channels, 1, &|row, to| {
            to.fill(0.0);
            let (image, row) = (row / self.outer.0, row % self.outer.0);
            let inside = row
                .checked_sub(self.before.0)
                .filter(|&row| row < self.inner.0);
            if let Some(row) = inside {
                let from = &inner[(image * self.inner.0 + row) * pitch..][..pitch];
                to[self.before.1 * self.channels..][..pitch].copy_from_slice(from);
            }
        });
    }

    /// The inner images from the outer ones.
    pub fn crop(&self, team: &Team, outer: &[f32], inner: &mut [f32]) {
        let pitch = self.outer.1 * self.channels;
        for_rows(team, inner, self.inner.1 * self.channels, 1, &|row, to| {
            let (image, row) = (row / self.inner.0, row % self.inner.0);
            let from = &outer[(image * self.outer.0 + self.before.0 + row) * pitch..][..pitch];
            to.copy_from_slice(&from[self.before.1 * self.channels..][..to.len()]);
        });
    }
}
