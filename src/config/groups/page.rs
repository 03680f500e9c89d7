//! The page about a run: where it is written, what it holds, and who may read it.

use std::path::PathBuf;

use anyhow::Result;

use super::log;
use super::monitor::MonitorSettings;
use super::outputs::OutputSettings;
use super::reading::ReadingSettings;
use super::state::DeltaSettings;
use crate::cli::{ExpectArg, LangArg, PageArgs, PagePrivacyArgs};
use crate::config::file::ConfigFile;
use crate::model::Lang;
use crate::read::Input;
use crate::record::OutputPaths;
use crate::report::Expect;
use crate::system::folders::with_suffix;
use crate::system::trust::share::Group;
use crate::text::Message;

/// What a page holds, in which language, and who may read it.
#[derive(Clone, Debug)]
pub(crate) struct PageStyle {
    pub(crate) lang: Lang,
    /// Whether the table of rows has respondents' ids.
    pub(crate) shows_ids: bool,
    /// The group that may read it; `None` for its owner alone.
    pub(crate) group: Option<Group>,
}

/// The page that a run writes.
#[derive(Clone, Debug)]
pub(crate) struct PageSettings {
    pub(crate) path: PathBuf,
    pub(crate) style: PageStyle,
}

/// Where a run that makes no call says why: on its page, and for the overview.
#[derive(Clone, Debug)]
pub(crate) struct UnsentSettings {
    pub(crate) page: Option<PageSettings>,
    /// The overview is told of the nights of a job that says how often it runs.
    pub(crate) is_noted: bool,
    /// The files of the run before.
    pub(crate) paths: OutputPaths,
    /// Files that are no page: the input and what else the run reads and writes.
    pub(crate) others: Vec<PathBuf>,
}

/// Checks the flags of a run's page. `path` is where it goes; `None` if none is asked for.
///
/// # Errors
///
/// If the group does not exist.
pub(in crate::config) fn page(
    args: &PageArgs,
    path: Option<PathBuf>,
    lang: Option<LangArg>,
) -> Result<Option<PageSettings>> {
    let style = style(&args.privacy, lang)?;
    Ok(path.map(|path| PageSettings { path, style }))
}

/// Checks the flags of any page.
///
/// # Errors
///
/// If the group does not exist.
pub(in crate::config) fn style(args: &PagePrivacyArgs, lang: Option<LangArg>) -> Result<PageStyle> {
    let group = args.share_group.as_deref().map(|name| {
        Group::find(name).map_err(|why| {
            let why = why.to_string();
            Message::new(|words| words.no_group(name, &why))
        })
    });
    Ok(PageStyle {
        lang: log::lang(lang),
        shows_ids: args.report_ids,
        group: group.transpose()?,
    })
}

/// Returns how often the job is meant to run.
pub(in crate::config) fn expect(args: &PageArgs) -> Option<Expect> {
    args.expect.map(|expect| match expect {
        ExpectArg::Daily => Expect::Daily,
        ExpectArg::Weekdays => Expect::Weekdays,
        ExpectArg::Weekly => Expect::Weekly,
    })
}

/// Returns where a run that makes no call says so.
pub(in crate::config) fn unsent(
    outputs: &OutputSettings,
    rehearsal: Option<&str>,
    others: Vec<PathBuf>,
) -> UnsentSettings {
    UnsentSettings {
        page: outputs.page.clone(),
        is_noted: outputs.expect.is_some() && rehearsal.is_none(),
        paths: outputs.paths.clone(),
        others,
    }
}

/// Returns the files beside a run's outputs that it reads or writes.
pub(in crate::config) fn others(
    reading: &ReadingSettings,
    delta: &DeltaSettings,
    monitor: &MonitorSettings,
    file: &ConfigFile,
) -> Vec<PathBuf> {
    let input = match &reading.input {
        Input::File(path) => Some(path.clone()),
        Input::Stdin | Input::Unclear(..) => None,
    };
    let ids = reading.ids.as_ref().map(|ids| ids.path.clone());
    let of_state = |suffix: &str| delta.path.as_deref().map(|path| with_suffix(path, suffix));
    let all = [
        input,
        ids,
        reading.exclude.clone(),
        monitor.metrics_file.clone(),
        file.path.clone(),
    ];
    let state = ["", "-wal", "-shm", ".lock"].map(of_state);
    all.into_iter().chain(state).flatten().collect()
}
