//! Checks names of columns against the export and the table of ids, by the program's own rules.

use std::path::Path;

use super::answers::{Respondent, address_column};
use super::export::Export;
use super::interview::{ID_COLUMN, Labels};
use crate::config::{IdsSettings, InitSettings, SURVEY_COLUMN};
use crate::read::{Input, Kept, Purpose, SurveyColumn, Wanted};
use crate::run::Failure;
use crate::run::prepare::input::tables::id_table;

/// Checks that the export and the table have the columns that flags name, before anything is asked.
pub(super) fn flags(settings: &InitSettings, export: &Path, seen: &Export) -> Result<(), Failure> {
    let columns = &seen.first.columns;
    let input = Input::File(export.to_owned());
    let require = |name: &str, purpose: Purpose, flag: &'static str| {
        let found = columns.require(name, purpose, flag);
        found
            .map(drop)
            .map_err(|fault| Failure::input(columns.refuse(vec![fault]), &input))
    };
    if let Some((table, match_on)) = &settings.ids {
        require(address_column(match_on), Purpose::Address, "--match-on")?;
        self::table(
            table,
            match_on,
            settings.id_column.as_deref().unwrap_or(ID_COLUMN),
        )?;
    } else if let Some(name) = &settings.address_column {
        require(name, Purpose::Address, "--match-on")?;
    } else if let Some(name) = &settings.id_column {
        require(name, Purpose::Respondent, "--id-column")?;
    }
    for (label, from) in settings.labels.iter().flatten() {
        for name in from.columns() {
            require(name, Purpose::Label(*label), "--map")?;
        }
    }
    Ok(())
}

/// Reads a table of ids as a run does.
pub(super) fn table(path: &Path, match_on: &str, id: &str) -> Result<(), Failure> {
    let ids = IdsSettings {
        path: path.to_owned(),
        address: match_on
            .split_once('=')
            .map_or(match_on, |(_, column)| column)
            .to_owned(),
        id: id.to_owned(),
    };
    id_table::read(&ids, &SurveyColumn::IfPresent(SURVEY_COLUMN), None, None).map(drop)
}

/// Checks all columns together, as a run does.
pub(super) fn all(
    export: &Path,
    seen: &Export,
    respondent: &Respondent,
    labels: &Labels,
) -> Result<(), Failure> {
    let wanted = Wanted {
        respondent: respondent.column().to_owned(),
        by_address: !matches!(respondent, Respondent::Id(_)),
        survey: SurveyColumn::IfPresent(SURVEY_COLUMN),
        labels: Some(labels.clone()),
        constants: Vec::new(),
        kept: Kept::Named(Vec::new()),
    };
    let resolved = seen.first.columns.resolve(&wanted);
    resolved
        .map(drop)
        .map_err(|error| Failure::input(error, &Input::File(export.to_owned())))
}
