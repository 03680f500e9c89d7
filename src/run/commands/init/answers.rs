//! The answers, and the config that they make, with a comment beside each key. Pure.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use toml_writer::ToTomlValue;
use url::Url;

use crate::config::{FormSettings, KeyPart, Secret, SecretSource};
use crate::model::{Credentials, Lang};
use crate::record::REPORT;
use crate::text::{ConfigKey, words};

/// What the name of the secrets' folder ends with.
const SECRETS: &str = ".secrets";

/// Everything that `init` asks for.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) export: PathBuf,
    pub(super) form: FormSettings,
    pub(super) respondent: Respondent,
    /// The id column has the name of a CRM's own number, and was chosen nevertheless.
    pub(super) accepts_crm_ids: bool,
    /// `None` if a column says it.
    pub(super) survey: Option<String>,
    /// As `--map` takes them.
    pub(super) map: Vec<String>,
    /// The platform, if it is not the default one.
    pub(super) base: Option<Url>,
    pub(super) credentials: Option<Credentials>,
    /// The key of the API, if the list is read.
    pub(super) key: Vec<KeyPart>,
    /// The files of the webhook's secrets are there from before.
    pub(super) has_left_secrets: bool,
}

/// How respondents are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Respondent {
    /// By the id in this column.
    Id(String),
    /// By an address, whose id a table has.
    Address {
        table: PathBuf,
        /// The columns with the address, as `--match-on` takes them.
        match_on: String,
        /// The column of the table with the id.
        id: String,
    },
    /// By the address in this column, whose id the platform's list has.
    Listed(String),
}

impl Respondent {
    /// Returns the export's column.
    pub(super) fn column(&self) -> &str {
        match self {
            Self::Id(column) | Self::Listed(column) => column,
            Self::Address { match_on, .. } => address_column(match_on),
        }
    }

    /// Whether the list is read, which is that of one survey.
    pub(super) fn is_listed(&self) -> bool {
        matches!(self, Self::Listed(_))
    }
}

/// Returns the export's column of `--match-on`.
pub(super) fn address_column(match_on: &str) -> &str {
    match_on.split_once('=').map_or(match_on, |(column, _)| column)
}

/// The config's lines.
struct Config {
    lang: Lang,
    text: String,
}

impl Config {
    fn key(&mut self, key: ConfigKey, name: &str, value: &str) {
        let comment = words(self.lang).config_comment(key);
        // Writing to a text does not fail.
        writeln!(self.text, "{name} = {value}  # {comment}").ok();
    }

    fn text_key(&mut self, key: ConfigKey, name: &str, value: &str) {
        self.key(key, name, &value.to_toml_value());
    }

    fn comment(&mut self, text: &str) {
        writeln!(self.text, "# {text}").ok();
    }
}

impl Answers {
    /// Returns the secrets that are written into files: those of the webhook, and the parts of the
    /// API's key that are in no file yet.
    pub(super) fn secrets(&self) -> Vec<(Secret, SecretString)> {
        let of_webhook = self.credentials.iter().flat_map(|credentials| {
            [
                (Secret::Account, credentials.account.clone().into()),
                (Secret::WebhookKey, credentials.webhook_key.clone()),
                (Secret::WebhookAuth, credentials.webhook_auth.clone()),
            ]
        });
        let is_copied = |part: &&KeyPart| matches!(part.source, SecretSource::Variable(_));
        let of_api = self.key.iter().filter(is_copied);
        of_webhook
            .chain(of_api.map(|part| (part.secret, part.value.clone())))
            .collect()
    }

    /// Whether the config names files of the webhook's secrets that are there.
    pub(super) fn has_secrets(&self) -> bool {
        self.credentials.is_some() || self.has_left_secrets
    }

