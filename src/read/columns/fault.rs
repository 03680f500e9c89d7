//! Why the header does not have the columns that are needed: all faults of it at once, with the
//! columns that may be meant. English is here, other languages in `text`.

use std::borrow::Cow;
use std::fmt;

use crate::model::Label;

/// What a column is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The respondent's id.
    Respondent,
    /// The address by which the respondent is found.
    Address,
    Survey,
    Label(Label),
    /// A value that the results repeat.
    Results,
}

/// A fault of the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ColumnFault {
    /// `flag` is the flag that names the column.
    Missing {
        name: String,
        purpose: Purpose,
        flag: &'static str,
        hint: Hint,
    },
    /// Two columns, numbered from 1, have the name.
    Twice {
        name: String,
        first: usize,
        second: usize,
        purpose: Purpose,
    },
    NoLabels,
}

/// What to do about a missing column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    /// The header looks like a row of data.
    LooksLikeData,
    /// The name is a number, and columns have numbers as names.
    NumbersAreNames,
    /// The name is a number, and there are only this many columns.
    Columns(usize),
    /// A line further down has the name.
    FurtherDown { skip: u64 },
    /// No name is similar to that of the id column, but a column seems to hold addresses.
    Address { column: String },
    /// The most similar names; empty if none is similar.
    Nearest(Vec<String>),
    /// The same, and the missing name seems to be a list of mappings.
    NearestOfList(Vec<String>),
}

/// The names in the header, as far as they may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Listed {
    /// The first names, and how many more there are.
    Names { shown: Vec<String>, more: usize },
    /// That many names look like data, so they are not shown.
    Data(usize),
    /// That many names are shown on a terminal only.
    OnTerminal(usize),
}

impl ColumnFault {
    /// Whether a list of the columns helps with the fault.
    pub(crate) fn needs_list(&self) -> bool {
        !matches!(self, Self::Twice { .. })
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Respondent => f.write_str("the respondent's id"),
            Self::Address => f.write_str("the address"),
            Self::Survey => f.write_str("the survey's id"),
            Self::Label(label) => write!(f, "label `{label}`"),
            Self::Results => f.write_str("the results"),
        }
    }
}

impl fmt::Display for ColumnFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing {
                name,
                purpose,
                flag,
                hint,
            } => {
                write!(f, "no column `{name}` in the header, needed for {purpose}")?;
                match hint {
                    Hint::LooksLikeData => {
                        f.write_str(": the header looks like a row of data; give `--no-header` if it is one")
                    }
                    Hint::NumbersAreNames => {
                        f.write_str(": columns are called by numbers here, so a number is a name")
                    }
                    Hint::Columns(count) => write!(f, ": there are {count} columns"),
                    Hint::FurtherDown { skip } => write!(
                        f,
                        ": a later line has it, so the header may be there: `--skip-lines {skip}`"
                    ),
                    Hint::Address { column } => write!(
                        f,
                        ": `{column}` has addresses: find the ids with `--ids TABLE --match-on {}`",
                        as_argument(column)
                    ),
                    Hint::Nearest(names) | Hint::NearestOfList(names) if names.is_empty() => {
                        write!(f, " (`{flag}` names it)")
                    }
                    Hint::Nearest(names) => {
                        write!(f, ": did you mean {}? (`{flag}`)", in_backticks(names, " or "))
                    }
                    Hint::NearestOfList(names) => write!(
                        f,
                        ": did you mean {}? Repeat `{flag}` for each label",
                        in_backticks(names, " or ")
                    ),
                }
            }
            Self::Twice {
                name,
                first,
                second,
                purpose,
            } => write!(
                f,
                "the header has several columns `{name}` (columns {first} and {second}), and only one can be {purpose}: \
                 rename or remove the other"
            ),
            Self::NoLabels => f.write_str(
                "no label column: name a column `l1` to `l10`, or say which column goes to which label with `--map \
                 l4=COLUMN`",
            ),
        }
    }
}

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Names { shown, more: 0 } => f.write_str(&in_backticks(shown, ", ")),
            Self::Names { shown, more } => write!(f, "{} and {more} more", in_backticks(shown, ", ")),
            Self::Data(count) => write!(f, "{count}, not shown since they look like data"),
            Self::OnTerminal(count) => write!(f, "{count}, listed on a terminal only"),
        }
    }
}

/// Quotes a name as an argument that every shell takes as one word, if it has no quotes itself.
pub(crate) fn as_argument(name: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    if name.chars().all(is_plain) {
        name.into()
    } else {
        format!("\"{name}\"").into()
    }
}

/// Joins names, each in backticks.
pub(crate) fn in_backticks(names: &[String], separator: &str) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(separator)
}

/// Formats all faults of a header and the list of its columns.
pub(in crate::read) fn in_words(faults: &[ColumnFault], listed: &Listed) -> String {
    let words: Vec<String> = faults.iter().map(ToString::to_string).collect();
    // Several faults stand on lines of their own.
    let separator = if words.len() > 1 { "\n" } else { "; " };
    let list = if faults.iter().any(ColumnFault::needs_list) {
        format!("{separator}the columns are: {listed}")
    } else {
        String::new()
    };
    words.join(separator) + &list
}
