//! The header's names against the names that the user asked for: which column is which. Pure; what the cells hold is
//! looked at in [`crate::plan`].

use unicode_normalization::UnicodeNormalization;

use super::InputError;
use crate::model::{Label, Layout, trim_invisible};

/// The columns that this tool puts in front of a failed file, ignored and replaced when such a file is the input.
const OWN_COLUMNS: [&str; 3] = ["sync_row", "sync_action", "sync_error"];

/// How many names an error lists before it says "and N more".
const MOST_NAMES_LISTED: usize = 20;

/// What the user asked for, by name.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) respondent: String,
    pub(crate) survey: SurveyColumn,
    /// Label ← column; nothing where the columns called `l1` … `l10` are to map themselves.
    pub(crate) labels: Option<Vec<(Label, String)>>,
    pub(crate) kept: Kept,
}

/// Where the survey may come from.
#[derive(Clone, Debug)]
pub(crate) enum SurveyColumn {
    /// This column, which must be there.
    Named(String),
    /// This column if there is one.
    IfPresent(&'static str),
}

/// The columns that the results repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    All,
    Named(Vec<String>),
}

/// The names in a header, ready to be looked up.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    names: Vec<String>,
    /// The names as they are compared; nothing for the tool's own columns, which no name finds.
    keys: Vec<Option<String>>,
    line: u64,
    /// The first records behind the header, each with the `--skip-lines` that would make it the header.
    below: Vec<(u64, Vec<String>)>,
}

/// Names match after trimming, Unicode NFC and case folding (by lower case, which is the same for the languages of
/// the platform's users).
fn key(name: &str) -> String {
    trim_invisible(name).nfc().collect::<String>().to_lowercase()
}

/// Whether a column is one of those that this tool writes itself.
pub(crate) fn is_own_column(name: &str) -> bool {
    OWN_COLUMNS.contains(&key(name).as_str())
}

/// Whether a header is that of a failed file.
pub(super) fn is_failed_file(names: &[String]) -> bool {
    OWN_COLUMNS
        .iter()
        .all(|own| names.iter().any(|name| key(name) == *own))
}

impl Columns {
    /// `line` is the header's, for errors.
    pub(crate) fn new(names: &[String], line: u64) -> Self {
        Self {
            names: names.iter().map(|name| trim_invisible(name).to_owned()).collect(),
            keys: names
                .iter()
                .map(|name| (!is_own_column(name)).then(|| key(name)))
                .collect(),
            line,
            below: Vec::new(),
        }
    }

    /// With the first records behind the header, for the hint that one of them may be it.
    pub(super) fn with_records_below(mut self, below: Vec<(u64, Vec<String>)>) -> Self {
        self.below = below;
        self
    }

    /// The name of a column, trimmed.
    pub(crate) fn name(&self, column: usize) -> &str {
        self.names.get(column).map_or("", String::as_str)
    }

    /// Finds all that is wanted, or says what is missing.
    pub(crate) fn resolve(&self, wanted: &Wanted) -> Result<Layout, InputError> {
        let respondent = self.require(&wanted.respondent, "the respondent's id", "--id-column")?;
        let survey = match &wanted.survey {
            SurveyColumn::Named(name) => Some(self.require(name, "the survey's id", "--survey-column")?),
            SurveyColumn::IfPresent(name) => self.find(name, "the survey's id")?,
        };
        Ok(Layout {
            columns: self.names.len(),
            respondent,
            survey,
            labels: self.resolve_labels(wanted.labels.as_deref())?,
            kept: self.resolve_kept(&wanted.kept)?,
        })
    }

    /// The columns that end up nowhere: neither sent nor kept.
    pub(crate) fn unused(&self, layout: &Layout) -> Vec<&str> {
        let used = |column: &usize| {
            *column == layout.respondent
                || layout.survey == Some(*column)
                || layout.kept.contains(column)
                || layout.labels.iter().any(|(_, from)| from == column)
        };
        (0..self.names.len())
            .filter(|column| !used(column) && self.keys.get(*column).is_some_and(Option::is_some))
            .map(|column| self.name(column))
            .filter(|name| !name.is_empty())
            .collect()
    }

    fn resolve_labels(&self, asked: Option<&[(Label, String)]>) -> Result<Vec<(Label, usize)>, InputError> {
        let mut labels = Vec::new();
        match asked {
            Some(pairs) => {
                for (label, name) in pairs {
                    let column = self.require(name, &format!("label `{label}`"), "--map")?;
                    labels.push((*label, column));
                }
            }
            None => {
                for label in Label::all() {
                    if let Some(column) = self.find(label.name(), &format!("label `{label}`"))? {
                        labels.push((label, column));
                    }
                }
            }
        }
        labels.sort_unstable();
        if labels.is_empty() {
            return Err(InputError::NoLabels {
                line: self.line,
                columns: self.listed(),
            });
        }
        Ok(labels)
    }

    fn resolve_kept(&self, kept: &Kept) -> Result<Vec<usize>, InputError> {
        match kept {
            Kept::All => Ok((0..self.names.len())
                .filter(|&column| self.keys.get(column).is_some_and(Option::is_some))
                .collect()),
            Kept::Named(names) => names
                .iter()
                .map(|name| self.require(name, "the results", "--keep"))
                .collect(),
        }
    }

