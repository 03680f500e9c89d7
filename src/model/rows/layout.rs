//! Which column means what: the result of matching the header with what the user asked for. The matching
//! itself, with its errors, is in `read/columns/header.rs`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::model::{Fields, Template, is_blank};

/// The columns of one input, each as its index from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// How many fields a record must have.
    pub(crate) columns: usize,
    pub(crate) respondent: usize,
    pub(crate) survey: Option<usize>,
    /// Label ← where its value comes from, in ascending order of the labels.
    pub(crate) labels: Vec<(Label, ValueFrom<usize>)>,
    /// The columns that the results repeat, in the order in which they were asked for.
    pub(crate) kept: Vec<usize>,
}

/// Where a label's value comes from. `C` is a column: its name, or once the header is known, its index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ValueFrom<C> {
    Column(C),
    /// Several columns in one value.
    Template(Template<C>),
    /// The same for every row.
    Constant(String),
}

impl<C> ValueFrom<C> {
    /// The columns that it needs.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &C> {
        let (column, template) = match self {
            Self::Column(column) => (Some(column), None),
            Self::Template(template) => (None, Some(template)),
            Self::Constant(_) => (None, None),
        };
        column
            .into_iter()
            .chain(template.into_iter().flat_map(Template::columns))
    }
}

impl ValueFrom<usize> {
    /// A row's value, exactly as its cell holds it; nothing where that is blank.
    pub(crate) fn value<'a>(&'a self, fields: &Fields<'a>) -> Option<Cow<'a, str>> {
        match self {
            Self::Column(column) => {
                let value = fields.get(*column).unwrap_or_default();
                (!is_blank(value)).then_some(Cow::Borrowed(value))
            }
            Self::Template(template) => template.fill(fields).map(Cow::Owned),
            Self::Constant(value) => Some(Cow::Borrowed(value)),
        }
    }
}

/// One of the ten extra labels of a contact, `l1` … `l10` (the vendor's page; newer pages of other webhooks
/// go to `l15`, this one does not).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Label(u8);

impl Label {
    const NAMES: [&'static str; 10] = ["l1", "l2", "l3", "l4", "l5", "l6", "l7", "l8", "l9", "l10"];

    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (1..=10).map(Self)
    }

    /// The parameter's name on the wire.
    pub(crate) fn name(self) -> &'static str {
        Self::NAMES
            .get(usize::from(self.0) - 1)
            .copied()
            .unwrap_or_default()
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Label {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::all()
            .find(|label| label.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| format!("`{text}` is not a label: the platform has `l1` to `l10`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_l1_to_l10_and_nothing_else() {
        for label in Label::all() {
            assert_eq!(label.name().parse(), Ok(label));
        }
        for wrong in ["l0", "l11", "l01", "l", "", "4", "l4 ", "ł4"] {
            assert!(wrong.parse::<Label>().is_err(), "{wrong}");
        }
    }
}
