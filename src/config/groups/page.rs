//! The page about a run: where it is written, what it holds, and who may read it.

use std::path::PathBuf;

use anyhow::Result;

use super::log;
use crate::cli::{ExpectArg, LangArg, PageArgs, PagePrivacyArgs};
use crate::model::Lang;
use crate::report::Expect;
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
