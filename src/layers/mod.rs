//! Layers: one file per Keras class, `forward` above `backward`.
//!
//! A layer's struct is its Keras config; what every layer has (name, trainable, dtype) is in
//! [`LayerNode`]. To add one: write `layers/<snake_case>.rs` and name the class in `registry!`.

mod activation;
mod activity_regularization;
mod affine_transform;
mod alpha_dropout;
mod augmentation;
mod axis;
mod batch_normalization;
mod bidirectional;
mod categorical;
mod category_encoding;
mod center_crop;
mod concatenate;
mod conv;
mod conv_transpose;
mod cropping;
mod defaults;
mod dense;
mod depthwise_conv;
mod discretization;
mod dot;
mod dropout;
mod elu;
mod embedding;
mod flatten;
mod gamma_and_beta;
mod gaussian;
mod global_average_pooling1d;
mod global_pooling;
mod group_normalization;
mod gru;
mod hashing;
mod identity;
mod image;
mod index_lookup;
mod input_layer;
mod integer_lookup;
mod layer_normalization;
mod leaky_re_lu;
mod lookup_config;
mod lookup_table;
mod lstm;
mod masking;
mod merge;
mod node;
mod noise;
mod normalization;
mod p_re_lu;
mod pass;
mod permute;
mod pooling;
mod random_affine;
mod random_colour;
mod random_flip;
mod re_lu;
mod recurrent;
mod recurrent_cells;
mod recurrent_kept;
mod renorm;
mod repeat_vector;
mod resample;
mod rescaling;
mod reshape;
mod resizing;
mod rms_normalization;
mod row_norm;
mod separable_conv;
mod simple_rnn;
mod sliding;
mod softmax;
mod spatial;
mod spatial_dropout;
mod string_lookup;
mod table_rows;
mod text_vectorization;
mod through_time;
mod unit_normalization;
mod up_sampling;
mod zero_padding;

pub use activation::Activation;
pub use activity_regularization::ActivityRegularization;
pub use alpha_dropout::AlphaDropout;
pub use augmentation::{Augmentation, transform_images};
pub use batch_normalization::BatchNormalization;
pub use bidirectional::Bidirectional;
pub use category_encoding::CategoryEncoding;
pub use center_crop::CenterCrop;
pub use concatenate::Concatenate;
pub use conv::{Conv, Conv1D, Conv2D};
pub use conv_transpose::{Conv1DTranspose, Conv2DTranspose, ConvTranspose};
pub use cropping::{Cropping1D, Cropping2D};
pub use dense::Dense;
pub use depthwise_conv::{DepthwiseConv, DepthwiseConv1D, DepthwiseConv2D};
pub use discretization::Discretization;
pub use dot::Dot;
pub use dropout::Dropout;
pub use elu::ELU;
pub use embedding::Embedding;
pub use flatten::Flatten;
pub use gaussian::{GaussianDropout, GaussianNoise};
pub use global_average_pooling1d::GlobalAveragePooling1D;
pub use global_pooling::{
    GlobalAveragePooling2D, GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalPooling,
};
pub use group_normalization::GroupNormalization;
pub use gru::GRU;
pub use hashing::Hashing;
pub use identity::Identity;
pub use image::Image;
pub use input_layer::InputLayer;
pub use integer_lookup::IntegerLookup;
pub use layer_normalization::LayerNormalization;
pub use leaky_re_lu::LeakyReLU;
pub use lstm::LSTM;
pub use masking::Masking;
pub use merge::{Add, Average, Maximum, Minimum, Multiply, Subtract};
pub use node::LayerNode;
pub(crate) use node::{check_dtype, unused_name};
pub use normalization::Normalization;
pub use p_re_lu::PReLU;
pub use pass::{
    Backward, CacheLen, DInputs, DMore, DWeights, Forward, Inputs, Kind, Masks, More, Special,
    Value, Weights,
};
pub use permute::Permute;
pub use pooling::{AveragePooling1D, AveragePooling2D, MaxPooling1D, MaxPooling2D, Pooling};
pub use random_affine::{RandomRotation, RandomTranslation, RandomZoom};
pub use random_colour::{RandomBrightness, RandomContrast};
pub use random_flip::RandomFlip;
pub use re_lu::ReLU;
pub use repeat_vector::RepeatVector;
pub use rescaling::Rescaling;
pub use reshape::Reshape;
pub use resizing::Resizing;
pub use rms_normalization::RMSNormalization;
pub use separable_conv::{SeparableConv, SeparableConv1D, SeparableConv2D};
pub use simple_rnn::SimpleRNN;
pub use softmax::Softmax;
pub use spatial::{DataFormat, Dims, Margins, Padding};
pub use spatial_dropout::{SpatialDropout1D, SpatialDropout2D, SpatialDropout3D};
pub use string_lookup::StringLookup;
pub use table_rows::TableRows;
pub use text_vectorization::TextVectorization;
pub use unit_normalization::UnitNormalization;
pub use up_sampling::{UpSampling1D, UpSampling2D};
pub use zero_padding::{ZeroPadding, ZeroPadding1D, ZeroPadding2D};

