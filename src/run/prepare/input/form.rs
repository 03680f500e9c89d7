//! Describes the form of the input: in words for the user, and as a format for the failed file.

use super::description;
use super::opened::OpenedInput;
use crate::config::ReadingSettings;
use crate::model::{Label, ShownPath, ValueFrom, clean, quoted};
use crate::read::{
    BOM, Container, Encoding, EncodingFrom, FieldParser, is_crm_number, is_own_column, note_for_excel,
    note_of_encoding,
};
use crate::record::{FailedFormat, RowColumn, Style};
use crate::report::Reader;
use crate::text::Message;

/// Whether the encoding may be another one by the bytes of a few rows alone.
fn is_stated(from: EncodingFrom) -> bool {
    matches!(from, EncodingFrom::MostBytes | EncodingFrom::FailedFile)
}

impl OpenedInput {
    /// Describes the form of the input and which column goes where, one line each. A sample cell
    /// helps to judge the encoding; it is shown only on a terminal.
    pub(in crate::run) fn form(&self, settings: &ReadingSettings, reader: Reader) -> Vec<Message> {
        let first = &self.first;
        let mut lines = vec![
            description::in_words(&self.container, first, reader),
            self.mapping(settings),
            self.survey(),
        ];
        if let (Some(members), Some(found)) = (&self.plan.members, &self.table) {
            let (all, ambiguous) = (members.len(), found.table.ambiguous());
            lines.push(Message::new(|words| words.list_addresses(all, ambiguous)));
        } else if let (Some(ids), Some(found)) = (&settings.ids, &self.table) {
            let (path, table) = (ids.path.shown().to_string(), &found.table);
            lines.push(Message::in_both(|words, lang| {
                words.ids_table(&path, found.form.text(lang), table.addresses(), table.ambiguous())
            }));
        }
        if let (Some(path), Some(list)) = (&settings.exclude, &self.plan.excluded) {
            let path = path.shown().to_string();
            lines.push(Message::new(|words| {
                words.exclude_list(&path, list.ids(), list.keys())
            }));
        }
        if settings.sheet.is_some() && !matches!(self.container, Container::Workbook(_)) {
            lines.push(Message::new(|words| words.sheet_means_nothing()));
        }
        let unused = first.columns.unused(&self.layout);
        if !unused.is_empty() && first.columns.look_like_data() {
            let count = unused.len() as u64;
            lines.push(Message::new(|words| words.columns_never_sent(count)));
        } else if !unused.is_empty() {
            let unused = quoted(unused);
            lines.push(Message::new(|words| words.never_sent(&unused)));
        }
        lines
    }

    /// Describes which column, template or constant goes to which label.
    fn mapping(&self, settings: &ReadingSettings) -> Message {
        let name = |column: usize| clean(self.first.columns.name(column));
        let labels = self.layout.labels.iter().map(|(label, from)| match from {
            ValueFrom::Column(column) => format!("{label} ← `{}`", name(*column)),
            ValueFrom::Template(template) => {
                let named = template.try_map(|column| Ok::<_, ()>(name(*column)));
                let named = named.map(|named| named.to_string()).unwrap_or_default();
                format!("{label} ← `{named}`")
            }
            ValueFrom::Constant(value) => format!("{label} = `{}`", clean(value)),
        });
        let labels: Vec<String> = labels.collect();
        let respondent = name(self.layout.respondent);
        let table = settings.ids.as_ref().map(|ids| ids.path.shown().to_string());
        Message::in_both(|words, lang| {
            let by = table.as_ref().map(|path| match settings.members {
                Some(_) => words.by_list(),
                None => words.by_table(path),
            });
            let respondent = format!("respondent ← `{respondent}`{}", by.unwrap_or_default());
            let columns: Vec<&str> = std::iter::once(respondent.as_str())
                .chain(labels.iter().map(String::as_str))
                .collect();
            words.mapping(&columns.join(", "), settings.mapping_from.text(lang))
        })
    }

    /// Names the column that a label's value comes from, with the label if that is another name.
    pub(in crate::run) fn column_of(&self, label: Label) -> String {
        let from = self.layout.labels.iter().find(|(other, _)| *other == label);
        let columns = from.into_iter().flat_map(|(_, from)| from.columns());
        let names: Vec<_> = columns
            .map(|column| clean(self.first.columns.name(*column)))
            .filter(|name| name != label.name())
            .collect();
        if names.is_empty() {
            format!("`{label}`")
        } else {
            format!("`{}` ({label})", names.join("`, `"))
        }
    }

