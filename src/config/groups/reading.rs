//! How an input is read and planned: the flags that `run` and `check` share.

pub(in crate::config) mod newest;

use std::collections::HashSet;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};
use jiff::civil::Date;

use self::newest::input_of;
use super::{mapping, origin};
use crate::cli::{
    BlankIdArg, EmptyArg, InputArgs, NoMatchArg, OnDuplicateArg, Origin, Origins, SelectionArgs,
};
use crate::config::commands::retry::RoundSettings;
use crate::config::mistakes::Mistakes;
use crate::model::{Digits, Lang, ShownPath as _};
use crate::plan::{BlankId, EmptyPolicy, PlanPolicy, Selection};
use crate::read::{Input, ReadOptions, SurveyColumn, Wanted};
use crate::text::{From, Message};

/// The survey column that is used without a flag.
pub(crate) const SURVEY_COLUMN: &str = "id_survey";

/// The columns of a mailing list that was read.
pub(crate) const LIST_ADDRESS: &str = "email";
pub(crate) const LIST_ID: &str = "id_respondent";

/// How an input is read and planned.
#[derive(Clone, Debug)]
pub(crate) struct ReadingSettings {
    pub(crate) input: Input,
    /// The date in the name of an input that was chosen as the newest.
    pub(crate) dated: Option<Date>,
    pub(crate) options: ReadOptions,
    /// The sheet of a workbook; `None` means the first.
    pub(crate) sheet: Option<String>,
    /// The table of ids, if the input has addresses instead.
    pub(crate) ids: Option<IdsSettings>,
    /// Whether only the last of several rows of a respondent is sent.
    pub(crate) only_last: bool,
    /// Whether rows of one address that differ are invalid.
    pub(crate) refuses_differing: bool,
    /// The survey's mailing list, read before the input; `None` if it is not.
    pub(crate) members: Option<PathBuf>,
    /// The list of `--exclude`.
    pub(crate) exclude: Option<PathBuf>,
    /// The columns to find in the input.
    pub(crate) wanted: Wanted,
    pub(crate) plan: PlanPolicy,
    pub(crate) survey: SurveySettings,
    /// Where the mapping comes from, for the start line.
    pub(crate) mapping_from: Message,
    /// The language of the messages in results and failed file.
    pub(crate) lang: Lang,
    /// The round of a retry, whose input is a failed file. `None` for a run.
    pub(crate) round: Option<Box<RoundSettings>>,
}

/// The survey for rows without one.
#[derive(Clone, Debug)]
pub(crate) struct SurveySettings {
    /// The survey of `--survey`.
    pub(crate) given: Option<String>,
    /// Used if neither a flag nor a column names a survey.
    pub(crate) fallback: Option<&'static str>,
    /// Describes it and where it comes from, for the start line.
    pub(crate) from: Message,
}

/// A table of addresses and ids.
#[derive(Clone, Debug)]
pub(crate) struct IdsSettings {
    pub(crate) path: PathBuf,
    /// The name of its address column.
    pub(crate) address: String,
    /// The name of its id column.
    pub(crate) id: String,
}

impl ReadingSettings {
    /// Finds respondents, and the ids of addresses, on the mailing list in this table.
    pub(crate) fn set_members(&mut self, table: &Path) {
        self.members = Some(table.to_owned());
        if let Some(ids) = &mut self.ids {
            table.clone_into(&mut ids.path);
        }
    }
}

