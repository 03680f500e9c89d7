//! Guards against a bad export: conditions on all rows together, checked before the first row is
//! sent. Pure; `run/prepare/guards.rs` does the counting.

use super::EmptyPolicy;
use crate::model::{CountOrPercent, Export, Label, LastExport, reaches};

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
}

impl Guards {
    /// Whether the rows have to be counted for the guards.
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
            (empty == EmptyPolicy::Send).then(|| "--empty send".to_owned()),
            compares.then(|| "last export".to_owned()),
        ];
        let all: Vec<String> = all.into_iter().flatten().chain(filled).collect();
        all.join(" ")
    }

    /// Returns the objections to sending the export, with the numbers; empty if there are none.
    /// `last` is the export that was sent before, if it is known.
    pub(crate) fn objections(
        &self,
        export: &Export,
        empty: EmptyPolicy,
        last: Option<&LastExport>,
    ) -> Vec<String> {
        let mut objections = Vec::new();
        if let Some(least) = self.min_rows.filter(|least| export.rows < *least) {
            objections.push(format!(
                "it has {}, and `--min-rows` wants {least}",
                rows(export.rows)
            ));
        }
        for (label, least) in &self.min_filled {
            let filled = export.labels.get(label).map_or(0, |count| count.filled);
            if !reaches(filled, *least, export.rows) {
                objections.push(format!(
                    "`{label}` has a value on {filled} of {}, and `--min-filled` wants {least}%",
                    rows(export.rows)
                ));
            }
        }
        if empty == EmptyPolicy::Send {
            objections.extend(self.would_clear(export));
        }
        if let Some(most) = self
            .max_changes
            .filter(|most| most.is_exceeded_by(export.changes, export.known))
        {
            objections.push(format!(
                "{} of {} of respondents who are known would change something, and `--max-changes` allows {most}",
                export.changes,
                rows(export.known)
            ));
        }
        if let Some(most) = self
            .max_unknown
            .filter(|most| most.is_exceeded_by(export.unknown, export.rows))
        {
            objections.push(format!(
                "{} of {} have an address that is not in the table of `--ids`, and `--max-unknown` allows {most}",
                export.unknown,
                rows(export.rows)
            ));
        }
        objections.extend(last.into_iter().flat_map(|last| unlike(export, last)));
        objections
    }

    /// Returns labels that blank cells would clear although the user set no limit for blank cells.
    fn would_clear(&self, export: &Export) -> impl Iterator<Item = String> {
        let unguarded = |label: &Label| !self.min_filled.iter().any(|(other, _)| other == label);
        let all = rows(export.rows);
        export
            .labels
            .iter()
            .filter(move |(label, count)| unguarded(label) && count.blank > 0)
            .map(move |(label, count)| {
                format!(
                    "`--empty send` would clear `{label}` on {} of {all}: say how many must have a value with \
                     `--min-filled {label}=N%`",
                    count.blank
                )
            })
    }
}

/// Returns differences to the last export that are so large that the export is probably faulty.
fn unlike(export: &Export, last: &LastExport) -> Vec<String> {
    let mut objections = Vec::new();
    if export.rows < last.rows.div_ceil(2) {
        objections.push(format!(
            "it has {}, fewer than half of the {} of last time",
            rows(export.rows),
            last.rows
        ));
    }
    let is_short = !objections.is_empty();
    if let Some(named) = last
        .named
        .filter(|named| !is_short && export.named < named.div_ceil(2))
    {
        objections.push(format!(
            "a respondent is named on {} of {}, fewer than half of the {named} of last time",
            export.named,
            rows(export.rows)
        ));
    }
    for had in &last.labels {
        match export.labels.iter().find(|(label, _)| label.name() == had) {
            None => objections.push(format!(
                "it has no column for `{had}`, which had values last time"
            )),
            Some((_, count)) if count.filled == 0 => {
                objections.push(format!("`{had}` is blank throughout, and had values last time"));
            }
            Some(_) => {}
        }
    }
    objections
}

fn rows(count: u64) -> String {
    format!("{count} {}", if count == 1 { "row" } else { "rows" })
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
            changes: 0,
        }
    }

    fn objections(guards: &Guards, export: &Export) -> Vec<String> {
        guards.objections(export, EmptyPolicy::Skip, None)
    }

    #[test]
    fn the_same_guards_have_the_same_text() {
        let of = |filled: &[(&str, f64)]| Guards {
            min_rows: Some(5),
            min_filled: filled.iter().map(|(name, least)| (label(name), *least)).collect(),
            max_unknown: None,
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
        assert_eq!(objections(&rows, &export(10, 0)), [""; 0]);
        assert_eq!(
            objections(&rows, &export(9, 0)),
            ["it has 9 rows, and `--min-rows` wants 10"]
        );
        let filled = Guards {
            min_filled: vec![(label("l4"), 80.0)],
            ..Guards::default()
        };
        assert_eq!(objections(&filled, &export(10, 8)), [""; 0]);
        assert_eq!(
            objections(&filled, &export(10, 7)),
            ["`l4` has a value on 7 of 10 rows, and `--min-filled` wants 80%"]
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
            [""; 0],
            "nothing is known"
        );
        assert_eq!(objections(&few, &with_changes(2)), [""; 0]);
        assert_eq!(
            objections(&few, &with_changes(3)),
            [
                "3 of 10 rows of respondents who are known would change something, and `--max-changes` allows 20%"
            ]
        );
    }

    #[test]
    fn blanks_that_clear_labels_need_a_word_of_the_user() {
        let of = |guards: &Guards, filled| guards.objections(&export(10, filled), EmptyPolicy::Send, None);
        assert_eq!(of(&Guards::default(), 10), [""; 0]);
        let objection = &of(&Guards::default(), 9)[0];
        assert!(
            objection.contains("would clear `l4` on 1 of 10 rows"),
            "{objection}"
        );
        let guarded = Guards {
            min_filled: vec![(label("l4"), 0.0)],
            ..Guards::default()
        };
        assert_eq!(of(&guarded, 0), [""; 0]);
    }

    #[test]
    fn what_is_unlike_the_last_time() {
        let last = LastExport {
            rows: 11,
            named: Some(11),
            labels: vec!["l4".to_owned()],
        };
        let of = |export: &Export| Guards::default().objections(export, EmptyPolicy::Skip, Some(&last));
        assert_eq!(of(&export(6, 1)), [""; 0]);
        assert_eq!(
            of(&export(5, 0)),
            [
                "it has 5 rows, fewer than half of the 11 of last time",
                "`l4` is blank throughout, and had values last time"
            ]
        );
        let nameless = Export {
            named: 5,
            ..export(11, 11)
        };
        assert_eq!(
            of(&nameless),
            ["a respondent is named on 5 of 11 rows, fewer than half of the 11 of last time"]
        );
        let other = Export {
            labels: [].into(),
            ..export(11, 11)
        };
        assert_eq!(
            of(&other),
            ["it has no column for `l4`, which had values last time"]
        );
    }
}
