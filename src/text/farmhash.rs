//! FarmHash's Fingerprint64 (G. Pike, 2014, <https://github.com/google/farmhash>, `farmhashna`),
//! whose values never change: what TensorFlow's hash buckets are made of.

const K0: u64 = 0xc3a5_c85c_97cb_3127;
const K1: u64 = 0xb492_b66f_be98_f273;
const K2: u64 = 0x9ae1_6a3b_2f90_404f;

/// The fingerprint of `s`.
pub fn fingerprint64(s: &[u8]) -> u64 {
    match s.len() {
        0..=16 => hash_0_to_16(s),
        17..=32 => hash_17_to_32(s),
        33..=64 => hash_33_to_64(s),
        _ => hash_long(s),
    }
}

/// Eight bytes from `at`, little endian; zeros beyond the end.
fn fetch64(s: &[u8], at: usize) -> u64 {
    let eight = s.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
    u64::from_le_bytes(eight.unwrap_or_default())
}

fn fetch32(s: &[u8], at: usize) -> u64 {
    let four = s.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
    u64::from(u32::from_le_bytes(four.unwrap_or_default()))
}

fn shift_mix(x: u64) -> u64 {
    x ^ (x >> 47)
}

fn hash_16(u: u64, v: u64, multiplier: u64) -> u64 {
    let a = shift_mix((u ^ v).wrapping_mul(multiplier));
    let b = shift_mix((v ^ a).wrapping_mul(multiplier));
    b.wrapping_mul(multiplier)
}

fn multiplier(len: usize) -> u64 {
    K2.wrapping_add(len as u64 * 2)
}

fn hash_0_to_16(s: &[u8]) -> u64 {
    let len = s.len();
    if len >= 8 {
        let m = multiplier(len);
        let a = fetch64(s, 0).wrapping_add(K2);
        let b = fetch64(s, len - 8);
        let c = b.rotate_right(37).wrapping_mul(m).wrapping_add(a);
        let d = a.rotate_right(25).wrapping_add(b).wrapping_mul(m);
        return hash_16(c, d, m);
    }
    if len >= 4 {
        let first = (len as u64).wrapping_add(fetch32(s, 0) << 3);
        return hash_16(first, fetch32(s, len - 4), multiplier(len));
    }
    if len > 0 {
        let [a, b, c] = [s[0], s[len >> 1], s[len - 1]].map(u64::from);
        let (y, z) = (a + (b << 8), len as u64 + (c << 2));
        return shift_mix(y.wrapping_mul(K2) ^ z.wrapping_mul(K0)).wrapping_mul(K2);
    }
    K2
}

fn hash_17_to_32(s: &[u8]) -> u64 {
    let (len, m) = (s.len(), multiplier(s.len()));
    let a = fetch64(s, 0).wrapping_mul(K1);
    let b = fetch64(s, 8);
    let c = fetch64(s, len - 8).wrapping_mul(m);
    let d = fetch64(s, len - 16).wrapping_mul(K2);
    let left = a.wrapping_add(b).rotate_right(43);
    let left = left.wrapping_add(c.rotate_right(30)).wrapping_add(d);
    let right = b.wrapping_add(K2).rotate_right(18);
    hash_16(left, a.wrapping_add(right).wrapping_add(c), m)
}

fn hash_33_to_64(s: &[u8]) -> u64 {
    let (len, m) = (s.len(), multiplier(s.len()));
    let a = fetch64(s, 0).wrapping_mul(K2);
    let b = fetch64(s, 8);
    let c = fetch64(s, len - 8).wrapping_mul(m);
    let d = fetch64(s, len - 16).wrapping_mul(K2);
    let y = a.wrapping_add(b).rotate_right(43);
    let y = y.wrapping_add(c.rotate_right(30)).wrapping_add(d);
    let right = b.wrapping_add(K2).rotate_right(18);
    let z = hash_16(y, a.wrapping_add(right).wrapping_add(c), m);
    let e = fetch64(s, 16).wrapping_mul(m);
    let f = fetch64(s, 24);
    let g = y.wrapping_add(fetch64(s, len - 32)).wrapping_mul(m);
    let h = z.wrapping_add(fetch64(s, len - 24)).wrapping_mul(m);
    let left = e.wrapping_add(f).rotate_right(43);
    let left = left.wrapping_add(g.rotate_right(30)).wrapping_add(h);
    let right = f.wrapping_add(a).rotate_right(18);
    hash_16(left, e.wrapping_add(right).wrapping_add(g), m)
}

