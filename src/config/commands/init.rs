//! Checks the settings of `init`, reads the webhook's address if a file or standard input holds it,
//! and finds the secrets that the environment has. Also turns a written config into the settings of
//! `check`.

mod listing;

use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use secrecy::SecretString;
use url::Url;

pub(crate) use listing::{KeyPart, ListingSettings};

use super::check::CheckSettings;
use crate::cli::{ConfigChoice, InitArgs, InitFormArgs, Origin, parse_words};
use crate::config::groups::reading::{list_address, survey, unless_auto};
use crate::config::groups::{base_url, mapping};
use crate::config::mistakes::Mistakes;
use crate::config::secrets::kinds::{self, Secret, SecretSources};
use crate::config::secrets::plain_text::plain_text;
use crate::config::secrets::samples::is_sample_survey;
use crate::config::secrets::source::SecretSource;
use crate::config::{Command, command, variable};
use crate::model::{Credentials, Label, ValueFrom};
use crate::read::ReadOptions;
use crate::text::Message;

/// Maximum size of a pasted address in bytes.
const MAX_BYTES: u64 = 64 << 10;

/// What `init` need not ask for.
#[derive(Debug)]
pub(crate) struct InitSettings {
    pub(crate) export: Option<PathBuf>,
    pub(crate) name: Option<String>,
    pub(crate) folder: Option<PathBuf>,
    pub(crate) form: FormSettings,
    pub(crate) survey: Option<String>,
    pub(crate) id_column: Option<String>,
    /// The table of ids, and the columns with the address in the export and in that table.
    pub(crate) ids: Option<(PathBuf, String)>,
    /// Whether the ids come from the platform's list.
    pub(crate) pull: bool,
    /// The column with the address, if they do.
    pub(crate) address_column: Option<String>,
    /// The texts of `--map`, and their meaning.
    pub(crate) map: Vec<String>,
    pub(crate) labels: Option<Vec<(Label, ValueFrom<String>)>>,
    /// The text that holds the webhook's address.
    pub(crate) address: Option<SecretString>,
    /// It is typed on the terminal that standard input is.
    pub(crate) address_is_typed: bool,
    /// The file that held it.
    pub(crate) address_file: Option<PathBuf>,
    /// The account and both secrets, if the environment has all three and they are needed.
    pub(crate) from_variables: Option<Credentials>,
    pub(crate) base: Option<Url>,
    /// How the API is asked; `None` if that is not needed, or without a key of the API.
    pub(crate) listing: Option<Result<ListingSettings>>,
}

/// The export's form, where it was given.
#[derive(Clone, Debug)]
pub(crate) struct FormSettings {
    pub(crate) options: ReadOptions,
    pub(crate) sheet: Option<String>,
    pub(crate) delimiter: Option<String>,
    pub(crate) encoding: Option<String>,
}

/// Checks all flags of `init`.
pub(in crate::config) fn init(args: InitArgs) -> Result<InitSettings> {
    let mut mistakes = Mistakes::default();
    let address_is_typed = args.url_file.as_deref().is_some_and(is_stdin) && std::io::stdin().is_terminal();
    let from = args.url_file.as_deref().filter(|_| !address_is_typed);
    let has_answers = args.survey.is_some() && (args.id_column.is_some() || args.ids.is_some());
    let address_column = args.match_on.clone().filter(|_| args.pull);
    let listing = if args.pull {
        mistakes.keep(listing::of_environment()).map(Ok)
    } else if has_answers {
        None
    } else {
        listing::listing()
    };
    let settings = InitSettings {
        form: form(args.form, &mut mistakes),
        survey: mistakes.note(args.survey.as_deref().map(own_survey).transpose()),
        id_column: args.id_column,
        pull: args.pull,
        address_column: mistakes.note(
            address_column
                .map(|names| list_address(&names).map(str::to_owned))
                .transpose(),
        ),
        ids: args.ids.zip(args.match_on),
        labels: mistakes.note(mapping::mapping(&args.map, Origin::Flag)),
        map: args.map,
        address: mistakes.note(from.map(address).transpose()),
        address_is_typed,
        from_variables: match args.url_file {
            Some(_) => None,
            None => mistakes.note(from_variables()),
        },
        address_file: args.url_file.filter(|path| !is_stdin(path)),
        base: mistakes.note(
            args.base_url
                .as_deref()
                .map(|text| base_url::parse(text, false))
                .transpose(),
        ),
        export: args.export,
        name: args.name,
        folder: args.dir,
        listing,
    };
    mistakes.settle(Some(settings))
}

