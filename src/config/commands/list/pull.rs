//! Checks the settings of `pull`.

use std::path::PathBuf;

use anyhow::{Result, anyhow, ensure};

use crate::cli::{Origins, PullArgs};
use crate::config::file::ConfigFile;
use crate::config::groups::list::api::{AskSettings, api, ask};
use crate::config::groups::mapping;
use crate::config::groups::reading::survey;
use crate::config::mistakes::Mistakes;
use crate::model::{Api, LISTED_LABELS};
use crate::text::Message;

/// The command `pull`.
#[derive(Clone, Debug)]
pub(crate) struct PullSettings {
    pub(crate) api: Api,
    pub(crate) ask: AskSettings,
    pub(crate) survey: String,
    pub(crate) table: PathBuf,
    /// Numbers of the labels to write, ascending.
    pub(crate) labels: Vec<usize>,
}

/// Checks all flags of `pull`.
///
/// # Errors
///
/// All mistakes.
pub(in crate::config) fn pull(args: &PullArgs, origins: &Origins, file: &ConfigFile) -> Result<PullSettings> {
    let mut mistakes = Mistakes::default();
    let survey = match args.survey.as_deref() {
        Some(text) => mistakes.keep(survey(text)),
        None => mistakes.keep(Err(Message::new(|words| words.pull_needs_survey()).into())),
    };
    let mapped = mistakes.note(mapping::mapping(&args.map, origins.map));
    let labels = if args.labels.is_empty() {
        let mapped = mapped.unwrap_or_default();
        mapped.iter().map(|(label, _)| label.number()).collect()
    } else {
        mistakes.note(labels(&args.labels))
    };
    let ask = ask(
        &args.address,
        args.rate.rate,
        &args.attempt,
        &args.state,
        &mut mistakes,
    );
    let api = api(&args.api, &args.address, file, &mut mistakes);
    let settings = api.zip(survey).map(|(api, survey)| PullSettings {
        api,
        ask,
        survey,
        table: args.table.clone(),
        labels: sorted(labels),
    });
    mistakes.settle(settings)
}

fn labels(texts: &[String]) -> Result<Vec<usize>> {
    if texts.iter().any(|text| text.trim() == "all") {
        return Ok((1..=LISTED_LABELS).collect());
    }
    texts.iter().map(|text| label(text)).collect()
}

/// Parses the name of a label that the platform lists.
fn label(text: &str) -> Result<usize> {
    let number = text
        .trim()
        .strip_prefix(['l', 'L'])
        .and_then(|number| number.parse().ok());
    let number = number.ok_or_else(|| anyhow!("`--labels {text}`: write `--labels l4,l7`, or `all`"))?;
    ensure!(
        (1..=LISTED_LABELS).contains(&number),
        "`--labels {text}`: labels are `l1` to `l{LISTED_LABELS}`"
    );
    Ok(number)
}

fn sorted(mut labels: Vec<usize>) -> Vec<usize> {
    labels.sort_unstable();
    labels.dedup();
    labels
}
