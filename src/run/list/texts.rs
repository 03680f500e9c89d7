//! Reads single respondents' labels in the table of a mailing list, whose digests are in memory
//! ([`crate::plan::Members`]).

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use crate::config::LIST_ID;
use crate::model::{Digits, Label, Message, ShownPath as _};
use crate::plan::Member;
use crate::read::{FieldParser, Purpose};
use crate::run::Failure;
use crate::run::prepare::input::tables::members;
use crate::system::regular;

/// A table that is open.
pub(in crate::run) struct ListedTexts {
    path: PathBuf,
    file: File,
    parser: FieldParser,
    id: usize,
    labels: Vec<(Label, usize)>,
    record: Vec<u8>,
}

impl ListedTexts {
    /// Opens the table from which the list was read.
    pub(in crate::run) fn open(path: &Path) -> Result<Self, Failure> {
        let table = members::open(path)?;
        let columns = &table.first.columns;
        let id = columns.find(LIST_ID, Purpose::Respondent).ok().flatten();
        let file = regular::open_through_links(path).map_err(|why| unreadable(path, &why.to_string()))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            parser: FieldParser::new(table.first.dialect),
            id: id.unwrap_or_default(),
            labels: members::labels(columns).collect(),
            record: Vec::new(),
        })
    }

    /// The labels of the table.
    pub(in crate::run) fn labels(&self) -> impl Iterator<Item = Label> + '_ {
        self.labels.iter().map(|(label, _)| *label)
    }

    /// Returns a respondent's labels as they stand in the table.
    ///
    /// # Errors
    ///
    /// If the table cannot be read, or is another one by now.
    pub(in crate::run) fn of(&mut self, member: Member<'_>, id: &str) -> Result<Vec<String>, Failure> {
        let (start, end) = member.bytes();
        self.record.clear();
        self.file
            .seek(SeekFrom::Start(start))
            .and_then(|_| {
                let length = end.map_or(u64::MAX, |end| end.saturating_sub(start));
                (&mut self.file).take(length).read_to_end(&mut self.record)
            })
            .map_err(|why| unreadable(&self.path, &why.to_string()))?;
        let (fields, _) = self.parser.parse(&self.record);
        let found = Digits::new(fields.get(self.id).unwrap_or_default());
        let asked = Digits::new(id);
        if found.map(Digits::without_leading_zeros) != asked.map(Digits::without_leading_zeros) {
            let path = self.path.shown().to_string();
            return Err(Failure::usage(Message::new(|words| words.list_replaced(&path))));
        }
        let texts = self.labels.iter().map(|(_, column)| fields.get(*column));
        Ok(texts.map(|text| text.unwrap_or_default().to_owned()).collect())
    }
}

fn unreadable(path: &Path, why: &str) -> Failure {
    let (path, why) = (path.shown().to_string(), why.to_owned());
    Failure::usage(Message::new(|words| words.list_unreadable(&path, &why)))
}
