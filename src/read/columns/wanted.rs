//! Matches the names in the header with what the user asked for, to find which column is which.
//! Pure; [`crate::plan`] examines the cells.

use super::fault::{ColumnFault, Purpose};
use crate::model::{Label, Layout, ValueFrom};
use crate::read::{Columns, InputError};

/// The columns that the user asked for, by name.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Name of the column with the respondent's id or address.
    pub(crate) respondent: String,
    /// The respondent's column contains an address, not an id.
    pub(crate) by_address: bool,
    pub(crate) survey: SurveyColumn,
    /// Column or template for each label; `None` to use the columns called `l1` … `l10`.
    pub(crate) labels: Option<Vec<(Label, ValueFrom<String>)>>,
    /// Labels with the same value in every row. They take precedence over a column of the label's
    /// name.
    pub(crate) constants: Vec<(Label, String)>,
    pub(crate) kept: Kept,
}

/// The column with the survey's id.
#[derive(Clone, Debug)]
pub(crate) enum SurveyColumn {
    /// This column, which must exist.
    Named(String),
    /// This column, if it exists.
    IfPresent(&'static str),
}

/// The columns that the results repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    All,
    Named(Vec<String>),
}

impl Columns {
    /// Finds all wanted columns. Fails with all faults at once.
    pub(crate) fn resolve(&self, wanted: &Wanted) -> Result<Layout, InputError> {
        let mut faults = Faults::default();
        let (purpose, flag) = if wanted.by_address {
            (Purpose::Address, "--match-on")
        } else {
            (Purpose::Respondent, "--id-column")
        };
        let respondent = faults.note(self.require(&wanted.respondent, purpose, flag));
        let survey = match &wanted.survey {
            SurveyColumn::Named(name) => faults.note(self.require(name, Purpose::Survey, "--survey-column")),
            SurveyColumn::IfPresent(name) => faults.note(self.find(name, Purpose::Survey)).flatten(),
        };
        let labels = self.resolve_labels(wanted, &mut faults);
        let kept = self.resolve_kept(&wanted.kept, &mut faults);
        match respondent {
            Some(respondent) if faults.0.is_empty() => Ok(Layout {
                columns: self.names.len(),
                respondent,
                survey,
                labels,
                kept,
            }),
            _ => Err(self.refuse(faults.0)),
        }
    }

    /// Returns the columns that are neither sent nor kept.
    pub(crate) fn unused(&self, layout: &Layout) -> Vec<&str> {
        let used = |column: &usize| {
            *column == layout.respondent
                || layout.survey == Some(*column)
                || layout.kept.contains(column)
                || layout
                    .labels
                    .iter()
                    .any(|(_, from)| from.columns().any(|used| used == column))
        };
        (0..self.names.len())
            .filter(|column| !used(column) && self.keys.get(*column).is_some_and(Option::is_some))
            .map(|column| self.name(column))
            .filter(|name| !name.is_empty())
            .collect()
    }

    /// Returns the labels whose columns were found.
    fn resolve_labels(&self, wanted: &Wanted, faults: &mut Faults) -> Vec<(Label, ValueFrom<usize>)> {
        let constants = wanted.constants.iter();
        let mut labels: Vec<_> = constants
            .map(|(label, value)| (*label, ValueFrom::Constant(value.clone())))
            .collect();
        let before = faults.0.len();
        match &wanted.labels {
            Some(mapped) => {
                for (label, from) in mapped {
                    labels.extend(
                        self.resolve_value(*label, from, faults)
                            .map(|from| (*label, from)),
                    );
                }
            }
            None => {
                for label in Label::all() {
                    let is_constant = labels.iter().any(|(constant, _)| *constant == label);
                    if is_constant {
                        continue;
                    }
                    let found = faults.note(self.find(label.name(), Purpose::Label(label)));
                    labels.extend(found.flatten().map(|column| (label, ValueFrom::Column(column))));
                }
            }
        }
        labels.sort_unstable_by_key(|(label, _)| *label);
        if labels.is_empty() && faults.0.len() == before {
            faults.0.push(ColumnFault::NoLabels);
        }
        labels
    }

    fn resolve_value(
        &self,
        label: Label,
        from: &ValueFrom<String>,
        faults: &mut Faults,
    ) -> Option<ValueFrom<usize>> {
        let mut find = |name: &String| {
            let found = self.require(name, Purpose::Label(label), "--map");
            faults.note(found).ok_or(())
        };
        // A template stops at its first missing column.
        for name in from.columns() {
            find(name).ok();
        }
        match from {
            ValueFrom::Column(name) => find(name).ok().map(ValueFrom::Column),
            ValueFrom::Template(template) => template.try_map(find).ok().map(ValueFrom::Template),
            ValueFrom::Constant(value) => Some(ValueFrom::Constant(value.clone())),
        }
    }