use crate::activations::Function;
use crate::constraints::Constraint;
use crate::error::{Error, Result};
use crate::initializers::{Initializer, Zeros};
use crate::registry::registry;
use crate::regularizers::Regularizer;
use crate::tensor::Array;
use serde_json::json;

/// One sample's dimensions; None where only the data will tell.
pub type Shape = Vec<Option<usize>>;

/// A variable that a layer asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct VariableSpec {
    /// Keras' name within the layer, e.g. `kernel`.
    pub name: &'static str,
    /// The part of the layer that holds it, as Keras saves it (`cell`, `forward_layer/cell`); empty
    /// where that is the layer itself.
    pub part: String,
    pub shape: Vec<usize>,
    pub initializer: Initializer,
    /// Elements that are 1 at first, whatever the initializer (a forget gate's bias).
    pub ones: std::ops::Range<usize>,
    pub regularizer: Option<Regularizer>,
    pub constraint: Option<Constraint>,
    /// False for state that no gradient changes (moving averages).
    pub trainable: bool,
}

impl VariableSpec {
    /// A trainable variable.
    pub fn new(name: &'static str, shape: Vec<usize>, initializer: &Initializer) -> Self {
        VariableSpec {
            name,
            part: String::new(),
            shape,
            initializer: initializer.clone(),
            ones: 0..0,
            regularizer: None,
            constraint: None,
            trainable: true,
        }
    }

    /// A variable that training does not change by gradient, zero at first.
    pub fn state(name: &'static str, shape: Vec<usize>) -> Self {
        let zeros = Initializer::Zeros(Zeros::default());
        VariableSpec {
            trainable: false,
            ..Self::new(name, shape, &zeros)
        }
    }

    pub fn with(
        mut self,
        regularizer: &Option<Regularizer>,
        constraint: &Option<Constraint>,
    ) -> Self {
        self.regularizer.clone_from(regularizer);
        self.constraint.clone_from(constraint);
        self
    }

    /// Whether initializer, regularizer and constraint take its shape.
    pub fn check(&self) -> Result<()> {
        self.initializer.check(&self.shape)?;
        if let Some(regularizer) = &self.regularizer {
            regularizer.check(&self.shape)?;
        }
        match &self.constraint {
            Some(constraint) => constraint.check(&self.shape),
            None => Ok(()),
        }
        .map_err(|e| e.about(self.name))
    }

    /// The name with that of the part.
    pub fn path(&self) -> String {
        match self.part.as_str() {
            "" => self.name.to_string(),
            part => format!("{part}/{}", self.name),
        }
    }

    /// Number of elements.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }
}

/// A call before there are data: the shapes it reads, and how.
#[derive(Debug, Clone, Copy)]
pub struct CallInfo<'a> {
    pub shapes: &'a [Shape],
    /// Which of [`Layer::arguments`] each input is.
    pub slots: &'a [usize],
}

/// The mask of a layer's (first) output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputMask {
    /// It has none.
    None,
    /// That of an input.
    Of(usize),
    /// One of its own, of so many elements per sample, which `forward` writes.
    Own(usize),
}

/// What every layer can do. Shapes are of one sample, without the batch dimension.
pub trait Layer {
    /// The (first) output's shape for these input shapes; an error where they do not fit.
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape>;

