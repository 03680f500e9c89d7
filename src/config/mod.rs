//! What was meant: flags and environment made into settings that cannot be wrong, or an error that says which is and
//! why (exit 2). Reads the environment and the CA file, and nothing else.

mod base_url;
mod mapping;
mod outputs;
mod secrets;

use std::collections::HashSet;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use url::Url;

use crate::cli::{
    BlankIdArg, EmptyArg, InputArgs, LogArgs, LogFormatArg, MethodArg, Origin, Origins, PaceArgs,
    PlatformArgs, RunArgs, SelectionArgs,
};
use crate::model::{Credentials, Digits, Method};
use crate::plan::{BlankId, EmptyPolicy, PlanSettings, Selection};
use crate::read::{Input, ReadOptions, SurveyColumn, Wanted};
use crate::report::{LogFormat, Verbosity};
use crate::send::{BreakerSettings, HttpSettings, OutageSettings, RetryPolicy, SendSettings};

pub(crate) use outputs::{existing, paths as output_paths};
pub(crate) use secrets::from_environment as credentials;

/// Nobody waits longer; what is more than this stands for ever.
const LONGEST_OUTAGE: Duration = Duration::from_hours(10 * 365 * 24);

/// The survey column that needs no flag.
const SURVEY_COLUMN: &str = "id_survey";

/// How an input is read and planned.
#[derive(Clone, Debug)]
pub(crate) struct ReadingSettings {
    pub(crate) input: Input,
    pub(crate) options: ReadOptions,
    /// The sheet of a workbook, if not the first.
    pub(crate) sheet: Option<String>,
    pub(crate) wanted: Wanted,
    pub(crate) plan: PlanSettings,
    /// The survey where neither a flag nor a column names one.
    pub(crate) fallback_survey: Option<&'static str>,
    /// Where the survey and the mapping come from, for the start line.
    pub(crate) survey_from: String,
    pub(crate) mapping_from: String,
}

/// Where calls go and how.
#[derive(Clone, Debug)]
pub(crate) struct CallSettings {
    pub(crate) base: Url,
    pub(crate) http: HttpSettings,
    pub(crate) send: SendSettings,
    pub(crate) rate_from: &'static str,
}

/// Reading and planning, from the flags that `run` and `check` share.
pub(crate) fn reading(
    input: &InputArgs,
    selection: &SelectionArgs,
    keep: &[String],
    origins: Origins,
) -> Result<ReadingSettings> {
    let auto = |text: &str| text.eq_ignore_ascii_case("auto");
    let given = |text: &str, flag| format!("`{flag} {text}`");
    let encoding = (!auto(&input.encoding))
        .then(|| input.encoding.parse())
        .transpose();
    let delimiter = (!auto(&input.delimiter))
        .then(|| input.delimiter.parse())
        .transpose();
    let only = selection.only.as_deref().map(only).transpose()?;
    let labels = mapping::mapping(&input.map, origins.map)?;
    let constants = mapping::constants(&input.set, origins.set, labels.as_deref())?;
    Ok(ReadingSettings {
        input: if input.input.as_os_str() == "-" {
            Input::Stdin
        } else {
            Input::File(input.input.clone())
        },
        options: ReadOptions {
            encoding: encoding
                .map_err(anyhow::Error::msg)
                .with_context(|| given(&input.encoding, "--encoding"))?,
            delimiter: delimiter
                .map_err(anyhow::Error::msg)
                .with_context(|| given(&input.delimiter, "--delimiter"))?,
            skip_lines: input.skip_lines,
            no_header: input.no_header,
            one_column: !constants.is_empty(),
            ..ReadOptions::default()
        },
        sheet: input.sheet.clone(),
        fallback_survey: None,
        survey_from: survey_from(input, origins.survey),
        mapping_from: if labels.is_some() {
            named(origins.map, "`--map`", "RESPONDENT_SYNC_MAP")
        } else {
            "the columns' names".to_owned()
        },
        wanted: Wanted {
            respondent: input.id_column.clone(),
            survey: match &input.survey_column {
                Some(name) => SurveyColumn::Named(name.clone()),
                None => SurveyColumn::IfPresent(SURVEY_COLUMN),
            },
            labels,
            constants,
            kept: mapping::kept(keep, origins.keep),
        },
        plan: PlanSettings {
            empty: match input.empty {
                EmptyArg::Skip => EmptyPolicy::Skip,
                EmptyArg::Send => EmptyPolicy::Send,
            },
            blank_id: match input.blank_id {
                BlankIdArg::Invalid => BlankId::Invalid,
                BlankIdArg::Skip => BlankId::Skip,
            },
            survey: input.survey.as_deref().map(survey).transpose()?,
            selection: Selection::new(only, selection.limit),
            most_query_bytes: None,
        },
    })
}