/// Checks the survey for all rows: a config with that of the vendor's example would send to a stranger.
fn own_survey(text: &str) -> Result<String> {
    let survey = survey(text)?;
    if is_sample_survey(&survey) {
        return Err(Message::new(|words| words.survey_is_sample()).into());
    }
    Ok(survey)
}

fn form(args: InitFormArgs, mistakes: &mut Mistakes) -> FormSettings {
    let given = |text: &str| (!text.eq_ignore_ascii_case("auto")).then(|| text.to_owned());
    FormSettings {
        options: ReadOptions {
            encoding: mistakes.note(unless_auto(&args.encoding, "--encoding")),
            delimiter: mistakes.note(unless_auto(&args.delimiter, "--delimiter")),
            skip_lines: args.skip_lines,
            no_header: args.no_header,
            ..ReadOptions::default()
        },
        sheet: args.sheet,
        delimiter: given(&args.delimiter),
        encoding: given(&args.encoding),
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads the text that holds the webhook's address.
fn address(path: &Path) -> Result<SecretString> {
    if !is_stdin(path) {
        let text = SecretSource::File(path.to_owned()).fetch(variable)?;
        return Ok(SecretString::from(text));
    }
    let mut bytes = Vec::new();
    std::io::stdin()
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .context("cannot read standard input")?;
    ensure!(
        bytes.len() as u64 <= MAX_BYTES,
        "standard input has more than 64 KiB: it is no address"
    );
    let text = plain_text(&bytes).map_err(|error| anyhow!("standard input {error}"))?;
    Ok(SecretString::from(text))
}

fn from_variables() -> Result<Option<Credentials>> {
    let nowhere = SecretSources::default();
    if !kinds::unset(&nowhere, variable).is_empty() {
        return Ok(None);
    }
    kinds::credentials(&nowhere, variable).map(Some)
}

/// Whether a value can be this part of the webhook's path.
pub(crate) fn is_valid_secret(secret: Secret, value: &str) -> bool {
    kinds::check_value(secret, value, secret.name()).is_ok()
}

/// Returns the names of the variables that are set and would be preferred to the config's files of
/// these secrets.
pub(crate) fn secret_variables(secrets: &[Secret]) -> Vec<String> {
    let names = secrets.iter().flat_map(|secret| {
        let name = secret.variable();
        [format!("{name}_FILE"), name]
    });
    names
        .filter(|name| variable(name).is_some_and(|value| !value.trim().is_empty()))
        .collect()
}

/// Parses the beginning of a webhook's address.
///
/// # Errors
///
/// As `--base-url`: only `https`, or `http` to this machine.
pub(crate) fn platform_address(text: &str) -> Result<Url> {
    base_url::parse(text, false)
}

/// Returns the settings of `check --config FILE`.
///
/// # Errors
///
/// As that command.
pub(crate) fn check_of_file(path: &Path) -> Result<Box<CheckSettings>> {
    let file = crate::config::file::file(ConfigChoice::Named(path.to_owned()))?;
    let words = [
        "respondent-sync".as_ref(),
        "check".as_ref(),
        "--config".as_ref(),
        path.as_os_str(),
    ];
    let words = words.map(std::ffi::OsStr::to_owned);
    let (cli, origins) = parse_words(words, &file.settings).map_err(|error| {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        anyhow!("{}", first.trim_start_matches("error: ").to_owned())
    })?;
    match command(cli, &origins, &file)? {
        Command::Check(settings) => Ok(settings),
        _ => Err(anyhow!("`check` is no check: this is a bug, please report it")),
    }
}
