//! A workbook's file as the library may read it. Each entry is scanned to its end before the
//! library gets its first byte, and a damaged or hostile entry reads as zeros. So nothing is read
//! from an entry whose checksum is wrong, and no entry uses unbounded memory, whatever its name is.
//! `read/workbook/scan.rs` defines what is refused.
//!
//! The results are kept for later reads of the same file, whose blocks are verified against the
//! first read.

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use thiserror::Error;
use zip::ZipArchive;
use zip::result::ZipError;

use super::directory::{is_part, listed_twice, local_name, same_part, unlisted};
use super::scan::{Scan, ScanFault};
use crate::model::clean;
use crate::read::InputError;
use crate::read::source::{Change, Verified};

/// Maximum unpacked size of an entry in bytes. A sheet with all the rows that Excel allows and 100
/// columns has less.
const MAX_ENTRY_BYTES: u64 = 4 << 30;

/// Bytes read at once.
const READ_BYTES: usize = 64 << 10;

/// Why a workbook cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum WorkbookFault {
    #[error("the zip archive, or workbook, is cut short: get it once more")]
    CutShort,
    #[error("the workbook is damaged ({0}): get it once more, or open it in Excel and save it anew")]
    Archive(String),
    #[error(
        "the workbook is damaged (`{entry}` in it: {what}): get it once more, or open it in Excel and save it anew"
    )]
    Damaged { entry: String, what: String },
    #[error(
        "the workbook cannot be used (`{entry}` in it: {what}): save the sheet as `CSV UTF-8`, or as a workbook of its own"
    )]
    Refused { entry: String, what: String },
}

/// What is known of the entries of an archive.
#[derive(Clone, Debug)]
pub(in crate::read) struct Vetted(Arc<Mutex<Vetting>>);

#[derive(Debug)]
struct Vetting {
    archive: ZipArchive<BufReader<Verified>>,
    /// In file order.
    entries: Vec<PackedEntry>,
    /// Names of entries that are in the archive more than once. The directory lists only the last
    /// of each.
    twice: Vec<String>,
    /// The fault of the last refused entry that was read.
    fault: Option<WorkbookFault>,
}

/// The packed bytes of an entry.
#[derive(Debug)]
struct PackedEntry {
    /// Index of the entry in the directory.
    index: usize,
    /// Offset of the entry's header.
    header: u64,
    /// Offsets of the packed bytes: their start and their end.
    start: u64,
    end: u64,
    /// `None` until the entry is read for the first time.
    verdict: Option<Result<(), WorkbookFault>>,
}

/// How far a read may continue, and whether it gets the bytes or zeros.
struct Stretch {
    end: u64,
    is_open: bool,
}

impl Vetted {
    /// Opens the archive. Each entry must have the name that the directory gives it. The directory
    /// must list every entry except those that the library never reads, because some programs pack
    /// a picture twice under one name.
    pub(super) fn new(file: &Verified) -> Result<Self, InputError> {
        let told = |error: ZipError| clean(&error.to_string()).into_owned();
        let unusable = |error| WorkbookFault::Archive(told(error));
        let packed = BufReader::with_capacity(READ_BYTES, file.read_again());
        let mut archive = ZipArchive::new(packed).map_err(|error| match error {
            ZipError::InvalidArchive(_) => WorkbookFault::CutShort.into(),
            error => InputError::Workbook(told(error)),
        })?;
        let mut headers = file.read_again();
        let mut entries = Vec::with_capacity(archive.len());
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index).map_err(unusable)?;
            let start = entry.data_start().unwrap_or_default();
            let (header, name) = (entry.header_start(), entry.name_raw().to_vec());
            let own = local_name(&mut headers, header).map_err(|error| unusable(error.into()))?;
            if own.as_ref().is_none_or(|(own, _)| *own != name) {
                let name = clean(&String::from_utf8_lossy(&name)).into_owned();
                return Err(
                    WorkbookFault::Archive(format!("`{name}` has another name in its directory")).into(),
                );
            }
            entries.push(PackedEntry {
                index,
                header,
                start,
                end: start.saturating_add(entry.compressed_size()),
                verdict: None,
            });
        }
        if let Some(name) = listed_twice(archive.file_names().flatten()) {
            return Err(WorkbookFault::Archive(format!("`{}` is in it twice", clean(&name))).into());
        }
        entries.sort_by_key(|entry| entry.start);
        let end = archive.central_directory_start();
        let twice = unlisted(
            &mut headers,
            entries.iter().map(|entry| (entry.header, entry.end)),
            end,
        )
        .map_err(|error| unusable(error.into()))?;
        if let Some(missing) = twice
            .iter()
            .find(|name| is_part(name) && archive.index_for_name(name).is_none())
        {
            return Err(WorkbookFault::Archive(format!("its directory lacks `{}`", clean(missing))).into());
        }
        Ok(Self(Arc::new(Mutex::new(Vetting {
            archive,
            entries,
            twice,
            fault: None,
        }))))
    }

    /// The fault of the last refused entry that was read: the reason if the library fails.
    pub(super) fn fault(&self) -> Option<WorkbookFault> {
        self.locked().fault.clone()
    }

    fn locked(&self) -> MutexGuard<'_, Vetting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vetting {
    /// Returns what a read from this byte on may get. Before the directory is known nothing can be
    /// unpacked, so a search for the directory may pass over the bytes of entries; it gets zeros.
    fn stretch(&mut self, at: u64, knows_directory: bool) -> io::Result<Stretch> {
        let next = self.entries.partition_point(|entry| entry.end <= at);
        let Some(entry) = self.entries.get_mut(next) else {
            return Ok(Stretch {
                end: u64::MAX,
                is_open: true,
            });
        };
        if at < entry.start {
            // Headers are open, up to the first packed byte of the entry.
            return Ok(Stretch {
                end: entry.start,
                is_open: true,
            });
        }
        // Unpacking starts at the first byte of an entry.
        if knows_directory && at == entry.start {
            let verdict = match &entry.verdict {
                Some(verdict) => verdict,
                None => entry
                    .verdict
                    .insert(look_through(&mut self.archive, &self.twice, entry.index)?),
            };
            if let Err(fault) = verdict {
                self.fault = Some(fault.clone());
            }
        }
        Ok(Stretch {
            end: entry.end,
            is_open: matches!(entry.verdict, Some(Ok(()))),
        })
    }
}

