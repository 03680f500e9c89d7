//! Collects the findings of `check` row by row: counts, and the first places of each finding. Pure.
//! `run/prepare/examine/mod.rs` reads the input; `text/screens/findings.rs` makes the screen, `report/findings.rs`
//! the JSON.

use std::collections::BTreeMap;

use crate::model::{ErrorCode, Label, Plan, Position, Row, RowFault};
use crate::plan::{Damage, Planner};
use crate::report::{Finding, Notes, Places, Weight};
use crate::text::{self, Message};

/// Minimum number of ids before one of another length is odd.
const MIN_IDS: u64 = 10;

/// All findings up to a row.
#[derive(Default)]
pub(in crate::run) struct Examination {
    /// Rows that would be sent.
    pub(in crate::run) to_send: u64,
    /// By code first: faults are listed in the order of their codes.
    invalid: BTreeMap<(ErrorCode, RowFault), Places>,
    skipped: BTreeMap<ErrorCode, Places>,
    damage: BTreeMap<(Damage, Label), Places>,
    notes: BTreeMap<Noted, Places>,
    /// Ids to be sent, by their number of digits.
    lengths: BTreeMap<usize, Places>,
    before: Counted,
}

/// A harmless finding that is worth a note, in the order of reporting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Noted {
    BlankRecords,
    BlankFields,
    BlankCells,
    IdsTrimmed,
    Repeated,
    RepeatedDifferently,
    OtherZeros,
}

/// The counts of planning before a row.
#[derive(Clone, Copy, Default)]
struct Counted {
    blanks: u64,
    trimmed: u64,
    repeated: u64,
    differently: u64,
    other_zeros: u64,
    damaged: u64,
}

impl Examination {
    /// Adds a row with its plan. `planner` holds the counts up to this row.
    pub(in crate::run) fn take_in(&mut self, row: &Row<'_>, plan: &Plan, planner: &Planner) {
        let (tally, layout) = (planner.tally(), planner.layout());
        let position = row.position;
        match plan {
            Plan::Send(update) => {
                self.to_send += 1;
                let digits = update.respondent().len();
                self.lengths.entry(digits).or_default().add(position);
                if tally.damaged > self.before.damaged {
                    for (damage, label) in planner.damaged(row) {
                        self.damage.entry((damage, label)).or_default().add(position);
                    }
                }
            }
            Plan::Skip(unsent) => self.skipped.entry(unsent.code()).or_default().add(position),
            Plan::Reject(unsent) => self
                .invalid
                .entry((unsent.code(), unsent.fault))
                .or_default()
                .add(position),
        }
        if row.fields.len() > layout.columns && row.fault.is_none() {
            self.note(Noted::BlankFields, position);
        }
        let now = Counted {
            blanks: tally.blanks_skipped,
            trimmed: tally.ids_trimmed,
            repeated: tally.repeats.respondents,
            differently: tally.repeats.with_different_values,
            other_zeros: tally.repeats.with_other_zeros,
            damaged: tally.damaged,
        };
        let before = std::mem::replace(&mut self.before, now);
        for (noted, before, now) in [
            (Noted::BlankCells, before.blanks, now.blanks),
            (Noted::IdsTrimmed, before.trimmed, now.trimmed),
            (Noted::Repeated, before.repeated, now.repeated),
            (Noted::RepeatedDifferently, before.differently, now.differently),
            (Noted::OtherZeros, before.other_zeros, now.other_zeros),
        ] {
            if now > before {
                self.note(noted, position);
            }
        }
    }

    /// Adds the places of the first blank records.
    pub(in crate::run) fn take_in_blank_records(&mut self, places: &[Position]) {
        for position in places {
            self.note(Noted::BlankRecords, *position);
        }
    }