    /// The shapes of all outputs of a call.
    fn output_shapes(&self, call: &CallInfo) -> Result<Vec<Shape>> {
        Ok(vec![self.output_shape(call.shapes)?])
    }

    /// Keras' names of the tensors that a call takes, in order.
    fn arguments(&self) -> &'static [&'static str] {
        &["inputs"]
    }

    /// Keras' `supports_masking`: the first input's mask is the output's; otherwise it ends here.
    fn supports_masking(&self) -> bool {
        false
    }

    /// Keras' `compute_mask`, for inputs of these concrete shapes and lengths of masks.
    fn mask(&self, _inputs: &[&[usize]], masks: &[Option<usize>]) -> OutputMask {
        match masks.first() {
            Some(Some(_)) if self.supports_masking() => OutputMask::Of(0),
            _ => OutputMask::None,
        }
    }

    /// The variables for these input shapes, in Keras' order.
    fn variables(&self, _inputs: &[Shape]) -> Result<Vec<VariableSpec>> {
        Ok(vec![])
    }

    /// What `forward` keeps for `backward` besides inputs and output, for these concrete shapes.
    fn cache_len(&self, _inputs: &[&[usize]], _output: &[usize]) -> CacheLen {
        CacheLen::default()
    }

    /// The shape that a summary shows. Keras' few layers that say another one than they give
    /// (`compute_output_shape`) say it here.
    fn declared_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        self.output_shape(inputs)
    }

    /// Can read inputs of this kind.
    fn reads(&self, kind: Kind) -> bool {
        kind == Kind::Dense
    }

    /// The kind of its output; whole numbers and rows of a table become float32 for readers
    /// that want those.
    fn writes(&self) -> Kind {
        Kind::Dense
    }

    /// The name of Keras' dtype policy for it.
    fn dtype(&self) -> &'static str {
        "float32"
    }

    /// The dtype of the input that Keras puts before it where a model names none.
    fn input_dtype(&self) -> &'static str {
        self.dtype()
    }

    /// Its config has `trainable` and a dtype policy, as all but those of
    /// Discretization and SpatialDropout.
    fn has_base_config(&self) -> bool {
        true
    }

    /// Keras' `build_config` for the input shapes of its first call.
    fn build_config(&self, inputs: &[Shape]) -> serde_json::Value {
        match inputs {
            [one] => json!({"input_shape": batch_shape(one)}),
            several => {
                json!({"input_shape": several.iter().map(batch_shape).collect::<serde_json::Value>()})
            }
        }
    }

    /// Its output has no shape before [`Layer::adapt`].
    fn needs_adapt(&self) -> bool {
        false
    }

    /// The function it computes, where that may stand in an activation's place.
    fn function(&self) -> Option<&dyn Function> {
        None
    }

    /// Learns from data (Keras' `layer.adapt`); gives the new values of its variables.
    fn adapt(&mut self, _data: &Array) -> Result<Vec<Vec<f32>>> {
        Err(Error::unsupported(
            "this layer learns nothing from adapt; only Normalization, Discretization, \
             StringLookup, IntegerLookup and TextVectorization do",
        ))
    }

    /// What a random image layer does to images.
    fn augmentation(&self) -> Option<&dyn Augmentation> {
        None
    }

    /// The vocabulary, which a file keeps apart from config and variables.
    fn vocabulary(&self) -> Option<&dyn Vocabulary> {
        None
    }

    fn vocabulary_mut(&mut self) -> Option<&mut dyn Vocabulary> {
        None
    }

    /// Writes `pass.output` from `pass.inputs`.
    fn forward(&self, pass: &mut Forward) -> Result<()>;

    /// From `pass.d_output` (which it may overwrite) writes `pass.d_weights` and `pass.d_inputs`,
    /// where they are asked for.
    fn backward(&self, pass: &mut Backward);
}

/// A lookup's vocabulary, which Keras saves beside config and variables.
pub trait Vocabulary {
    /// The content of `vocabulary.txt`; None where the config holds the vocabulary.
    fn to_text(&self) -> Option<String>;

