//! The one error type: says where, what was expected, what was found, what to do.

use serde::Serialize;

/// What kind of error it is: the stable code that the interface translates (beside codes of its own).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    ShapeMismatch,
    UnknownClass,
    UnsupportedOption,
    BadFile,
    BadData,
    NotCompiled,
    NonFinite,
    OutOfMemory,
    Busy,
}

impl Code {
    /// The code as scripts and pages see it, e.g. `shape_mismatch`.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::ShapeMismatch => "shape_mismatch",
            Code::UnknownClass => "unknown_class",
            Code::UnsupportedOption => "unsupported_option",
            Code::BadFile => "bad_file",
            Code::BadData => "bad_data",
            Code::NotCompiled => "not_compiled",
            Code::NonFinite => "non_finite",
            Code::OutOfMemory => "out_of_memory",
            Code::Busy => "busy",
        }
    }
}

/// An error with its code and, where one is at fault, the layer's name.
#[derive(Debug, Clone, PartialEq, thiserror::Error, Serialize)]
#[error("{message}")]
pub struct Error {
    pub code: Code,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Error {
            code,
            message: message.into(),
            layer: None,
        }
    }

    pub fn shape(message: impl Into<String>) -> Self {
        Self::new(Code::ShapeMismatch, message)
    }

    pub fn unknown(message: impl Into<String>) -> Self {
        Self::new(Code::UnknownClass, message)
    }

    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(Code::UnsupportedOption, message)
    }

    pub fn file(message: impl Into<String>) -> Self {
        Self::new(Code::BadFile, message)
    }

    pub fn data(message: impl Into<String>) -> Self {
        Self::new(Code::BadData, message)
    }

    /// The same error with what it is about in front.
    pub fn about(mut self, what: &str) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// The same error, said to be of this layer (unless one is named already).
    pub fn in_layer(mut self, name: &str) -> Self {
        if self.layer.is_none() {
            self.message = format!("Layer \"{name}\": {}", self.message);
            self.layer = Some(name.to_string());
        }
        self
    }
}
