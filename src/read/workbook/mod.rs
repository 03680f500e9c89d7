//! Reads a sheet of an Excel workbook as the CSV that a user would have saved from it.
//! `read/workbook/cell_text.rs` makes the text of a cell, and `read/workbook/sheet_rows.rs` the
//! records.
//!
//! Every entry that is used is scanned before the library reads it (`read/workbook/gate.rs`,
//! `read/workbook/scan.rs`): a damaged or hostile workbook is refused during the first read, before
//! anything is sent. Nothing is passed on after a read of the file has failed, because the library
//! may ignore the error and continue as if a part of the workbook did not exist.
//!
//! The sheet is streamed; the workbook's shared texts are held in memory, as the format requires.
//! The library's reader borrows from the open workbook, so it runs on its own thread, which ends
//! with the sheet or when its receiver is dropped.

mod cell_text;
mod directory;
mod gate;
mod number_format;
mod scan;
mod sheet_rows;
#[cfg(test)]
mod tests;

use std::io::{self, BufReader, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::InputError;
use super::source::{Verified, Watch};
use crate::model::{clean, quoted};
use cell_text::push_text;
use gate::Gate;
pub(super) use gate::Vetted;
pub(crate) use gate::WorkbookFault;
use sheet_rows::SheetRows;

/// Approximate size in bytes of the pieces in which records are passed on.
const PIECE_BYTES: usize = 64 << 10;
/// Maximum number of pieces that are ready at a time.
const PIECES: usize = 4;

/// The sheet that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Workbook {
    pub(crate) sheet: String,
    /// The other visible sheets.
    pub(crate) others: Vec<String>,
}

/// The records of a sheet. A panic of the thread is an error, never the end of the sheet.
pub(super) struct SheetBytes {
    pieces: Receiver<io::Result<Piece>>,
    piece: Vec<u8>,
    taken: usize,
    at_end: bool,
}

enum Piece {
    Records(Vec<u8>),
    End,
}

/// Opens the sheet with this name, or the first visible sheet. Its first `skipped` rows are left
/// out. `vetted` caches what is known of the archive between reads.
pub(super) fn open(
    file: Verified,
    vetted: &mut Option<Vetted>,
    name: Option<&str>,
    skipped: u64,
) -> Result<(Workbook, SheetBytes), InputError> {
    let watch = file.watch();
    let intact = || {
        watch
            .intact()
            .map_err(|source| InputError::reading(0, None, source))
    };
    let known = if let Some(known) = vetted.clone() {
        known
    } else {
        let found = Vetted::new(&watch.read_again());
        intact()?;
        vetted.insert(found?).clone()
    };
    let xlsx: Result<Xlsx<_>, _> = Xlsx::new(BufReader::new(Gate::new(file, known.clone())));
    intact()?;
    let mut xlsx = xlsx.map_err(|error| match (&error, known.fault()) {
        (XlsxError::FileNotFound(_), _) | (_, None) => {
            InputError::Workbook(clean(&error.to_string()).into_owned())
        }
        (_, Some(fault)) => fault.into(),
    })?;
    let workbook = choose(&xlsx, name)?;
    let sheet = workbook.sheet.clone();
    let (sender, pieces) = sync_channel(PIECES);
    thread::spawn(move || {
        let written = write_sheet(&mut xlsx, (&sheet, skipped), &watch, &sender);
        // A fault of the file or of an entry takes precedence over the library's error.
        let end = watch
            .intact()
            .and(written.map_err(|error| known.fault().map_or(error, io::Error::other)))
            .and_then(|()| watch.check_end())
            .map(|()| Piece::End);
        // Fails if the receiver was dropped.
        sender.send(end).ok();
    });
    let bytes = SheetBytes {
        pieces,
        piece: Vec::new(),
        taken: 0,
        at_end: false,
    };
    Ok((workbook, bytes))
}

