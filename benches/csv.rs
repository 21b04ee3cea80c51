//! Speed of reading tables natively: `cargo bench --bench csv` prints how many MB of a CSV file a second gives.
//! `npm run bench -- --only csv` times the same in the page.

use model_dojo::data::{LoadOptions, info, load};
use model_dojo::error::Result;
use model_dojo::rng::Rng;
use std::time::Instant;

const BYTES: usize = 100_000_000;
const SAMPLES: usize = 3;

/// A file of lines that `line` makes, some of them repeated until it is full.
fn file(head: &str, line: impl Fn(&mut Rng) -> String) -> String {
    let mut rng = Rng::stream(1, "lines");
    let lines: String = (0..20_000).map(|_| line(&mut rng)).collect();
    head.to_string() + &lines.repeat((BYTES - head.len()) / lines.len())
}

fn numbers(rng: &mut Rng) -> String {
    let row = [(); 10].map(|()| format!("{:.5}", rng.uniform() * 200.0 - 100.0));
    row.join(",") + "\n"
}

/// Whole numbers, decimals, categories and gaps, as measured data have them.
fn mixed(rng: &mut Rng) -> String {
    let word = ["usa", "japan", "europe"][(rng.next_u32() % 3) as usize];
    let gap = if rng.uniform() < 0.02 {
        String::new()
    } else {
        format!("{:.1}", rng.uniform() * 50.0)
    };
    let (year, weight) = (70 + rng.next_u32() % 13, 1500 + rng.next_u32() % 3500);
    format!(
        "{gap},{},{:.1},{weight},{:.1},{year},{word}\n",
        3 + rng.next_u32() % 6,
        rng.uniform() * 400.0,
        rng.uniform() * 25.0
    )
}

fn main() -> Result<()> {
    let files = [
        ("ten numbers", file("a,b,c,d,e,f,g,h,i,j\n", numbers)),
        (
            "numbers and texts",
            file(
                "mpg,cylinders,displacement,weight,acceleration,year,origin\n",
                mixed,
            ),
        ),
    ];
    for (name, text) in files {
        for _ in 0..SAMPLES {
            let start = Instant::now();
            let loaded = load(name, text.as_bytes(), &LoadOptions::default())?;
            let read = start.elapsed().as_secs_f64();
            let rows = info(&loaded).rows;
            let all = start.elapsed().as_secs_f64();
            let speed = |seconds: f64| text.len() as f64 / seconds / 1e6;
            println!(
                "{name}: {rows} rows, {:.0} MB/s; described as well {:.0} MB/s",
                speed(read),
                speed(all)
            );
        }
    }
    Ok(())
}