    fn survey(&self) -> Message {
        let Some(column) = self.layout.survey else {
            return self.survey_from.clone();
        };
        let name = clean(self.first.columns.name(column));
        let has_other = self.plan.survey.is_some();
        Message::in_both(|words, lang| {
            let where_blank = has_other.then(|| self.survey_from.text(lang));
            words.survey_column(&name, where_blank)
        })
    }

    /// Returns warnings about what may assign wrong labels, or labels to wrong people, although
    /// every row looks right. Each has a name for machines and a text.
    pub(in crate::run) fn warnings(&self) -> Vec<(&'static str, Message)> {
        let mut warnings = Vec::new();
        if let EncodingFrom::FlagAgainst(told) = self.first.encoding_from {
            let given = self.first.dialect.encoding.name();
            warnings.push((
                "encoding_contradicted",
                Message::new(|words| words.encoding_contradicted(told, given)),
            ));
        }
        warnings
    }

    /// Returns why the id column is probably a CRM's own number of a contact; `None` if its name is
    /// not one of those.
    pub(in crate::run) fn crm_number(&self) -> Option<Message> {
        let (name, of_table) = match &self.table {
            Some(found) => (found.id_column.as_str(), true),
            None => (self.first.columns.name(self.layout.respondent), false),
        };
        let column = clean(name);
        is_crm_number(name).then(|| Message::new(|words| words.crm_number(&column, of_table)))
    }

    /// Returns the names of the columns that the results repeat.
    pub(in crate::run) fn kept_names(&self) -> Vec<&str> {
        let kept = self.layout.kept.iter();
        kept.map(|column| self.first.columns.name(*column)).collect()
    }

    /// Whether `--encoding utf-8` was given, perhaps for bytes that are not all valid.
    fn is_given_utf8(&self) -> bool {
        let is_given = matches!(
            self.first.encoding_from,
            EncodingFrom::Flag | EncodingFrom::FlagAgainst(_)
        );
        // The encoding of a workbook's text is a matter of course.
        let is_workbook = matches!(self.container, Container::Workbook(_));
        is_given && !is_workbook && self.first.dialect.encoding == Encoding::Utf8
    }

    /// Returns the format of the failed file: the input's own, so that the file can be used as an
    /// input unchanged, or Excel's, which this tool reads as well.
    pub(in crate::run) fn failed_format(&self, settings: &ReadingSettings, style: Style) -> FailedFormat {
        let first = &self.first;
        let dialect = first.dialect;
        let own = first
            .names
            .iter()
            .enumerate()
            .filter(|(_, name)| is_own_column(name));
        let plain = FailedFormat {
            delimiter: dialect.byte,
            preamble: [if first.has_bom { BOM } else { b"" }, &first.preamble].concat(),
            header: first.header.clone(),
            own_columns: own.map(|(column, _)| column).collect(),
            encode: Box::new(move |text| dialect.encode(text)),
            to_file: Box::new(move |bytes| dialect.to_file(&bytes)),
            note: if dialect.encoding.is_single_byte()
                || is_stated(first.encoding_from)
                || self.is_given_utf8()
            {
                note_of_encoding(dialect.encoding)
            } else {
                String::new()
            },
            row: match (&settings.round, self.row_of_run()) {
                (None, _) => RowColumn::OfInput,
                (Some(_), Some(_)) => RowColumn::FirstKept,
                (Some(_), None) => RowColumn::Unknown,
            },
            fields: None,
        };
        if style == Style::Plain {
            return plain;
        }
        let mut parser = FieldParser::new(dialect).with_lost('\u{FFFD}');
        FailedFormat {
            delimiter: style.delimiter(),
            // As many lines above the header as in the input, so that the same flags fit both
            // files.
            preamble: [style.mark(), "\r\n".repeat(first.skipped_lines).as_bytes()].concat(),
            encode: Box::new(|text| text.as_bytes().to_vec()),
            to_file: Box::new(|bytes| bytes),
            note: note_for_excel(),
            fields: Some(Box::new(move |record| {
                let (fields, _) = parser.parse(record);
                fields.iter().map(str::to_owned).collect()
            })),
            ..plain
        }
    }
}
