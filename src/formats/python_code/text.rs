//! Python code that is laid out as people (and the formatter `black`) do: on one line where it fits,
//! else the arguments one below the other.

use crate::error::Result;
use serde_json::{Map, Value};

/// The longest line.
const WIDTH: usize = 88;

/// A piece of code.
#[derive(Debug, Clone, PartialEq)]
pub enum Code {
    Text(String),
    /// `open`, items with commas between them, `close`.
    Group {
        open: String,
        items: Vec<Code>,
        close: &'static str,
        /// One item per line, however short.
        lines: bool,
    },
    /// Pieces that follow one another.
    Chain(Vec<Code>),
}

impl Code {
    pub fn text(text: impl Into<String>) -> Code {
        Code::Text(text.into())
    }

    /// `function(arguments)`.
    pub fn call(function: &str, items: Vec<Code>) -> Code {
        Code::group(format!("{function}("), items, ")")
    }

    pub fn list(items: Vec<Code>) -> Code {
        Code::group("[".into(), items, "]")
    }

    pub fn tuple(items: Vec<Code>) -> Code {
        let close = if items.len() == 1 { ",)" } else { ")" };
        Code::group("(".into(), items, close)
    }

    /// A dict of these keys, which are code.
    pub fn dict(items: impl IntoIterator<Item = (String, Code)>) -> Code {
        let item = |(key, value)| Code::Chain(vec![Code::text(format!("{key}: ")), value]);
        Code::group("{".into(), items.into_iter().map(item).collect(), "}")
    }

    /// The dict of a JSON object, its values written by `code`.
    pub fn entries(
        map: &Map<String, Value>,
        mut code: impl FnMut(&Value) -> Result<Code>,
    ) -> Result<Code> {
        let entries = map
            .iter()
            .map(|(key, value)| Ok((quoted(key), code(value)?)));
        entries.collect::<Result<Vec<_>>>().map(Code::dict)
    }

    fn group(open: String, items: Vec<Code>, close: &'static str) -> Code {
        Code::Group {
            open,
            items,
            close,
            lines: false,
        }
    }

    /// `name=value`, as an argument.
    pub fn keyword(name: &str, value: Code) -> Code {
        Code::Chain(vec![Code::text(format!("{name}=")), value])
    }

    /// `name = value`.
    pub fn assign(name: &str, value: Code) -> Code {
        Code::Chain(vec![Code::text(format!("{name} = ")), value])
    }

    /// The same with one item per line.
    pub fn in_lines(self) -> Code {
        match self {
            Code::Group {
                open, items, close, ..
            } => Code::Group {
                open,
                items,
                close,
                lines: true,
            },
            other => other,
        }
    }

    /// The code as lines, the first of them without its indentation.
    pub fn layout(&self, indent: usize) -> String {
        self.write(indent, indent)
    }

    fn flat(&self) -> String {
        match self {
            Code::Text(text) => text.clone(),
            Code::Group {
                open, items, close, ..
            } => {
                let items: Vec<String> = items.iter().map(Code::flat).collect();
                format!("{open}{}{close}", items.join(", "))
            }
            Code::Chain(parts) => parts.iter().map(Code::flat).collect(),
        }
    }

    fn has_lines(&self) -> bool {
        match self {
            Code::Text(_) => false,
            Code::Group { items, lines, .. } => *lines || items.iter().any(Code::has_lines),
            Code::Chain(parts) => parts.iter().any(Code::has_lines),
        }
    }

    /// `column` is where it begins, `indent` where its line does.
    fn write(&self, indent: usize, column: usize) -> String {
        let flat = self.flat();
        if !self.has_lines() && column + flat.chars().count() <= WIDTH {
            return flat;
        }
        match self {
            Code::Group {
                open, items, close, ..
            } if !items.is_empty() => {
                let inner = " ".repeat(indent + 4);
                let item = |item: &Code| {
                    // The comma behind it takes a place.
                    format!("{inner}{},\n", item.write(indent + 4, indent + 5))
                };
                let items: String = items.iter().map(item).collect();
                let close = close.trim_start_matches(',');
                format!("{open}\n{items}{}{close}", " ".repeat(indent))
            }
            Code::Chain(parts) => {
                let widest = |part: &&Code| (part.has_lines(), part.flat().len());
                let groups = parts.iter().filter(|part| !matches!(part, Code::Text(_)));
                let broken = groups.rev().max_by_key(widest);
                let part = |part: &Code| match broken {
                    Some(broken) if std::ptr::eq(broken, part) => part.write(indent, WIDTH),
                    _ => part.flat(),
                };
                parts.iter().map(part).collect()
            }
            _ => flat,
        }
    }
}

/// A text in quotation marks: JSON's escapes are Python's.
pub fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A name that Python takes for a variable.
pub fn identifier(name: &str) -> String {
    const KEYWORDS: &[&str] = &[
        "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
        "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
        "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with",
        "yield", "None", "True", "False", "sum", "max", "min", "any", "abs", "range", "len",
        "list", "set", "dict", "sorted", "zip", "print", "round", "float", "int", "str", "open",
    ];
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let mut name: String = name.chars().map(plain).collect();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    if KEYWORDS.contains(&name.as_str()) {
        name.push('_');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_a_line_gets_one_per_argument() {
        let word = |letter: &str| Code::text(letter.repeat(30));
        let short = Code::assign("x", Code::call("f", vec![word("a"), word("b")]));
        assert_eq!(
            short.layout(0),
            format!("x = f({}, {})", "a".repeat(30), "b".repeat(30))
        );
        let call = Code::call("f", vec![word("a"), word("b"), word("c")]);
        let long = Code::assign(
            "x",
            Code::Chain(vec![call, Code::call("", vec![Code::text("y")])]),
        );
        let [a, b, c] = ["a", "b", "c"].map(|letter| letter.repeat(30));
        assert_eq!(
            long.layout(4),
            format!("x = f(\n        {a},\n        {b},\n        {c},\n    )(y)")
        );
    }

    #[test]
    fn names_become_identifiers() {
        assert_eq!(identifier("lambda"), "lambda_");
        assert_eq!(identifier("2nd-layer/ü"), "_2nd_layer__");
    }
}
