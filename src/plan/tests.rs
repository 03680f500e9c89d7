//! Planning as a table: a row goes in, and a line with its plan comes out.

use super::*;
use crate::model::{Fields, Position, ValueFrom};

struct Bench {
    settings: PlanSettings,
    layout: Layout,
}

/// Columns: respondent, survey, l1, l4.
fn bench() -> Bench {
    Bench {
        settings: PlanSettings {
            policy: PlanPolicy {
                empty: EmptyPolicy::Skip,
                blank_id: BlankId::Invalid,
                skips_unknown: false,
                selection: Selection::default(),
            },
            max_query_bytes: None,
            survey: None,
            table: None,
            members: None,
            believed: Vec::new(),
            last_rows: None,
            differing: None,
            overtaken: None,
            excluded: None,
            fault_text: |fault| fault.code().name().to_owned(),
        },
        layout: Layout {
            columns: 4,
            respondent: 0,
            survey: Some(1),
            labels: vec![
                ("l1".parse().unwrap(), ValueFrom::Column(2)),
                ("l4".parse().unwrap(), ValueFrom::Column(3)),
            ],
            kept: vec![3],
        },
    }
}

impl Bench {
    fn planned(&self, rows: &[[&str; 4]]) -> (Vec<String>, PlanTally) {
        let mut planner = Planner::new(self.settings.clone(), self.layout.clone());
        let lines = rows
            .iter()
            .map(|cells| {
                let text = cells.concat();
                let ends: Vec<usize> = cells
                    .iter()
                    .scan(0, |end, cell| {
                        *end += cell.len();
                        Some(*end)
                    })
                    .collect();
                let row = Row {
                    sequence: 0,
                    position: Position {
                        row: 2,
                        line: 2,
                        byte: 0,
                    },
                    record: b"raw",
                    fields: Fields::new(&text, &ends),
                    fault: None,
                };
                shown(&planner.plan_row(&row))
            })
            .collect();
        (lines, planner.into_tally())
    }

    fn lines(&self, rows: &[[&str; 4]]) -> Vec<String> {
        self.planned(rows).0
    }
}

fn shown(row: &PlannedRow) -> String {
    let ids = format!("{}@{}", row.respondent(), row.survey());
    match &row.plan {
        Plan::Send(update) => format!("send {}", String::from_utf8_lossy(update.form())),
        Plan::Skip(unsent) => format!("skip {} {ids}", unsent.code().name()),
        Plan::Reject(unsent) => format!("reject {} {ids}", unsent.code().name()),
    }
}

#[test]
fn a_row_is_sent_skipped_or_rejected() {
    let lines = bench().lines(&[
        ["12", "7", "a b", "ż"],
        [" 0012 ", "7", "", "x"],
        ["12", "7", " ", "\u{A0}"],
        ["", "7", "a", ""],
        ["1,2E+5", "7", "a", ""],
        ["12", "", "a", ""],
        ["12", "x", "a", ""],
    ]);
    assert_eq!(
        lines,
        [
            "send id_survey=7&id_respondent=12&l1=a+b&l4=%C5%BC",
            "send id_survey=7&id_respondent=0012&l4=x",
            "skip nothing_to_send 12@7",
            "reject missing_id @7",
            "reject bad_id 1,2E+5@7",
            "reject missing_survey 12@",
            "reject bad_survey 12@x",
        ]
    );
}

#[test]
fn values_are_sent_exactly_as_the_cell_holds_them() {
    let lines = bench().lines(&[["12", "7", " padded ", "=1+1"]]);
    assert_eq!(
        lines,
        ["send id_survey=7&id_respondent=12&l1=+padded+&l4=%3D1%2B1"]
    );
}

#[test]
fn blank_cells_are_sent_empty_when_asked_for() {
    let mut bench = bench();
    bench.settings.policy.empty = EmptyPolicy::Send;
    let (lines, tally) = bench.planned(&[["12", "7", "", " "]]);
    assert_eq!(lines, ["send id_survey=7&id_respondent=12&l1=&l4="]);
    assert_eq!(tally.blanks_skipped, 0);
}

