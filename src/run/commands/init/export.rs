//! Looks at an export, or at a table of ids: its columns, each with a sample from the first rows.
//! The program's own readers do that, so what is shown here is what `check` and `run` will read.
//! `init/proposal.rs` says what the columns may be for.

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;

use super::proposal::Column;
use crate::config::{FormSettings, SURVEY_COLUMN};
use crate::model::{Digits, clean, is_blank, trim_invisible};
use crate::read::{Contents, FirstRead, Input, InputError, Purpose, Rows, Source, is_own_column};
use crate::run::Failure;
use crate::run::prepare::input::opened::in_container;
use crate::run::prepare::input::tables::side_file::SideFile;

/// Rows that are looked at for samples.
const ROWS: u64 = 1000;

/// Maximum length of a sample in characters.
const SAMPLE_CHARS: usize = 24;

/// Minimum length of an id in digits, so that marks and scores are not taken for ids.
const ID_DIGITS: usize = 3;

/// A table as its first rows show it.
pub(super) struct Export {
    pub(super) first: FirstRead,
    /// The columns that can be named: not blank, not named twice, none of this tool's own.
    pub(super) columns: Vec<Column>,
}

impl Export {
    /// Reads an export as `check` does. `shows_cells`: a person reads the errors.
    pub(super) fn open(path: &Path, form: &FormSettings, shows_cells: bool) -> Result<Self, Failure> {
        let input = Input::File(path.to_owned());
        let fault = |error| Failure::input(error, &input);
        let mut source = Source::open(&input).map_err(fault)?;
        let (sheet, skipped) = (form.sheet.as_deref(), form.options.skip_lines);
        let Contents { container, bytes } = source.contents(sheet, skipped).map_err(fault)?;
        let fault = |error| in_container(error, &input, &container, sheet.is_some());
        let mut options = container.options(form.options).map_err(fault)?;
        options.shows_cells = shows_cells;
        let first = source.settle(FirstRead::of_file(bytes, options)).map_err(fault)?;
        let bytes = source.contents(sheet, skipped).map_err(fault)?.bytes;
        let rows = Rows::new(bytes, &first).map_err(fault)?;
        Self::new(first, rows).map_err(fault)
    }

    /// Reads a table of ids as `--ids` does.
    pub(super) fn open_table(path: &Path) -> Result<Self, Failure> {
        let input = Input::File(path.to_owned());
        let fault = |error| Failure::input(error, &input);
        let mut file = SideFile::open(path, <_>::default(), None, |_| Ok(())).map_err(fault)?;
        let rows = file.rows().map_err(fault)?;
        Self::new(file.first, rows).map_err(fault)
    }

    fn new(first: FirstRead, rows: Rows<impl Read>) -> Result<Self, InputError> {
        let columns = looked_at(&first, rows)?;
        Ok(Self { first, columns })
    }

    /// Number of data rows.
    pub(super) fn rows(&self) -> u64 {
        self.first.totals.map_or(0, |totals| totals.rows)
    }

    /// Whether the export has a column of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        matches!(self.first.columns.find(name, Purpose::Respondent), Ok(Some(_)))
    }

    /// Whether a column of the export says each row's survey.
    pub(super) fn has_survey(&self) -> bool {
        self.has(SURVEY_COLUMN)
    }
}

/// What is known of a column so far.
#[derive(Default)]
struct Seen {
    sample: Option<String>,
    values: HashSet<String>,
    is_of_ids: bool,
    begins_with_digits: bool,
    is_of_addresses: bool,
}

fn looked_at(first: &FirstRead, mut rows: Rows<impl Read>) -> Result<Vec<Column>, InputError> {
    let fresh = || Seen {
        is_of_ids: true,
        is_of_addresses: true,
        ..Seen::default()
    };
    let mut seen: Vec<Seen> = first.names.iter().map(|_| fresh()).collect();
    let mut count = 0;
    while count < ROWS
        && let Some(row) = rows.next()?
    {
        count += 1;
        for (column, seen) in seen.iter_mut().enumerate() {
            let value = row.fields.get(column).unwrap_or_default();
            if row.fault.is_none() && !is_blank(value) {
                seen.take_in(trim_invisible(value));
            }
        }
    }
    let columns = seen.into_iter().enumerate();
    let named = columns.filter(|(column, _)| is_nameable(first, *column));
    Ok(named
        .map(|(column, seen)| seen.into_column(first.columns.name(column)))
        .collect())
}

impl Seen {
    fn take_in(&mut self, value: &str) {
        if self.sample.is_none() {
            self.begins_with_digits = Digits::new(value).is_some();
        }
        let is_id = value.len() >= ID_DIGITS && value.bytes().all(|byte| byte.is_ascii_digit());
        self.is_of_ids &= is_id && self.values.insert(value.to_owned());
        self.is_of_addresses &= value.contains('@');
        self.sample
            .get_or_insert_with(|| shortened(&clean(value), SAMPLE_CHARS));
    }

    fn into_column(self, name: &str) -> Column {
        let has_values = self.sample.is_some();
        Column {
            name: name.to_owned(),
            sample: self.sample,
            begins_with_digits: self.begins_with_digits,
            looks_like_ids: self.is_of_ids && has_values,
            has_addresses: self.is_of_addresses && has_values,
        }
    }
}

/// Whether a config can name the column: two columns of one name are refused, and a brace would make
/// the name a template.
fn is_nameable(first: &FirstRead, column: usize) -> bool {
    let name = first.columns.name(column);
    !name.is_empty()
        && !name.contains(['{', '}'])
        && !is_own_column(name)
        && first.columns.find(name, Purpose::Respondent).is_ok()
}

/// Cuts a text to a maximum of characters.
pub(super) fn shortened(text: &str, chars: usize) -> String {
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    text.chars().take(chars.saturating_sub(1)).chain(['…']).collect()
}
