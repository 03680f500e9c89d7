//! The names in a header. Finds columns by name or by number, and suggests the nearest names
//! otherwise. Pure. `read/columns/wanted.rs` decides which columns a run needs.

use unicode_normalization::UnicodeNormalization;

use super::crm::is_crm_number;
use super::fault::{ColumnFault, Hint, Listed, Purpose};
use crate::model::{Digits, Label, trim_invisible};
use crate::read::InputError;

/// The columns that this tool adds at the front of a failed file. They are ignored and replaced
/// when such a file is the input.
const OWN_COLUMNS: [&str; 3] = ["sync_row", "sync_action", "sync_error"];

/// Maximum number of names that an error lists before "and N more".
const MAX_NAMES_LISTED: usize = 20;

/// The names in a header, prepared for lookup.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    pub(in crate::read) names: Vec<String>,
    /// The names in the form in which they are compared; `None` for the tool's own columns, which
    /// cannot be looked up.
    pub(in crate::read) keys: Vec<Option<String>>,
    /// The line of the header, for errors.
    pub(in crate::read) line: u64,
    /// The first records after the header, each with the value of `--skip-lines` that would make it
    /// the header.
    below: Vec<(u64, Vec<String>)>,
    /// A person reads the errors, so they may list all names. Without a real header, the names are
    /// the cells of the first contact.
    lists_names: bool,
}

/// Returns the form in which a name is compared: trimmed, in Unicode NFC and in lower case (which
/// equals case folding for the languages of the platform's users).
fn key(name: &str) -> String {
    trim_invisible(name).nfc().collect::<String>().to_lowercase()
}

fn is_number(name: &str) -> bool {
    Digits::new(name).is_some()
}

/// Whether a column is one that this tool adds to a failed file.
pub(crate) fn is_own_column(name: &str) -> bool {
    OWN_COLUMNS.contains(&key(name).as_str())
}

/// Returns the index of the error column of a failed file's header; `None` if it is not a failed
/// file.
pub(in crate::read) fn error_column(names: &[String]) -> Option<usize> {
    let [row, action, error] = OWN_COLUMNS.map(|own| names.iter().position(|name| key(name) == own));
    row.and(action).and(error)
}

impl Columns {
    /// `line` is the line of the header, for errors.
    pub(crate) fn new(names: &[String], line: u64) -> Self {
        Self {
            names: names.iter().map(|name| trim_invisible(name).to_owned()).collect(),
            keys: names
                .iter()
                .map(|name| (!is_own_column(name)).then(|| key(name)))
                .collect(),
            line,
            below: Vec::new(),
            lists_names: false,
        }
    }

    /// Adds the first records after the header, for the hint that one of them may be the header.
    pub(in crate::read) fn with_records_below(mut self, below: Vec<(u64, Vec<String>)>) -> Self {
        self.below = below;
        self
    }

    /// Sets whether errors list the names, which is allowed if a person at a terminal reads them.
    pub(in crate::read) fn listing_names(mut self, lists_names: bool) -> Self {
        self.lists_names = lists_names;
        self
    }

    /// Returns the name of a column, trimmed.
    pub(crate) fn name(&self, column: usize) -> &str {
        self.names.get(column).map_or("", String::as_str)
    }

    /// Finds the column in which a failed file has the row of its run; `None` if there is none.
    pub(crate) fn row_of_run(&self) -> Option<usize> {
        let [row, ..] = OWN_COLUMNS;
        self.own(row)
    }

    /// Finds the column in which a failed file says what to do with a row.
    pub(crate) fn action(&self) -> Option<usize> {
        let [_, action, _] = OWN_COLUMNS;
        self.own(action)
    }

    fn own(&self, own: &str) -> Option<usize> {
        self.names.iter().position(|name| key(name) == own)
    }

    /// Finds the column with this name; `None` if there is none. Two columns with it are an error.
    pub(crate) fn find(&self, name: &str, purpose: Purpose) -> Result<Option<usize>, ColumnFault> {
        let wanted = key(name);
        let mut found = self
            .keys
            .iter()
            .enumerate()
            .filter(|(_, key)| key.as_deref() == Some(wanted.as_str()))
            .map(|(column, _)| column);
        let first = found.next();
        match (first, found.next()) {
            (Some(first), Some(second)) => Err(ColumnFault::Twice {
                name: self.name(first).to_owned(),
                first: first + 1,
                second: second + 1,
                purpose,
            }),
            _ => Ok(first),
        }
    }

    /// Finds the column with this name or number. Fails with a fault that contains `purpose`, `flag`
    /// and the nearest names.
    pub(crate) fn require(
        &self,
        name: &str,
        purpose: Purpose,
        flag: &'static str,
    ) -> Result<usize, ColumnFault> {
        if let Some(column) = self.find(name, purpose)?.or_else(|| self.numbered(name)) {
            return Ok(column);
        }
        Err(ColumnFault::Missing {
            name: name.to_owned(),
            purpose,
            flag,
            hint: self.hint(name, purpose),
        })
    }

