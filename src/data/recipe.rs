//! The recipe: one JSON document that says how loaded data becomes what a model eats.

use crate::config::Config;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// From sources to features and labels. A table and its split:
/// ```
/// # let json = r#"
/// {"features": {"columns": ["displ", "origin"]}, "label": {"column": "mpg"},
///  "steps": [{"op": "drop_missing"}, {"op": "one_hot", "column": "origin"}, {"op": "normalize"}],
///  "split": {"test": 0.2, "method": "random", "seed": 42}}
/// # "#;
/// # serde_json::from_str::<model_dojo::data::Recipe>(json).unwrap();
/// ```
/// Arrays in four files, with a ready test part:
/// ```
/// # let json = r#"
/// {"features": {"source": "train-images"}, "label": {"source": "train-labels"},
///  "test": {"features": {"source": "test-images"}, "label": {"source": "test-labels"}},
///  "steps": [{"op": "rescale", "divisor": 255}, {"op": "encode_labels"}]}
/// # "#;
/// # serde_json::from_str::<model_dojo::data::Recipe>(json).unwrap();
/// ```
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    #[serde(default)]
    pub features: Selection,
    pub label: LabelSelection,
    /// A test part that comes ready made; excludes `split`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<TestPart>,
    #[serde(default)]
    pub steps: Vec<Step>,
    /// How to hold out a test part; without it and without `test` all rows are for training.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Split>,
}

/// Columns of a source.
#[derive(Debug, Clone, PartialEq, Default, Config)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// The source's name; may be absent where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Columns of a table (absent: all but the label, or in a test part those of the training
    /// part), or the one array of an `.npz`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
}

impl Selection {
    /// The same, with these columns where none are named.
    pub(super) fn or(mut self, columns: Option<Vec<String>>) -> Self {
        self.columns = self.columns.or(columns);
        self
    }
}

/// The column or array that the model shall predict.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct LabelSelection {
    /// The source's name; absent: the features' source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// A column of a table or an array of an `.npz`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

/// Where the test part's features and labels lie.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct TestPart {
    pub features: Selection,
    pub label: LabelSelection,
}

/// One step. Rows are dropped first, by their raw values, wherever those steps stand; the others
/// run in order and learn from training rows alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Drops rows with a missing value in these columns (absent: every feature and the label).
    DropMissing {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        columns: Option<Vec<String>>,
    },
    /// Drops rows where a numeric column equals this value.
    DropRows { column: String, equals: f64 },
    /// A column becomes one 0/1 column for each of its sorted categories; a category that no
    /// training row holds is all zeros.
    OneHot {
        column: String,
        /// New names of columns by category (`{"1": "USA"}`); absent: `column_category`.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        names: BTreeMap<String, String>,
    },
    /// Keras' `Normalization` over these columns (absent: every feature).
    Normalize {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        columns: Option<Vec<String>>,
    },
    /// A numeric column becomes 1 where it is above the value, else 0.
    Threshold { column: String, above: f64 },
    /// Labels become class ids in sorted order: two classes make the task binary.
    EncodeLabels {
        /// What people call the classes, in sorted order; absent: the values themselves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        names: Option<Vec<String>>,
    },
    /// Divides arrays by a number when batches are made: pixels stay bytes until then.
    Rescale { divisor: f32 },
    /// Keras' `TextVectorization` of the only feature column.
    TextVectorization {
        column: String,
        max_tokens: usize,
        output_mode: OutputMode,
        /// Tokens per text, for `int` only: shorter texts are padded with 0, longer ones cut.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        output_sequence_length: Option<usize>,
    },
}

impl Step {
    /// The step's name in a recipe.
    pub(super) fn op(&self) -> String {
        let json = serde_json::to_value(self).unwrap_or_default();
        json["op"].as_str().unwrap_or_default().to_string()
    }
}

/// What `TextVectorization` makes of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputMode {
    /// The vocabulary index of every token.
    Int,
    /// 1 at every vocabulary index that occurs.
    MultiHot,
}

/// Which share of the rows is held out for the test.
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// The test part's share, between 0 and 1.
    pub test: f64,
    pub method: Method,
    #[serde(default)]
    pub seed: u32,
}

/// `Random` and `Stratified` also shuffle the training rows, so that a `validation_split`, which
/// takes the tail, sees every kind of row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    Random,
    /// Random, with the same share of every class.
    Stratified,
    /// The last rows, order kept.
    Last,
}
