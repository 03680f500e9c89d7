//! Files that people mistake for a CSV, recognized by their first bytes. Each is refused with
//! advice. The structure of a CSV is checked elsewhere.

use crate::read::InputError;
use crate::read::encoding::utf8::BOM;

/// Something else than a CSV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// A zip archive where no workbook can be read.
    Zip,
    /// A zip archive from standard input.
    ZipStream,
    OldWorkbook,
    Utf32,
    Gzip,
    Zstd,
    Pdf,
    Rtf,
    /// HTML or XML.
    Page,
    Binary,
    /// A pipe or a device instead of a file.
    Device,
}

impl Foreign {
    pub(in crate::read) fn what(self) -> &'static str {
        match self {
            Self::Zip | Self::ZipStream => "a workbook or a zip archive",
            Self::OldWorkbook => "an old or a locked Excel workbook",
            Self::Utf32 => "a UTF-32 text",
            Self::Gzip => "a gzip archive",
            Self::Zstd => "a zstd archive",
            Self::Pdf => "a PDF",
            Self::Rtf => "a text document",
            Self::Page => "an HTML or XML page, whatever its name is",
            Self::Binary => "a binary file, or UTF-16 that does not say so",
            Self::Device => "a pipe or a device",
        }
    }

    pub(in crate::read) fn remedy(self) -> &'static str {
        match self {
            Self::Zip | Self::OldWorkbook | Self::Utf32 | Self::Page => {
                "open it in the spreadsheet and save it as `CSV UTF-8`"
            }
            Self::ZipStream => "a workbook is read from a file, not from standard input",
            Self::Gzip | Self::Zstd => "unpack it first",
            Self::Pdf | Self::Rtf => "export a CSV instead",
            Self::Binary => {
                "open it in the spreadsheet and save it as `CSV UTF-8`, or give `--encoding utf-16`"
            }
            Self::Device => "a file is read twice; give a stream as standard input (`-`)",
        }
    }
}

/// Refuses known other formats. `head` is the beginning of the input.
pub(in crate::read) fn refuse(head: &[u8]) -> Result<(), InputError> {
    let signatures: [(&[u8], Foreign); 8] = [
        (b"PK\x03\x04", Foreign::Zip),
        (b"\xD0\xCF\x11\xE0", Foreign::OldWorkbook),
        (b"\xFF\xFE\0\0", Foreign::Utf32),
        (b"\0\0\xFE\xFF", Foreign::Utf32),
        (b"\x1F\x8B", Foreign::Gzip),
        (b"\x28\xB5\x2F\xFD", Foreign::Zstd),
        (b"%PDF", Foreign::Pdf),
        (b"{\\rtf", Foreign::Rtf),
    ];
    for (signature, foreign) in signatures {
        if head.starts_with(signature) {
            return Err(InputError::NotCsv(foreign));
        }
    }
    let words = head.strip_prefix(BOM).unwrap_or(head).trim_ascii_start();
    let starts_with = |word: &[u8]| {
        words
            .get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    // The Excel exports of some CRMs are HTML pages.
    if [b"<!doctype".as_slice(), b"<html", b"<table", b"<?xml"]
        .into_iter()
        .any(starts_with)
    {
        return Err(InputError::NotCsv(Foreign::Page));
    }
    Ok(())
}

/// Refuses binary data. `text` is the beginning of the input, after conversion from UTF-16.
pub(in crate::read) fn refuse_binary(text: &[u8]) -> Result<(), InputError> {
    let beginning = text.get(..text.len().min(1024)).unwrap_or_default();
    // From 0x1C on they are separators, which some exports use as delimiters.
    let is_control = |byte: &u8| *byte < 0x1C && !byte.is_ascii_whitespace();
    // A few control characters may be in a text by accident.
    if beginning.iter().filter(|byte| is_control(byte)).count() * 16 > beginning.len() {
        return Err(InputError::NotCsv(Foreign::Binary));
    }
    Ok(())
}
