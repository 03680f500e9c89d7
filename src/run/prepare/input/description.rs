//! Describes the form of a file in words: packing, encoding, delimiter.

use crate::model::{clean, quoted};
use crate::read::{Container, FirstRead, Workbook};
use crate::report::Reader;
use crate::text::Message;

/// Describes the form of a file in words.
pub(in crate::run) fn in_words(container: &Container, first: &FirstRead, reader: Reader) -> Message {
    let packed = match container {
        Container::Workbook(workbook) => return sheet(workbook),
        Container::Plain => "",
        Container::Gzip => "gzip; ",
        Container::Zstd => "zstd; ",
    };
    let name = first.dialect.encoding.name();
    let sample = first.sample.as_ref().filter(|_| reader == Reader::Person);
    let sample = sample.map(ToString::to_string);
    let delimiter = first.delimiter.to_string();
    Message::new(|words| {
        let encoding = words.encoding(name, &first.encoding_from, sample.as_deref());
        let delimiter = words.delimiter(&delimiter, first.delimiter_from, first.has_header);
        format!("{packed}{encoding}; {delimiter}")
    })
}

fn sheet(workbook: &Workbook) -> Message {
    let others = match workbook.others.as_slice() {
        [] => String::new(),
        others => quoted(others),
    };
    Message::new(|words| words.sheet(&clean(&workbook.sheet), &others))
}
