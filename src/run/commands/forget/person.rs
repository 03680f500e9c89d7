//! The respondents to forget, and the cells that name them. Pure.

use std::collections::HashSet;

use crate::model::{Digits, trim_invisible};

/// The ids to forget.
pub(super) struct Person(HashSet<String>);

impl Person {
    /// `ids` have digits only.
    pub(super) fn new(ids: &[String]) -> Self {
        let ids = ids.iter().filter_map(|id| plain(id));
        Self(ids.map(str::to_owned).collect())
    }

    /// Whether a cell has one of the ids, whatever is around it for a spreadsheet: white space, an
    /// apostrophe, `="7"`. Ids that differ only in leading zeros may be one respondent.
    pub(super) fn is_in(&self, cell: &str) -> bool {
        let text = trim_invisible(cell);
        let text = text.strip_prefix('\'').unwrap_or(text);
        let quoted = text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"'));
        let id = trim_invisible(quoted.unwrap_or(text));
        plain(id).is_some_and(|id| self.0.contains(id))
    }
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
        for cell in ["7", "0007", " 7\u{a0}", "'7", "'=\"007\"", "=\"12\""] {
            assert!(person.is_in(cell), "{cell}");
        }
        for cell in ["", "77", "70", "x7", "7@example.com", "7,12"] {
            assert!(!person.is_in(cell), "{cell}");
        }
        assert!(Person::new(&["000".to_owned()]).is_in("0"));
    }
}
