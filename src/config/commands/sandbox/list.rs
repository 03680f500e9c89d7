//! Reads the sandbox's mailing lists (`sandbox --list`): a CSV file in UTF-8, with commas and a
//! header. It is strict, because such a file is written for the sandbox; [`crate::read`] reads what
//! other programs export.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use csv_core::{ReadRecordResult, Reader};

use crate::model::ShownPath as _;
use crate::system::regular;

/// Maximum size in bytes. A million respondents with some labels fit.
const MAX_BYTES: u64 = 256 << 20;

/// The survey of respondents for which the file has none.
const DEFAULT_SURVEY: &str = "1";

/// Number of labels that a list may have.
const LABELS: u8 = 15;

/// One respondent of a mailing list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) survey: String,
    pub(crate) id: String,
    pub(crate) email: String,
    /// Numbers from 1 to 15, each with a value that is not empty.
    pub(crate) labels: Vec<(u8, String)>,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Email,
    Respondent,
    Survey,
    Label(u8),
}

impl Column {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "email" => Some(Self::Email),
            "id_respondent" => Some(Self::Respondent),
            "id_survey" => Some(Self::Survey),
            _ => (1..=LABELS)
                .find(|number| name == format!("l{number}"))
                .map(Self::Label),
        }
    }
}

/// A line, from 1, and what is wrong with it. Without cells: they are personal data.
type Mistake = (u64, String);

/// Reads the file.
///
/// # Errors
///
/// The system's error, or the first mistake with its line.
pub(super) fn read(path: &Path) -> Result<Vec<Contact>> {
    let shown = path.shown().to_string();
    let cannot_read = || format!("cannot read `{shown}` (`--list`)");
    let file = regular::open_through_links(path).with_context(cannot_read)?;
    let bytes = regular::read_at_most(&file, MAX_BYTES).with_context(cannot_read)?;
    let bytes = bytes.with_context(|| format!("`{shown}` has more than 256 MiB: it is no `--list`"))?;
    contacts(&bytes).map_err(|(line, what)| anyhow!("{shown}:{line}: {what}"))
}

fn contacts(bytes: &[u8]) -> Result<Vec<Contact>, Mistake> {
    let text = str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = 1 + memchr::memchr_iter(b'\n', before).count() as u64;
        (line, "not UTF-8: save the file as CSV UTF-8".to_owned())
    })?;
    let mut records = Records::new(text.strip_prefix('\u{feff}').unwrap_or(text));
    let (line, names) = records.next().unwrap_or((1, Vec::new()));
    let columns = columns(&names).map_err(|what| (line, what))?;
    let mut contacts = Vec::new();
    let mut lines: HashMap<(String, String), u64> = HashMap::new();
    for (line, fields) in records {
        let contact = contact(&columns, fields).map_err(|what| (line, what))?;
        let key = (contact.survey.clone(), contact.id.clone());
        if let Some(first) = lines.insert(key, line) {
            return Err((line, format!("this respondent is on line {first}, too")));
        }
        contacts.push(contact);
    }
    Ok(contacts)
}

fn columns(names: &[String]) -> Result<Vec<Column>, String> {
    let mut columns = Vec::new();
    for name in names {
        let Some(column) = Column::parse(name.trim()) else {
            return Err(format!(
                "column {} is unknown: the header has `email,id_respondent`, \
                 and if need be `id_survey` and `l1` to `l15`, with commas",
                columns.len() + 1
            ));
        };
        if columns.contains(&column) {
            return Err(format!("`{}` is there twice", name.trim()));
        }
        columns.push(column);
    }
    for (column, name) in [(Column::Email, "email"), (Column::Respondent, "id_respondent")] {
        if !columns.contains(&column) {
            return Err(format!("the header has no `{name}`"));
        }
    }
    Ok(columns)
}

fn contact(columns: &[Column], fields: Vec<String>) -> Result<Contact, String> {
    if fields.len() != columns.len() {
        return Err(format!(
            "the header has {} fields, this line has {}",
            columns.len(),
            fields.len()
        ));
    }
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut contact = Contact {
        survey: DEFAULT_SURVEY.to_owned(),
        id: String::new(),
        email: String::new(),
        labels: Vec::new(),
    };
    for (column, field) in columns.iter().zip(fields) {
        match (column, field.trim()) {
            (Column::Email, email) if !email.contains('@') => {
                return Err("`email` is no address".to_owned());
            }
            (Column::Email, email) => email.clone_into(&mut contact.email),
            (Column::Respondent, id) if is_number(id) => id.clone_into(&mut contact.id),
            (Column::Respondent, _) => return Err("`id_respondent` is no number".to_owned()),
            (Column::Survey, "") => {}
            (Column::Survey, id) if is_number(id) => id.clone_into(&mut contact.survey),
            (Column::Survey, _) => return Err("`id_survey` is no number".to_owned()),
            (Column::Label(_), _) if field.is_empty() => {}
            (Column::Label(number), _) => contact.labels.push((*number, field)),
        }
    }
    Ok(contact)
}

