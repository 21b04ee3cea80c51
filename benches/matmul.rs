//! Speed of the kernels: `cargo bench --bench matmul [-- THREADS]` prints the median and the best
//! GFLOP/s of matrix products that training makes, one thread against a team, taken in turns.

use model_dojo::kernels::{Mat, Team, matmul};
use std::time::Instant;

/// Name, rows of C, depth, columns of C, whether A and B are transposed.
const CASES: [(&str, usize, usize, usize, bool, bool); 8] = [
    ("forward 32×784×128", 32, 784, 128, false, false),
    ("dW 784×32×128", 784, 32, 128, true, false),
    ("dX 32×128×784", 32, 128, 784, false, true),
    ("512×10000×16", 512, 10_000, 16, false, false),
    ("512³", 512, 512, 512, false, false),
    ("1024³", 1024, 1024, 1024, false, false),
    ("convolution 6272×288×64", 6272, 288, 64, false, false),
    ("one unit 512×512×1", 512, 512, 1, false, false),
];
const SAMPLES: usize = 15;

fn main() {
    let threads = std::env::args().find_map(|a| a.parse().ok());
    let threads = threads.or(std::thread::available_parallelism().ok().map(|n| n.get()));
    let teams = [Team::single(), Team::new(threads.unwrap_or(1))];
    println!(
        "{:26}{:>18}{:>13} threads",
        "GFLOP/s (median / best)",
        1,
        teams[1].threads()
    );
    for (name, m, k, n, ta, tb) in CASES {
        let (a, b) = (vec![0.5; m * k], vec![0.25; k * n]);
        let a = if ta {
            Mat::new(&a, k, m).t()
        } else {
            Mat::new(&a, m, k)
        };
        let b = if tb {
            Mat::new(&b, n, k).t()
        } else {
            Mat::new(&b, k, n)
        };
        let mut c = vec![0.0; m * n];
        let flops = 2.0 * (m * k * n) as f64;
        let repeats = (2e8 / flops).ceil() as usize;
        let mut speeds = [const { Vec::new() }; 2];
        for _ in 0..SAMPLES {
            for (team, speeds) in teams.iter().zip(&mut speeds) {
                speeds.push(team.session(|| {
                    matmul(team, a, b, None, &mut c);
                    let start = Instant::now();
                    (0..repeats).for_each(|_| matmul(team, a, b, None, &mut c));
                    flops * repeats as f64 / start.elapsed().as_secs_f64() / 1e9
                }));
            }
        }
        let columns = speeds.each_mut().map(|speeds| {
            speeds.sort_by(f64::total_cmp);
            format!("{:8.1} /{:6.1}", speeds[SAMPLES / 2], speeds[SAMPLES - 1])
        });
        println!("{name:26}  {}  {}", columns[0], columns[1]);
    }
}
