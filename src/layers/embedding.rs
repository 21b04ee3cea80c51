//! `keras.layers.Embedding`

use super::{Backward, Forward, Kind, Layer, OutputMask, Shape, Special, VariableSpec, only};
use crate::config::Config;
use crate::constraints::Constraint;
use crate::error::{Error, Result};
use crate::initializers::{Initializer, RandomUniform};
use crate::kernels::sparse::{gather_rows, scatter_rows, sparse_matmul_grad};
use crate::regularizers::Regularizer;

/// Turns whole numbers 0..input_dim into vectors of `output_dim`, looked up in a trained table.
///
/// Shapes: (…) → (…, output_dim); embeddings (input_dim, output_dim).
#[derive(Debug, Clone, PartialEq, Config)]
#[serde(deny_unknown_fields)]
pub struct Embedding {
    pub input_dim: usize,
    pub output_dim: usize,
    #[serde(default = "uniform")]
    pub embeddings_initializer: Initializer,
    #[serde(default)]
    pub embeddings_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub embeddings_constraint: Option<Constraint>,
    /// Index 0 stands for no value: the layers behind leave such steps out.
    #[serde(default)]
    pub mask_zero: bool,
}

fn uniform() -> Initializer {
    Initializer::RandomUniform(RandomUniform::default())
}

impl Embedding {
    fn check(&self, indices: &[f32]) -> Result<()> {
        let limit = self.input_dim as f32;
        let fits = |i: &f32| (0.0..limit).contains(i);
        // All of them, without a way out: so the loop is vectorised.
        if indices.iter().fold(true, |all, i| all & fits(i)) {
            return Ok(());
        }
        let bad = indices.iter().find(|i| !fits(i)).unwrap_or(&limit);
        Err(Error::data(format!(
            "Embedding(input_dim={}) takes whole numbers from 0 to {}, found {bad}; \
             raise input_dim or limit the vocabulary",
            self.input_dim,
            self.input_dim - 1
        )))
    }
}

impl Layer for Embedding {
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape> {
        if self.input_dim == 0 || self.output_dim == 0 {
            return Err(Error::unsupported(
                "Embedding needs input_dim and output_dim above 0",
            ));
        }
        let mut shape = only(inputs, "Embedding")?.clone();
        shape.push(Some(self.output_dim));
        Ok(shape)
    }

    fn variables(&self, _inputs: &[Shape]) -> Result<Vec<VariableSpec>> {
        let shape = vec![self.input_dim, self.output_dim];
        let table = VariableSpec::new("embeddings", shape, &self.embeddings_initializer);
        Ok(vec![table.with(
            &self.embeddings_regularizer,
            &self.embeddings_constraint,
        )])
    }

    fn mask(&self, inputs: &[&[usize]], _masks: &[Option<usize>]) -> OutputMask {
        match self.mask_zero {
            true => OutputMask::Own(inputs[0].iter().product()),
            false => OutputMask::None,
        }
    }

    fn writes(&self) -> Kind {
        match self.mask_zero {
            true => Kind::Dense,
            false => Kind::TableRows,
        }
    }

    fn forward(&self, pass: &mut Forward) -> Result<()> {
        let indices = pass.inputs.dense(0);
        if let Some(mask) = pass.mask.as_deref_mut() {
            let pairs = mask.iter_mut().zip(indices);
            pairs.for_each(|(mask, &index)| *mask = index != 0.0);
        }
        self.check(indices)?;
        if let Special::TableRows(rows) = &mut pass.special {
            rows.pick(pass.weights.ranges[0].clone(), indices);
            return Ok(());
        }
        gather_rows(
            pass.team,
            pass.weights.get(0),
            self.output_dim,
            indices,
            pass.output,
        );
        Ok(())
    }

    fn backward(&self, pass: &mut Backward) {
        if let Some(d_table) = pass.d_weights.get(0) {
            if let Some(rows) = pass.table_rows {
                sparse_matmul_grad(pass.team, rows, pass.d_output, self.output_dim, d_table);
            } else {
                let indices = pass.inputs.dense(0);
                scatter_rows(pass.team, indices, pass.d_output, self.output_dim, d_table);
            }
        }
        // Indices have no gradient.
        if let Some(dx) = pass.d_inputs.get(0) {
            dx.fill(0.0);
        }
    }
}