    /// Returns the error for these faults of the header.
    pub(crate) fn refuse(&self, faults: Vec<ColumnFault>) -> InputError {
        let wanted = faults.iter().find_map(|fault| match fault {
            ColumnFault::Missing { name, .. } => Some(name.as_str()),
            _ => None,
        });
        InputError::Columns {
            line: self.line,
            listed: self.listed(wanted.unwrap_or("id_respondent")),
            faults,
        }
    }

    /// Suggests what to do about a missing name.
    fn hint(&self, name: &str, purpose: Purpose) -> Hint {
        if self.look_like_data() {
            return Hint::LooksLikeData;
        }
        if is_number(name) {
            return if self.has_numbers() {
                Hint::NumbersAreNames
            } else {
                Hint::Columns(self.own_keys().count())
            };
        }
        if let Some(skip) = self.further_down(name) {
            return Hint::FurtherDown { skip };
        }
        let mut nearest: Vec<String> = self.nearest(name).into_iter().map(str::to_owned).collect();
        if nearest.is_empty() && purpose == Purpose::Respondent {
            nearest = self.named_as_ids();
        }
        let addresses = self.own_keys().find(|(_, key)| key.contains("mail"));
        match addresses {
            Some((column, _)) if nearest.is_empty() && purpose == Purpose::Respondent => Hint::Address {
                column: self.name(column).to_owned(),
            },
            _ if name.contains(",l") => Hint::NearestOfList(nearest),
            _ => Hint::Nearest(nearest),
        }
    }

    /// Returns the columns that are named as ids, and not as those of a CRM.
    fn named_as_ids(&self) -> Vec<String> {
        let is_id =
            |key: &str| key == "id" || key.ends_with("_id") || key.ends_with(" id") || key.starts_with("id_");
        let columns = self.own_keys().filter(|(_, key)| is_id(key));
        let names = columns.map(|(column, _)| self.name(column));
        let names = names.filter(|name| !is_crm_number(name));
        names.map(str::to_owned).collect()
    }

    /// Whether the header seems to be a row of data, because it contains an address or the digits
    /// of an id. Such names are personal data and are not shown.
    pub(crate) fn look_like_data(&self) -> bool {
        const DIGITS: usize = 5;
        let is_address = |name: &str| {
            name.split_once('@')
                .is_some_and(|(_, domain)| domain.contains('.'))
        };
        self.names
            .iter()
            .any(|name| is_address(name) || is_number(name) && name.len() >= DIGITS)
    }

    /// The columns that can be looked up, without the tool's own.
    fn own_keys(&self) -> impl Iterator<Item = (usize, &String)> {
        let keys = self.keys.iter().enumerate();
        keys.filter_map(|(column, key)| Some((column, key.as_ref()?)))
    }

    fn has_numbers(&self) -> bool {
        self.own_keys().any(|(_, key)| is_number(key))
    }

    /// Finds the column with this number, counted from 1 without the tool's own columns, so that a
    /// failed file has the same numbers. If columns have numbers as names, a number is only a name:
    /// a missing one must not select another column.
    fn numbered(&self, number: &str) -> Option<usize> {
        if !is_number(number) || self.has_numbers() {
            return None;
        }
        let place: usize = number.parse().ok()?;
        self.own_keys()
            .nth(place.checked_sub(1)?)
            .map(|(column, _)| column)
    }

    /// Returns the value of `--skip-lines` that would make a record with this name the header.
    fn further_down(&self, name: &str) -> Option<u64> {
        let wanted = key(name);
        self.below
            .iter()
            .find(|(_, fields)| fields.iter().any(|field| key(field) == wanted))
            .map(|(skip, _)| *skip)
    }

    /// Returns the names most similar to a missing one, most similar first.
    fn nearest(&self, name: &str) -> Vec<&str> {
        const MAX: usize = 3;
        let wanted = key(name);
        let alike = |candidate: &str| {
            let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
            strsim::jaro_winkler(&letters(&wanted), &letters(candidate))
        };
        let mut found: Vec<(f64, usize)> = self
            .keys
            .iter()
            .enumerate()
            .filter_map(|(column, key)| Some((alike(key.as_deref()?), column)))
            .filter(|(alike, _)| *alike > 0.8)
            .collect();
        found.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        found.truncate(MAX);
        found.into_iter().map(|(_, column)| self.name(column)).collect()
    }

    /// Whether the names seem to be names of columns and not cells: one is usual in exports, or is
    /// similar to the wanted name.
    fn look_like_names(&self, wanted: &str) -> bool {
        let is_usual = |key: &str| {
            matches!(key, "id_respondent" | "id_survey") || Label::all().any(|label| label.name() == key)
        };
        self.own_keys().any(|(_, key)| is_usual(key)) || !self.nearest(wanted).is_empty()
    }

    /// Lists the names, for an error about the wanted name.
    fn listed(&self, wanted: &str) -> Listed {
        if self.look_like_data() {
            return Listed::Data(self.names.len());
        }
        if !self.lists_names && !self.look_like_names(wanted) {
            return Listed::OnTerminal(self.names.len());
        }
        let shown = |name: &String| {
            let visible = name.chars().filter(|c| !c.is_control());
            visible.take(60).collect()
        };
        Listed::Names {
            shown: self.names.iter().take(MAX_NAMES_LISTED).map(shown).collect(),
            more: self.names.len().saturating_sub(MAX_NAMES_LISTED),
        }
    }
}
