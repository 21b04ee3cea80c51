//! What learns from training rows and is then applied to any row.

mod fitted;
mod normalization;
mod one_hot;
mod text_vectorization;

pub(super) use fitted::Fitted;
use normalization::Normalization;
use one_hot::OneHot;
pub(super) use text_vectorization::TextVectorization;
