//! What learns from training rows and is then applied to any row.

mod fitted;
mod normalization;
mod one_hot;
mod quantiles;
mod text_vectorization;

pub(super) use fitted::Fitted;
use normalization::Normalization;
use one_hot::OneHot;
pub(crate) use quantiles::quantile_boundaries;
pub(super) use text_vectorization::TextVectorization;
