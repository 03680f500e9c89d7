//! Guards against a bad export: what must hold of all rows together before the first of them is sent. Pure; the counting is
//! in `run/guards.rs`.

use super::EmptyPolicy;
use crate::model::{CountOrPercent, Export, Label, LastExport};

/// What the user asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Guards {
    pub(crate) min_rows: Option<u64>,
    /// In per cent of all data rows.
    pub(crate) min_filled: Vec<(Label, f64)>,
    /// In per cent of the rows that could be sent.
    pub(crate) max_changes: Option<CountOrPercent>,
}

impl Guards {
    /// Whether the rows have to be counted to tell.
    pub(crate) fn need_counts(&self, empty: EmptyPolicy) -> bool {
        self.min_rows.is_some()
            || !self.min_filled.is_empty()
            || self.max_changes.is_some()
            || empty == EmptyPolicy::Send
    }

    /// What speaks against sending it, with the numbers; nothing if it is as it should be. `last` is the export that was
    /// sent before, where one is remembered.
    pub(crate) fn objections(
        &self,
        export: &Export,
        empty: EmptyPolicy,
        last: Option<&LastExport>,
    ) -> Vec<String> {
        let mut objections = Vec::new();
        let rows = export.rows;
        if let Some(least) = self.min_rows.filter(|least| rows < *least) {
            objections.push(format!("it has {rows} rows, and `--min-rows` wants {least}"));
        }
        for (label, least) in &self.min_filled {
            let filled = export.filled.get(label).copied().unwrap_or_default();
            // Blank on more rows than may be blank.
            if CountOrPercent::Percent(100.0 - least).is_exceeded_by(rows.saturating_sub(filled), rows) {
                objections.push(format!(
                    "`{label}` has a value on {filled} of {rows} rows, and `--min-filled` wants {least}%"
                ));
            }
        }
        if empty == EmptyPolicy::Send {
            objections.extend(self.would_clear(export));
        }
        if let (Some(most), Some(changes)) = (self.max_changes, export.changes)
            && most.is_exceeded_by(changes, export.to_send)
        {
            objections.push(format!(
                "{changes} of {} rows would change something, and `--max-changes` allows {most}",
                export.to_send
            ));
        }
        objections.extend(last.into_iter().flat_map(|last| unlike(export, last)));
        objections
    }

    /// Labels that a blank cell would clear although nobody has said how many may be blank.
    fn would_clear(&self, export: &Export) -> impl Iterator<Item = String> {
        let unguarded = |label: &Label| !self.min_filled.iter().any(|(other, _)| other == label);
        let rows = export.rows;
        export
            .filled
            .iter()
            .filter(move |(label, filled)| unguarded(label) && **filled < rows)
            .map(move |(label, filled)| {
                format!(
                    "`--empty send` would clear `{label}` on {} of {rows} rows: say how many must have a value with \
                     `--min-filled {label}=N%`",
                    rows - filled
                )
            })
    }
}

/// What is so much unlike the last time that something must have happened to the export.
fn unlike(export: &Export, last: &LastExport) -> Vec<String> {
    let mut objections = Vec::new();
    if export.rows < last.rows.div_ceil(2) {
        objections.push(format!(
            "it has {} rows, fewer than half of the {} of last time",
            export.rows, last.rows
        ));
    }
    let gone_blank = export
        .filled
        .iter()
        .filter(|(label, filled)| **filled == 0 && last.labels.iter().any(|had| had == label.name()));
    objections.extend(
        gone_blank.map(|(label, _)| format!("`{label}` is blank throughout, and had values last time")),
    );
    objections
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(name: &str) -> Label {
        name.parse().unwrap()
    }

    fn export(rows: u64, filled: u64) -> Export {
        Export {
            rows,
            filled: [(label("l4"), filled)].into(),
            to_send: rows,
            changes: None,
        }
    }

    fn objections(guards: &Guards, export: &Export) -> Vec<String> {
        guards.objections(export, EmptyPolicy::Skip, None)
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
            changes: Some(count),
            ..export(10, 10)
        };
        assert_eq!(objections(&few, &export(10, 10)), [""; 0], "nothing is known");
        assert_eq!(objections(&few, &with_changes(2)), [""; 0]);
        assert_eq!(
            objections(&few, &with_changes(3)),
            ["3 of 10 rows would change something, and `--max-changes` allows 20%"]
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
    }
}