    /// Returns the config for a file in `folder`. `secrets` is the name of the folder of secrets
    /// beside it.
    pub(super) fn to_config(&self, folder: &Path, secrets: &str, lang: Lang) -> String {
        let mut config = Config {
            lang,
            text: String::new(),
        };
        let words = words(lang);
        config.comment(&words.config_heading());
        config.comment(&words.config_keys());
        config.text.push('\n');
        config.text_key(ConfigKey::Input, "input", &beside(folder, &self.export));
        self.form_keys(&mut config);
        if let Some(survey) = &self.survey {
            let is_number = survey
                .parse::<u64>()
                .is_ok_and(|number| number.to_string() == *survey);
            let value = if is_number {
                survey.clone()
            } else {
                survey.to_toml_value()
            };
            config.key(ConfigKey::Survey, "survey", &value);
        }
        match &self.respondent {
            Respondent::Id(column) => config.text_key(ConfigKey::IdColumn, "id_column", column),
            Respondent::Address { table, match_on, id } => {
                config.text_key(ConfigKey::Ids, "ids", &beside(folder, table));
                config.text_key(ConfigKey::MatchOn, "match_on", match_on);
                config.text_key(ConfigKey::IdColumn, "id_column", id);
            }
            Respondent::Listed(column) => {
                config.key(ConfigKey::Pull, "pull", "true");
                config.text_key(ConfigKey::Address, "match_on", column);
            }
        }
        if self.accepts_crm_ids {
            config.key(ConfigKey::AcceptCrmIds, "accept_crm_ids", "true");
        }
        let map: Vec<String> = self.map.iter().map(ToTomlValue::to_toml_value).collect();
        config.key(ConfigKey::Map, "map", &format!("[{}]", map.join(", ")));
        if let Some(base) = &self.base {
            config.text_key(
                ConfigKey::BaseUrl,
                "base_url",
                base.as_str().trim_end_matches('/'),
            );
        }
        config.text_key(ConfigKey::Lang, "lang", lang.code());
        if lang == Lang::Pl {
            // A Polish Excel opens no file with commas.
            config.key(ConfigKey::Excel, "excel", "true");
        }
        // Named like the config and the secrets.
        let name = secrets.strip_suffix(SECRETS).unwrap_or(secrets);
        config.text_key(ConfigKey::Report, "report", &format!("{name}{REPORT}"));
        config.text.push('\n');
        if !self.has_secrets() {
            config.comment(&words.config_secrets_missing());
        }
        for (secret, key) in [
            (Secret::Account, ConfigKey::AccountFile),
            (Secret::WebhookKey, ConfigKey::WebhookKeyFile),
            (Secret::WebhookAuth, ConfigKey::WebhookAuthFile),
        ] {
            let hash = if self.has_secrets() { "" } else { "#" };
            let name = format!("{hash}{}_file", secret.name());
            config.text_key(key, &name, &format!("{secrets}/{}", secret.name()));
        }
        for part in &self.key {
            let name = part.secret.name();
            let key = match part.secret {
                Secret::ClientId => ConfigKey::ClientIdFile,
                _ => ConfigKey::ClientSecretFile,
            };
            let path = match &part.source {
                SecretSource::Variable(_) => format!("{secrets}/{name}"),
                SecretSource::File(path) => beside(folder, path),
                // The service manager hands it over by itself, and its path lasts as long as the service.
                SecretSource::Credential(_) | SecretSource::Command { .. } => continue,
            };
            config.text_key(key, &format!("{name}_file"), &path);
        }
        config.text
    }

    fn form_keys(&self, config: &mut Config) {
        let form = &self.form;
        for (key, name, value) in [
            (ConfigKey::Delimiter, "delimiter", &form.delimiter),
            (ConfigKey::Encoding, "encoding", &form.encoding),
            (ConfigKey::Sheet, "sheet", &form.sheet),
        ] {
            if let Some(value) = value {
                config.text_key(key, name, value);
            }
        }
        if form.options.skip_lines > 0 {
            config.key(
                ConfigKey::SkipLines,
                "skip_lines",
                &form.options.skip_lines.to_string(),
            );
        }
        if form.options.no_header {
            config.key(ConfigKey::NoHeader, "no_header", "true");
        }
    }
}

