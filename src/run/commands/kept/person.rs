//! The respondents that a command is about, and the cells that name them. Pure.

use std::collections::HashSet;

use crate::model::{Digits, trim_invisible};

/// Their ids.
pub(super) struct Person(HashSet<String>);

impl Person {
    /// `ids` have digits only.
    pub(super) fn new(ids: &[String]) -> Self {
        let ids = ids.iter().filter_map(|id| plain(id));
        Self(ids.map(str::to_owned).collect())
    }

    /// Says whom a cell names, as [`plain_id`] reads it.
    pub(super) fn named_in(&self, cell: &str) -> Named {
        let text = text_of(cell);
        match id_of(&text) {
            Some(id) if self.0.contains(id) => Named::Person,
            Some(_) => Named::Another,
            None if text.is_empty() => Named::Nobody,
            None => Named::Unclear,
        }
    }
}

/// Whom a cell names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    Person,
    Another,
    Nobody,
    /// It is no id, so it may be one that a spreadsheet has mangled.
    Unclear,
}

/// Returns the id in a cell without leading zeros, whatever a spreadsheet has put around it: white
/// space, also between thousands, an apostrophe, `="7"`, a decimal part of zeros. Ids that differ only
/// in leading zeros may be one respondent. `None` if there is no id.
pub(super) fn plain_id(cell: &str) -> Option<String> {
    id_of(&text_of(cell)).map(str::to_owned)
}

fn text_of(cell: &str) -> String {
    let text = trim_invisible(cell);
    let text = text.strip_prefix('\'').unwrap_or(text);
    let quoted = text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"'));
    let text = quoted.unwrap_or(text);
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn id_of(text: &str) -> Option<&str> {
    let whole = text.trim_end_matches('0').strip_suffix(['.', ',']);
    plain(trim_invisible(whole.unwrap_or(text)))
}

fn plain(id: &str) -> Option<&str> {
    Some(Digits::new(id)?.without_leading_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_told_by_its_number_whatever_is_around_it() {
        let person = Person::new(&["007".to_owned(), "12".to_owned()]);
        for cell in [
            "7",
            "0007",
            " 7\u{a0}",
            "'7",
            "'=\"007\"",
            "=\"12\"",
            "1\u{a0}2",
            "7,00",
            "12.0",
        ] {
            assert_eq!(person.named_in(cell), Named::Person, "{cell}");
        }
        for cell in ["77", "70", "120", "7 000"] {
            assert_eq!(person.named_in(cell), Named::Another, "{cell}");
        }
        for cell in ["x7", "7@example.com", "7,12", "1,2E+11"] {
            assert_eq!(person.named_in(cell), Named::Unclear, "{cell}");
        }
        assert_eq!(person.named_in(" "), Named::Nobody);
        assert_eq!(Person::new(&["000".to_owned()]).named_in("0"), Named::Person);
    }
}