/// Everything about calls; the address is checked unless the sandbox takes its place.
pub(crate) fn calls(args: &RunArgs, base: Option<Url>, origins: Origins) -> Result<CallSettings> {
    let (platform, pace) = (&args.platform, &args.pace);
    let base = match base {
        Some(base) => base,
        None => base_url::parse(&platform.base_url, platform.allow_http)?,
    };
    Ok(CallSettings {
        base,
        http: http(platform, pace)?,
        send: SendSettings {
            rate: pace.rate.rate,
            concurrency: pace.concurrency,
            retry: RetryPolicy {
                max_retries: pace.max_retries,
                backoff: pace.backoff,
                max_backoff: pace.max_backoff,
            },
            outage: OutageSettings {
                max_outage: pace.max_outage.min(LONGEST_OUTAGE),
                backoff: pace.backoff,
                max_backoff: pace.max_backoff,
            },
            breaker: BreakerSettings {
                max_same_error: max_same_error(&pace.max_same_error)?,
                max_errors: pace.max_errors,
                knows_success: false,
            },
            seed: fastrand::u64(..),
        },
        rate_from: match origins.rate {
            Origin::Flag => "`--rate`",
            Origin::Environment => "RESPONDENT_SYNC_RATE",
            Origin::Default => "the default",
        },
    })
}

/// The credentials with which the sandbox is called: it takes any.
pub(crate) fn sandbox_credentials() -> Credentials {
    Credentials {
        account: "1".to_owned(),
        webhook_key: "sandbox".to_owned().into(),
        webhook_auth: "sandbox".to_owned().into(),
    }
}

/// A flag wins over the environment; of two that contradict each other, quiet.
pub(crate) fn verbosity(args: &LogArgs, origins: Origins) -> (Verbosity, LogFormat) {
    let outdone = origins.quiet == Origin::Environment && origins.verbose == Origin::Flag;
    let verbosity = match (args.quiet && !outdone, args.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, 0) => Verbosity::Normal,
        (_, 1) => Verbosity::Verbose,
        _ => Verbosity::VeryVerbose,
    };
    let format = match args.log_format {
        LogFormatArg::Text => LogFormat::Text,
        LogFormatArg::Json => LogFormat::Json,
    };
    (verbosity, format)
}

fn http(platform: &PlatformArgs, pace: &PaceArgs) -> Result<HttpSettings> {
    ensure!(
        !pace.timeout.is_zero(),
        "`--timeout` is zero: no call could ever be answered"
    );
    ensure!(
        !pace.connect_timeout.is_zero(),
        "`--connect-timeout` is zero: no connection could ever be made"
    );
    let read = |path: &std::path::PathBuf| {
        std::fs::read(path).with_context(|| format!("cannot read `--ca-file {}`", path.display()))
    };
    Ok(HttpSettings {
        method: match platform.method {
            MethodArg::Post => Method::Post,
            MethodArg::Get => Method::Get,
        },
        timeout: pace.timeout,
        connect_timeout: pace.connect_timeout,
        connections: pace.concurrency.most(),
        ca_pem: platform.ca_file.as_ref().map(read).transpose()?,
    })
}

fn survey(text: &str) -> Result<String> {
    let text = text.trim();
    ensure!(
        Digits::new(text).is_some(),
        "`--survey {text}` is not a survey's id: it has digits only"
    );
    Ok(text.to_owned())
}

/// The ids of `--only`, of which there is at least one.
fn only(ids: &[String]) -> Result<HashSet<String>> {
    let ids: HashSet<String> = ids
        .iter()
        .map(|id| id.trim().to_owned())
        .filter(|id| !id.is_empty())
        .collect();
    ensure!(
        !ids.is_empty(),
        "`--only` names no respondent: give at least one id, or leave it out"
    );
    Ok(ids)
}

fn max_same_error(text: &str) -> Result<Option<u32>> {
    if text.trim().eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    match text.trim().parse() {
        Ok(most) if most > 0 => Ok(Some(most)),
        _ => bail!("`--max-same-error {text}` is neither a number from 1 on nor `none`"),
    }
}

fn survey_from(input: &InputArgs, origin: Origin) -> String {
    match &input.survey {
        Some(id) => format!(
            "survey {} (from {})",
            id.trim(),
            named(origin, "`--survey`", "RESPONDENT_SYNC_SURVEY")
        ),
        None => format!(
            "survey from column `{}`",
            input.survey_column.as_deref().unwrap_or(SURVEY_COLUMN)
        ),
    }
}

fn named(origin: Origin, flag: &str, variable: &str) -> String {
    match origin {
        Origin::Environment => variable.to_owned(),
        Origin::Flag | Origin::Default => flag.to_owned(),
    }
}
