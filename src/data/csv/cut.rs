//! Cutting lines into cells and cells into numbers, where nothing is unusual: several times as fast
//! as a reader that is ready for everything, to which the rest is left.

/// The bytes at which a cell may end.
pub(super) struct Ends([bool; 256]);

impl Ends {
    pub fn new(delimiter: u8) -> Ends {
        let mut ends = [false; 256];
        for byte in [delimiter, b'\n', b'\r', b'"'] {
            ends[usize::from(byte)] = true;
        }
        Ends(ends)
    }

    fn find(&self, bytes: &[u8]) -> usize {
        let end = bytes.iter().position(|&byte| self.0[usize::from(byte)]);
        end.unwrap_or(bytes.len())
    }

    /// Cuts the first line of a text into cells; returns its length, line end included. None where
    /// a quotation mark is doubled, is not closed in its line or stands within a cell, and where a
    /// carriage return ends a line alone.
    pub fn cut<'a>(&self, text: &'a str, delimiter: u8, cells: &mut Vec<&'a str>) -> Option<usize> {
        let bytes = text.as_bytes();
        let mut at = 0;
        cells.clear();
        loop {
            let quoted = bytes.get(at) == Some(&b'"');
            let start = at + usize::from(quoted);
            at = start + self.find(&bytes[start..]);
            if quoted {
                while bytes.get(at) == Some(&delimiter) {
                    at += 1 + self.find(&bytes[at + 1..]);
                }
            }
            cells.push(&text[start..at]);
            if quoted {
                if bytes.get(at) != Some(&b'"') {
                    return None;
                }
                at += 1;
            }
            match bytes.get(at) {
                None => return Some(at),
                Some(b'\n') => return Some(at + 1),
                Some(b'\r') if bytes.get(at + 1) == Some(&b'\n') => return Some(at + 2),
                Some(&byte) if byte == delimiter => at += 1,
                Some(_) => return None,
            }
        }
    }
}

/// What `str::parse` reads of a decimal number as most are written. Fifteen digits are a whole
/// number that f64 holds, as it does the power of ten, and one division rounds once (Clinger 1990,
/// "How to read floating point numbers accurately").
pub(super) fn decimal(cell: &str) -> Option<f64> {
    const POWERS: [f64; 16] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ];
    let (negative, digits) = match cell.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let (mut whole, mut decimals) = (0_u64, None);
    for &byte in digits.iter().take(POWERS.len() + 1) {
        match byte {
            b'0'..=b'9' => {
                whole = whole * 10 + u64::from(byte - b'0');
                decimals = decimals.map(|count| count + 1);
            }
            b'.' if decimals.is_none() => decimals = Some(0),
            _ => return None,
        }
    }
    let count = digits.len() - usize::from(decimals.is_some());
    if !(1..POWERS.len()).contains(&count) {
        return None;
    }
    let value = whole as f64 / POWERS[decimals.unwrap_or(0)];
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cells and the length of the first line.
    fn cut(text: &str) -> Option<(Vec<&str>, usize)> {
        let mut cells = vec![];
        let length = Ends::new(b',').cut(text, b',', &mut cells)?;
        Some((cells, length))
    }

    #[test]
    fn plain_and_quoted_lines_are_cut() {
        assert_eq!(cut("a,b c,\nd"), Some((vec!["a", "b c", ""], 7)));
        assert_eq!(cut("a,é\r\nd"), Some((vec!["a", "é"], 6)));
        assert_eq!(cut("\"a, b\",\"\",c"), Some((vec!["a, b", "", "c"], 11)));
        assert_eq!(cut("\"a\"\nb"), Some((vec!["a"], 4)));
        assert_eq!(cut(",,"), Some((vec!["", "", ""], 2)));
    }

    #[test]
    fn unusual_lines_are_left_to_others() {
        for text in [
            "\"a\"\"b\",c\n",
            "\"a\nb\",c\n",
            "\"a",
            "\"",
            "a\"b,c\n",
            "\"a\"b,c\n",
            "a,b\rc,d\n",
            "\"a\r\nb\"",
        ] {
            assert_eq!(cut(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_is_cut_is_what_the_csv_crate_reads() {
        let mut rng = crate::rng::Rng::stream(1, "lines");
        let mut compared = 0;
        for _ in 0..20_000 {
            let part = |rng: &mut crate::rng::Rng| {
                ["a", "é", " ", ",", ",", "\"", "\"", "\n", "\r", "\r\n"]
                    [(rng.next_u32() % 10) as usize]
            };
            let text: String = (0..rng.next_u32() % 12).map(|_| part(&mut rng)).collect();
            if text.starts_with(['\n', '\r']) {
                continue; // an empty line is no record
            }
            let Some((cells, _)) = cut(&text).filter(|_| !text.is_empty()) else {
                continue;
            };
            let mut record = ::csv::StringRecord::new();
            super::super::reader(&text, b',')
                .read_record(&mut record)
                .unwrap();
            assert_eq!(record.iter().collect::<Vec<_>>(), cells, "{text:?}");
            compared += 1;
        }
        assert!(compared > 5_000, "{compared}");
    }

    #[test]
    fn decimals_are_what_parse_reads() {
        let mut rng = crate::rng::Rng::stream(1, "decimals");
        let digits = |rng: &mut crate::rng::Rng| -> String {
            let count = rng.next_u32() % 9;
            (0..count)
                .map(|_| char::from(b'0' + (rng.next_u32() % 10) as u8))
                .collect()
        };
        for _ in 0..100_000 {
            let sign = ["", "-"][(rng.next_u32() % 2) as usize];
            let point = ["", "."][(rng.next_u32() % 2) as usize];
            let text = format!("{sign}{}{point}{}", digits(&mut rng), digits(&mut rng));
            let read = decimal(&text).map(f64::to_bits);
            let expected = text.parse().ok().map(f64::to_bits);
            let long = text.bytes().filter(u8::is_ascii_digit).count() > 15;
            assert!(read == expected || (long && read.is_none()), "{text}");
        }
        for text in [
            "", ".", "-", "-.", "+1", "1e5", "NaN", "inf", "1 ", "1,0", "١", "1.2.3",
        ] {
            assert_eq!(decimal(text), None, "{text:?}");
        }
        assert_eq!(decimal("-0").map(f64::to_bits), Some((-0.0_f64).to_bits()));
        assert_eq!(decimal("123456789012345"), Some(123_456_789_012_345.0));
        assert_eq!(decimal("1234567890.12345"), Some(1_234_567_890.123_45));
        assert_eq!(decimal("1234567890123456"), None);
    }
}
