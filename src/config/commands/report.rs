//! Checks the settings of `report`: which files, and where the page goes.

use std::path::PathBuf;

use anyhow::Result;

use crate::cli::{ReportArgs, ReportFormatArg};
use crate::config::groups::page::{self, PageStyle};
use crate::record::{REPORT, RESULTS, SUMMARY};
use crate::text::Message;

/// The command `report`.
#[derive(Debug)]
pub(crate) struct ReportSettings {
    pub(crate) of: ReportOf,
    pub(crate) style: PageStyle,
    /// A file that is no page may be replaced.
    pub(crate) overwrites: bool,
}

/// What a report is about.
#[derive(Debug)]
pub(crate) enum ReportOf {
    /// One run, as a page.
    Run {
        results: PathBuf,
        summary: PathBuf,
        page: PathBuf,
    },
    /// One run, as plain text, by its summary.
    Text { summary: PathBuf },
    /// The runs of these summaries and folders.
    Overview { files: Vec<PathBuf>, page: PathBuf },
}

/// Checks the flags of `report`.
///
/// # Errors
///
/// If the files do not go with what is asked for.
pub(in crate::config) fn report(args: ReportArgs) -> Result<ReportSettings> {
    let style = page::style(&args.privacy, args.lang)?;
    let of = if args.overview {
        overview(args.files, args.output)?
    } else {
        one_run(&args)?
    };
    Ok(ReportSettings {
        of,
        style,
        overwrites: args.overwrite,
    })
}

fn one_run(args: &ReportArgs) -> Result<ReportOf> {
    let [file] = args.files.as_slice() else {
        return Err(Message::new(|words| words.one_file_each()).into());
    };
    let name = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    // An interrupted run has only partial results.
    let finished = name.strip_suffix(".partial").unwrap_or(&name);
    let stem = [RESULTS, SUMMARY]
        .into_iter()
        .find_map(|kind| finished.strip_suffix(kind));
    let stem = stem.or_else(|| finished.strip_suffix(".csv")).unwrap_or(finished);
    let beside = |kind: &str| file.with_file_name(format!("{stem}{kind}"));
    let is_json = file.extension().is_some_and(|extension| extension == "json");
    let summary = match &args.summary {
        Some(summary) => summary.clone(),
        None if is_json || file.as_os_str() == "-" => file.clone(),
        None => beside(SUMMARY),
    };
    if args.format == ReportFormatArg::Text {
        return Ok(ReportOf::Text { summary });
    }
    if file.as_os_str() == "-" {
        return Err(Message::new(|words| words.only_text_of_stream()).into());
    }
    let results = if finished.ends_with(SUMMARY) {
        beside(RESULTS)
    } else {
        file.with_file_name(finished)
    };
    Ok(ReportOf::Run {
        results,
        summary,
        page: args.output.clone().unwrap_or_else(|| beside(REPORT)),
    })
}

fn overview(files: Vec<PathBuf>, output: Option<PathBuf>) -> Result<ReportOf> {
    let page = match (output, files.as_slice()) {
        (Some(output), _) => output,
        (None, [folder]) if folder.is_dir() => folder.join("overview.html"),
        (None, _) => return Err(Message::new(|words| words.overview_needs_output()).into()),
    };
    Ok(ReportOf::Overview { files, page })
}
