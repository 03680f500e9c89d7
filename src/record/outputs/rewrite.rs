//! Replaces parts of a finished output: the new version is complete and synced under a temporary name
//! before it takes the place of the old one. A kill leaves the old file or the new one. The caller
//! decides which parts.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

use super::files;
use super::names::rewritten;
use crate::record::error::OutputError;
use crate::system::folders::keep_rights;
use crate::system::regular;

/// A part of a file and what replaces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    /// Offset of the part, in bytes.
    pub(crate) at: u64,
    /// Bytes of the part.
    pub(crate) length: u64,
    pub(crate) by: Vec<u8>,
}

/// The new version of a file, under a temporary name. It is removed if it is not put in place.
#[derive(Debug)]
pub(crate) struct Rewritten {
    path: PathBuf,
    temporary: PathBuf,
    digest: String,
    is_placed: bool,
}

impl Rewritten {
    /// Writes the new version, with the owner, the rights and the time of the old one. `edits` are
    /// in the file's order. `digest` is the xxh3-128 of the bytes for which they were made.
    pub(crate) fn write(path: &Path, edits: &[Edit], digest: u128) -> Result<Self, OutputError> {
        let fault = |source| OutputError::read(path, source);
        let old = regular::open(path).map_err(fault)?;
        let modified = old.metadata().and_then(|about| about.modified()).map_err(fault)?;
        let temporary = rewritten(path);
        let file = files::create_private(&temporary, true)
            .map_err(|source| OutputError::create(&temporary, source))?;
        keep_rights(&old, &file).map_err(|source| OutputError::write(&temporary, source))?;
        let mut new = Self {
            path: path.to_owned(),
            temporary,
            digest: String::new(),
            is_placed: false,
        };
        let mut reader = Digesting::new(old);
        let mut writer = Digesting::new(BufWriter::new(file));
        apply(&mut reader, &mut writer, edits)
            .and_then(|()| finish(&writer.inner, modified))
            .map_err(|source| OutputError::write(&new.temporary, source))?;
        if reader.digest.digest128() != digest {
            return Err(fault(io::Error::other("it changed while it was read")));
        }
        new.digest = text_of(writer.digest.digest128());
        Ok(new)
    }

    /// The digest of the new version, as a summary has it.
    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }

    /// Replaces the old version.
    pub(crate) fn put(mut self) -> Result<(), OutputError> {
        fs::rename(&self.temporary, &self.path).map_err(|source| OutputError::rename(&self.path, source))?;
        self.is_placed = true;
        files::sync_folder_of(&self.path);
        Ok(())
    }
}

impl Drop for Rewritten {
    fn drop(&mut self) {
        if !self.is_placed {
            // What stays is replaced by the next attempt.
            fs::remove_file(&self.temporary).ok();
        }
    }
}

/// Returns a digest as a summary has it.
pub(crate) fn text_of(digest: u128) -> String {
    format!("{digest:032x}")
}

fn finish(writer: &BufWriter<File>, modified: std::time::SystemTime) -> io::Result<()> {
    let file = writer.get_ref();
    file.set_modified(modified)?;
    files::sync(file)
}

/// Copies a file with its parts replaced.
fn apply(reader: &mut impl Read, writer: &mut impl Write, edits: &[Edit]) -> io::Result<()> {
    let mut at = 0;
    for edit in edits {
        let before = edit.at.checked_sub(at).ok_or(io::ErrorKind::InvalidInput)?;
        io::copy(&mut reader.by_ref().take(before), writer)?;
        io::copy(&mut reader.by_ref().take(edit.length), &mut io::sink())?;
        writer.write_all(&edit.by)?;
        at = edit.at + edit.length;
    }
    io::copy(reader, writer)?;
    writer.flush()
}

/// Digests the bytes that pass.
struct Digesting<T> {
    inner: T,
    digest: Xxh3,
}

impl<T> Digesting<T> {
    fn new(inner: T) -> Self {
        Self {
            inner,
            digest: Xxh3::new(),
        }
    }
}

impl<T: Read> Read for Digesting<T> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(space)?;
        self.digest.update(space.get(..count).unwrap_or_default());
        Ok(count)
    }
}

impl<T: Write> Write for Digesting<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.digest.update(bytes.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use xxhash_rust::xxh3::xxh3_128;

    use super::*;

    proptest! {
        #[test]
        fn everything_but_the_parts_stays(parts in proptest::collection::vec(("[a-z]{0,5}", "[0-9]{0,5}", "[A-Z]{0,5}"), 0..5)) {
            let (mut old, mut new, mut edits) = (String::new(), String::new(), Vec::new());
            for (kept, part, by) in &parts {
                old += kept;
                new += kept;
                edits.push(Edit { at: old.len() as u64, length: part.len() as u64, by: by.clone().into_bytes() });
                old += part;
                new += by;
            }
            let mut written = Vec::new();
            apply(&mut old.as_bytes(), &mut written, &edits).unwrap();
            prop_assert_eq!(String::from_utf8(written).unwrap(), new);
        }
    }

    #[test]
    fn a_new_version_takes_the_place_of_the_bytes_that_were_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "one two").unwrap();
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000);
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(time)
            .unwrap();
        let edits = [Edit {
            at: 4,
            length: 3,
            by: b"2".to_vec(),
        }];
        Rewritten::write(&path, &edits, 5).unwrap_err();
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left over"
        );
        let new = Rewritten::write(&path, &edits, xxh3_128(b"one two")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one two");
        assert_eq!(new.digest(), text_of(xxh3_128(b"one 2")));
        new.put().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one 2");
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), time);
    }
}