/// 32 bytes from `at` mixed with two seeds.
fn weak_hash_32(s: &[u8], at: usize, a: u64, b: u64) -> (u64, u64) {
    let [w, x, y, z] = [0, 8, 16, 24].map(|i| fetch64(s, at + i));
    let a = a.wrapping_add(w);
    let b = b.wrapping_add(a).wrapping_add(z).rotate_right(21);
    let c = a;
    let a = a.wrapping_add(x).wrapping_add(y);
    let b = b.wrapping_add(a.rotate_right(44));
    (a.wrapping_add(z), b.wrapping_add(c))
}

/// The running state over blocks of 64 bytes.
struct State {
    x: u64,
    y: u64,
    z: u64,
    v: (u64, u64),
    w: (u64, u64),
}

impl State {
    /// Mixes in the block at `at`; `last` weighs the final one otherwise.
    fn mix(&mut self, s: &[u8], at: usize, m: u64, last: bool) {
        let (by_v, by_w) = if last { (9, 9) } else { (1, 1) };
        let State { x, y, z, v, w } = self;
        *x = x.wrapping_add(*y).wrapping_add(v.0);
        *x = x
            .wrapping_add(fetch64(s, at + 8))
            .rotate_right(37)
            .wrapping_mul(m);
        *y = y.wrapping_add(v.1).wrapping_add(fetch64(s, at + 48));
        *y = y.rotate_right(42).wrapping_mul(m);
        *x ^= w.1.wrapping_mul(by_w);
        *y = y.wrapping_add(v.0.wrapping_mul(by_v));
        *y = y.wrapping_add(fetch64(s, at + 40));
        *z = z.wrapping_add(w.0).rotate_right(33).wrapping_mul(m);
        *v = weak_hash_32(s, at, v.1.wrapping_mul(m), x.wrapping_add(w.0));
        let seed = y.wrapping_add(fetch64(s, at + 16));
        *w = weak_hash_32(s, at + 32, z.wrapping_add(w.1), seed);
        std::mem::swap(z, x);
    }
}

fn hash_long(s: &[u8]) -> u64 {
    const SEED: u64 = 81;
    let y = SEED.wrapping_mul(K1).wrapping_add(113);
    let z = shift_mix(y.wrapping_mul(K2).wrapping_add(113)).wrapping_mul(K2);
    let x = SEED.wrapping_mul(K2).wrapping_add(fetch64(s, 0));
    let (v, w) = ((0, 0), (0, 0));
    let mut state = State { x, y, z, v, w };
    let last = (s.len() - 1) / 64 * 64;
    for at in (0..last).step_by(64) {
        state.mix(s, at, K1, false);
    }
    // The last 64 bytes, which may overlap the block before.
    let m = K1.wrapping_add((state.z & 0xff) << 1);
    state.w.0 = state.w.0.wrapping_add((s.len() as u64 - 1) & 63);
    state.v.0 = state.v.0.wrapping_add(state.w.0);
    state.w.0 = state.w.0.wrapping_add(state.v.0);
    state.mix(s, s.len() - 64, m, true);
    let State { x, y, z, v, w } = state;
    let left = hash_16(v.0, w.0, m).wrapping_add(shift_mix(y).wrapping_mul(K0));
    let right = hash_16(v.1, w.1, m).wrapping_add(x);
    hash_16(left.wrapping_add(z), right, m)
}
