//! `report`: the page about a run that is over, from its files; its text for a mail; or the overview of
//! many runs.

mod overview;

use std::path::Path;
use std::{fs, io};

use anyhow::Error;

use crate::config::{PageStyle, ReportOf, ReportSettings};
use crate::model::ShownPath as _;
use crate::record::{self, OutputError};
use crate::report::{Console, ExitCode, StoredRun};
use crate::run::Failure;
use crate::run::pages;
use crate::text::{self, Message, words};

/// Runs `report`.
pub(in crate::run) fn run(settings: ReportSettings, console: &Console) -> Result<ExitCode, Failure> {
    let ReportSettings {
        of,
        style,
        overwrites,
    } = settings;
    match of {
        ReportOf::Run {
            results,
            summary,
            page,
        } => {
            check_place(&page, &[&results, &summary], overwrites)?;
            let old = pages::old_run(&results, &summary).map_err(unreadable)?;
            pages::of_old(&page, &style, &old).map_err(unwritten)?;
            said(&page, &style, console);
        }
        ReportOf::Text { summary } => {
            let run = stored(&summary).map_err(unreadable)?;
            console.print(&text::mail(&run, style.lang));
        }
        ReportOf::Overview { files, page } => {
            check_place(
                &page,
                &files.iter().map(|file| &**file).collect::<Vec<_>>(),
                overwrites,
            )?;
            overview::write(&files, &page, &style)?;
            said(&page, &style, console);
        }
    }
    Ok(ExitCode::Success)
}

fn said(page: &Path, style: &PageStyle, console: &Console) {
    console.print(&(words(style.lang).page_written(&page.shown().to_string()) + "\n"));
}

/// Refuses a place where something else is.
fn check_place(page: &Path, inputs: &[&Path], overwrites: bool) -> Result<(), Failure> {
    if page.is_dir() {
        return Err(Failure::output(OutputError::Folder(page.to_owned())));
    }
    let real = page.canonicalize().ok();
    if real.is_some() && inputs.iter().any(|input| input.canonicalize().ok() == real) {
        return Err(Failure::output(OutputError::IsInput(page.to_owned())));
    }
    if !overwrites && !record::may_write_page(page) {
        return Err(Failure::output(OutputError::NoPage(page.to_owned())));
    }
    Ok(())
}

/// Reads a summary, or the object that `--summary -` printed.
fn stored(path: &Path) -> Result<StoredRun, Error> {
    let fault = |why: String| {
        let path = path.shown().to_string();
        Message::new(|words| words.not_of_this_tool(&path, &why))
    };
    let text = if path.as_os_str() == "-" {
        io::read_to_string(io::stdin())
    } else {
        fs::read_to_string(path)
    };
    let text = text.map_err(|error| fault(error.to_string()))?;
    Ok(StoredRun::parse(&text).map_err(fault)?)
}

fn unreadable(error: Error) -> Failure {
    Failure {
        code: ExitCode::Input,
        error,
    }
}

fn unwritten(error: Error) -> Failure {
    Failure {
        code: ExitCode::Output,
        error,
    }
}
