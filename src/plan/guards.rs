//! Guards against a bad export: conditions on all rows together, checked before the first row is
//! sent. Pure; `run/prepare/guards.rs` does the counting, `text` has the words.

use super::EmptyPolicy;
use crate::model::{CountOrPercent, Export, Label, LastExport, reaches};

/// An objection to sending an export, with the numbers. The words are in `text`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Objection {
    /// `--min-rows`
    TooFewRows { rows: u64, least: u64 },
    /// `--min-filled`; `least` is in percent.
    TooFewFilled {
        label: Label,
        filled: u64,
        rows: u64,
        least: f64,
    },
    /// `--empty send` clears a label for which no `--min-filled` is set.
    WouldClear { label: Label, blank: u64, rows: u64 },
    /// `--max-changes`; `known` counts the rows whose respondent is in the store.
    TooManyChanges {
        changes: u64,
        known: u64,
        most: CountOrPercent,
    },
    /// `--max-unknown`
    TooManyUnknown {
        unknown: u64,
        rows: u64,
        most: CountOrPercent,
    },
    /// `--max-damaged`
    TooManyDamaged {
        damaged: u64,
        rows: u64,
        most: CountOrPercent,
    },
    /// Fewer than half of the rows of the last export.
    FewerRows { rows: u64, last: u64 },
    /// A respondent is named on fewer than half of the rows of the last export.
    FewerNamed { named: u64, rows: u64, last: u64 },
    /// The column of a label that had values is missing.
    LostColumn { label: String },
    /// A label that had values is blank in all rows.
    AllBlank { label: String },
}

/// The guards that the user set.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Guards {
    /// Minimum number of data rows; `None` for no minimum.
    pub(crate) min_rows: Option<u64>,
    /// Minimum share of all data rows in which a label has a value, in percent.
    pub(crate) min_filled: Vec<(Label, f64)>,
    /// Maximum number or share of rows that would change something, among rows whose respondent is
    /// in the store.
    pub(crate) max_changes: Option<CountOrPercent>,
    /// Maximum number or share of data rows whose address the table of ids does not have.
    pub(crate) max_unknown: Option<CountOrPercent>,
    /// Maximum number or share of data rows with an error of a spreadsheet in a label; `None` for
    /// no maximum.
    pub(crate) max_damaged: Option<CountOrPercent>,
}

impl Guards {
    /// Whether the user set a guard that needs a count of all rows. The guard against damaged values
    /// is always set.
    pub(crate) fn need_counts(&self, empty: EmptyPolicy) -> bool {
        self.min_rows.is_some()
            || !self.min_filled.is_empty()
            || self.max_changes.is_some()
            || self.max_unknown.is_some()
            || empty == EmptyPolicy::Send
    }

    /// Returns a canonical text, equal for equal guards. `compares` means that the export is
    /// compared with the last one.
    pub(crate) fn canonical(&self, empty: EmptyPolicy, compares: bool) -> String {
        let mut min_filled = self.min_filled.clone();
        min_filled.sort_by_key(|(label, _)| *label);
        let filled = min_filled
            .iter()
            .map(|(label, least)| format!("--min-filled {label}={least}%"));
        let all = [
            self.min_rows.map(|least| format!("--min-rows {least}")),
            self.max_changes.map(|most| format!("--max-changes {most}")),
            self.max_unknown.map(|most| format!("--max-unknown {most}")),
            self.max_damaged.map(|most| format!("--max-damaged {most}")),
            (empty == EmptyPolicy::Send).then(|| "--empty send".to_owned()),
            compares.then(|| "last export".to_owned()),
        ];
        let all: Vec<String> = all.into_iter().flatten().chain(filled).collect();
        all.join(" ")
    }

    /// Returns the objections to sending the export; empty if there are none. `last` is the export
    /// that was sent before, if it is known.
    pub(crate) fn objections(
        &self,
        export: &Export,
        empty: EmptyPolicy,
        last: Option<&LastExport>,
    ) -> Vec<Objection> {
        let rows = export.rows;
        let mut objections = Vec::new();
        if let Some(least) = self.min_rows.filter(|least| rows < *least) {
            objections.push(Objection::TooFewRows { rows, least });
        }
        for (label, least) in &self.min_filled {
            let filled = export.labels.get(label).map_or(0, |count| count.filled);
            if !reaches(filled, *least, rows) {
                objections.push(Objection::TooFewFilled {
                    label: *label,
                    filled,
                    rows,
                    least: *least,
                });
            }
        }
        if empty == EmptyPolicy::Send {
            objections.extend(self.would_clear(export));
        }
        let (changes, known) = (export.changes, export.known);
        if let Some(most) = self
            .max_changes
            .filter(|most| most.is_exceeded_by(changes, known))
        {
            objections.push(Objection::TooManyChanges { changes, known, most });
        }
        let unknown = export.unknown;
        if let Some(most) = self.max_unknown.filter(|most| most.is_exceeded_by(unknown, rows)) {
            objections.push(Objection::TooManyUnknown { unknown, rows, most });
        }
        let damaged = export.damaged;
        if let Some(most) = self.max_damaged.filter(|most| most.is_exceeded_by(damaged, rows)) {
            objections.push(Objection::TooManyDamaged { damaged, rows, most });
        }
        objections.extend(last.into_iter().flat_map(|last| unlike(export, last)));
        objections
    }

    /// Returns labels that blank cells would clear although the user set no limit for blank cells.
    fn would_clear(&self, export: &Export) -> impl Iterator<Item = Objection> {
        let unguarded = |label: &Label| !self.min_filled.iter().any(|(other, _)| other == label);
        let rows = export.rows;
        export
            .labels
            .iter()
            .filter(move |(label, count)| unguarded(label) && count.blank > 0)
            .map(move |(label, count)| Objection::WouldClear {
                label: *label,
                blank: count.blank,
                rows,
            })
    }
}

