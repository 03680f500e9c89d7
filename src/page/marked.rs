//! Texts with `code` in backticks, as the catalogue writes commands and flags, for HTML.

use askama::Template;

use crate::model::printable;

/// A text whose parts between backticks are code. Formats itself as HTML, escaped.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(
    source = "{% for part in parts %}{% if part.0 %}<code>{{ part.1 }}</code>{% else %}{{ part.1 }}{% endif %}{% endfor %}",
    ext = "html"
)]
pub(super) struct Marked {
    /// Whether a part is code, and its text.
    parts: Vec<(bool, String)>,
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
            parts.push((false, before.to_owned()));
            parts.push((true, code.to_owned()));
            rest = behind;
        }
        parts.push((false, rest.to_owned()));
        parts.retain(|(_, text)| !text.is_empty());
        Self { parts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_become_code_and_everything_is_escaped() {
        for (text, html) in [
            ("type `run <a>`, then", "type <code>run &#60;a&#62;</code>, then"),
            ("`<b>`", "<code>&#60;b&#62;</code>"),
            ("a ` b", "a ` b"),
            ("", ""),
        ] {
            assert_eq!(Marked::new(text).to_string(), html);
        }
    }
}
