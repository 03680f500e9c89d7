//! `config show`: the value of every flag and its source, as lines that are valid in a config file.
//! Of secrets it says only whether they are set.

use std::fmt::Write;

use anyhow::{Result, anyhow};
use toml_writer::ToTomlValue as _;

use crate::cli::{Effective, Origin, effective};
use crate::config::file::ConfigFile;
use crate::config::groups::base_url;
use crate::config::secrets::kinds::{Secret, described};
use crate::model::ShownPath as _;
use crate::system::trust;

/// Lists the settings of a run without flags, one per line.
pub(crate) fn show(file: &ConfigFile, variable: impl Fn(&str) -> Option<String>) -> Result<String> {
    let mut text = match &file.path {
        Some(path) => format!("# config file: {}\n", path.shown()),
        None => "# no config file\n".to_owned(),
    };
    for setting in effective(&file.settings).map_err(|error| anyhow!(error))? {
        let from = match setting.origin {
            Origin::Default => "default".to_owned(),
            Origin::Flag | Origin::Environment | Origin::File | Origin::Recorded => {
                format!("from {}", setting.origin.named(&setting.key))
            }
        };
        match value(&setting) {
            Some(_) if setting.is_secret => {
                writeln!(text, "# {}: set ({from})", setting.key)?;
            }
            Some(value) => writeln!(text, "{} = {value}  # {from}", setting.key)?,
            None if setting.key == Secret::HealthcheckUrl.name() => {
                let described = described(Secret::HealthcheckUrl, &file.secrets, &variable);
                writeln!(text, "# {}: {described}", setting.key)?;
            }
            None => writeln!(text, "# {} is not set", setting.key)?,
        }
    }
    for secret in Secret::OF_WEBHOOK.into_iter().chain(Secret::OF_API) {
        let described = described(secret, &file.secrets, &variable);
        writeln!(text, "# {}: {described}", secret.name())?;
    }
    match trust::group() {
        Some(group) => writeln!(text, "# trust_group: {group} (from {})", trust::GROUP)?,
        None => writeln!(text, "# trust_group is not set")?,
    }
    Ok(text)
}

/// Formats a value as TOML. `None` if there is no value.
fn value(setting: &Effective) -> Option<String> {
    let quoted = |text: &String| {
        if setting.key == "base_url" {
            quoted(&base_url::origin(text))
        } else if setting.is_switch
            || text
                .parse::<u64>()
                .is_ok_and(|number| number.to_string() == *text)
        {
            text.clone()
        } else {
            quoted(text)
        }
    };
    match setting.values.as_slice() {
        [] => None,
        [one] if !["map", "set", "keep", "only", "min_filled"].contains(&setting.key.as_str()) => {
            Some(quoted(one))
        }
        several => Some(format!(
            "[{}]",
            several.iter().map(quoted).collect::<Vec<_>>().join(", ")
        )),
    }
}

/// Formats a text as a TOML string.
fn quoted(text: &str) -> String {
    text.to_toml_value()
}
