//! How far found numbers are from expected ones, and the report over a family of cases.

use super::fixture::{families, floats, load, number, shape};
use model_dojo::model::History;
use serde_json::Value;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The comparisons of one case.
#[derive(Default)]
pub struct Checks {
    list: Vec<Check>,
}

struct Check {
    /// What kind of number it is, e.g. `output`.
    kind: &'static str,
    /// Which of its kind, e.g. `[2]`; may be empty.
    which: String,
    absolute: f64,
    relative: f64,
    tolerance: f64,
}

impl Checks {
    /// An array against a fixture's, whole or sampled. The deviation is relative to the largest
    /// expected magnitude: an element near zero is as exact as its neighbours let it be.
    pub fn array(&mut self, kind: &'static str, found: &[f32], expected: &Value, tolerance: f64) {
        let count: usize = shape(expected).iter().product();
        assert_eq!(found.len(), count, "{kind}: number of elements");
        let step = expected
            .get("every")
            .map_or(1, |step| number(step) as usize);
        let stored = floats(expected);
        let sampled = found.iter().step_by(step);
        assert_eq!(
            sampled.len(),
            stored.len(),
            "{kind}: number of stored elements"
        );
        let finite = stored.iter().filter(|e| e.is_finite());
        let largest = finite.fold(0.0, |m: f64, e| m.max(f64::from(e.abs())));
        let mut absolute = 0.0;
        for (f, e) in sampled.zip(&stored) {
            absolute = worse(absolute, distance(f64::from(*f), f64::from(*e)));
        }
        let relative = relative(absolute, largest);
        let which = self.next(kind);
        self.list.push(Check {
            kind,
            which,
            absolute,
            relative,
            tolerance,
        });
        if let Some(norm) = expected.get("norm") {
            let found = found
                .iter()
                .map(|&f| f64::from(f).powi(2))
                .sum::<f64>()
                .sqrt();
            self.number(
                "norm",
                &format!(" of {kind}"),
                found,
                number(norm),
                tolerance,
            );
        }
    }

    /// Arrays against a fixture's list of them.
    pub fn arrays(&mut self, kind: &'static str, found: &[Vec<f32>], list: &Value, tolerance: f64) {
        let expected = list.as_array().expect("a list of arrays");
        assert_eq!(found.len(), expected.len(), "{kind}: number of arrays");
        for (found, expected) in found.iter().zip(expected) {
            self.array(kind, found, expected, tolerance);
        }
    }

    /// One number, relative to its expected magnitude.
    pub fn number(
        &mut self,
        kind: &'static str,
        which: &str,
        found: f64,
        expected: f64,
        tolerance: f64,
    ) {
        self.scaled(kind, which, [found, expected], expected.abs(), tolerance);
    }

    /// Found and expected number, their difference relative to `scale`.
    pub fn scaled(
        &mut self,
        kind: &'static str,
        which: &str,
        [found, expected]: [f64; 2],
        scale: f64,
        tolerance: f64,
    ) {
        let absolute = distance(found, expected);
        let relative = relative(absolute, scale);
        self.list.push(Check {
            kind,
            which: which.to_string(),
            absolute,
            relative,
            tolerance,
        });
    }

    fn next(&self, kind: &str) -> String {
        format!(
            "[{}]",
            self.list.iter().filter(|check| check.kind == kind).count()
        )
    }

    /// The comparisons beyond their tolerance.
    pub fn failures(&self) -> Vec<String> {
        let beyond = |check: &&Check| check.relative > check.tolerance;
        let tell = |check: &Check| {
            let Check {
                kind,
                which,
                absolute,
                relative,
                tolerance,
            } = check;
            format!(
                "{kind}{which}: off by {absolute:.2e}, relative {relative:.2e} > {tolerance:.0e}"
            )
        };
        self.list.iter().filter(beyond).map(tell).collect()
    }
}

/// How far two numbers are apart; 0 for NaN where NaN is expected, and for equal infinities.
fn distance(found: f64, expected: f64) -> f64 {
    if found == expected || (found.is_nan() && expected.is_nan()) {
        0.0
    } else {
        (found - expected).abs()
    }
}

/// The larger, where NaN is the largest.
fn worse(a: f64, b: f64) -> f64 {
    if a >= b { a } else { b }
}

/// 0 for equal numbers; infinite where one is NaN.
fn relative(absolute: f64, scale: f64) -> f64 {
    match absolute / scale.max(1e-6) {
        ratio if ratio.is_nan() => f64::INFINITY,
        ratio => ratio,
    }
}

/// Runs `check` on each case of the families whose names begin with `prefix`.
pub fn run(prefix: &str, check: impl Fn(&Value, &mut Checks) -> model_dojo::error::Result<()>) {
    let families = families(prefix);
    assert!(!families.is_empty(), "no fixtures of {prefix}");
    let failures: Vec<String> = families
        .iter()
        .flat_map(|family| run_family(family, &check))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Runs `check` on each case of a family, says the worst deviation of each kind, and gives
/// what failed, by deviation, error or panic.
fn run_family(
    family: &str,
    check: &impl Fn(&Value, &mut Checks) -> model_dojo::error::Result<()>,
) -> Vec<String> {
    let cases = load(family);
    let mut worst: BTreeMap<&str, (f64, String)> = BTreeMap::new();
    let mut failures = Vec::new();
    for case in &cases {
        let name = case["name"].as_str().expect("a case has a name");
        let mut checks = Checks::default();
        match catch_unwind(AssertUnwindSafe(|| check(case, &mut checks))) {
            Ok(Ok(())) if checks.list.is_empty() => {
                failures.push(format!("{name}: nothing compared"))
            }
            Ok(Ok(())) => {}
            Ok(Err(error)) => failures.push(format!("{name}: {error}")),
            Err(panic) => failures.push(format!("{name}: {}", message(&*panic))),
        }
        failures.extend(
            checks
                .failures()
                .iter()
                .map(|failure| format!("{name}: {failure}")),
        );
        for Check {
            kind,
            which,
            relative,
            ..
        } in checks.list
        {
            let entry = worst.entry(kind).or_default();
            if relative >= entry.0 {
                *entry = (relative, format!("{name}{which}"));
            }
        }
    }
    println!(
        "{family}: {} cases, {} failures",
        cases.len(),
        failures.len()
    );
    for (kind, (relative, place)) in worst {
        println!("  {kind:20} {relative:.1e} relative at worst, {place}");
    }
    let place = |failure| format!("{family}: {failure}");
    failures.into_iter().map(place).collect()
}

fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("panicked")
}

/// Keys and numbers of a history.
pub fn compare_history(history: &History, expected: &Value, tolerance: f64, checks: &mut Checks) {
    let expected = expected.as_object().expect("history");
    let keys: Vec<&String> = history.history.iter().map(|(key, _)| key).collect();
    assert_eq!(
        keys,
        expected.keys().collect::<Vec<_>>(),
        "keys of the history"
    );
    for (key, values) in &history.history {
        let expected = expected[key].as_array().expect("a list");
        assert_eq!(values.len(), expected.len(), "epochs of {key}");
        for (i, (found, expected)) in values.iter().zip(expected).enumerate() {
            checks.number(
                "history",
                &format!(".{key}[{i}]"),
                *found,
                number(expected),
                tolerance,
            );
        }
    }
}
