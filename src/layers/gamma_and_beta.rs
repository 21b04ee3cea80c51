//! γ and β: what the arguments of normalising layers have in common.

use super::VariableSpec;
use crate::constraints::Constraint;
use crate::initializers::Initializer;
use crate::regularizers::Regularizer;

/// Where no `epsilon` is given.
pub fn epsilon() -> f64 {
    1e-3
}

/// How a variable is drawn, penalised and held.
pub type Terms<'a> = (
    &'a Initializer,
    &'a Option<Regularizer>,
    &'a Option<Constraint>,
);

/// The variables gamma and beta, where a layer has them.
pub fn gamma_and_beta(
    dims: &[usize],
    gamma: Option<Terms>,
    beta: Option<Terms>,
) -> Vec<VariableSpec> {
    let named = [("gamma", gamma), ("beta", beta)].into_iter();
    named
        .filter_map(|(name, terms)| {
            let (initializer, regularizer, constraint) = terms?;
            let spec = VariableSpec::new(name, dims.to_vec(), initializer);
            Some(spec.with(regularizer, constraint))
        })
        .collect()
}
