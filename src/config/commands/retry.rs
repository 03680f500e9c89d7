//! Checks the settings of `retry`: those of the run, for the failed file as the input and with the
//! round's own outputs. `config/retried.rs` finds the run.

use std::path::PathBuf;

use anyhow::Result;

use super::run::{Asked, RunCommand, run};
use crate::cli::{Origin, Origins, RunArgs};
use crate::config::file::ConfigFile;
use crate::config::groups::outputs::prints_summary;
use crate::config::retried::{RetriedRun, refused};
use crate::record::{FinishedRun, NextRound, Round, of_round};
use crate::text::Message;

/// A round of a retry.
#[derive(Clone, Debug)]
pub(crate) struct RoundSettings {
    pub(crate) round: Round,
    /// The run whose failed rows it sends.
    pub(crate) run: FinishedRun,
    /// The input of that run, or what stands under its name now; `None` if there is nothing.
    pub(crate) export: Option<PathBuf>,
}

/// Checks all flags of `retry`.
pub(in crate::config) fn retry(args: RunArgs, origins: &Origins, file: &ConfigFile) -> RunCommand {
    let asked = match &file.retried {
        Some(retried) => prepared(args, origins, file, retried),
        // The settings of the run come with the config file.
        None => Err(anyhow::anyhow!("the run's settings were not read")),
    };
    asked.unwrap_or_else(|error| RunCommand::only(Err(error)))
}

fn prepared(
    mut args: RunArgs,
    origins: &Origins,
    file: &ConfigFile,
    retried: &RetriedRun,
) -> Result<RunCommand> {
    let round = match retried.run.next_round().map_err(refused)? {
        NextRound::Send(round) => *round,
        NextRound::NothingFailed => {
            let words = Message::new(|words| words.nothing_failed());
            return Ok(RunCommand::only(Ok(Asked::NothingLeft(words))));
        }
        NextRound::NothingLeft(round) => {
            let words = Message::new(|words| words.nothing_left_to_retry(round));
            return Ok(RunCommand::only(Ok(Asked::NothingLeft(words))));
        }
    };
    let export = retried.export(&args.input.input);
    args.input.input.clone_from(&round.input);
    args.input.newest = false;
    // Nothing but the command line says it here. A workbook has none.
    let is_auto = args.input.delimiter.eq_ignore_ascii_case("auto") && round.failed_in.is_none();
    if let Some(delimiter) = retried.run.unusual_delimiter().filter(|_| is_auto) {
        delimiter.clone_into(&mut args.input.delimiter);
    }
    args.output.output_dir = None;
    args.output.output = Some(round.paths.results.clone());
    args.output.failed = Some(round.paths.failed.clone());
    if !prints_summary(&args.output) {
        args.output.summary = Some(round.paths.summary.clone());
    }
    // What the config file names is the page of the run.
    if origins.report != Origin::Flag {
        let own = args.output.page.report.take();
        args.output.page.report = own.map(|page| of_round(&page, round.number));
    }
    // An interrupted round is resumed. If its failed file was edited since, it is set aside.
    let existing = &mut args.output.existing;
    (existing.resume, existing.rotate) = (true, Some(usize::MAX));
    let lets_through = retried.run.lets_through();
    let asks = !args.output.ask.yes && !args.output.ask.unattended;
    let mut command = run(&args, origins, file);
    let settings = RoundSettings {
        round,
        run: retried.run.clone(),
        export,
    };
    let reading = match &mut command.asked {
        Ok(Asked::Run(run)) => {
            // That older files are set aside does not mean that nobody is there.
            run.outputs.asks = asks;
            run.guards.lets_through |= lets_through;
            &mut run.reading
        }
        Ok(Asked::DryRun(check)) => {
            check.guards.lets_through |= lets_through;
            &mut check.reading
        }
        Ok(Asked::NothingLeft(_)) | Err(_) => return Ok(command),
    };
    reading.round = Some(Box::new(settings));
    // A row that was deleted from the failed file was dealt with.
    reading.options.may_be_empty = true;
    Ok(command)
}
