//! Random numbers: one seed for everything, a stream of its own for every name, so that adding a
//! layer never shifts what another one draws.

/// xoshiro128++ (Blackman & Vigna, 2019, <https://prng.di.unimi.it>), seeded by SplitMix64.
#[derive(Debug, Clone, PartialEq)]
pub struct Rng {
    state: [u32; 4],
}

impl Rng {
    /// The stream called `name` under `seed`.
    pub fn stream(seed: u32, name: &str) -> Self {
        // FNV-1a over the name, mixed with the seed.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let mut mix = hash ^ (u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut next = || {
            mix = mix.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (mix ^ (mix >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        let (a, b) = (next(), next());
        Rng {
            state: [a as u32, (a >> 32) as u32, b as u32, (b >> 32) as u32 | 1],
        }
    }

    /// The stream called `name` for one training step: going on after a pause repeats nothing.
    pub fn step(seed: u32, name: &str, step: u64) -> Self {
        let mixed = seed ^ (step as u32).wrapping_mul(0x85eb_ca6b) ^ ((step >> 32) as u32);
        Self::stream(mixed.wrapping_add(0x9e37_79b9), name)
    }

    pub fn next_u32(&mut self) -> u32 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(7).wrapping_add(s[0]);
        let t = s[1] << 9;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(11);
        result
    }

    /// Uniform in [0, 1), 24 bits.
    pub fn uniform(&mut self) -> f32 {
        (self.next_u32() >> 8) as f32 * (1.0 / 16_777_216.0)
    }

    /// Standard normal (Box–Muller, in f64 for the tails).
    pub fn normal(&mut self) -> f32 {
        let u = (f64::from(self.next_u32()) + 1.0) / 4_294_967_296.0;
        let v = f64::from(self.next_u32()) / 4_294_967_296.0;
        ((-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()) as f32
    }

    /// Uniform in 0..n (n ≥ 1), without bias (Lemire, 2019).
    pub fn below(&mut self, n: u32) -> u32 {
        let mut product = u64::from(self.next_u32()) * u64::from(n);
        if (product as u32) < n {
            let threshold = n.wrapping_neg() % n;
            while (product as u32) < threshold {
                product = u64::from(self.next_u32()) * u64::from(n);
            }
        }
        (product >> 32) as u32
    }

    /// Fisher–Yates.
    pub fn shuffle(&mut self, items: &mut [u32]) {
        for i in (1..items.len()).rev() {
            let j = self.below(i as u32 + 1) as usize;
            items.swap(i, j);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Rng;

    #[test]
    fn streams_repeat_and_differ() {
        let draw = |seed, name| {
            let mut rng = Rng::stream(seed, name);
            (0..8).map(|_| rng.next_u32()).collect::<Vec<_>>()
        };
        assert_eq!(draw(1, "dropout"), draw(1, "dropout"));
        assert_ne!(draw(1, "dropout"), draw(1, "dropout_1"));
        assert_ne!(draw(1, "dropout"), draw(2, "dropout"));
    }

    #[test]
    fn moments_are_right() {
        let n = 100_000;
        let mut rng = Rng::stream(3, "moments");
        let uniform: f64 = (0..n).map(|_| f64::from(rng.uniform())).sum::<f64>() / f64::from(n);
        let square: f64 =
            (0..n).map(|_| f64::from(rng.normal()).powi(2)).sum::<f64>() / f64::from(n);
        // Five standard errors: 0.2887/√n and √2/√n.
        assert!((uniform - 0.5).abs() < 5.0 * 0.2887 / f64::from(n).sqrt());
        assert!((square - 1.0).abs() < 5.0 * (2.0 / f64::from(n)).sqrt());
    }

    #[test]
    fn shuffle_keeps_all() {
        let mut items: Vec<u32> = (0..1000).collect();
        Rng::stream(1, "shuffle").shuffle(&mut items);
        assert_ne!(items, (0..1000).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..1000).collect::<Vec<_>>());
    }
}
