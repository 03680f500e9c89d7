//! The file of a workbook as the library may read it: an entry is looked through to its end before the library gets its
//! first byte, and one that is damaged or a trap reads as zeros. So nothing comes out of an entry whose checksum is
//! wrong, and no entry takes memory without bound, whatever the archive calls it. What is looked for is in
//! `workbook/scan.rs`.
//!
//! What was found is kept for the later reads of the same file, whose blocks are those of the first.

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

/// The most that an entry may unpack to. A sheet with all the rows that Excel allows and 100 columns has less.
const MAX_ENTRY_BYTES: u64 = 4 << 30;

/// What is read at once.
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

/// What is known of the entries of one archive.
#[derive(Clone, Debug)]
pub(in crate::read) struct Vetted(Arc<Mutex<Vetting>>);

#[derive(Debug)]
struct Vetting {
    archive: ZipArchive<BufReader<Verified>>,
    /// In the order in which they lie in the file.
    entries: Vec<PackedEntry>,
    /// Names of further entries in the archive, of which the directory's last word names another.
    twice: Vec<String>,
    /// Of the refused entries that were read, the last.
    fault: Option<WorkbookFault>,
}

/// An entry's packed bytes.
#[derive(Debug)]
struct PackedEntry {
    index: usize,
    /// Where its header begins.
    header: u64,
    start: u64,
    end: u64,
    /// Nothing before somebody reads it.
    verdict: Option<Result<(), WorkbookFault>>,
}

/// Where a read may go on, as it is or as zeros.
struct Stretch {
    end: u64,
    is_open: bool,
}

impl Vetted {
    /// Opens the archive. Each entry must have the name by which the directory knows it, and the directory must name all of
    /// them, but for those that no library reads: some programs pack a picture twice under one name.
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

    /// The refused entry that was read last: where the library fails, it is the reason.
    pub(super) fn fault(&self) -> Option<WorkbookFault> {
        self.locked().fault.clone()
    }

    fn locked(&self) -> MutexGuard<'_, Vetting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vetting {
    /// What a read from this byte on may have. Before the directory is known nobody can unpack anything: the bytes of
    /// entries are passed over then, by whoever looks for the directory.
    fn stretch(&mut self, at: u64, knows_directory: bool) -> io::Result<Stretch> {
        let next = self.entries.partition_point(|entry| entry.end <= at);
        let Some(entry) = self.entries.get_mut(next) else {
            return Ok(Stretch {
                end: u64::MAX,
                is_open: true,
            });
        };
        if at < entry.start {
            // Headers, and an entry's only up to its first byte.
            return Ok(Stretch {
                end: entry.start,
                is_open: true,
            });
        }
        // An entry is unpacked from its first byte on.
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

/// Reads an entry to its end. An error is the file's, not the entry's.
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

/// A read that failed: because the file changed or cannot be read, or because what was packed is damaged.
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

/// A workbook's file, for a library that reads archives.
pub(super) struct Gate {
    file: Verified,
    vetted: Vetted,
    at: u64,
    /// The directory was read.
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
        // The file knows where its end is, and refuses places before its start.
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
