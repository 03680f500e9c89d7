//! `config show`: what every flag comes to, and where that comes from, as lines that a config file could have. Of secrets
//! it says only whether they are set.

use std::fmt::Write;

use anyhow::{Result, anyhow};

use crate::cli::{Effective, Origin, effective};
use crate::config::file::ConfigFile;
use crate::config::groups::base_url;
use crate::config::secrets::kinds::{Secret, described};
use crate::model::ShownPath as _;
use crate::system::trust;

/// The settings of a run without further flags, a line each.
pub(crate) fn show(file: &ConfigFile, variable: impl Fn(&str) -> Option<String>) -> Result<String> {
    let mut text = match &file.path {
        Some(path) => format!("# config file: {}\n", path.shown()),
        None => "# no config file\n".to_owned(),
    };
    for setting in effective(&file.settings).map_err(|error| anyhow!(error))? {
        let from = match setting.origin {
            Origin::Default => "default".to_owned(),
            Origin::Flag | Origin::Environment | Origin::File => {
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
    for secret in Secret::OF_WEBHOOK {
        let described = described(secret, &file.secrets, &variable);
        writeln!(text, "# {}: {described}", secret.name())?;
    }
    match trust::group() {
        Some(group) => writeln!(text, "# trust_group: {group} (from {})", trust::GROUP)?,
        None => writeln!(text, "# trust_group is not set")?,
    }
    Ok(text)
}

/// The value as TOML; nothing where there is none.
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

/// A text as TOML has it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.extend(format!("\\u{:04X}", u32::from(c)).chars()),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
