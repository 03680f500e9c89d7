//! Finds a person in the files about the mailing list: each has the respondent's id in a column of its
//! own. What a run is about to change is in one of them before there are results.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::examine::{Change, Stop, open};
use crate::model::{RowFault, SettingValue};
use crate::read::ReadOptions;
use crate::record::{Edit, KeptFiles, KeptList};
use crate::run::commands::kept::person::{Named, Person};
use crate::text::Left;

/// The column with the id, in all of these files.
const RESPONDENT: &str = "id_respondent";

/// Examines these files. What has to be left is added to `left`.
pub(super) fn examined(lists: &[KeptList], person: &Person, left: &mut Vec<(PathBuf, Left)>) -> Vec<Change> {
    let mut changes = Vec::new();
    for list in lists {
        match examine(list, person) {
            Ok(change) => changes.push(change),
            Err(Stop::Empty) => {}
            Err(Stop::Left(why)) => left.push((list.path.clone(), why)),
        }
    }
    changes
}

/// Returns the edits that delete the person's lines.
fn examine(list: &KeptList, person: &Person) -> Result<Change, Stop> {
    // First as the program wrote it, whatever the labels hold; then as a spreadsheet may have saved it.
    let of_program = ReadOptions {
        encoding: "utf-8".parse().ok(),
        delimiter: ",".parse().ok(),
        may_be_empty: true,
        ..ReadOptions::default()
    };
    let detected = ReadOptions {
        may_be_empty: true,
        ..ReadOptions::default()
    };
    match in_form(list, of_program, person) {
        Ok(Some(change)) => Ok(change),
        Err(Stop::Empty) => Err(Stop::Empty),
        _ => in_form(list, detected, person)?.ok_or(Stop::Left(Left::Unreadable)),
    }
}

/// As [`examine`], if the file has its columns in this form; otherwise `None`.
fn in_form(list: &KeptList, options: ReadOptions, person: &Person) -> Result<Option<Change>, Stop> {
    let mut table = open(&list.path, options)?;
    let names = &table.first.names;
    if !names
        .iter()
        .map(String::as_str)
        .take(list.header.len())
        .eq(list.header.iter().copied())
    {
        return Ok(None);
    }
    let column = list.header.iter().position(|name| *name == RESPONDENT);
    let column = column.unwrap_or_default();
    let mut edits = Vec::new();
    let mut rows = table.rows()?;
    while let Some(row) = rows.next()? {
        let is_broken = matches!(
            row.fault,
            Some(RowFault::TooFewFields { .. } | RowFault::TooManyFields { .. })
        );
        match person.named_in(row.fields.get(column).unwrap_or_default()) {
            _ if is_broken => return Err(Stop::Left(Left::Unreadable)),
            Named::Person => edits.push(Edit {
                at: row.position.byte,
                length: row.record.len() as u64,
                by: Vec::new(),
            }),
            Named::Another => {}
            Named::Nobody | Named::Unclear => return Err(Stop::Left(Left::Unreadable)),
        }
    }
    rows.finish()?;
    let digest = table.digest();
    let path = list.path.clone();
    Ok(Some(Change { path, edits, digest }))
}

/// Returns the tables that these runs read from the platform under names that were given (`--ids`), by
/// their summaries.
pub(super) fn tables<'a>(runs: impl Iterator<Item = &'a KeptFiles>) -> BTreeSet<PathBuf> {
    let table = |run: &KeptFiles| {
        let mut settings = run.settings();
        let is_read = settings.contains_key("pull") || settings.contains_key("verify");
        match settings.remove("ids") {
            Some(SettingValue::One(path)) if is_read => Some(PathBuf::from(path)),
            _ => None,
        }
    };
    runs.filter_map(table).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;
    use crate::model::push_csv_record;
    use crate::record::Rewritten;

    const HEADER: &[&str] = &["email", RESPONDENT, "id_survey"];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn nothing_but_the_persons_lines_goes(
            rows in proptest::collection::vec(
                (prop_oneof!["7", "007", "77", "70", "8"], "[a-z7@]{0,4}", "(?s)[a-zż;,7\"\n]{0,6}"),
                0..12,
            ),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("respondents.csv");
            let start = b"email,id_respondent,id_survey,l4\n".to_vec();
            let (mut old, mut new) = (start.clone(), start);
            for (id, email, label) in &rows {
                let mut line = Vec::new();
                push_csv_record([email, id, "7", label], b',', &mut line);
                line.push(b'\n');
                old.extend(&line);
                if !["7", "007"].contains(&id.as_str()) {
                    new.extend(line);
                }
            }
            fs::write(&path, &old).unwrap();
            let list = KeptList { path: path.clone(), header: HEADER };
            let mut left = Vec::new();
            let changes = examined(&[list], &Person::new(&["07".to_owned()]), &mut left);
            prop_assert_eq!((changes.len(), left), (1, Vec::new()));
            for change in changes {
                Rewritten::write(&path, &change.edits, change.digest).unwrap().put().unwrap();
            }
            prop_assert_eq!(fs::read(&path).unwrap(), new);
        }
    }
}
