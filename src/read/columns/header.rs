//! The names in a header and how they are found: by name, by number, or not, and then which are nearest. Pure. Which of
//! them a run needs is in `read/columns/wanted.rs`.

use unicode_normalization::UnicodeNormalization;

use crate::model::{Digits, Label, trim_invisible};
use crate::read::InputError;

/// The columns that this tool puts in front of a failed file, ignored and replaced when such a file is the input.
const OWN_COLUMNS: [&str; 3] = ["sync_row", "sync_action", "sync_error"];

/// How many names an error lists before it says "and N more".
const MAX_NAMES_LISTED: usize = 20;

/// The names in a header, ready to be looked up.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    pub(in crate::read) names: Vec<String>,
    /// The names as they are compared; nothing for the tool's own columns, which no name finds.
    pub(in crate::read) keys: Vec<Option<String>>,
    pub(in crate::read) line: u64,
    /// The first records behind the header, each with the `--skip-lines` that would make it the header.
    below: Vec<(u64, Vec<String>)>,
    /// A person reads errors, which may list all names. Where there is no header they are the cells of the first contact.
    lists_names: bool,
}

/// Names match after trimming, Unicode NFC and case folding (by lower case, which is the same for the languages of
/// the platform's users).
fn key(name: &str) -> String {
    trim_invisible(name).nfc().collect::<String>().to_lowercase()
}

fn is_number(name: &str) -> bool {
    Digits::new(name).is_some()
}

/// Whether a column is one of those that this tool writes itself.
pub(crate) fn is_own_column(name: &str) -> bool {
    OWN_COLUMNS.contains(&key(name).as_str())
}

/// Where a failed file's header has its errors; nothing in one that is no failed file's.
pub(in crate::read) fn error_column(names: &[String]) -> Option<usize> {
    let [row, action, error] = OWN_COLUMNS.map(|own| names.iter().position(|name| key(name) == own));
    row.and(action).and(error)
}

impl Columns {
    /// `line` is the header's, for errors.
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

    /// With the first records behind the header, for the hint that one of them may be it.
    pub(in crate::read) fn with_records_below(mut self, below: Vec<(u64, Vec<String>)>) -> Self {
        self.below = below;
        self
    }

    /// Lets errors list the names where a person at a terminal reads them.
    pub(in crate::read) fn listing_names(mut self, lists_names: bool) -> Self {
        self.lists_names = lists_names;
        self
    }

    /// The name of a column, trimmed.
    pub(crate) fn name(&self, column: usize) -> &str {
        self.names.get(column).map_or("", String::as_str)
    }

    /// The column of this name, if there is one; two are an error.
    pub(crate) fn find(&self, name: &str, purpose: &str) -> Result<Option<usize>, InputError> {
        let wanted = key(name);
        let mut found = self
            .keys
            .iter()
            .enumerate()
            .filter(|(_, key)| key.as_deref() == Some(wanted.as_str()))
            .map(|(column, _)| column);
        let first = found.next();
        match (first, found.next()) {
            (Some(first), Some(second)) => Err(InputError::TwoColumns {
                line: self.line,
                name: self.name(first).to_owned(),
                first: first + 1,
                second: second + 1,
                purpose: purpose.to_owned(),
            }),
            _ => Ok(first),
        }
    }

    /// The column of this name or number, or an error that names `purpose`, `flag` and the nearest names.
    pub(crate) fn require(&self, name: &str, purpose: &str, flag: &str) -> Result<usize, InputError> {
        if let Some(column) = self.find(name, purpose)?.or_else(|| self.numbered(name)) {
            return Ok(column);
        }
        Err(InputError::NoColumn {
            line: self.line,
            name: name.to_owned(),
            purpose: purpose.to_owned(),
            hint: self.hint(name, flag),
            columns: self.listed(name),
        })
    }

    /// What to do about a name that is missing.
    fn hint(&self, name: &str, flag: &str) -> String {
        let nearest = self.nearest(name);
        let nearest: Vec<String> = nearest.iter().map(|name| format!("`{name}`")).collect();
        let nearest = nearest.join(" or ");
        if self.look_like_data() {
            ": the header looks like a row of data; give `--no-header` if it is one".to_owned()
        } else if is_number(name) && self.has_numbers() {
            ": columns are called by numbers here, so a number is a name".to_owned()
        } else if is_number(name) {
            format!(": there are {} columns", self.own_keys().count())
        } else if let Some(skip) = self.further_down(name) {
            format!(": a later line has it, so the header may be there: `--skip-lines {skip}`")
        } else if nearest.is_empty() {
            format!(" (`{flag}` names it)")
        } else if name.contains(",l") {
            format!(": did you mean {nearest}? Repeat `{flag}` for each label")
        } else {
            format!(": did you mean {nearest}? (`{flag}`)")
        }
    }

    /// Whether the names are none: an address, or the digits of an id, in what should be a header. They are somebody's data,
    /// and not shown.
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

    /// The columns that names and numbers find, which are not this tool's own.
    fn own_keys(&self) -> impl Iterator<Item = (usize, &String)> {
        let keys = self.keys.iter().enumerate();
        keys.filter_map(|(column, key)| Some((column, key.as_ref()?)))
    }

    fn has_numbers(&self) -> bool {
        self.own_keys().any(|(_, key)| is_number(key))
    }

    /// The column of this number, from 1 and without the tool's own, so that a failed file has the same. Where columns are
    /// called by numbers, a number is a name: one that is missing must not become another column.
    fn numbered(&self, number: &str) -> Option<usize> {
        if !is_number(number) || self.has_numbers() {
            return None;
        }
        let place: usize = number.parse().ok()?;
        self.own_keys()
            .nth(place.checked_sub(1)?)
            .map(|(column, _)| column)
    }

    /// The `--skip-lines` that would find the name in a record behind the header.
    fn further_down(&self, name: &str) -> Option<u64> {
        let wanted = key(name);
        self.below
            .iter()
            .find(|(_, fields)| fields.iter().any(|field| key(field) == wanted))
            .map(|(skip, _)| *skip)
    }

    /// The names that look most like the one that is missing, the likest first.
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

    /// Whether the names are those of columns and no cells: one is a name that exports have, or is much like the name that is
    /// looked for.
    fn look_like_names(&self, wanted: &str) -> bool {
        let is_usual = |key: &str| {
            matches!(key, "id_respondent" | "id_survey") || Label::all().any(|label| label.name() == key)
        };
        self.own_keys().any(|(_, key)| is_usual(key)) || !self.nearest(wanted).is_empty()
    }

    /// The names, for an error about the one that is looked for.
    pub(in crate::read) fn listed(&self, wanted: &str) -> String {
        if self.look_like_data() {
            return format!("{}, not shown since they look like data", self.names.len());
        }
        if !self.lists_names && !self.look_like_names(wanted) {
            return format!("{}, listed on a terminal only", self.names.len());
        }
        let shown: Vec<String> = self
            .names
            .iter()
            .take(MAX_NAMES_LISTED)
            .map(|name| {
                format!(
                    "`{}`",
                    name.chars()
                        .filter(|c| !c.is_control())
                        .take(60)
                        .collect::<String>()
                )
            })
            .collect();
        match self.names.len().saturating_sub(MAX_NAMES_LISTED) {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    }
}