/// Returns differences to the last export that are so large that the export is probably faulty.
fn unlike(export: &Export, last: &LastExport) -> Vec<Objection> {
    let (rows, named) = (export.rows, export.named);
    let mut objections = Vec::new();
    if rows < last.rows.div_ceil(2) {
        objections.push(Objection::FewerRows {
            rows,
            last: last.rows,
        });
    } else if let Some(last) = last.named.filter(|last| named < last.div_ceil(2)) {
        objections.push(Objection::FewerNamed { named, rows, last });
    }
    for label in &last.labels {
        let now = export.labels.iter().find(|(known, _)| known.name() == label);
        let label = label.clone();
        match now {
            None => objections.push(Objection::LostColumn { label }),
            Some((_, count)) if count.filled == 0 => objections.push(Objection::AllBlank { label }),
            Some(_) => {}
        }
    }
    objections
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LabelCount;

    fn label(name: &str) -> Label {
        name.parse().unwrap()
    }

    fn export(rows: u64, filled: u64) -> Export {
        Export {
            rows,
            labels: [(
                label("l4"),
                LabelCount {
                    filled,
                    blank: rows - filled,
                },
            )]
            .into(),
            named: rows,
            known: rows,
            unknown: 0,
            damaged: 0,
            changes: 0,
        }
    }

    fn objections(guards: &Guards, export: &Export) -> Vec<Objection> {
        guards.objections(export, EmptyPolicy::Skip, None)
    }

    #[test]
    fn the_same_guards_have_the_same_text() {
        let of = |filled: &[(&str, f64)]| Guards {
            min_rows: Some(5),
            min_filled: filled.iter().map(|(name, least)| (label(name), *least)).collect(),
            max_unknown: None,
            max_damaged: None,
            max_changes: Some(CountOrPercent::Percent(20.0)),
        };
        let one = of(&[("l4", 80.0), ("l7", 0.5)]);
        assert_eq!(
            one.canonical(EmptyPolicy::Send, true),
            "--min-rows 5 --max-changes 20% --empty send last export --min-filled l4=80% --min-filled l7=0.5%"
        );
        let other = of(&[("l7", 0.5), ("l4", 80.0)]);
        assert_eq!(
            one.canonical(EmptyPolicy::Skip, false),
            other.canonical(EmptyPolicy::Skip, false)
        );
        assert_eq!(Guards::default().canonical(EmptyPolicy::Skip, false), "");
    }

    #[test]
    fn each_guard_at_its_bound() {
        let rows = Guards {
            min_rows: Some(10),
            ..Guards::default()
        };
        assert_eq!(objections(&rows, &export(10, 0)), []);
        assert_eq!(
            objections(&rows, &export(9, 0)),
            [Objection::TooFewRows { rows: 9, least: 10 }]
        );
        let filled = Guards {
            min_filled: vec![(label("l4"), 80.0)],
            ..Guards::default()
        };
        assert_eq!(objections(&filled, &export(10, 8)), []);
        assert_eq!(
            objections(&filled, &export(10, 7)),
            [Objection::TooFewFilled {
                label: label("l4"),
                filled: 7,
                rows: 10,
                least: 80.0
            }]
        );
        let few = Guards {
            max_changes: Some(CountOrPercent::Percent(20.0)),
            ..Guards::default()
        };
        let with_changes = |count| Export {
            changes: count,
            ..export(10, 10)
        };
        assert_eq!(
            objections(
                &few,
                &Export {
                    known: 0,
                    ..export(10, 10)
                }
            ),
            [],
            "nothing is known"
        );
        assert_eq!(objections(&few, &with_changes(2)), []);
        assert_eq!(
            objections(&few, &with_changes(3)),
            [Objection::TooManyChanges {
                changes: 3,
                known: 10,
                most: CountOrPercent::Percent(20.0)
            }]
        );
    }

    #[test]
    fn blanks_that_clear_labels_need_a_word_of_the_user() {
        let of = |guards: &Guards, filled| guards.objections(&export(10, filled), EmptyPolicy::Send, None);
        assert_eq!(of(&Guards::default(), 10), []);
        assert_eq!(
            of(&Guards::default(), 9),
            [Objection::WouldClear {
                label: label("l4"),
                blank: 1,
                rows: 10
            }]
        );
        let guarded = Guards {
            min_filled: vec![(label("l4"), 0.0)],
            ..Guards::default()
        };
        assert_eq!(of(&guarded, 0), []);
    }

    #[test]
    fn what_is_unlike_the_last_time() {
        let last = LastExport {
            rows: 11,
            named: Some(11),
            labels: vec!["l4".to_owned()],
        };
        let of = |export: &Export| Guards::default().objections(export, EmptyPolicy::Skip, Some(&last));
        assert_eq!(of(&export(6, 1)), []);
        assert_eq!(
            of(&export(5, 0)),
            [
                Objection::FewerRows { rows: 5, last: 11 },
                Objection::AllBlank {
                    label: "l4".to_owned()
                }
            ]
        );
        let nameless = Export {
            named: 5,
            ..export(11, 11)
        };
        assert_eq!(
            of(&nameless),
            [Objection::FewerNamed {
                named: 5,
                rows: 11,
                last: 11
            }]
        );
        let other = Export {
            labels: [].into(),
            ..export(11, 11)
        };
        assert_eq!(
            of(&other),
            [Objection::LostColumn {
                label: "l4".to_owned()
            }]
        );
    }
}