/// Yields the records with the line on which each begins. Empty lines are none.
struct Records<'a> {
    parser: Reader,
    rest: &'a [u8],
    /// The line on which `rest` begins, from 1.
    line: u64,
    /// The unquoted bytes of all fields, and the end of each field in them.
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl<'a> Records<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            parser: Reader::new(),
            rest: text.as_bytes(),
            line: 1,
            bytes: vec![0; 1024],
            ends: vec![0; 32],
        }
    }

    /// Skips `count` bytes.
    fn skip(&mut self, count: usize) {
        let (skipped, rest) = self.rest.split_at(count.min(self.rest.len()));
        self.line += memchr::memchr_iter(b'\n', skipped).count() as u64;
        self.rest = rest;
    }
}

impl Iterator for Records<'_> {
    type Item = (u64, Vec<String>);

    fn next(&mut self) -> Option<Self::Item> {
        let is_blank = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        self.skip(self.rest.iter().take_while(is_blank).count());
        let line = self.line;
        let (mut written, mut fields) = (0, 0);
        loop {
            let output = self.bytes.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(fields..).unwrap_or_default();
            let (result, read, wrote, ended) = self.parser.read_record(self.rest, output, ends);
            self.skip(read);
            written += wrote;
            fields += ended;
            match result {
                // An empty input tells the parser that a record without a line end is complete.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.bytes.resize(self.bytes.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::End => return None,
                ReadRecordResult::Record => break,
            }
        }
        let mut start = 0;
        let texts = self.ends.iter().take(fields).map(|&end| {
            let field = self.bytes.get(start..end).unwrap_or_default();
            start = end;
            String::from_utf8_lossy(field).into_owned()
        });
        Some((line, texts.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(survey: &str, id: &str, email: &str, labels: &[(u8, &str)]) -> Contact {
        Contact {
            survey: survey.to_owned(),
            id: id.to_owned(),
            email: email.to_owned(),
            labels: labels
                .iter()
                .map(|(number, value)| (*number, (*value).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn a_list_has_addresses_ids_and_if_need_be_surveys_and_labels() {
        assert_eq!(
            contacts(b"email,id_respondent\na@x.pl,7\n").unwrap(),
            [contact("1", "7", "a@x.pl", &[])]
        );
        let text = "\u{feff}id_respondent,l15,email,id_survey,l1\r\n\
                    7,\" Łódź, \"\"x\"\"\",a@x.pl,399793,\r\n\r\n\
                    7,,b@x.pl,,\"two\nlines\"";
        assert_eq!(
            contacts(text.as_bytes()).unwrap(),
            [
                contact("399793", "7", "a@x.pl", &[(15, " Łódź, \"x\"")]),
                contact("1", "7", "b@x.pl", &[(1, "two\nlines")]),
            ]
        );
        assert_eq!(contacts(b"email,id_respondent").unwrap(), []);
    }

    #[test]
    fn a_mistake_is_reported_with_its_line_and_without_cells() {
        for (text, line, what) in [
            ("", 1, "the header has no `email`"),
            ("email,l1\n", 1, "the header has no `id_respondent`"),
            ("email;id_respondent\n", 1, "column 1 is unknown"),
            ("email,id_respondent,l16\n", 1, "column 3 is unknown"),
            ("email,id_respondent,email\n", 1, "`email` is there twice"),
            (
                "email,id_respondent\na@x.pl\n",
                2,
                "the header has 2 fields, this line has 1",
            ),
            ("email,id_respondent\n\n\na,1\n", 4, "`email` is no address"),
            (
                "email,id_respondent,l1\na@x,1,\"x\n\ny\"\na@x,z,\n",
                5,
                "`id_respondent` is no number",
            ),
            (
                "email,id_respondent,id_survey\na@x,1,x\n",
                2,
                "`id_survey` is no number",
            ),
            (
                "email,id_respondent\na@x,1\nb@x,2\nc@x,1\n",
                4,
                "this respondent is on line 2, too",
            ),
        ] {
            let (found, told) = contacts(text.as_bytes()).unwrap_err();
            assert_eq!(found, line, "{text}: {told}");
            assert!(told.starts_with(what), "{text}: {told}");
        }
        let (line, told) = contacts(b"email,id_respondent\na@x.pl,1\n\xB3@x.pl,2\n").unwrap_err();
        assert_eq!(
            (line, told.as_str()),
            (3, "not UTF-8: save the file as CSV UTF-8")
        );
    }
}