/// Scans an entry to its end. The outer error is a fault of the file, the inner one a fault of the
/// entry.
fn look_through(
    archive: &mut ZipArchive<BufReader<Verified>>,
    twice: &[String],
    index: usize,
) -> io::Result<Result<(), WorkbookFault>> {
    let name = match archive.name_for_index(index) {
        Some(Ok(name)) => clean(&name).into_owned(),
        _ => format!("entry {}", index + 1),
    };
    let damaged = |what: String| WorkbookFault::Damaged {
        entry: name.clone(),
        what: clean(&what).into_owned(),
    };
    let refused = |what: String| WorkbookFault::Refused {
        entry: name.clone(),
        what,
    };
    if twice.iter().any(|other| same_part(other, &name)) {
        return Ok(Err(damaged("it is there twice".to_owned())));
    }
    let mut entry = match archive.by_index(index) {
        Ok(entry) => entry,
        Err(ZipError::Io(error)) => return broken(error, damaged),
        Err(error) => return Ok(Err(refused(error.to_string()))),
    };
    let (mut scan, mut total) = (Scan::new(), 0);
    let mut space = vec![0; READ_BYTES];
    loop {
        let count = match entry.read(&mut space) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) => return broken(error, damaged),
        };
        total += count as u64;
        if total > MAX_ENTRY_BYTES {
            let what = format!("it has more than {} GiB once unpacked", MAX_ENTRY_BYTES >> 30);
            return Ok(Err(refused(what)));
        }
        if let Err(fault) = scan.take_in(space.get(..count).unwrap_or_default()) {
            return Ok(Err(refused(fault.to_string())));
        }
    }
    Ok(scan.finish().map_err(|fault| match fault {
        ScanFault::CutOff => damaged(fault.to_string()),
        _ => refused(fault.to_string()),
    }))
}

/// Converts a failed read: the file changed or cannot be read (outer error), or the packed data is
/// damaged (inner error).
fn broken(
    error: io::Error,
    damaged: impl Fn(String) -> WorkbookFault,
) -> io::Result<Result<(), WorkbookFault>> {
    let is_of_entry = matches!(
        error.kind(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof
    );
    if is_of_entry && !Change::is_in(&error) {
        return Ok(Err(damaged(error.to_string())));
    }
    Err(error)
}

/// A workbook's file, for the library that reads workbooks.
pub(super) struct Gate {
    file: Verified,
    vetted: Vetted,
    at: u64,
    /// Whether the directory was read.
    knows_directory: bool,
}

impl Gate {
    pub(super) fn new(file: Verified, vetted: Vetted) -> Self {
        Self {
            file,
            vetted,
            at: 0,
            knows_directory: false,
        }
    }
}

impl Read for Gate {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let stretch = {
            let mut vetting = self.vetted.locked();
            self.knows_directory |= self.at >= vetting.archive.central_directory_start();
            vetting.stretch(self.at, self.knows_directory)?
        };
        let left = usize::try_from(stretch.end - self.at).unwrap_or(usize::MAX);
        let most = left.min(space.len());
        let space = space.get_mut(..most).unwrap_or_default();
        self.file.seek(SeekFrom::Start(self.at))?;
        let count = self.file.read(space)?;
        if !stretch.is_open {
            space.iter_mut().take(count).for_each(|byte| *byte = 0);
        }
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Gate {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        // The file computes its own end and refuses positions before its start.
        let to = match to {
            SeekFrom::Current(by) => {
                self.file.seek(SeekFrom::Start(self.at))?;
                SeekFrom::Current(by)
            }
            to => to,
        };
        self.at = self.file.seek(to)?;
        Ok(self.at)
    }
}
