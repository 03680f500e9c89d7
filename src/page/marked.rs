//! Texts with `code` in backticks, as the catalogue writes commands and flags, for HTML.

use askama::Template;

use crate::model::printable;

/// A text whose parts between backticks are code. Formats itself as HTML, escaped.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(
    source = "{% for part in parts %}{% match part %}{% when Part::Text(text) %}{{ text }}{% when Part::Code(code) %}<code>{{ code|safe }}</code>{% endmatch %}{% endfor %}",
    ext = "html"
)]
pub(super) struct Marked {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Code(Code),
}

/// Words to type, which a line breaks only between: `--max-rows` stays whole. Formats itself as HTML,
/// escaped.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(
    source = "{% for word in words %}{% if !loop.first %} {% endif %}<span>{{ word }}</span>{% endfor %}",
    ext = "html"
)]
pub(super) struct Code {
    words: Vec<String>,
}

impl Code {
    pub(super) fn new(text: &str) -> Self {
        Self {
            words: text.split(' ').map(str::to_owned).collect(),
        }
    }
}

impl Marked {
    /// Takes a text apart. A backtick without a partner stays one; what would change the reading order or
    /// is invisible is written as an escape.
    pub(super) fn new(text: &str) -> Self {
        let mut parts = Vec::new();
        let text = printable(text);
        let mut rest = text.as_ref();
        while let Some((before, (code, behind))) = rest
            .split_once('`')
            .and_then(|(before, rest)| Some((before, rest.split_once('`')?)))
        {
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Code(Code::new(code)));
            rest = behind;
        }
        parts.push(Part::Text(rest.to_owned()));
        Self { parts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_become_code_and_everything_is_escaped() {
        for (text, html) in [
            (
                "type `run <a>`, then",
                "type <code><span>run</span> <span>&#60;a&#62;</span></code>, then",
            ),
            ("`<b>`", "<code><span>&#60;b&#62;</span></code>"),
            ("a ` b", "a ` b"),
            ("", ""),
        ] {
            assert_eq!(Marked::new(text).to_string(), html);
        }
    }
}