    fn find(&self, name: &str, purpose: &str) -> Result<Option<usize>, InputError> {
        let wanted = key(name);
        let mut found = self
            .keys
            .iter()
            .enumerate()
            .filter(|(_, key)| key.as_deref() == Some(wanted.as_str()))
            .map(|(column, _)| column);
        let first = found.next();
        match (first, found.next()) {
            (Some(first), Some(second)) => Err(InputError::TwoColumns {
                line: self.line,
                name: self.name(first).to_owned(),
                first: first + 1,
                second: second + 1,
                purpose: purpose.to_owned(),
            }),
            _ => Ok(first),
        }
    }

    fn require(&self, name: &str, purpose: &str, flag: &str) -> Result<usize, InputError> {
        self.find(name, purpose)?.ok_or_else(|| InputError::NoColumn {
            line: self.line,
            name: name.to_owned(),
            purpose: purpose.to_owned(),
            hint: match (self.further_down(name), self.nearest(name)) {
                (Some(skip), _) => {
                    format!(": a later line has it, so the header may be there: `--skip-lines {skip}`")
                }
                (None, Some(nearest)) => format!(": did you mean `{nearest}`? (`{flag}`)"),
                (None, None) => format!(" (`{flag}` names it)"),
            },
            columns: self.listed(),
        })
    }

    /// The `--skip-lines` that would find the name in a record behind the header.
    fn further_down(&self, name: &str) -> Option<u64> {
        let wanted = key(name);
        self.below
            .iter()
            .find(|(_, fields)| fields.iter().any(|field| key(field) == wanted))
            .map(|(skip, _)| *skip)
    }

    /// The name that looks most like the one that is missing, if any does.
    fn nearest(&self, name: &str) -> Option<&str> {
        let wanted = key(name);
        let alike = |candidate: &str| {
            let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
            strsim::jaro_winkler(&letters(&wanted), &letters(candidate))
        };
        self.keys
            .iter()
            .enumerate()
            .filter_map(|(column, key)| Some((alike(key.as_deref()?), column)))
            .filter(|(alike, _)| *alike > 0.8)
            .max_by(|(one, _), (other, _)| one.total_cmp(other))
            .map(|(_, column)| self.name(column))
    }

    fn listed(&self) -> String {
        let shown: Vec<String> = self
            .names
            .iter()
            .take(MOST_NAMES_LISTED)
            .map(|name| {
                format!(
                    "`{}`",
                    name.chars()
                        .filter(|c| !c.is_control())
                        .take(60)
                        .collect::<String>()
                )
            })
            .collect();
        match self.names.len().saturating_sub(MOST_NAMES_LISTED) {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Columns {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Columns::new(&names, 1)
    }

    fn wanted(labels: &[(&str, &str)]) -> Wanted {
        Wanted {
            respondent: "id_respondent".to_owned(),
            survey: SurveyColumn::IfPresent("id_survey"),
            labels: (!labels.is_empty()).then(|| {
                labels
                    .iter()
                    .map(|(label, name)| (label.parse().unwrap(), (*name).to_owned()))
                    .collect()
            }),
            kept: Kept::Named(Vec::new()),
        }
    }

    #[test]
    fn names_match_whatever_their_case_composition_and_surroundings() {
        let header = columns(&["\u{FEFF}ID_Respondent\u{A0}", " Imie\u{301} ", "L4", "x"]);
        let layout = header.resolve(&wanted(&[("l2", "IMIÉ"), ("l1", "X")])).unwrap();
        assert_eq!(layout.respondent, 0);
        assert_eq!(
            layout.labels,
            [("l1".parse().unwrap(), 3), ("l2".parse().unwrap(), 1)]
        );
        assert_eq!(header.unused(&layout), ["L4"]);
    }

    #[test]
    fn columns_called_l1_to_l10_map_themselves() {
        let layout = columns(&["l10", "id_respondent", "L2", "id_survey", "l11"])
            .resolve(&wanted(&[]))
            .unwrap();
        let labels: Vec<String> = layout
            .labels
            .iter()
            .map(|(label, column)| format!("{label}←{column}"))
            .collect();
        assert_eq!(labels, ["l2←2", "l10←0"]);
        assert_eq!(layout.survey, Some(3));
    }

    #[test]
    fn what_is_missing_is_named_with_the_nearest_that_is_there() {
        let missing = columns(&["ID respondent", "l1"])
            .resolve(&wanted(&[]))
            .unwrap_err();
        assert_eq!(
            missing.to_string(),
            "line 1: no column `id_respondent` in the header, needed for the respondent's id: did you mean \
             `ID respondent`? (`--id-column`); the columns are: `ID respondent`, `l1`"
        );
        let no_labels = columns(&["id_respondent", "Segment"])
            .resolve(&wanted(&[]))
            .unwrap_err();
        assert!(no_labels.to_string().contains("no label column"), "{no_labels}");
    }

    #[test]
    fn two_columns_for_one_name_are_refused_where_the_name_matters() {
        let twice = columns(&["id_respondent", "l1", "Ł", "ł"]);
        assert!(twice.resolve(&wanted(&[])).is_ok(), "nobody asked for `ł`");
        let error = twice.resolve(&wanted(&[("l1", "ł")])).unwrap_err();
        assert!(
            matches!(
                error,
                InputError::TwoColumns {
                    first: 3,
                    second: 4,
                    ..
                }
            ),
            "{error}"
        );
    }

    #[test]
    fn the_tools_own_columns_are_ignored_wherever_they_stand() {
        let header = columns(&["sync_row", "id_respondent", "SYNC_ERROR", "l1", "sync_date"]);
        let all = Wanted {
            kept: Kept::All,
            ..wanted(&[])
        };
        let layout = header.resolve(&all).unwrap();
        assert_eq!(layout.kept, [1, 3, 4]);
        assert!(header.resolve(&wanted(&[("l1", "sync_row")])).is_err());
    }
}
