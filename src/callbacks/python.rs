//! Numbers as Python writes them: in messages, in logged files and in the names of checkpoints.

use crate::error::{Error, Result};

/// `repr(value)`: the shortest digits that give the number back, `1e-05`, `nan`, `inf`.
pub fn repr(value: f64) -> String {
    if !value.is_finite() {
        return non_finite(value);
    }
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let text = format!("{value}");
        if text.contains('.') {
            text
        } else {
            text + ".0"
        }
    } else {
        format!("{mantissa}e{}", signed_exponent(exponent))
    }
}

/// `f"{value:.4e}"`, with this many decimals.
pub fn scientific(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return non_finite(value);
    }
    let text = format!("{value:.decimals$e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => {
            let exponent = exponent.parse().unwrap_or(0);
            format!("{mantissa}e{}", signed_exponent(exponent))
        }
        None => text,
    }
}

/// `f"{value:.4f}"`, with this many decimals.
pub fn fixed(value: f64, decimals: usize) -> String {
    if value.is_finite() {
        format!("{value:.decimals$}")
    } else {
        non_finite(value)
    }
}

fn non_finite(value: f64) -> String {
    let text = match (value.is_nan(), value > 0.0) {
        (true, _) => "nan",
        (_, true) => "inf",
        _ => "-inf",
    };
    text.to_string()
}

/// At least two digits and always a sign.
fn signed_exponent(exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{:02}", exponent.abs())
}

/// What a field of a template stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Field {
    Int(usize),
    Float(f64),
}

/// `template.format(**fields)`: `"{epoch:02d}-{val_loss:.2f}.keras"`.
///
/// The error says what is wrong with the template, without naming it.
pub fn format_template(template: &str, field: impl Fn(&str) -> Option<Field>) -> Result<String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            out.push_str(brace);
            rest = after;
            continue;
        }
        let end = rest.find('}').filter(|_| brace == "{");
        let end = end.ok_or_else(|| {
            Error::unsupported(format!(
                "single '{brace}' encountered; write '{brace}{brace}' for the character itself"
            ))
        })?;
        let (name, spec) = rest[..end].split_once(':').unwrap_or((&rest[..end], ""));
        let value = field(name).ok_or_else(|| Error::unsupported(format!("'{name}'")))?;
        out.push_str(&Spec::parse(spec)?.format(value, spec)?);
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

/// A format specification: `[[fill]align][sign][0][width][.precision][type]`.
#[derive(Debug, Default)]
struct Spec {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    width: usize,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Spec {
    fn parse(text: &str) -> Result<Spec> {
        let chars: Vec<char> = text.chars().collect();
        let mut spec = Spec::default();
        let mut at = 0;
        let is_align = |c: Option<&char>| c.is_some_and(|c| "<>=^".contains(*c));
        if is_align(chars.get(1)) {
            (spec.fill, spec.align) = (Some(chars[0]), Some(chars[1]));
            at = 2;
        } else if is_align(chars.first()) {
            spec.align = Some(chars[0]);
            at = 1;
        }
        if let Some(&sign) = chars.get(at).filter(|c| "+- ".contains(**c)) {
            spec.sign = Some(sign);
            at += 1;
        }
        if chars.get(at) == Some(&'0') {
            spec.fill.get_or_insert('0');
            spec.align.get_or_insert('=');
            at += 1;
        }
        let number = |at: &mut usize| -> Option<usize> {
            let digits: String = chars[*at..]
                .iter()
                .take_while(|c| c.is_ascii_digit())
                .collect();
            *at += digits.len();
            // Wider than any name of a file: not meant, and not worth the memory.
            digits.parse().ok().filter(|&n| n < 1000)
        };
        spec.width = number(&mut at).unwrap_or(0);
        if chars.get(at) == Some(&'.') {
            at += 1;
            spec.precision = Some(number(&mut at).ok_or_else(|| unknown(text))?);
        }
        spec.kind = chars.get(at).copied();
        let known = spec.kind.is_none_or(|kind| "dfFeEgG%".contains(kind));
        if known && chars.len() <= at + 1 {
            Ok(spec)
        } else {
            Err(unknown(text))
        }
    }

    fn format(&self, value: Field, text: &str) -> Result<String> {
        let (negative, digits) = match (value, self.kind) {
            (Field::Int(n), None | Some('d')) if self.precision.is_none() => (false, n.to_string()),
            (_, Some('d')) | (Field::Int(_), None) => return Err(unknown(text)),
            (Field::Int(n), Some(kind)) => (false, self.digits(n as f64, kind)),
            (Field::Float(x), kind) => (
                x.is_sign_negative() && !x.is_nan(),
                self.digits(x.abs(), kind.unwrap_or('r')),
            ),
        };
        let sign = match (negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            _ => "",
        };
        let missing = self.width.saturating_sub(sign.len() + digits.len());
        let pad = |n: usize| self.fill.unwrap_or(' ').to_string().repeat(n);
        Ok(match self.align {
            Some('<') => format!("{sign}{digits}{}", pad(missing)),
            Some('^') => {
                let left = missing / 2;
                format!("{}{sign}{digits}{}", pad(left), pad(missing - left))
            }
            Some('=') => format!("{sign}{}{digits}", pad(missing)),
            _ => format!("{}{sign}{digits}", pad(missing)),
        })
    }

    /// A number ≥ 0 or NaN in the presentation `kind`; `r` where none is given.
    fn digits(&self, x: f64, kind: char) -> String {
        let precision = self.precision.unwrap_or(6);
        let text = match kind {
            'f' | 'F' => fixed(x, precision),
            'e' | 'E' => scientific(x, precision),
            '%' => fixed(x * 100.0, precision) + "%",
            'r' if self.precision.is_none() => repr(x),
            _ => general(x, precision.max(1), kind == 'r'),
        };
        if kind.is_ascii_uppercase() {
            text.to_uppercase()
        } else {
            text
        }
    }
}

/// `g`: `precision` digits without trailing zeros, an exponent where the number is far from one.
/// With `point` a whole number keeps `.0`.
fn general(x: f64, precision: usize, point: bool) -> String {
    if !x.is_finite() {
        return non_finite(x);
    }
    let text = scientific(x, precision - 1);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let strip = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text.to_string(),
    };
    if exponent < -4 || exponent >= precision as i32 - i32::from(point) {
        return format!("{}e{}", strip(mantissa), signed_exponent(exponent));
    }
    let text = strip(&fixed(x, (precision as i32 - 1 - exponent).max(0) as usize));
    if point && !text.contains('.') {
        text + ".0"
    } else {
        text
    }
}

fn unknown(spec: &str) -> Error {
    Error::unsupported(format!(
        "the format '{spec}' does not suit the value; epoch and batch take e.g. '02d', the \
         others '.4f'"
    ))
}
