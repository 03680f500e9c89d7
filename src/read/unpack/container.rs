//! Unpacks an input. Its container (gzip, zstd or a workbook) is detected by its first bytes, never
//! by its name. The content is returned as a stream of bytes; `read/workbook/` makes that of a
//! workbook.

use std::io::{self, BufReader, Cursor, Read, Seek};

use flate2::read::MultiGzDecoder;

use crate::read::source::{Change, Pass};
use crate::read::workbook::{self, Vetted, Workbook};
use crate::read::{Delimiter, Encoding, Foreign, InputError, ReadOptions};

/// Bytes at the beginning that identify a container.
const MAGIC_BYTES: u64 = 4;

/// The first bytes of a zip archive, and so of a workbook.
pub(in crate::read) const WORKBOOK: &[u8] = b"PK\x03\x04";

/// Bytes of an archive that are read at once.
const READ_SIZE: usize = 64 << 10;

/// The container of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    Plain,
    Gzip,
    Zstd,
    Workbook(Workbook),
}

/// An unpacked input.
pub(crate) struct Contents {
    pub(crate) container: Container,
    pub(crate) bytes: Box<dyn Read + Send>,
}

impl Contents {
    /// Unpacks a file. `sheet` names the sheet of a workbook; its first `skipped` rows are left
    /// out. What is learned about a workbook is kept in `vetted` for the next read.
    pub(in crate::read) fn of_file(
        mut pass: Pass,
        vetted: &mut Option<Vetted>,
        sheet: Option<&str>,
        skipped: u64,
    ) -> Result<Self, InputError> {
        let magic = magic_of(&mut pass)?;
        match pass {
            Pass::Later(mut file) if magic == WORKBOOK => {
                file.rewind()
                    .map_err(|source| InputError::reading(0, None, source))?;
                let (workbook, bytes) = workbook::open(file, vetted, sheet, skipped)?;
                Ok(Self {
                    container: Container::Workbook(workbook),
                    bytes: Box::new(bytes),
                })
            }
            // The file was not a workbook a moment ago, when it was checked for that.
            Pass::First(_) if magic == WORKBOOK => Err(InputError::Changed {
                row: None,
                change: Change::Rewritten { byte: 0 },
            }),
            pass => Self::unpacked(&magic, Cursor::new(magic.clone()).chain(pass)),
        }
    }

    /// Unpacks a stream of which nothing was read yet.
    pub(in crate::read) fn of_stream(mut stream: impl Read + Send + 'static) -> Result<Self, InputError> {
        let magic = magic_of(&mut stream)?;
        if magic == WORKBOOK {
            return Err(InputError::NotCsv(Foreign::ZipStream));
        }
        let whole = Cursor::new(magic.clone()).chain(stream);
        Self::unpacked(&magic, whole)
    }

    fn unpacked(magic: &[u8], packed: impl Read + Send + 'static) -> Result<Self, InputError> {
        Ok(if magic.starts_with(b"\x1F\x8B") {
            let packed = BufReader::with_capacity(READ_SIZE, packed);
            Self {
                container: Container::Gzip,
                // Decodes all members: a file that was appended to has several.
                bytes: Box::new(Archive(MultiGzDecoder::new(packed), "gzip")),
            }
        } else if matches!(magic, b"\x28\xB5\x2F\xFD" | [0x50..=0x5F, 0x2A, 0x4D, 0x18]) {
            // The second pattern is a skippable frame, with which some programs begin.
            let decoder =
                zstd::Decoder::new(packed).map_err(|source| InputError::reading(0, None, source))?;
            Self {
                container: Container::Zstd,
                bytes: Box::new(Archive(decoder, "zstd")),
            }
        } else {
            Self {
                container: Container::Plain,
                bytes: Box::new(packed),
            }
        })
    }
}

impl Container {
    /// Completes the user's options by what the container determines. Fails if the user gave an
    /// option that contradicts it.
    pub(crate) fn options(&self, given: ReadOptions) -> Result<ReadOptions, InputError> {
        if !matches!(self, Self::Workbook(_)) {
            return Ok(given);
        }
        match given {
            ReadOptions {
                encoding: Some(_), ..
            } => Err(InputError::NoFlagForWorkbook("--encoding")),
            ReadOptions {
                delimiter: Some(_), ..
            } => Err(InputError::NoFlagForWorkbook("--delimiter")),
            given => Ok(ReadOptions {
                encoding: Some(Encoding::Utf8),
                delimiter: Some(Delimiter::COMMA),
                of_workbook: true,
                ..given
            }),
        }
    }
}

fn magic_of(input: &mut impl Read) -> Result<Vec<u8>, InputError> {
    let mut magic = Vec::new();
    input
        .take(MAGIC_BYTES)
        .read_to_end(&mut magic)
        .map_err(|source| InputError::reading(0, None, source))?;
    Ok(magic)
}

/// An archive, with its name for the error when it is damaged.
struct Archive<R>(R, &'static str);

impl<R: Read> Read for Archive<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        self.0.read(space).map_err(|error| {
            if Change::is_in(&error) {
                return error;
            }
            let what = if error.kind() == io::ErrorKind::UnexpectedEof {
                "is cut off, or has something else behind its end"
            } else {
                "is damaged"
            };
            io::Error::new(
                error.kind(),
                format!(
                    "the {} archive {what} ({error}): transfer or export it again",
                    self.1
                ),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    const TEXT: &[u8] = b"id_respondent;l1\n1;a\n2;b\n";

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn read(packed: Vec<u8>) -> io::Result<(Container, Vec<u8>)> {
        let mut contents = Contents::of_stream(Cursor::new(packed)).unwrap();
        let mut bytes = Vec::new();
        contents.bytes.read_to_end(&mut bytes)?;
        Ok((contents.container, bytes))
    }

    #[test]
    fn archives_are_told_by_their_content_and_read_to_their_end() {
        let (first, second) = TEXT.split_at(9);
        let in_parts = [gzip(first), gzip(second)].concat();
        let zstd = |text| zstd::encode_all(text, 0).unwrap();
        let frames = [zstd(first), zstd(second)].concat();
        for (packed, container) in [
            (TEXT.to_vec(), Container::Plain),
            (in_parts, Container::Gzip),
            (frames, Container::Zstd),
        ] {
            assert_eq!(read(packed).unwrap(), (container, TEXT.to_vec()));
        }
        assert_eq!(read(b"x".to_vec()).unwrap().1, b"x");
    }

    #[test]
    fn an_archive_that_is_cut_off_or_damaged_is_no_shorter_file() {
        for packed in [gzip(TEXT), zstd::encode_all(TEXT, 0).unwrap()] {
            for length in 5..packed.len() {
                assert!(read(packed[..length].to_vec()).is_err(), "{length}");
            }
        }
        let mut damaged = gzip(TEXT);
        let at = damaged.len() - 6;
        damaged[at] ^= 1;
        assert!(read(damaged).unwrap_err().to_string().contains("damaged"));
    }
}
