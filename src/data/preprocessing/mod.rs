//! What learns from training rows and is then applied to any row.

mod normalization;
mod one_hot;
mod text_vectorization;

pub(super) use normalization::Normalization;
pub(super) use one_hot::OneHot;
pub(super) use text_vectorization::TextVectorization;