    fn resolve_kept(&self, kept: &Kept, faults: &mut Faults) -> Vec<usize> {
        match kept {
            Kept::All => (0..self.names.len())
                .filter(|&column| self.keys.get(column).is_some_and(Option::is_some))
                .collect(),
            Kept::Named(names) => names
                .iter()
                .filter_map(|name| faults.note(self.require(name, Purpose::Results, "--keep")))
                .collect(),
        }
    }
}

/// The faults found so far.
#[derive(Default)]
struct Faults(Vec<ColumnFault>);

impl Faults {
    /// Returns what was found, or notes the fault. A fault is noted once.
    fn note<T>(&mut self, found: Result<T, ColumnFault>) -> Option<T> {
        match found {
            Ok(found) => Some(found),
            Err(fault) => {
                if !self.0.contains(&fault) {
                    self.0.push(fault);
                }
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Template;

    fn columns(names: &[&str]) -> Columns {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Columns::new(&names, 1).listing_names(true)
    }

    fn from(text: &str) -> ValueFrom<String> {
        if Template::<String>::is_one(text) {
            ValueFrom::Template(text.parse().unwrap())
        } else {
            ValueFrom::Column(text.to_owned())
        }
    }

    /// Lists the labels of a layout, each with the indices of its columns.
    fn found(layout: &Layout) -> Vec<String> {
        let columns =
            |from: &ValueFrom<usize>| from.columns().map(usize::to_string).collect::<Vec<_>>().join("+");
        layout
            .labels
            .iter()
            .map(|(label, from)| format!("{label}←{}", columns(from)))
            .collect()
    }

    fn wanted(labels: &[(&str, &str)]) -> Wanted {
        Wanted {
            respondent: "id_respondent".to_owned(),
            by_address: false,
            survey: SurveyColumn::IfPresent("id_survey"),
            labels: (!labels.is_empty()).then(|| {
                labels
                    .iter()
                    .map(|(label, name)| (label.parse().unwrap(), from(name)))
                    .collect()
            }),
            constants: Vec::new(),
            kept: Kept::Named(Vec::new()),
        }
    }

    #[test]
    fn names_match_whatever_their_case_composition_and_surroundings() {
        let header = columns(&["\u{FEFF}ID_Respondent\u{A0}", " Imie\u{301} ", "L4", "x"]);
        let layout = header.resolve(&wanted(&[("l2", "IMIÉ"), ("l1", "X")])).unwrap();
        assert_eq!(layout.respondent, 0);
        assert_eq!(found(&layout), ["l1←3", "l2←1"]);
        assert_eq!(header.unused(&layout), ["L4"]);
    }

    #[test]
    fn columns_called_l1_to_l10_map_themselves() {
        let layout = columns(&["l10", "id_respondent", "L2", "id_survey", "l11"])
            .resolve(&wanted(&[]))
            .unwrap();
        assert_eq!(found(&layout), ["l2←2", "l10←0"]);
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
                &error,
                InputError::Columns { faults, .. }
                    if matches!(faults[..], [ColumnFault::Twice { first: 3, second: 4, .. }])
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

    #[test]
    fn a_template_needs_all_its_columns_and_a_constant_none() {
        let header = columns(&["id_respondent", "Imię", "Nazwisko", "l9"]);
        let mut asked = wanted(&[("l3", "{imię} {Nazwisko}")]);
        asked.constants = vec![("l9".parse().unwrap(), "2026-11".to_owned())];
        let layout = header.resolve(&asked).unwrap();
        assert_eq!(found(&layout), ["l3←1+2", "l9←"]);
        assert_eq!(header.unused(&layout), ["l9"]);
        asked.labels = None;
        assert_eq!(
            found(&header.resolve(&asked).unwrap()),
            ["l9←"],
            "what is said wins over a name"
        );
        let error = header
            .resolve(&wanted(&[("l3", "{Imie} {Nazwisko}")]))
            .unwrap_err();
        assert!(error.to_string().contains("did you mean `Imię`"), "{error}");
    }

    #[test]
    fn a_number_is_a_column_where_no_column_is_called_a_number() {
        let header = columns(&[
            "sync_row",
            "sync_action",
            "sync_error",
            "id_respondent",
            "Segment",
            "NPS",
        ]);
        let layout = header.resolve(&wanted(&[("l1", "2"), ("l2", "3")])).unwrap();
        assert_eq!(
            found(&layout),
            ["l1←4", "l2←5"],
            "the tool's own columns do not count"
        );
        assert!(header.resolve(&wanted(&[("l1", "4")])).is_err());
        assert!(header.resolve(&wanted(&[("l1", "0")])).is_err());
        let numbered = columns(&["id_respondent", "2", "5"]);
        assert_eq!(
            found(&numbered.resolve(&wanted(&[("l1", "2")])).unwrap()),
            ["l1←1"]
        );
        assert!(
            numbered.resolve(&wanted(&[("l1", "3")])).is_err(),
            "a column `3` that is gone tonight"
        );
    }
}
