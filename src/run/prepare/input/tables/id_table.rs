//! Reads the table of `--ids`: addresses and the platform's ids for them. It is read completely
//! before anything is sent. `plan/id_table.rs` decides which id an address stands for.

use std::path::Path;
use std::sync::Arc;

use super::side_file::SideFile;
use crate::config::{IdsSettings, SURVEY_COLUMN};
use crate::model::{Position, RowFault, ShownPath};
use crate::plan::{Exclusion, IdTable};
use crate::read::{Columns, Encoding, InputError, Purpose, ReadOptions, SurveyColumn};
use crate::report::{ExitCode, Reader};
use crate::run::Failure;
use crate::run::prepare::input::description;
use crate::text::Message;

/// A table that was read.
pub(crate) struct FoundTable {
    pub(in crate::run) table: Arc<IdTable>,
    /// The xxh3-128 digest of its bytes.
    pub(in crate::run) digest: u128,
    /// The names of the two columns that are used, as in the header.
    pub(in crate::run) address_column: String,
    pub(in crate::run) id_column: String,
    /// Its form, in words.
    pub(in crate::run) form: Message,
}

/// The columns of a table that are used.
struct Places {
    address: usize,
    id: usize,
    survey: Option<usize>,
}

/// Reads a table. A table that cannot be read in full is refused: if a line of an address is
/// missing, the address seems to belong to one respondent alone.
///
/// The ids of addresses that are excluded are added to `excluded`.
///
/// `encoding` is the input's, if it was given, for a table whose encoding cannot be detected.
pub(in crate::run) fn read(
    settings: &IdsSettings,
    survey: &SurveyColumn,
    encoding: Option<Encoding>,
    mut excluded: Option<&mut Exclusion>,
) -> Result<FoundTable, Failure> {
    let fault = |error| refused(&settings.path, error);
    let mut file =
        SideFile::open(&settings.path, ReadOptions::default(), encoding, |_| Ok(())).map_err(fault)?;
    let places = places(&file.first.columns, settings, survey).map_err(fault)?;
    let mut table = IdTable::new(places.survey.is_some());
    let mut rows = file.rows().map_err(fault)?;
    while let Some(row) = rows.next().map_err(fault)? {
        if let Some(fault) = &row.fault {
            return Err(broken(&settings.path, row.position, fault));
        }
        let cell = |column: usize| row.fields.get(column).unwrap_or_default().trim();
        if !cell(places.address).is_empty() {
            // A person who is excluded by one address may have others.
            if let Some(excluded) = excluded
                .as_mut()
                .filter(|list| list.has_key(cell(places.address)))
            {
                excluded.insert_id(cell(places.id));
            }
            let survey = places.survey.map(cell).unwrap_or_default();
            table.insert(cell(places.address), survey, cell(places.id));
        }
    }
    rows.finish().map_err(fault)?;
    Ok(FoundTable {
        table: Arc::new(table.complete()),
        digest: file.digest(),
        address_column: file.first.columns.name(places.address).to_owned(),
        id_column: file.first.columns.name(places.id).to_owned(),
        form: description::in_words(&file.container, &file.first, Reader::Record),
    })
}

fn places(columns: &Columns, settings: &IdsSettings, survey: &SurveyColumn) -> Result<Places, InputError> {
    let address = columns.require(
        &settings.address,
        Purpose::Address,
        "--match-on COLUMN=COLUMN OF THE TABLE",
    );
    let id = columns.require(&settings.id, Purpose::Respondent, "--id-column");
    let named = match survey {
        SurveyColumn::Named(name) => columns.find(name, Purpose::Survey),
        SurveyColumn::IfPresent(_) => Ok(None),
    };
    let survey = match named {
        Ok(None) => columns.find(SURVEY_COLUMN, Purpose::Survey),
        named => named,
    };
    match (address, id, survey) {
        (Ok(address), Ok(id), Ok(survey)) => Ok(Places { address, id, survey }),
        (address, id, survey) => {
            let faults = [address.err(), id.err(), survey.err()];
            Err(columns.refuse(faults.into_iter().flatten().collect()))
        }
    }
}

pub(in crate::run) fn refused(path: &Path, error: InputError) -> Failure {
    let has_defaults = !matches!(
        error,
        InputError::Open(_) | InputError::Folder | InputError::Read { .. } | InputError::Changed { .. }
    );
    let path = path.shown().to_string();
    let error = Message::from_error(error).map(|words, why| words.table_refused(&path, why, has_defaults));
    Failure {
        code: ExitCode::Input,
        error: error.into(),
    }
}

pub(in crate::run) fn broken(path: &Path, position: Position, fault: &RowFault) -> Failure {
    let path = path.shown().to_string();
    let why = Message::from_fault(fault).map(|words, why| words.at(position, why));
    Failure {
        code: ExitCode::Input,
        error: why.map(|words, why| words.table_broken(&path, why)).into(),
    }
}
