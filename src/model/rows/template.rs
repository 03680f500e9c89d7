//! Combines several columns into one value: `{Imię} {Nazwisko}`. Deliberately minimal: no
//! conditions, no functions. Pure.

use std::fmt;
use std::str::FromStr;

use crate::model::{Fields, is_blank};

/// A sequence of texts and columns. `C` is a column: its name, or its index once the header is
/// known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template<C> {
    parts: Vec<Part<C>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part<C> {
    Text(String),
    Column(C),
}

impl<C> Template<C> {
    /// Whether the right side of a mapping is a template rather than a column's name.
    pub(crate) fn is_one(text: &str) -> bool {
        text.contains(['{', '}'])
    }

    /// Returns the columns that are needed.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &C> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Column(column) => Some(column),
        })
    }

    /// Replaces each column with what `find` returns for it, or returns the first error.
    pub(crate) fn try_map<D, E>(&self, mut find: impl FnMut(&C) -> Result<D, E>) -> Result<Template<D>, E> {
        let parts = self.parts.iter().map(|part| {
            Ok(match part {
                Part::Text(text) => Part::Text(text.clone()),
                Part::Column(column) => Part::Column(find(column)?),
            })
        });
        Ok(Template {
            parts: parts.collect::<Result<_, E>>()?,
        })
    }
}

impl Template<usize> {
    /// Returns the value for a row; `None` if all its columns are blank. White space at the ends,
    /// which a blank column leaves, is removed.
    pub(crate) fn fill(&self, fields: &Fields<'_>) -> Option<String> {
        let cell = |column: &usize| fields.get(*column).unwrap_or_default();
        if self.columns().all(|column| is_blank(cell(column))) {
            return None;
        }
        let texts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Column(column) => cell(column),
        });
        Some(texts.collect::<String>().trim().to_owned())
    }
}

impl FromStr for Template<String> {
    type Err = String;

    /// Parses a template. A doubled brace stands for the brace itself.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            literal.push_str(before);
            if let Some(behind) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
                literal.extend(from.chars().next());
                rest = behind;
                continue;
            }
            let Some((name, behind)) = from.strip_prefix('{').and_then(|from| from.split_once('}')) else {
                return Err(
                    "a brace without its other half: write `{COLUMN}`, and `{{` for a brace itself"
                        .to_owned(),
                );
            };
            if name.trim().is_empty() || name.contains('{') {
                return Err(format!(
                    "`{{{name}}}` names no column: write `{{COLUMN}}`, and `{{{{` for a brace itself"
                ));
            }
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            parts.push(Part::Column(name.to_owned()));
            rest = behind;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        let template = Self { parts };
        if template.columns().next().is_none() {
            return Err("no column in it: `--set` gives the same value to every row".to_owned());
        }
        Ok(template)
    }
}

impl<C: fmt::Display> fmt::Display for Template<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Text(text) => f.write_str(&text.replace('{', "{{").replace('}', "}}"))?,
                Part::Column(column) => write!(f, "{{{column}}}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str, cells: [&str; 2]) -> Option<String> {
        let template: Template<String> = template.parse().unwrap();
        let found = template
            .try_map(|name| match name.as_str() {
                "a" => Ok(0),
                "b" => Ok(1),
                other => Err(other.to_owned()),
            })
            .unwrap();
        let ends = [cells[0].len(), cells[0].len() + cells[1].len()];
        found.fill(&Fields::new(&cells.concat(), &ends))
    }

    #[test]
    fn columns_and_texts_become_one_value() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(filled("{a} {b}", ["Jan", "Kowalski"]), some("Jan Kowalski"));
        assert_eq!(filled("{a} {b}", ["", "Kowalski"]), some("Kowalski"));
        assert_eq!(filled("Pan {a}", ["Jan", ""]), some("Pan Jan"));
        assert_eq!(
            filled("Pan {a} {b}", [" ", "\u{A0}"]),
            None,
            "a greeting for nobody"
        );
        assert_eq!(filled("{{{a}}}", ["x", ""]), some("{x}"));
        assert_eq!(filled("{a}{b}", ["x", "y"]), some("xy"));
    }

    #[test]
    fn a_template_that_is_none_is_told_before_anything_is_read() {
        for (text, reason) in [
            ("{a", "other half"),
            ("a}", "other half"),
            ("{}", "names no column"),
            ("{ }", "names no column"),
            ("{a{b}", "names no column"),
            ("{{a}}", "no column in it"),
        ] {
            let error = text.parse::<Template<String>>().unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
        let template: Template<String> = "{{x}} {Imię}".parse().unwrap();
        assert_eq!(template.to_string(), "{{x}} {Imię}");
    }
}
