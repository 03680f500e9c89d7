//! Collects the answers: from flags, else from the person at the terminal, who gets a proposal. With
//! nobody to ask, an answer that has neither flag nor default is missing, and all of those are
//! reported together.

use std::path::PathBuf;

use tokio::runtime::Handle;

use super::address::Webhook;
use super::answers::{Answers, Respondent};
use super::asking::Asker;
use super::export::Export;
use super::files::Files;
use super::{checks, columns, platform, respondent, survey};
use crate::config::{InitSettings, ListingSettings, SURVEY_COLUMN};
use crate::model::{Label, ShownPath as _, ValueFrom};
use crate::report::Console;
use crate::run::Failure;
use crate::text::{Message, Words};

/// The id column without a flag, as `run` has it.
pub(super) const ID_COLUMN: &str = "id_respondent";

/// Labels and the columns that set them, by name.
pub(super) type Labels = Vec<(Label, ValueFrom<String>)>;

/// An answer that nobody gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    IdColumn,
    AddressColumn,
    Survey,
    /// The address has one that may be cut.
    WholeSurvey,
    /// The address has that of the vendor's example.
    OwnSurvey,
    Labels,
}

impl Missing {
    fn say(self, words: &dyn Words) -> String {
        match self {
            Self::IdColumn => words.id_column_missing(),
            Self::AddressColumn => words.address_column_missing(),
            Self::Survey => words.survey_missing(),
            Self::WholeSurvey => words.survey_doubtful() + " " + &words.survey_missing(),
            Self::OwnSurvey => words.survey_is_sample() + "; " + &words.survey_missing(),
            Self::Labels => words.labels_missing(),
        }
    }
}

/// A failure of usage, in both languages.
pub(super) fn refused(say: impl Fn(&dyn Words) -> String) -> Failure {
    Failure::usage(Message::new(say))
}

/// Collects all answers, and places the files. Writes nothing. `runtime` drives calls to the API.
pub(super) fn hold(
    settings: &InitSettings,
    console: &Console,
    runtime: &Handle,
) -> Result<(Answers, Files), Failure> {
    let asker = Asker::new(console);
    let asker = asker.as_ref();
    if let Some(asker) = asker {
        asker.say(&asker.words.init_intro());
    }
    let given = platform::given(settings, asker)?;
    let export = export(settings, asker)?;
    let files = Files::new(&export, settings.name.as_deref(), settings.folder.as_deref())?;
    let seen = Export::open(&export, &settings.form, asker.is_some())?;
    checks::flags(settings, &export, &seen)?;
    if let Some(asker) = asker {
        columns::show(asker, &export, &seen);
    }
    let mut missing = Vec::new();
    let (respondent, accepts_crm_ids) = respondent::found(settings, asker, &seen)?.unwrap_or_else(|| {
        missing.push(if settings.pull {
            Missing::AddressColumn
        } else {
            Missing::IdColumn
        });
        (Respondent::Id(String::new()), false)
    });
    let webhook = match (given, asker) {
        (None, Some(asker)) => platform::asked(settings, asker)?,
        (given, _) => given,
    };
    let base = platform::base(settings, webhook.as_ref())?;
    let survey = survey::found(settings, asker, (&seen, &respondent), webhook.as_ref(), runtime)?;
    if survey.is_none() && !survey::is_in_column(&seen, &respondent) {
        missing.push(match &webhook {
            Some(webhook) if webhook.is_survey_doubtful => Missing::WholeSurvey,
            Some(webhook) if webhook.is_survey_sample => Missing::OwnSurvey,
            _ => Missing::Survey,
        });
    }
    let labels = labels(settings, asker, &seen, &respondent, webhook.as_ref())?;
    if labels.is_empty() {
        missing.push(Missing::Labels);
    }
    refuse_missing(&missing)?;
    checks::all(&export, &seen, &respondent, &labels)?;
    let map = if settings.map.is_empty() {
        labels.iter().filter_map(map_text).collect()
    } else {
        settings.map.clone()
    };
    let listing = settings.listing.as_ref().filter(|_| respondent.is_listed());
    let key = listing.and_then(|listing| listing.as_ref().ok());
    let answers = Answers {
        key: key.map(ListingSettings::key).unwrap_or_default(),
        export,
        form: settings.form.clone(),
        respondent,
        accepts_crm_ids,
        survey,
        map,
        base,
        credentials: platform::credentials(settings, webhook),
        has_left_secrets: files.has_left_secrets(),
    };
    Ok((answers, files))
}

