//! What image layers share: where a sample's pixels lie.

use super::{DataFormat, Shape, show};
use crate::error::{Error, Result};

/// The size of an image, and the distance in memory between rows, columns and channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Image {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
    pub strides: [usize; 3],
}

impl Image {
    /// Where channel 0 of a pixel is.
    pub fn pixel(&self, row: usize, column: usize) -> usize {
        row * self.strides[0] + column * self.strides[1]
    }

    /// Where each channel of a pixel is.
    pub fn pixel_channels(&self, row: usize, column: usize) -> impl Iterator<Item = usize> {
        let (start, stride) = (self.pixel(row, column), self.strides[2]);
        (0..self.channels).map(move |c| start + c * stride)
    }

    /// Elements of a sample.
    pub fn size(&self) -> usize {
        self.height * self.width * self.channels
    }
}

impl DataFormat {
    /// Of a sample of this shape.
    pub fn layout(self, shape: &[usize]) -> Image {
        let [a, b, c] = [0, 1, 2].map(|i| shape.get(i).copied().unwrap_or(1));
        match self {
            DataFormat::ChannelsLast => Image {
                height: a,
                width: b,
                channels: c,
                strides: [b * c, c, 1],
            },
            DataFormat::ChannelsFirst => Image {
                height: b,
                width: c,
                channels: a,
                strides: [c, 1, b * c],
            },
        }
    }

    /// The shape with another size.
    pub fn resized(self, shape: &Shape, height: usize, width: usize) -> Shape {
        let (height, width) = (Some(height), Some(width));
        match self {
            DataFormat::ChannelsLast => vec![height, width, shape[2]],
            DataFormat::ChannelsFirst => vec![shape[0], height, width],
        }
    }
}

/// An image's shape, or an error that says what `class` takes.
pub fn image_shape<'a>(shape: &'a Shape, class: &str) -> Result<&'a Shape> {
    if shape.len() == 3 {
        return Ok(shape);
    }
    Err(Error::shape(format!(
        "{class} takes images (batch, height, width, channels), found {}; reshape the data, e.g. \
         with a Reshape layer to (height, width, 1)",
        show(shape)
    )))
}
