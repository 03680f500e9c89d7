//! `report`: the page about a run that is over, from its files; its text for a mail; or the overview of
//! many runs.

mod overview;

use std::io;
use std::path::Path;

use anyhow::Error;

use crate::config::{PageStyle, ReportOf, ReportSettings};
use crate::model::ShownPath as _;
use crate::record::{OutputError, PageFile};
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
            let file = PageFile::of_run(&page, &results);
            check_place(&page, &file, &[&results, &summary], overwrites)?;
            let old = pages::old_run(&results, &summary).map_err(unreadable)?;
            pages::write(&file, &style, &old.view(), overwrites).map_err(unwritten)?;
            said(&page, &style, console);
        }
        ReportOf::Text { summary } => {
            let run = if summary.as_os_str() == "-" {
                of_stream()
            } else {
                pages::stored_run(&summary)
            };
            console.print(&text::mail(&run.map_err(unreadable)?, style.lang));
        }
        ReportOf::Overview { files, page } => {
            let file = PageFile::of_overview(&page);
            let inputs: Vec<&Path> = files.iter().map(|file| &**file).collect();
            check_place(&page, &file, &inputs, overwrites)?;
            overview::write(&files, (&page, &file), &style, overwrites)?;
            said(&page, &style, console);
        }
    }
    Ok(ExitCode::Success)
}

fn said(page: &Path, style: &PageStyle, console: &Console) {
    console.print(&(words(style.lang).page_written(&page.shown().to_string()) + "\n"));
}

/// Refuses a place where something else is.
fn check_place(page: &Path, file: &PageFile, inputs: &[&Path], overwrites: bool) -> Result<(), Failure> {
    if page.is_dir() {
        return Err(Failure::output(OutputError::Folder(page.to_owned())));
    }
    let real = page.canonicalize().ok();
    if real.is_some() && inputs.iter().any(|input| input.canonicalize().ok() == real) {
        return Err(Failure::output(OutputError::IsInput(page.to_owned())));
    }
    if overwrites {
        return Ok(());
    }
    file.check().map_err(Failure::output)
}

/// Reads the object that `--summary -` printed from standard input.
fn of_stream() -> Result<StoredRun, Error> {
    let fault = |why: String| Message::new(|words| words.not_of_this_tool("-", &why));
    let text = io::read_to_string(io::stdin()).map_err(|error| fault(error.to_string()))?;
    if text.trim().is_empty() {
        return Err(fault("it is empty; the run has not got as far".to_owned()).into());
    }
    Ok(StoredRun::parse(&text).map_err(fault)?)
}

fn unreadable(error: Error) -> Failure {
    Failure {
        code: ExitCode::Input,
        error,
    }
}

fn unwritten(error: Error) -> Failure {
    match error.downcast::<OutputError>() {
        Ok(error) => Failure::output(error),
        Err(error) => Failure {
            code: ExitCode::Output,
            error,
        },
    }
}