fn refuse_missing(missing: &[Missing]) -> Result<(), Failure> {
    match missing {
        [] => Ok(()),
        [one] => Err(refused(|words| one.say(words))),
        several => Err(refused(|words| {
            let lines = several
                .iter()
                .map(|missing| format!("\n  {}", missing.say(words)));
            words.answers_missing(several.len() as u64) + &lines.collect::<String>()
        })),
    }
}

fn export(settings: &InitSettings, asker: Option<&Asker<'_>>) -> Result<PathBuf, Failure> {
    match (&settings.export, asker) {
        (Some(path), _) if path.as_os_str() == "-" => Err(refused(|words| words.export_is_a_file())),
        (Some(path), _) => Ok(path.clone()),
        (None, Some(asker)) => asked_file(asker, &asker.words.ask_export()),
        (None, None) => Err(refused(|words| words.export_missing())),
    }
}

/// Returns the path that was typed, or dragged into the terminal, which adds quotes, and on Unix
/// backslashes before spaces.
fn typed_path(answer: &str) -> PathBuf {
    let path = PathBuf::from(answer.trim_matches(['"', '\'']));
    if cfg!(windows) || path.is_file() {
        return path;
    }
    let mut plain = String::new();
    let mut characters = answer.chars();
    while let Some(character) = characters.next() {
        plain.extend(if character == '\\' {
            characters.next()
        } else {
            Some(character)
        });
    }
    let plain = PathBuf::from(plain);
    if plain.is_file() { plain } else { path }
}

/// Asks for a file until there is one.
pub(super) fn asked_file(asker: &Asker<'_>, question: &str) -> Result<PathBuf, Failure> {
    loop {
        let answer = asker.text(question, None)?;
        let path = typed_path(&answer);
        if path.is_file() {
            return Ok(path);
        }
        if !answer.is_empty() {
            asker.say(&asker.words.no_such_file(&path.shown().to_string()));
        }
    }
}

/// Returns the column of each label; none if that is missing.
fn labels(
    settings: &InitSettings,
    asker: Option<&Asker<'_>>,
    seen: &Export,
    respondent: &Respondent,
    webhook: Option<&Webhook>,
) -> Result<Labels, Failure> {
    if let Some(given) = &settings.labels {
        return Ok(given.clone());
    }
    let chosen = match asker {
        Some(asker) => {
            let in_address = webhook.map_or(&[][..], |webhook| &webhook.labels);
            let used = |name: &str| respondent.column() == name;
            let free = seen
                .columns
                .iter()
                .filter(|column| !used(&column.name) && !column.name.eq_ignore_ascii_case(SURVEY_COLUMN));
            columns::asked_labels(asker, &free.cloned().collect::<Vec<_>>(), in_address)?
        }
        None => Label::all()
            .filter(|label| seen.has(label.name()))
            .map(|label| (label, label.name().to_owned()))
            .collect(),
    };
    let from_column = |(label, name)| (label, ValueFrom::Column(name));
    Ok(chosen.into_iter().map(from_column).collect())
}

/// Formats a label and its column as `--map` takes them.
fn map_text((label, from): &(Label, ValueFrom<String>)) -> Option<String> {
    match from {
        ValueFrom::Column(name) => Some(format!("{label}={name}")),
        ValueFrom::Template(_) | ValueFrom::Constant(_) => None,
    }
}
