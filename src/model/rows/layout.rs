//! What each column means: the result of matching the header with the user's settings.
//! `read/columns/header.rs` does the matching and reports its errors.

use std::borrow::Cow;

use crate::model::{Fields, Label, Template, is_blank};

/// The columns of one input, each as its index from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Number of fields a record must have.
    pub(crate) columns: usize,
    /// The column of the respondent's id, or of the address to look up.
    pub(crate) respondent: usize,
    /// The column of the survey's id; `None` if `--survey` gives it.
    pub(crate) survey: Option<usize>,
    /// Each label and the source of its value, in ascending order of labels.
    pub(crate) labels: Vec<(Label, ValueFrom<usize>)>,
    /// Columns repeated in the results, in the requested order.
    pub(crate) kept: Vec<usize>,
}

/// The source of a label's value. `C` is a column: its name, or its index once the header is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ValueFrom<C> {
    Column(C),
    /// Several columns combined into one value.
    Template(Template<C>),
    /// The same value for every row.
    Constant(String),
}

impl<C> ValueFrom<C> {
    /// Returns the columns that are needed.
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
    /// Returns a row's value exactly as in its cell; `None` if that is blank.
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
