//! Texts as Keras' preprocessing layers treat them: tokens, vocabularies, hashes.

mod farmhash;
mod siphash;
mod tokens;
mod vocabulary;

pub use tokens::{Scratch, Split, Standardize, Tokens};
pub use vocabulary::{Counts, inverse_document_frequency};

/// The bucket of `bytes` among `buckets`: TensorFlow's `string_to_hash_bucket_fast` (FarmHash), or
/// with a salt its `string_to_hash_bucket_strong` (SipHash).
pub fn hash_bucket(bytes: &[u8], buckets: usize, salt: Option<[i64; 2]>) -> usize {
    let hash = match salt {
        None => farmhash::fingerprint64(bytes),
        Some(key) => siphash::siphash24(key.map(|half| half as u64), bytes),
    };
    (hash % buckets.max(1) as u64) as usize
}

/// A whole number in decimal digits, written into `buffer`.
pub fn decimal(number: i64, buffer: &mut [u8; 20]) -> &[u8] {
    let mut rest = number.unsigned_abs();
    let mut start = buffer.len();
    loop {
        start -= 1;
        buffer[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        start -= 1;
        buffer[start] = b'-';
    }
    &buffer[start..]
}

#[cfg(test)]
mod tests {
    use super::{decimal, farmhash::fingerprint64, hash_bucket, siphash::siphash24};

    const BUCKETS: u64 = 1 << 62;

    /// From `tf.strings.to_hash_bucket_fast`; the lengths take each path of the hash.
    #[test]
    fn farmhash_is_tensorflows() {
        let (x, y, z) = ("x".repeat(33), "y".repeat(70), "z".repeat(200));
        for (text, hash) in [
            ("", 1_936_946_117_179_621_455),
            ("a", 3_694_432_073_954_588_131),
            ("ab", 3_066_228_220_894_225_694),
            ("hello", 3_786_372_426_573_024_488),
            ("hello world 12345", 87_573_249_954_529_727),
            (&x, 3_046_993_373_088_323_127),
            (&y, 2_525_296_024_834_194_218),
            (&z, 4_117_204_190_001_636_188),
        ] {
            assert_eq!(fingerprint64(text.as_bytes()) % BUCKETS, hash, "{text}");
        }
    }

    /// From `tf.strings.to_hash_bucket_strong` with the key [1, 2].
    #[test]
    fn siphash_is_tensorflows() {
        for (text, hash) in [
            ("", 443_797_209_252_341_627),
            ("a", 546_566_331_822_570_742),
            ("abcdefgh", 2_649_018_002_260_510_108),
            (&"x".repeat(33), 1_639_887_484_359_327_584),
        ] {
            let found = siphash24([1, 2], text.as_bytes()) % BUCKETS;
            assert_eq!(found, hash, "{text}");
        }
        assert_eq!(hash_bucket(b"a", 1, Some([1, 2])), 0);
    }

    #[test]
    fn numbers_have_their_digits() {
        for number in [0, 7, -1, 1_000_000, i64::MAX, i64::MIN] {
            let mut buffer = [0; 20];
            assert_eq!(decimal(number, &mut buffer), number.to_string().as_bytes());
        }
    }
}
