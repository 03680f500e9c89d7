//! Mistakes of the command line in Polish. Their English is clap's own.

/// A mistake of the command line, with the words that were typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Usage {
    /// `near` is a flag of a similar name.
    UnknownArgument {
        argument: String,
        near: Option<String>,
    },
    UnknownCommand {
        command: String,
        near: Option<String>,
    },
    /// Arguments without which the command makes no sense.
    Missing {
        arguments: Vec<String>,
    },
    NoValue {
        flag: String,
    },
    /// `allowed` is empty if other values than a few are possible.
    InvalidValue {
        value: String,
        flag: String,
        allowed: Vec<String>,
    },
    Conflict {
        one: String,
        other: String,
    },
}

/// Says a mistake in Polish.
pub(crate) fn usage_in_polish(usage: &Usage) -> String {
    let near = |near: &Option<String>| {
        let near = near.as_ref().map(|near| format!(": może chodzi o `{near}`?"));
        near.unwrap_or_default()
    };
    match usage {
        Usage::UnknownArgument { argument, near: flag } if argument.starts_with('-') => {
            format!("nie ma opcji `{argument}`{}", near(flag))
        }
        Usage::UnknownArgument { argument, .. } => format!(
            "nie wiadomo, czym jest `{argument}`; nazwę pliku ze spacją weź w cudzysłów: \"moje kontakty.csv\""
        ),
        Usage::UnknownCommand { command, near: name } => {
            format!("nie ma polecenia `{command}`{}", near(name))
        }
        Usage::Missing { arguments } => format!("brakuje: {}", arguments.join(", ")),
        Usage::NoValue { flag } => format!("po `{flag}` brakuje wartości"),
        Usage::InvalidValue { value, flag, allowed } if allowed.is_empty() => {
            format!("`{value}` nie pasuje do `{flag}`")
        }
        Usage::InvalidValue { value, flag, allowed } => format!(
            "`{value}` nie pasuje do `{flag}`; możliwe wartości: {}",
            allowed.join(", ")
        ),
        Usage::Conflict { one, other } => format!("`{one}` i `{other}` wykluczają się"),
    }
}
