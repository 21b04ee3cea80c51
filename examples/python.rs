//! Writes a model as a Python program, as the page does:
//!
//! ```text
//! cargo run --example python -- MODEL.keras [OPTIONS.json] [--history OUT.json]
//! cargo run --example python -- --models MODELS.json
//! ```
//!
//! OPTIONS are those of `formats::python_code::Options`; the files they name are read to see what is
//! in them. The program goes to stdout. With `--history` the model is trained here on the same
//! recipe, for comparison. MODELS is a list of configs; the programs of the models alone (or
//! `{"error": …}`) go to stdout as a list.

#[cfg(all(not(target_arch = "wasm32"), feature = "formats"))]
mod python {
    use model_dojo::data::LoadOptions;
    use model_dojo::error::{Error, Result};
    use model_dojo::formats::keras_zip;
    use model_dojo::formats::python_code::{Options, model_program};
    use model_dojo::model::{FitData, FitOptions, Samples};
    use model_dojo::session::{Event, Role, Session};
    use serde_json::{Value, json};

    fn read(path: &str) -> Result<Vec<u8>> {
        std::fs::read(path).map_err(|e| Error::file(format!("cannot read {path}: {e}")))
    }

    fn read_json(path: &str) -> Result<Value> {
        let wrong = |e| Error::file(format!("{path} is not JSON: {e}"));
        serde_json::from_slice(&read(path)?).map_err(wrong)
    }

    pub fn run(args: &[String]) -> Result<()> {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        match args[..] {
            ["--models", models] => {
                let models = read_json(models)?;
                let program = |model: &Value| match model_program(model) {
                    Ok(program) => json!(program),
                    Err(error) => json!({"error": error.to_string()}),
                };
                let models = models.as_array().map_or(&[][..], Vec::as_slice);
                println!("{}", models.iter().map(program).collect::<Value>());
                Ok(())
            }
            [model] => write(model, json!({}), None),
            [model, options] => write(model, read_json(options)?, None),
            [model, options, "--history", history] => {
                write(model, read_json(options)?, Some(history))
            }
            _ => Err(Error::unsupported(
                "usage: python MODEL.keras [OPTIONS.json] [--history OUT.json]",
            )),
        }
    }

    /// Trains as the page would; the logs of each epoch by key.
    fn train(session: &mut Session, model: u32, prepared: u32, fit: &Value) -> Result<Value> {
        let [x, y] = [Role::X, Role::Y].map(|role| session.part(prepared, false, role));
        let data = FitData {
            train: Samples::of_one(vec![x?], y?, None)?,
            validation: None,
        };
        let fit = session.fit(model, data, FitOptions::from_json(fit)?)?;
        loop {
            let slice = session.fit_run(fit, || 0.0, 1.0)?;
            if let Some(Event::End { history, .. }) = slice.events.last() {
                let keys = history.history.iter();
                return Ok(keys
                    .map(|(key, values)| (key.clone(), json!(values)))
                    .collect());
            }
        }
    }

    fn write(model: &str, given: Value, history: Option<&str>) -> Result<()> {
        let wrong = |e: serde_json::Error| Error::unsupported(format!("options: {e}"));
        let options: Options = serde_json::from_value(given.clone()).map_err(wrong)?;
        let mut session = Session::new(1);
        for (source, file) in &options.files {
            session.load_data(source, read(&file.path)?, &LoadOptions::default())?;
        }
        let file = keras_zip::read(&read(model)?)?;
        let id = session.create_model(&file.config, 0)?;
        session.set_state(id, &file.weights, &file.assets)?;
        println!("{}", session.python(id, &options)?);
        let (Some(path), Some(recipe)) = (history, &options.recipe) else {
            return Ok(());
        };
        let prepared = session.prepare(recipe)?;
        let history = train(&mut session, id, prepared, &given["fit"])?;
        let written = std::fs::write(path, history.to_string());
        written.map_err(|e| Error::file(format!("cannot write {path}: {e}")))
    }
}

#[cfg(all(not(target_arch = "wasm32"), feature = "formats"))]
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let Err(error) = python::run(&args) {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

#[cfg(not(all(not(target_arch = "wasm32"), feature = "formats")))]
fn main() {}