fn choose(xlsx: &Xlsx<BufReader<Gate>>, name: Option<&str>) -> Result<Workbook, InputError> {
    let tables = || {
        xlsx.sheets_metadata()
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet)
    };
    let visible: Vec<&str> = tables()
        .filter(|sheet| sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.as_str())
        .collect();
    let found = match name {
        Some(wanted) => tables()
            .map(|sheet| sheet.name.as_str())
            .find(|name| name.trim().to_lowercase() == wanted.trim().to_lowercase()),
        None => visible.first().copied(),
    };
    let sheet = found.ok_or_else(|| InputError::NoSheet {
        name: name.unwrap_or_default().to_owned(),
        sheets: quoted(&visible),
    })?;
    Ok(Workbook {
        sheet: sheet.to_owned(),
        others: visible
            .into_iter()
            .filter(|other| *other != sheet)
            .map(str::to_owned)
            .collect(),
    })
}

impl Read for SheetBytes {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.piece.len() && !self.at_end {
            match self.pieces.recv() {
                Ok(Ok(Piece::Records(piece))) => (self.piece, self.taken) = (piece, 0),
                Ok(Ok(Piece::End)) => self.at_end = true,
                Ok(Err(error)) => return Err(error),
                Err(_) => {
                    return Err(io::Error::other(
                        "reading the workbook came to no end: this is a bug",
                    ));
                }
            }
        }
        let mut left = self.piece.get(self.taken..).unwrap_or_default();
        let count = left.read(space)?;
        self.taken += count;
        Ok(count)
    }
}

/// Sends all rows of a sheet up to the last one with a cell; the first `skipped` are blank.
fn write_sheet(
    xlsx: &mut Xlsx<BufReader<Gate>>,
    (sheet, skipped): (&str, u64),
    watch: &Watch,
    sender: &SyncSender<io::Result<Piece>>,
) -> io::Result<()> {
    let mut cells = xlsx.worksheet_cells_reader(sheet).map_err(io::Error::other)?;
    let formats: Vec<String> = cells
        .styles()
        .iter()
        .map(|style| {
            let format = style.number_format.as_ref();
            format.map_or_else(String::new, |format| format.format_code.clone())
        })
        .collect();
    let mut rows = SheetRows::new(skipped);
    loop {
        let next = cells.next_cell_with_style_id();
        let next = next.map_err(|error| io::Error::other(unreadable_cell(&error, rows.number())))?;
        let Some((cell, style)) = next else { break };
        if matches!(cell.get_value(), DataRef::Empty) {
            continue;
        }
        let format = match formats.get(style) {
            Some(format) => format.as_str(),
            None if style == 0 => "",
            None => return Err(io::Error::other(without_format(rows.number()))),
        };
        let text = rows.cell(cell.get_position()).map_err(io::Error::other)?;
        push_text(cell.get_value(), format, text);
        if rows.bytes().len() >= PIECE_BYTES {
            watch.intact()?;
            let piece = std::mem::take(rows.bytes());
            if sender.send(Ok(Piece::Records(piece))).is_err() {
                return Ok(());
            }
        }
    }
    watch.intact()?;
    sender.send(Ok(Piece::Records(rows.finish()))).ok();
    Ok(())
}

/// The error for a cell without its number format, without which a number would lose its leading
/// zeros.
fn without_format(row: u64) -> String {
    format!(
        "row {row} of the sheet: the next cell has a format that the workbook lacks; open it in Excel and save it anew"
    )
}

/// The error for a cell that cannot be read. It does not quote the cell, unlike the library's
/// message.
fn unreadable_cell(error: &XlsxError, row: u64) -> String {
    let what = match error {
        XlsxError::Xml(_) | XlsxError::XmlAttr(_) | XlsxError::XmlEof(_) => {
            "what follows is not well-formed XML"
        }
        XlsxError::Io(_) | XlsxError::Zip(_) => "what follows cannot be unpacked",
        _ => "the next cell cannot be read",
    };
    format!("row {row} of the sheet: {what}; open it in Excel and save it anew")
}