    /// The weights of `tf_idf`.
    fn idf_weights(&self) -> Option<&[f32]>;

    /// Sets what the two above give.
    fn set(&mut self, text: Option<&str>, idf_weights: Option<Vec<f32>>) -> Result<()>;

    /// The name of a layer inside, under which Keras saves all of it once more.
    fn inner(&self) -> Option<&'static str> {
        None
    }
}

registry! {
    /// A layer of `keras.layers`.
    pub enum AnyLayer: dyn Layer, "keras.layers", "layer" {
        Activation, Dense, Embedding, Masking,
        // Activations.
        ELU, LeakyReLU, PReLU, ReLU, Softmax,
        // Convolution and pooling.
        Conv1D = ["Convolution1D"],
        Conv1DTranspose = ["Convolution1DTranspose"],
        Conv2D = ["Convolution2D"],
        Conv2DTranspose = ["Convolution2DTranspose"],
        DepthwiseConv1D, DepthwiseConv2D,
        SeparableConv1D = ["SeparableConvolution1D"],
        SeparableConv2D = ["SeparableConvolution2D"],
        AveragePooling1D = ["AvgPool1D"],
        AveragePooling2D = ["AvgPool2D"],
        GlobalAveragePooling1D = ["GlobalAvgPool1D"],
        GlobalAveragePooling2D = ["GlobalAvgPool2D"],
        GlobalMaxPooling1D = ["GlobalMaxPool1D"],
        GlobalMaxPooling2D = ["GlobalMaxPool2D"],
        MaxPooling1D = ["MaxPool1D"],
        MaxPooling2D = ["MaxPool2D"],
        // Shapes.
        Cropping1D, Cropping2D, Flatten, Identity, Permute, RepeatVector, Reshape, UpSampling1D,
        UpSampling2D, ZeroPadding1D, ZeroPadding2D,
        // Normalization.
        BatchNormalization, GroupNormalization, LayerNormalization, RMSNormalization,
        UnitNormalization,
        // Regularization.
        ActivityRegularization, AlphaDropout, Dropout, GaussianDropout, GaussianNoise,
        SpatialDropout1D, SpatialDropout2D, SpatialDropout3D,
        // Sequences.
        Bidirectional, GRU, LSTM, SimpleRNN,
        // Several inputs.
        Add, Average, Concatenate, Dot, Maximum, Minimum, Multiply, Subtract,
        // Preprocessing.
        CategoryEncoding, Discretization, Hashing, IntegerLookup, Normalization, Rescaling,
        StringLookup, TextVectorization,
        // Images.
        CenterCrop, RandomBrightness, RandomContrast, RandomFlip, RandomRotation,
        RandomTranslation, RandomZoom, Resizing,
    }
}

/// The one input shape of a layer that takes one input.
fn only<'a>(inputs: &'a [Shape], class: &str) -> Result<&'a Shape> {
    match inputs {
        [one] => Ok(one),
        _ => Err(Error::shape(format!(
            "{class} takes one input, found {}",
            inputs.len()
        ))),
    }
}

/// The last dimension, which must be known.
fn last_dim(shape: &Shape, class: &str) -> Result<usize> {
    match shape.last() {
        Some(Some(n)) => Ok(*n),
        Some(None) => Err(Error::shape(format!(
            "{class} needs to know its input's last dimension, found {}; give the input shape",
            show(shape)
        ))),
        None => Err(Error::shape(format!(
            "{class} needs an input with at least one dimension besides the batch, found {}; \
             reshape the data to (rows, 1)",
            show(shape)
        ))),
    }
}

/// A shape in Keras' JSON, batch first: `[null, 28, 28]`.
pub fn batch_shape(shape: &Shape) -> serde_json::Value {
    let dims = std::iter::once(&None).chain(shape);
    dims.map(|dim| json!(dim)).collect()
}

/// A shape as Keras prints it, batch first: `(None, 28, 28)`.
pub fn show(shape: &Shape) -> String {
    let mut out = String::from("(None");
    for dim in shape {
        out.push_str(", ");
        out.push_str(&dim.map_or("None".into(), |n| n.to_string()));
    }
    if shape.is_empty() {
        out.push(',');
    }
    out + ")"
}
