//! Trains a Keras model natively, as the page does in the browser:
//!
//! ```text
//! cargo run --release --example train -- MODEL.keras DATA.npz --fit FIT.json \
//!     --history OUT.json --save OUT.keras [--predict PRED.npz] [--threads N]
//! ```
//!
//! MODEL may be an `.h5` file, too. DATA holds `x`, `y` and, where wanted, `sample_weight`, `x_val`, `y_val`, `sample_weight_val`
//! (or `x/<input name>`, `y/<output name>`, …). FIT holds Keras' arguments of `fit`. OUT.json gets
//! `{"history": {key: [..]}, "evaluate": {key: v}}`, PRED the predictions as `y` (or `y/<output name>`). An error is one
//! line on stderr, `error[code]: message`; then none of these files is written. What callbacks save
//! is written when they save it, what Keras prints goes to stdout.

#[cfg(all(not(target_arch = "wasm32"), feature = "formats"))]
mod train {
    mod host;

    use model_dojo::callbacks::LambdaCallback;
    use model_dojo::data::{Features, LoadOptions, Loaded, load};
    use model_dojo::error::{Error, Result};
    use model_dojo::formats::npz::write_npz;
    use model_dojo::formats::{keras_model, keras_zip, model_file};
    use model_dojo::kernels::team::Team;
    use model_dojo::model::{
        Evaluation, Fit, FitData, FitOptions, History, Model, Samples, Step, predict,
    };
    use model_dojo::tensor::Array;
    use serde_json::{Map, Value, json};
    use std::collections::BTreeMap;
    use std::sync::Arc;

    const USAGE: &str = "usage: train MODEL.keras DATA.npz --fit FIT.json --history OUT.json --save OUT.keras [--predict PRED.npz] [--threads N]";

    #[derive(Default)]
    struct Args {
        model: String,
        data: String,
        fit: String,
        history: String,
        save: String,
        predict: Option<String>,
        threads: Option<usize>,
    }

    fn parse_args(mut args: impl Iterator<Item = String>) -> Result<Args> {
        let usage = |what: String| Error::unsupported(format!("{what}; {USAGE}"));
        let mut files = Vec::new();
        let mut options = BTreeMap::new();
        while let Some(arg) = args.next() {
            match arg.strip_prefix("--") {
                Some("fit" | "history" | "save" | "predict" | "threads") => {
                    let value = args
                        .next()
                        .ok_or_else(|| usage(format!("{arg} needs a value")))?;
                    if options.insert(arg.clone(), value).is_some() {
                        return Err(usage(format!("{arg} is given twice")));
                    }
                }
                Some(_) => return Err(usage(format!("unknown option {arg}"))),
                None => files.push(arg),
            }
        }
        let [model, data] = <[String; 2]>::try_from(files)
            .map_err(|files| usage(format!("expected 2 files, found {}", files.len())))?;
        let threads = options.remove("--threads").map(|n| match n.parse() {
            Ok(n) if n > 0 => Ok(n),
            _ => Err(usage(format!(
                "--threads must be a number from 1, found {n}"
            ))),
        });
        let predict = options.remove("--predict");
        let mut required = |name: &str| {
            options
                .remove(name)
                .ok_or_else(|| usage(format!("{name} is missing")))
        };
        Ok(Args {
            fit: required("--fit")?,
            history: required("--history")?,
            save: required("--save")?,
            threads: threads.transpose()?,
            model,
            data,
            predict,
        })
    }

    fn read(path: &str) -> Result<Vec<u8>> {
        std::fs::read(path).map_err(|e| Error::file(format!("cannot read {path}: {e}")))
    }

    /// The arrays of DATA, taken out by key.
    struct Arrays(BTreeMap<String, Arc<Array>>);

    impl Arrays {
        fn read(path: &str) -> Result<Self> {
            let options = LoadOptions {
                limit: usize::MAX,
                ..Default::default()
            };
            match load(path, &read(path)?, &options)? {
                Loaded::Arrays(arrays) => Ok(Arrays(arrays)),
                _ => Err(Error::file(format!(
                    "{path} is not an .npz file; write it with numpy.savez"
                ))),
            }
        }

        /// `key/<name>` for each name, or `key` of the only one; None where it is not there.
        fn take(&mut self, key: &str, names: &[String]) -> Vec<Option<Features>> {
            let alone = match names {
                [_] => self.0.remove(key),
                _ => None,
            };
            let by_name = names
                .iter()
                .map(|name| self.0.remove(&format!("{key}/{name}")));
            let found: Vec<Option<Arc<Array>>> = by_name.collect();
            let found = match alone {
                Some(array) => vec![Some(array)],
                None => found,
            };
            let features = |array| Features {
                array,
                divisor: None,
            };
            found.into_iter().map(|it| it.map(features)).collect()
        }

