//! Outputs in the way or that cannot be written, in both languages.

use std::io;

use super::*;
use crate::record::OutputError;

/// Every kind of error, each with the next one; without [`OutputError::OtherVersion`], which only a
/// journal of another version makes.
fn errors() -> impl Iterator<Item = OutputError> {
    let path = || "a.csv".into();
    let full = || io::ErrorKind::StorageFull.into();
    let changed = || "survey".to_owned();
    successors(Some(OutputError::InTheWay(path())), move |error| {
        Some(match error {
            OutputError::InTheWay(_) => OutputError::SameFinished(path()),
            OutputError::SameFinished(_) => OutputError::Unfinished(path()),
            OutputError::Unfinished(_) => OutputError::OtherRun {
                path: path(),
                changed: changed(),
            },
            OutputError::OtherRun { .. } => OutputError::OtherFinished {
                path: path(),
                changed: changed(),
            },
            OutputError::OtherFinished { .. } => OutputError::NotResumable {
                path: path(),
                why: "there is no journal",
            },
            OutputError::NotResumable { .. } | OutputError::OtherVersion { .. } => {
                OutputError::NoRefresh(path())
            }
            OutputError::NoRefresh(_) => OutputError::DamagedJournal {
                path: path(),
                byte: 12_345,
            },
            OutputError::DamagedJournal { .. } => OutputError::UnreadableJournal {
                path: path(),
                why: "TECHNICAL".to_owned(),
            },
            OutputError::UnreadableJournal { .. } => OutputError::ResumedStream,
            OutputError::ResumedStream => OutputError::Folder(path()),
            OutputError::Folder(_) => OutputError::NoFile(path()),
            OutputError::NoFile(_) => OutputError::NoFolder(path()),
            OutputError::NoFolder(_) => OutputError::IsInput(path()),
            OutputError::IsInput(_) => OutputError::Same(path()),
            OutputError::Same(_) => OutputError::NoPage(path()),
            OutputError::NoPage(_) => OutputError::NoTable(path()),
            OutputError::NoTable(_) => OutputError::Create {
                path: path(),
                source: io::ErrorKind::PermissionDenied.into(),
            },
            OutputError::Create { .. } => OutputError::Write {
                path: path(),
                source: full(),
            },
            OutputError::Write { .. } => OutputError::Read {
                path: path(),
                source: full(),
            },
            OutputError::Read { .. } => OutputError::Rename {
                path: path(),
                source: full(),
            },
            OutputError::Rename { .. } => OutputError::NoRoom {
                folder: path(),
                rows: 22,
                needed: 10_000,
                free: 5_000,
            },
            OutputError::NoRoom { .. } => OutputError::Journal(full()),
            OutputError::Journal(_) => OutputError::OtherRow { row: 7 },
            OutputError::OtherRow { .. } => return None,
        })
    })
}

#[test]
fn the_errors_of_outputs() {
    let both = |error: OutputError| {
        let name = format!("{error:?}");
        let name = name.split([' ', '(', '{']).next().unwrap().to_owned();
        let message = Message::from_error(error);
        (
            name,
            [Lang::En, Lang::Pl].map(|lang| message.text(lang).replace('\u{A0}', " ")),
        )
    };
    let mut page = String::new();
    section(&mut page, "errors of outputs", errors().map(both));
    insta::assert_snapshot!(page);
}