#[test]
fn a_blank_id_is_skipped_when_asked_for() {
    let mut bench = bench();
    bench.settings.policy.blank_id = BlankId::Skip;
    assert_eq!(bench.lines(&[["\u{200B}", "7", "a", ""]]), ["skip blank_id @7"]);
}

#[test]
fn the_survey_for_all_rows_fills_blanks_and_bears_no_contradiction() {
    let mut bench = bench();
    bench.settings.survey = Some("7".to_owned());
    let lines = bench.lines(&[["1", "", "a", ""], ["2", "7", "a", ""], ["3", "8", "a", ""]]);
    assert_eq!(
        lines,
        [
            "send id_survey=7&id_respondent=1&l1=a",
            "send id_survey=7&id_respondent=2&l1=a",
            "reject bad_survey 3@8",
        ]
    );
    bench.layout.survey = None;
    assert_eq!(
        bench.lines(&[["3", "8", "a", ""]]),
        ["send id_survey=7&id_respondent=3&l1=a"]
    );
}

#[test]
fn only_and_limit_leave_out_all_others_whatever_is_wrong_with_them() {
    let rows = [
        ["1", "7", "a", ""],
        ["x", "7", "a", ""],
        ["2", "7", "", ""],
        ["2", "7", "b", ""],
        ["3", "7", "c", ""],
    ];
    let mut only = bench();
    only.settings.policy.selection = Selection::new(Some(["2".to_owned()].into()), None);
    assert_eq!(
        only.lines(&rows),
        [
            "skip not_selected 1@7",
            "skip not_selected x@7",
            "skip nothing_to_send 2@7",
            "send id_survey=7&id_respondent=2&l1=b",
            "skip not_selected 3@7",
        ]
    );
    let mut limit = bench();
    limit.settings.policy.selection = Selection::new(None, Some(2));
    assert_eq!(
        limit.lines(&rows)[1..],
        [
            "reject bad_id x@7",
            "skip nothing_to_send 2@7",
            "send id_survey=7&id_respondent=2&l1=b",
            "skip not_selected 3@7",
        ]
    );
}

#[test]
fn values_and_queries_have_a_longest() {
    let long = "x".repeat(MAX_VALUE_BYTES + 1);
    let most = "x".repeat(MAX_VALUE_BYTES);
    let mut bench = bench();
    let lines = bench.lines(&[["1", "7", &long, ""], ["1", "7", &most, ""]]);
    assert_eq!(lines[0], "reject field_too_long 1@7");
    assert!(lines[1].starts_with("send"));
    bench.settings.max_query_bytes = Some("id_survey=7&id_respondent=1&l1=12345".len());
    assert_eq!(
        bench.lines(&[["1", "7", "12345", ""], ["1", "7", "123456", ""]]),
        [
            "send id_survey=7&id_respondent=1&l1=12345",
            "reject field_too_long 1@7"
        ]
    );
}

#[test]
fn what_is_worth_knowing_is_counted() {
    let (_, tally) = bench().planned(&[
        ["1", "7", "a", ""],
        ["01 ", "7", "a", ""],
        ["1", "7", "b", "cc"],
        ["2", "7", "", "d"],
        ["3", "7", "", ""],
        ["01", "7", "e", "e"],
        ["2", "07", "", "d"],
    ]);
    assert_eq!(
        (tally.blanks_skipped, tally.ids_trimmed, tally.longest_value),
        (4, 1, 2)
    );
    let repeats = tally.repeats;
    assert_eq!(
        (
            repeats.respondents,
            repeats.with_different_values,
            repeats.at_least,
            repeats.with_other_zeros,
        ),
        // `1` and `01` are on two rows each, and are two respondents; so are `2` of the surveys `7`
        // and `07`.
        (2, 2, false, 2)
    );
}