/// Checks the flags for reading and planning that `run` and `check` share. `fallback` is the survey
/// if neither a flag nor a column names one; `list` is the mailing list that is read before. Mistakes
/// are added to `mistakes`.
pub(in crate::config) fn reading(
    input: &InputArgs,
    selection: &SelectionArgs,
    keep: &[String],
    (fallback, list): (Option<&'static str>, Option<PathBuf>),
    lang: Lang,
    origins: &Origins,
    mistakes: &mut Mistakes,
) -> ReadingSettings {
    mistakes.note(check_survey(input, origins));
    mistakes.note(newest::check(input, origins));
    mistakes.note(check_no_config(input));
    if list.is_some() {
        mistakes.note(input.match_on.as_deref().map(list_address).transpose());
    }
    let labels = mistakes.note(mapping::mapping(&input.map, origins.map));
    let constants = mistakes.note(mapping::constants(&input.set, origins.set, labels.as_deref()));
    let (address, ids) = mistakes.note(ids(input, list.as_ref())).unzip();
    let only = mistakes.note(selection.only.as_deref().map(only).transpose());
    ReadingSettings {
        ids,
        input: input_of(input),
        dated: input.chosen.as_ref().and_then(|chosen| chosen.dated),
        options: ReadOptions {
            encoding: mistakes.note(unless_auto(&input.encoding, "--encoding")),
            delimiter: mistakes.note(unless_auto(&input.delimiter, "--delimiter")),
            skip_lines: input.skip_lines,
            no_header: input.no_header,
            one_column: !constants.is_empty(),
            shows_cells: std::io::stderr().is_terminal(),
            ..ReadOptions::default()
        },
        sheet: input.sheet.clone(),
        exclude: selection.exclude.clone(),
        members: list.clone(),
        only_last: matches!(input.on_duplicate, Some(OnDuplicateArg::Last)),
        refuses_differing: input.match_on.is_some() && input.on_duplicate.is_none(),
        survey: SurveySettings {
            given: mistakes.note(input.survey.as_deref().map(survey).transpose()),
            fallback,
            from: survey_from(input, origins.survey),
        },
        mapping_from: if labels.is_some() {
            origin::named(origins.map, "--map")
        } else {
            Message::new(|words| words.from(From::ColumnNames))
        },
        round: None,
        wanted: Wanted {
            respondent: address.clone().unwrap_or_else(|| input.id_column.clone()),
            by_address: address.is_some(),
            survey: match &input.survey_column {
                Some(name) => SurveyColumn::Named(name.clone()),
                None => SurveyColumn::IfPresent(SURVEY_COLUMN),
            },
            labels,
            constants,
            kept: mapping::kept(keep, origins.keep),
        },
        plan: PlanPolicy {
            empty: match input.empty {
                EmptyArg::Skip => EmptyPolicy::Skip,
                EmptyArg::Send => EmptyPolicy::Send,
            },
            blank_id: match input.blank_id {
                BlankIdArg::Invalid => BlankId::Invalid,
                BlankIdArg::Skip => BlankId::Skip,
            },
            // The platform's own list is complete: who is not on it was never invited.
            skips_unknown: input
                .no_match
                .map_or(list.is_some(), |given| given == NoMatchArg::Skip),
            selection: Selection::new(only, selection.limit),
        },
        lang,
    }
}

/// Parses the value of a flag. `None` for `auto`, which means that the value is detected.
pub(in crate::config) fn unless_auto<T: FromStr<Err = String>>(text: &str, flag: &str) -> Result<Option<T>> {
    if text.eq_ignore_ascii_case("auto") {
        return Ok(None);
    }
    let parsed = text.parse().map_err(anyhow::Error::msg);
    parsed.map(Some).with_context(|| format!("`{flag} {text}`"))
}

/// Returns the input's address column from `--match-on` beside `--pull`. The list's own column may be
/// named behind it, as for a table of ids.
pub(in crate::config) fn list_address(names: &str) -> Result<&str> {
    let (address, in_list) = names.split_once('=').unwrap_or((names, LIST_ADDRESS));
    ensure!(
        in_list.trim().eq_ignore_ascii_case(LIST_ADDRESS),
        "`--match-on {names}`: the list of `--pull` names its column `email`, so write the input's column alone"
    );
    ensure!(
        !address.trim().is_empty(),
        "`--match-on {names}` names no column: with `--pull`, write the input's column alone"
    );
    Ok(address)
}

/// Returns the input's address column and the table of ids, which is `list` if the mailing list is read.
fn ids(input: &InputArgs, list: Option<&PathBuf>) -> Result<Option<(String, IdsSettings)>> {
    match (list.or(input.ids.as_ref()), &input.match_on) {
        (None, None) => Ok(None),
        // The input has ids, which are looked up in the list.
        (Some(_), None) if list.is_some() => Ok(None),
        (Some(path), Some(names)) if list.is_some() => {
            let settings = IdsSettings {
                path: path.clone(),
                address: LIST_ADDRESS.to_owned(),
                id: LIST_ID.to_owned(),
            };
            // A name that `list_address` refuses is no reason to look for an id column as well.
            let address = names
                .split_once('=')
                .map_or(names.as_str(), |(address, _)| address);
            Ok(Some((address.to_owned(), settings)))
        }
        (Some(path), Some(names)) => {
            let (address, in_table) = names.split_once('=').unwrap_or((names, names));
            ensure!(
                !address.trim().is_empty() && !in_table.trim().is_empty(),
                "`--match-on {names}` names no column: write `--match-on email`, or `--match-on COLUMN=COLUMN OF THE TABLE`"
            );
            let settings = IdsSettings {
                path: path.clone(),
                address: in_table.to_owned(),
                id: input.id_column.clone(),
            };
            Ok(Some((address.to_owned(), settings)))
        }
        (Some(_), None) => bail!("`--ids` needs `--match-on COLUMN`: the column that holds the address"),
        (None, Some(_)) => {
            bail!("`--match-on` needs `--ids FILE`: the table that has the ids, or `--pull`, which reads it")
        }
    }
}

/// Refuses a config file as the input: `--config` is missing before it.
fn check_no_config(input: &InputArgs) -> Result<()> {
    let is_config = input
        .input
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    let path = input.input.shown().to_string();
    ensure!(!is_config, Message::new(|words| words.config_as_input(&path)));
    Ok(())
}

/// Refuses an id column of the config file with a survey from elsewhere, because ids belong to one
/// survey.
fn check_survey(input: &InputArgs, origins: &Origins) -> Result<()> {
    let other = |of_file: &&String| {
        let given = input.survey.as_deref().unwrap_or_default();
        given.trim() != of_file.trim()
    };
    if let Some(of_file) = origins.survey_of_file.as_ref().filter(other)
        && matches!(origins.id_column, Origin::File | Origin::Recorded)
    {
        bail!(
            "{} differs from the survey {} of {}, whose `id_column` holds that survey's ids: give \
             `--id-column` as well, or a config file of its own",
            origins.survey.named("--survey"),
            of_file.trim(),
            origins.id_column.named("--id-column")
        );
    }
    Ok(())
}

/// Parses a survey's id.
pub(in crate::config) fn survey(text: &str) -> Result<String> {
    let text = text.trim();
    ensure!(
        Digits::new(text).is_some(),
        "`--survey {text}` is not a survey's id: it has digits only"
    );
    Ok(text.to_owned())
}

/// Parses the ids of `--only`, at least one.
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

fn survey_from(input: &InputArgs, origin: Origin) -> Message {
    let Some(id) = &input.survey else {
        let column = input.survey_column.as_deref().unwrap_or(SURVEY_COLUMN);
        return Message::new(|words| words.survey_column(column, None));
    };
    let from = origin::named(origin, "--survey");
    Message::in_both(|words, lang| words.survey(id.trim(), from.text(lang)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_s_column_may_be_named_behind_the_input_s() {
        for names in ["E-mail", "E-mail=email", "E-mail=Email", "E-mail= EMAIL "] {
            assert_eq!(list_address(names).unwrap(), "E-mail", "{names}");
        }
        for names in ["E-mail=mail", "E-mail=", "E-mail=email=email", "=email", ""] {
            let error = list_address(names).unwrap_err().to_string();
            assert!(error.contains("column alone"), "{names}: {error}");
        }
    }
}