    /// Returns all findings, the most serious first. `notes` has the counts that a run reports too;
    /// `column_of` names the column of a label.
    pub(in crate::run) fn into_findings(
        mut self,
        warnings: Vec<(&'static str, Message)>,
        notes: &Notes,
        column_of: impl Fn(Label) -> String,
    ) -> Vec<Finding> {
        let of_file = warnings.into_iter().map(|(kind, text)| Finding {
            kind,
            weight: Weight::Warning,
            text,
            places: Places::default(),
        });
        let odd_lengths = self.odd_lengths();
        let damage = std::mem::take(&mut self.damage);
        let damage = damage.into_iter().map(|((damage, label), places)| Finding {
            kind: damage.name(),
            weight: Weight::Warning,
            text: Message::new(|words| format!("{}, {}", column_of(label), words.damage(damage))),
            places,
        });
        let other_zeros = (notes.other_zeros > 0).then(|| Finding {
            kind: "ids_with_other_zeros",
            weight: Weight::Warning,
            text: Message::new(|words| words.other_zeros()),
            places: Places {
                count: notes.other_zeros,
                at_least: notes.other_zeros_at_least,
                ..self.notes.get(&Noted::OtherZeros).cloned().unwrap_or_default()
            },
        });
        let skipped = std::mem::take(&mut self.skipped);
        let skipped = skipped.into_iter().map(|(code, places)| Finding {
            kind: code.name(),
            weight: Weight::Skipped,
            text: Message::in_both(|_, lang| text::title(lang, code).to_owned()),
            places,
        });
        let invalid = std::mem::take(&mut self.invalid);
        let invalid = invalid.into_iter().map(|((code, fault), places)| Finding {
            kind: code.name(),
            weight: Weight::Invalid,
            text: Message::in_both(|_, lang| text::fault_text(lang)(&fault)),
            places,
        });
        of_file
            .chain(damage)
            .chain(other_zeros)
            .chain(odd_lengths)
            .chain(skipped)
            .chain(invalid)
            .chain(self.noted(notes))
            .collect()
    }

    /// Returns the ids that have not the length of nearly all others; `None` if there is no such
    /// length.
    fn odd_lengths(&self) -> Option<Finding> {
        let (usual, most) = self.lengths.iter().max_by_key(|(_, places)| places.count)?;
        let others = self.to_send - most.count;
        if self.to_send < MIN_IDS || others == 0 || others > (self.to_send / 100).max(1) {
            return None;
        }
        let mut places = Places::default();
        for (_, odd) in self.lengths.iter().filter(|(digits, _)| *digits != usual) {
            places.count += odd.count;
            places.rows += odd.rows;
            places.first.extend(odd.first.iter().copied());
        }
        Some(Finding {
            kind: "odd_id_length",
            weight: Weight::Warning,
            text: Message::new(|words| words.odd_lengths(*usual)),
            places,
        })
    }

    fn noted(&self, notes: &Notes) -> Vec<Finding> {
        let places = |noted: Noted, count: u64, at_least: bool| {
            let seen = self.notes.get(&noted);
            Places {
                count,
                // Only the first blank records have places, so their count is used instead.
                rows: match noted {
                    Noted::BlankRecords => count,
                    _ => seen.map_or(0, |seen| seen.count),
                },
                at_least,
                first: seen.map(|seen| seen.first.clone()).unwrap_or_default(),
            }
        };
        let surplus = self
            .notes
            .get(&Noted::BlankFields)
            .map_or(0, |places| places.count);
        let all = [
            (
                "blank_records",
                Noted::BlankRecords,
                notes.blank_records,
                Message::new(|words| words.blank_records(notes.blank_records)),
            ),
            (
                "blank_fields",
                Noted::BlankFields,
                surplus,
                Message::new(|words| words.blank_fields(surplus)),
            ),
            (
                "blank_cells",
                Noted::BlankCells,
                notes.blanks_skipped,
                Message::new(|words| words.blank_cells(notes.blanks_skipped)),
            ),
            (
                "ids_trimmed",
                Noted::IdsTrimmed,
                notes.ids_trimmed,
                Message::new(|words| words.ids_trimmed(notes.ids_trimmed)),
            ),
            (
                "repeated_respondents",
                Noted::Repeated,
                notes.repeated,
                Message::new(|words| {
                    let (several, differently) = (notes.repeated, notes.repeated_differently);
                    words.repeated(several, differently, notes.repeated_at_least, notes.only_last)
                }),
            ),
        ];
        all.into_iter()
            .filter(|(_, _, count, _)| *count > 0)
            .map(|(kind, noted, count, text)| {
                let is_repeated = noted == Noted::Repeated;
                // If rows of a respondent differ, their places are the useful ones.
                let differ = is_repeated && self.notes.contains_key(&Noted::RepeatedDifferently);
                let shown = if differ { Noted::RepeatedDifferently } else { noted };
                Finding {
                    kind,
                    weight: Weight::Note,
                    text,
                    places: places(shown, count, is_repeated && notes.repeated_at_least),
                }
            })
            .collect()
    }

    fn note(&mut self, noted: Noted, position: Position) {
        self.notes.entry(noted).or_default().add(position);
    }
}
