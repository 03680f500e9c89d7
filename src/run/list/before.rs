//! Reads the mailing list before a run, or before a check into a temporary place.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::config::{CheckSettings, ListSettings, ReadingSettings, sandbox_api_credentials};
use crate::model::{Api, Member, ShownPath as _};
use crate::record::TableFile;
use crate::report::ExitCode;
use crate::run::Failure;
use crate::run::list::passing::pause_between_doors;
use crate::run::list::pull::{pull, pull_beside};
use crate::run::prepare::before_sending::in_thread;
use crate::run::prepare::input::opened::OpenedInput;
use crate::run::prepare::site::Site;
use crate::text::Message;

/// A list that was read and whose table is not in its place yet. Dropped, it leaves the old one.
#[derive(Debug)]
pub(in crate::run) struct FreshList {
    file: TableFile,
    path: PathBuf,
}

impl FreshList {
    /// Where the table is.
    pub(in crate::run) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the table in its place.
    pub(in crate::run) fn keep(self) -> Result<(), Failure> {
        self.file.finish().map_err(Failure::output)
    }
}

/// Reads the mailing list that the run needs. The sandbox lists whom the input names. Returns the table,
/// which is not in its place yet: if no call is made, that of the last run stays. `None` if it could not be
/// read, and the table of an earlier run serves, which knows ids and no current labels.
///
/// # Errors
///
/// As [`pull`], unless an older list may be used and exists; and if the list is empty.
pub(in crate::run) async fn read(
    list: &ListSettings,
    reading: &ReadingSettings,
    site: &Site,
) -> Result<Option<FreshList>, Failure> {
    if list.api.is_none() {
        for (id, email) in named(reading).await? {
            site.seed(&list.survey, &id, &email);
        }
    }
    let api = api(list, site);
    let pulled = pull_beside((&api, &list.ask), &list.survey, &list.table, &list.labels).await;
    pause_between_doors(list.ask.door.rate).await;
    match pulled {
        Ok((_, pulled)) if pulled.respondents == 0 => Err(empty(&list.survey)),
        Ok((mut file, pulled)) => {
            pulled.say(&list.survey, &list.table);
            let path = file.sync().map_err(Failure::output)?;
            Ok(Some(FreshList { file, path }))
        }
        Err(failure) if list.accepts_older && list.table.is_file() => {
            let table = list.table.shown().to_string();
            let why = Message::from_error_ref(&failure.error);
            let line = why.map(|words, why| words.older_list(why, &table));
            tracing::warn!(
                target: "respondent_sync::loud",
                event = "older_list_used",
                polish = line.polish(),
                "{line}"
            );
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

/// Returns the API to read from: that of the platform, or of the sandbox.
pub(in crate::run) fn api(list: &ListSettings, site: &Site) -> Api {
    let of_sandbox = || Api::new(&site.base, None, sandbox_api_credentials());
    list.api.clone().unwrap_or_else(of_sandbox)
}

/// Reads the mailing list for a check into a temporary folder, which is removed when it is dropped.
/// `None` if the check needs none.
pub(in crate::run) async fn read_for_check(settings: &mut CheckSettings) -> Result<Option<TempDir>, Failure> {
    let Some(list) = &settings.list else {
        return Ok(None);
    };
    let folder = tempfile::tempdir().map_err(Failure::usage)?;
    let table = folder.path().join("respondents.csv");
    if let Some(api) = &list.api {
        let pulled = pull((api, &list.ask), &list.survey, &table, &list.labels).await?;
        if pulled.respondents == 0 {
            return Err(empty(&list.survey));
        }
    } else {
        let mut file = TableFile::new(&table, &list.survey, &[]).map_err(Failure::output)?;
        file.begin().map_err(Failure::output)?;
        for (id, email) in named(&settings.reading).await? {
            let member = Member {
                id,
                email,
                ..Member::default()
            };
            file.push_member(&member).map_err(Failure::output)?;
        }
        file.finish().map_err(Failure::output)?;
    }
    settings.reading.set_members(&table);
    Ok(Some(folder))
}

/// Returns whom the input names, for the sandbox: ids, or addresses with ids that are made up.
async fn named(reading: &ReadingSettings) -> Result<Vec<(String, String)>, Failure> {
    let by_address = reading.ids.is_some();
    let mut reading = reading.clone();
    (reading.ids, reading.members, reading.only_last) = (None, None, false);
    reading.refuses_differing = false;
    in_thread(move || {
        let mut opened = OpenedInput::open(&reading, None)?;
        let column = opened.layout.respondent;
        let plan = opened.plan.of_all_rows();
        let mut named = Vec::new();
        opened.each_row(&reading, plan, |row, _| {
            let cell = row.fields.get(column).unwrap_or_default().trim().to_owned();
            if by_address && !cell.is_empty() {
                named.push(((named.len() + 1).to_string(), cell));
            } else if !cell.is_empty() {
                named.push((cell, String::new()));
            }
            Ok(true)
        })?;
        Ok(named)
    })
    .await
}

fn empty(survey: &str) -> Failure {
    Failure {
        code: ExitCode::Aborted,
        error: Message::new(|words| words.empty_list(survey)).into(),
    }
}
