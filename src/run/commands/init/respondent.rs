//! Asks how respondents are found: by a column with the platform's ids, or by an address whose id the
//! platform's list or a table has. A column that probably has other numbers is asked about once more.

use super::answers::Respondent;
use super::asking::{Asker, fitted};
use super::export::Export;
use super::interview::{ID_COLUMN, asked_file, refused};
use super::proposal::{self, Column};
use super::{checks, columns};
use crate::config::InitSettings;
use crate::run::Failure;
use crate::text::in_language;

/// Returns how respondents are found, and whether a CRM's own number was accepted. `None` if that is
/// missing.
pub(super) fn found(
    settings: &InitSettings,
    asker: Option<&Asker<'_>>,
    seen: &Export,
) -> Result<Option<(Respondent, bool)>, Failure> {
    if let Some((table, match_on)) = &settings.ids {
        let respondent = Respondent::Address {
            table: table.clone(),
            match_on: match_on.clone(),
            id: settings.id_column.clone().unwrap_or_else(|| ID_COLUMN.to_owned()),
        };
        return Ok(Some((respondent, false)));
    }
    if settings.pull {
        let named = settings.address_column.as_deref();
        return match (named, asker) {
            (Some(column), _) => Ok(Some((Respondent::Listed(column.to_owned()), false))),
            (None, Some(asker)) => {
                let column = asked_column(asker, seen)?;
                Ok(Some((Respondent::Listed(column), false)))
            }
            (None, None) => Ok(None),
        };
    }
    match (&settings.id_column, asker) {
        (Some(column), _) => Ok(Some((Respondent::Id(column.clone()), false))),
        (None, Some(asker)) => asked(settings, asker, seen).map(Some),
        (None, None) => Ok(seen
            .has(ID_COLUMN)
            .then(|| (Respondent::Id(ID_COLUMN.to_owned()), false))),
    }
}

fn asked(settings: &InitSettings, asker: &Asker<'_>, seen: &Export) -> Result<(Respondent, bool), Failure> {
    let words = asker.words;
    asker.begin(&words.id_hint());
    let no_id = seen.columns.len();
    let by_name =
        proposal::id_column(&seen.columns).or(proposal::address_column(&seen.columns).map(|_| no_id));
    let by_digits = proposal::digits_column(&seen.columns).filter(|_| by_name.is_none());
    if let Some(column) = by_digits.and_then(|index| seen.columns.get(index)) {
        asker.say(&words.id_by_digits(&column.shown_name()));
    }
    let proposed = by_name.or(by_digits).unwrap_or(no_id);
    let bytes = asker.choice_bytes();
    let mut choices = columns::choices(words, &seen.columns, bytes);
    choices.push(fitted(&words.only_addresses(), bytes));
    loop {
        let chosen = asker.one_of(&words.ask_id_column(), &choices, proposed)?;
        let Some(column) = seen.columns.get(chosen) else {
            return asked_address(settings, asker, seen).map(|respondent| (respondent, false));
        };
        let is_accepted = if column.is_crm_number() {
            asker.yes(&words.ask_crm_number(&column.shown_name()), false)?
        } else {
            is_accepted(asker, column)?
        };
        if is_accepted {
            return Ok((Respondent::Id(column.name.clone()), column.is_crm_number()));
        }
    }
}

/// Whether a column has the platform's ids: if its name or its first value speaks against it, the
/// person says so.
fn is_accepted(asker: &Asker<'_>, column: &Column) -> Result<bool, Failure> {
    let words = asker.words;
    if column.is_other_number() {
        return asker.yes(&words.ask_other_number(&column.shown_name()), false);
    }
    match &column.sample {
        Some(sample) if !column.begins_with_digits => {
            asker.yes(&words.ask_no_number(&column.shown_name(), sample), false)
        }
        _ => Ok(true),
    }
}

/// Asks whether the platform's list has the ids, if there is a key to read it. Why a key does not help is
/// said.
fn pulls(settings: &InitSettings, asker: &Asker<'_>) -> Result<bool, Failure> {
    match &settings.listing {
        Some(Ok(_)) => asker.yes(&asker.words.ask_pull(), true),
        Some(Err(error)) => {
            let why = in_language(error, asker.lang());
            asker.say(&asker.words.key_unusable(&why));
            Ok(false)
        }
        None => Ok(false),
    }
}

fn asked_address(settings: &InitSettings, asker: &Asker<'_>, seen: &Export) -> Result<Respondent, Failure> {
    let words = asker.words;
    let pulls = pulls(settings, asker)?;
    let address = asked_column(asker, seen)?;
    if pulls {
        return Ok(Respondent::Listed(address));
    }
    asker.say(&words.ids_hint());
    if settings.listing.is_none() {
        asker.say(&words.pull_hint());
    }
    loop {
        let table = asked_file(asker, &words.ask_ids())?;
        let in_table = match Export::open_table(&table) {
            Ok(in_table) => in_table,
            Err(failure) => {
                asker.object(&failure);
                continue;
            }
        };
        columns::show(asker, &table, &in_table);
        let proposed = proposal::address_column(&in_table.columns);
        let of_table = columns::asked(asker, &words.ask_table_address(), &in_table.columns, proposed)?;
        let proposed = proposal::id_column(&in_table.columns).or(proposal::digits_column(&in_table.columns));
        let id = loop {
            let id = columns::asked(asker, &words.ask_table_id(), &in_table.columns, proposed)?;
            if is_accepted(asker, id)? {
                break id.name.clone();
            }
        };
        let match_on = format!("{address}={}", of_table.name);
        match checks::table(&table, &match_on, &id) {
            Ok(()) => return Ok(Respondent::Address { table, match_on, id }),
            Err(failure) => asker.object(&failure),
        }
    }
}

/// Asks for the column with the address.
fn asked_column(asker: &Asker<'_>, seen: &Export) -> Result<String, Failure> {
    let words = asker.words;
    let (fit, unfit): (Vec<Column>, Vec<Column>) =
        seen.columns.iter().cloned().partition(Column::can_be_matched_on);
    for column in unfit.iter().filter(|column| column.has_addresses) {
        asker.say(&words.unfit_address(&column.shown_name()));
    }
    if fit.is_empty() {
        return Err(refused(|words| words.no_fit_address()));
    }
    let address = columns::asked(
        asker,
        &words.ask_address_column(),
        &fit,
        proposal::address_column(&fit),
    )?;
    Ok(address.name.clone())
}