        /// `x`, `y` and `sample_weight` with `suffix`; None where there is neither x nor y.
        fn samples(&mut self, suffix: &str, model: &Model) -> Result<Option<Samples>> {
            let (inputs, outputs) = (model.input_names(), model.output_names());
            let x = self.take(&format!("x{suffix}"), &inputs);
            let y = self.take(&format!("y{suffix}"), &outputs);
            let mut weights = self.take(&format!("sample_weight{suffix}"), &outputs);
            if let Some(array) = self.0.remove(&format!("sample_weight{suffix}")) {
                // One array of weights is meant for all outputs.
                weights = vec![Some(Features {
                    array,
                    divisor: None,
                })];
            }
            let none = |arrays: &[Option<Features>]| arrays.iter().all(Option::is_none);
            if none(&x) && none(&y) && none(&weights) {
                return Ok(None);
            }
            if none(&x) || none(&y) {
                return Err(Error::data(format!(
                    "the data need both x{suffix} and y{suffix}, or neither"
                )));
            }
            let x = x.into_iter().zip(&inputs).map(|(x, name)| {
                x.ok_or_else(|| Error::data(format!("the data hold no \"x{suffix}/{name}\"")))
            });
            Samples::new(x.collect::<Result<_>>()?, y, weights).map(Some)
        }
    }

    pub fn run(args: impl Iterator<Item = String>) -> Result<()> {
        let args = parse_args(args)?;
        let fit: Map<String, Value> = serde_json::from_slice(&read(&args.fit)?)
            .map_err(|e| Error::file(format!("{} is not a JSON object: {e}", args.fit)))?;
        let mut options = FitOptions::from_json(&Value::Object(fit))?;
        host::find(&mut options)?;
        let file = model_file::read(&read(&args.model)?)?;
        let mut model = keras_model::load_file(file, options.seed.unwrap_or(0))?;
        let mut arrays = Arrays::read(&args.data)?;

        let train = arrays
            .samples("", &model)?
            .ok_or_else(|| Error::data("the data hold no x and y"))?;
        let validation = arrays.samples("_val", &model)?;
        if let Some(key) = arrays.0.keys().next() {
            return Err(Error::data(format!(
                "the data hold \"{key}\", which no input or output takes"
            )));
        }

        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let team = Team::new(args.threads.unwrap_or(threads));
        let all = train.clone();
        let x = train.x.clone();
        let mut training = Fit::new(&mut model, FitData { train, validation }, options)?;
        team.session(|| -> Result<()> {
            loop {
                let step = training.step(&mut model, &team)?;
                host::write(training.take_outputs())?;
                match step {
                    Step::Done(_) => return Ok(()),
                    Step::Ask(ask) => return Err(LambdaCallback::without_host(ask.hook.parts().0)),
                    _ => {}
                }
            }
        })?;
        let evaluation = Evaluation::new(&mut model, all, 32, None)?.run(&mut model, &team)?;

        let mut outputs = vec![(args.history, history_json(&training.history, &evaluation))];
        outputs.push((args.save, keras_zip::write(&keras_model::save(&model))?));
        if let Some(path) = args.predict {
            let y = predict(&mut model, &team, &x, 32)?;
            let y = match <[Array; 1]>::try_from(y) {
                Ok([y]) => BTreeMap::from([("y".to_string(), y)]),
                Err(several) => {
                    let names = model.output_names().into_iter();
                    names.map(|name| format!("y/{name}")).zip(several).collect()
                }
            };
            outputs.push((path, write_npz(&y)?));
        }
        write_all(&outputs)
    }

    fn history_json(history: &History, evaluation: &[(String, f64)]) -> Vec<u8> {
        let history: Map<String, Value> = history
            .history
            .iter()
            .map(|(key, values)| (key.clone(), values.iter().map(|&v| number(v)).collect()))
            .collect();
        let evaluate: Map<String, Value> = evaluation
            .iter()
            .map(|(key, value)| (key.clone(), number(*value)))
            .collect();
        json!({"history": history, "evaluate": evaluate})
            .to_string()
            .into_bytes()
    }

    /// JSON has no NaN: such numbers are written as strings.
    fn number(value: f64) -> Value {
        if value.is_nan() {
            json!("NaN")
        } else if value.is_infinite() {
            json!(if value > 0.0 { "Infinity" } else { "-Infinity" })
        } else {
            json!(value)
        }
    }

    /// All files or none: where one cannot be opened, what was there before stays as it was.
    fn write_all(outputs: &[(String, Vec<u8>)]) -> Result<()> {
        let cannot = |path: &str, e| Error::file(format!("cannot write {path}: {e}"));
        let mut new = Vec::new();
        for (path, _) in outputs {
            let is_new = !std::path::Path::new(path).exists();
            let mut options = std::fs::OpenOptions::new();
            if let Err(e) = options.write(true).create(true).truncate(false).open(path) {
                for path in new {
                    let _ = std::fs::remove_file(path);
                }
                return Err(cannot(path, e));
            }
            new.extend(is_new.then_some(path));
        }
        let mut files = outputs.iter();
        files.try_for_each(|(path, bytes)| std::fs::write(path, bytes).map_err(|e| cannot(path, e)))
    }
}

#[cfg(all(not(target_arch = "wasm32"), feature = "formats"))]
fn main() -> std::process::ExitCode {
    match train::run(std::env::args().skip(1)) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!(
                "error[{}]: {}",
                error.code.as_str(),
                error.message.replace('\n', " ")
            );
            std::process::ExitCode::FAILURE
        }
    }
}

#[cfg(not(all(not(target_arch = "wasm32"), feature = "formats")))]
fn main() {}
