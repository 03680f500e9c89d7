//! Describes the form of a file in words: packing, encoding, delimiter.

use crate::model::{clean, quoted};
use crate::read::{Certainty, Container, DelimiterFrom, EncodingFrom, FirstRead, Workbook};
use crate::report::{Reader, thousands};

/// Describes the form of a file in words.
pub(in crate::run) fn in_words(container: &Container, first: &FirstRead, reader: Reader) -> String {
    let packed = match container {
        Container::Workbook(workbook) => return sheet(workbook),
        Container::Plain => "",
        Container::Gzip => "gzip; ",
        Container::Zstd => "zstd; ",
    };
    format!("{packed}{}; {}", encoding(first, reader), delimiter(first))
}

fn sheet(workbook: &Workbook) -> String {
    let others = match workbook.others.as_slice() {
        [] => String::new(),
        others => format!(" (not read: {}; `--sheet` names another)", quoted(others)),
    };
    format!("a workbook's sheet `{}`{others}", clean(&workbook.sheet))
}

fn encoding(first: &FirstRead, reader: Reader) -> String {
    let from = match first.encoding_from {
        EncodingFrom::Flag | EncodingFrom::FlagAgainst(_) => " (given)",
        EncodingFrom::ByteOrderMark => " (byte order mark)",
        EncodingFrom::NulBytes => " (told by its NUL bytes)",
        EncodingFrom::Bytes | EncodingFrom::MostBytes => "",
        EncodingFrom::FailedFile => " (the failed file says so)",
        EncodingFrom::Guess(_) => " (guessed)",
    };
    let sample = first.sample.as_ref().filter(|_| reader == Reader::Person);
    let sample = sample.map(|sample| format!(", e.g. `{sample}`"));
    let sureness = match first.encoding_from {
        EncodingFrom::Guess(certainty) => format!(" ({})", how_sure(certainty)),
        _ => String::new(),
    };
    format!(
        "encoding {}{from}{}{sureness}",
        first.dialect.encoding.name(),
        sample.unwrap_or_default()
    )
}

fn how_sure(certainty: Certainty) -> String {
    match certainty {
        Certainty::Told(count) => format!("certain: {} of its letters fit no other", thousands(count)),
        Certainty::SameIn(other) => format!("{other} reads it the same"),
        Certainty::Likely => "likely: `check` on a terminal shows a sample".to_owned(),
    }
}

fn delimiter(first: &FirstRead) -> String {
    let from = match first.delimiter_from {
        DelimiterFrom::Flag => "given",
        DelimiterFrom::SepLine => "its first line says so",
        DelimiterFrom::Records => "the records agree on it",
        DelimiterFrom::Nothing => return "one column".to_owned(),
    };
    let header = if first.has_header { "" } else { "; no header" };
    format!("delimiter {} ({from}){header}", first.delimiter)
}
