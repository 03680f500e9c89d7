//! Describes the form of the input: in words for the user, and as a format for the failed file.

use super::description;
use super::opened::OpenedInput;
use crate::config::ReadingSettings;
use crate::model::{ShownPath, ValueFrom, clean, quoted};
use crate::read::{
    BOM, Container, Encoding, EncodingFrom, FieldParser, is_crm_number, is_own_column, note_for_excel,
    note_of_encoding,
};
use crate::record::{FailedFormat, RowColumn, Style};
use crate::report::{Reader, counted, thousands};

/// Whether the encoding may be another one by the bytes of a few rows alone.
fn is_stated(from: EncodingFrom) -> bool {
    matches!(from, EncodingFrom::MostBytes | EncodingFrom::FailedFile)
}

fn addresses(count: u64) -> String {
    let noun = if count == 1 { "address" } else { "addresses" };
    format!("{} {noun}", thousands(count))
}

impl OpenedInput {
    /// Describes the form of the input and which column goes where, one line each. A sample cell
    /// helps to judge the encoding; it is shown only on a terminal.
    pub(in crate::run) fn form(&self, settings: &ReadingSettings, reader: Reader) -> Vec<String> {
        let first = &self.first;
        let name = |column: usize| clean(first.columns.name(column));
        let mut labels: Vec<String> = self
            .layout
            .labels
            .iter()
            .map(|(label, from)| match from {
                ValueFrom::Column(column) => format!("{label} ← `{}`", name(*column)),
                ValueFrom::Template(template) => {
                    let named = template.try_map(|column| Ok::<_, ()>(name(*column)));
                    format!(
                        "{label} ← `{}`",
                        named.map(|named| named.to_string()).unwrap_or_default()
                    )
                }
                ValueFrom::Constant(value) => format!("{label} = `{}`", clean(value)),
            })
            .collect();
        let by = match &settings.ids {
            Some(ids) => format!(" by {}", ids.path.shown()),
            None => String::new(),
        };
        labels.insert(0, format!("respondent ← `{}`{by}", name(self.layout.respondent)));
        let mut lines = vec![
            description::in_words(&self.container, first, reader),
            format!("{} (mapping from {})", labels.join(", "), settings.mapping_from),
            match self.layout.survey {
                Some(column) => format!(
                    "survey from column `{}`{}",
                    name(column),
                    self.plan
                        .survey
                        .as_ref()
                        .map(|_| format!(", where blank {}", self.survey_from))
                        .unwrap_or_default()
                ),
                None => self.survey_from.clone(),
            },
        ];
        if let (Some(ids), Some(found)) = (&settings.ids, &self.table) {
            lines.push(format!(
                "{}: {}; {} different addresses, {} of them of several respondents",
                ids.path.shown(),
                found.form,
                thousands(found.table.addresses()),
                thousands(found.table.ambiguous())
            ));
        }
        if let (Some(path), Some(list)) = (&settings.exclude, &self.plan.excluded) {
            lines.push(format!(
                "never sent: {} and {} of {}",
                counted(list.ids(), "respondent id"),
                addresses(list.keys()),
                path.shown()
            ));
        }
        if settings.sheet.is_some() && !matches!(self.container, Container::Workbook(_)) {
            lines.push("`--sheet` means nothing here: the input is no workbook".to_owned());
        }
        let unused = first.columns.unused(&self.layout);
        if !unused.is_empty() && first.columns.look_like_data() {
            lines.push(format!("never sent: {}", counted(unused.len() as u64, "column")));
        } else if !unused.is_empty() {
            lines.push(format!("never sent: {}", quoted(unused)));
        }
        lines
    }

    /// Returns warnings about what may assign wrong labels, or labels to wrong people, although
    /// every row looks right. Each has a name for machines and a text.
    pub(in crate::run) fn warnings(&self) -> Vec<(&'static str, String)> {
        let mut warnings = Vec::new();
        if let EncodingFrom::FlagAgainst(told) = self.first.encoding_from {
            warnings.push((
                "encoding_contradicted",
                format!(
                    "by its bytes the input is {told}, so letters above ASCII would be sent as wrong ones, or not at all: \
                     leave `--encoding {}` out unless you know better",
                    self.first.dialect.encoding.name()
                ),
            ));
        }
        warnings
    }

    /// Returns why the id column is probably a CRM's own number of a contact; `None` if its name is
    /// not one of those.
    pub(in crate::run) fn crm_number(&self) -> Option<String> {
        let name = match &self.table {
            Some(found) => &found.id_column,
            None => self.first.columns.name(self.layout.respondent),
        };
        let (of_table, remedy) = match &self.table {
            Some(_) => (" of the table", ""),
            None => ("", ", and if the CRM has only addresses, `--ids` finds it"),
        };
        is_crm_number(name).then(|| {
            format!(
                "the id column `{}`{of_table} looks like the CRM's own number of a contact, which is not a respondent's id: \
                 labels would be put on strangers; the platform's id stands where a mail or a survey says \
                 `[ID_RESPONDENT]`{remedy}",
                clean(name)
            )
        })
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