/// Returns a path as a config in `folder` names it: relative if it is in that folder.
fn beside(folder: &Path, path: &Path) -> String {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let path = absolute(path);
    let relative = path.strip_prefix(absolute(folder)).unwrap_or(&path);
    // Lossless: paths that are no Unicode were refused.
    relative.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::read::ReadOptions;

    fn answers() -> Answers {
        Answers {
            export: PathBuf::from("exports/contacts.csv"),
            form: FormSettings {
                options: ReadOptions::default(),
                sheet: None,
                delimiter: None,
                encoding: None,
            },
            respondent: Respondent::Id("webankieta_id".to_owned()),
            accepts_crm_ids: false,
            survey: Some("399793".to_owned()),
            map: vec!["l4=Segment".to_owned(), "l7=NPS".to_owned()],
            base: None,
            credentials: None,
            key: Vec::new(),
            has_left_secrets: false,
        }
    }

    #[test]
    fn the_config_explains_itself_in_both_languages() {
        let mut answers = answers();
        insta::assert_snapshot!(
            "english",
            answers.to_config(Path::new("exports"), "contacts.secrets", Lang::En)
        );
        answers.form.sheet = Some("Kontakty \"A\"".to_owned());
        answers.form.options.skip_lines = 2;
        answers.survey = Some("0012".to_owned());
        answers.respondent = Respondent::Address {
            table: PathBuf::from("exports/ids.csv"),
            match_on: "E-mail=email".to_owned(),
            id: "id_respondent".to_owned(),
        };
        answers.accepts_crm_ids = true;
        answers.base = Some(Url::parse("https://www.startquestion.com").unwrap());
        answers.credentials = Some(Credentials {
            account: "387487".to_owned(),
            webhook_key: "CANARY".to_owned().into(),
            webhook_auth: "CANARY".to_owned().into(),
        });
        insta::assert_snapshot!(
            "polish",
            answers.to_config(Path::new("exports"), "contacts.secrets", Lang::Pl)
        );
    }

    #[test]
    fn a_key_in_a_variable_is_written_and_one_in_a_file_is_pointed_to() {
        let part = |secret, source| KeyPart {
            secret,
            value: "CANARY".to_owned().into(),
            source,
        };
        let key = |id, secret| Answers {
            respondent: Respondent::Listed("Adres e-mail".to_owned()),
            key: vec![part(Secret::ClientId, id), part(Secret::ClientSecret, secret)],
            ..answers()
        };
        let variable = || SecretSource::Variable("X".to_owned());
        let written = |answers: &Answers| -> Vec<&str> {
            let secrets = answers.secrets().into_iter();
            secrets.map(|(secret, _)| secret.name()).collect()
        };
        let config =
            |answers: &Answers| answers.to_config(Path::new("exports"), "contacts.secrets", Lang::En);
        let answers = key(variable(), variable());
        insta::assert_snapshot!("pulled", config(&answers));
        assert_eq!(written(&answers), ["client_id", "client_secret"]);
        let file = |path: &str| SecretSource::File(PathBuf::from(path));
        let answers = key(file("exports/id"), variable());
        assert!(config(&answers).contains("client_id_file = \"id\""));
        assert_eq!(written(&answers), ["client_secret"]);
        let credential = || SecretSource::Credential(PathBuf::from("/run/x"));
        let answers = key(credential(), credential());
        assert!(!config(&answers).contains("client_"));
        assert!(answers.secrets().is_empty());
    }

    proptest! {
        #[test]
        fn every_name_survives(name in "(?s).{0,20}", survey in "[0-9]{1,20}") {
            let answers = Answers {
                respondent: Respondent::Id(name.clone()),
                map: vec![format!("l4={name}")],
                survey: Some(survey.clone()),
                ..answers()
            };
            let config = answers.to_config(Path::new(""), "x.secrets", Lang::Pl);
            let table = toml::de::DeTable::parse(&config).unwrap();
            let value = |key: &str| table.get_ref().get(key).unwrap().get_ref();
            prop_assert_eq!(value("id_column").as_str(), Some(name.as_str()));
            let mapped = format!("l4={name}");
            prop_assert_eq!(value("map").as_array().unwrap()[0].get_ref().as_str(), Some(mapped.as_str()));
            let found = match value("survey") {
                toml::de::DeValue::Integer(number) => number.as_str().to_owned(),
                other => other.as_str().unwrap().to_owned(),
            };
            prop_assert_eq!(found, survey);
        }
    }
}
