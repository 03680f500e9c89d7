//! A CSV file with personal data, UTF-8 with commas: for its owner alone, complete or not at all, and
//! never in the place of a file of another kind.

use std::fs;
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::model::push_csv_record;
use crate::record::error::OutputError;
use crate::record::outputs::files::{self, create_private};
use crate::system::folders::with_suffix;
use crate::system::regular;

/// The column of the time at which labels were chosen to be put back.
pub(super) const DECIDED_AT: &str = "decided_at";

/// Enough bytes for the header of any of these files.
const MAX_HEADER: u64 = 4 << 10;

/// Suffix of a file while it is written.
pub(super) const NEW: &str = ".new";

/// A file that is being written. Dropped before its end, it leaves the old one.
#[derive(Debug)]
pub(super) struct PrivateCsv {
    path: PathBuf,
    writer: Option<BufWriter<fs::File>>,
    /// Whether the new file is there and has not its name yet.
    is_begun: bool,
    line: Vec<u8>,
}

impl PrivateCsv {
    /// Prepares to write a file whose header begins with these names, and has further names of labels.
    ///
    /// # Errors
    ///
    /// If another file stands at the path.
    pub(super) fn new(path: &Path, header: &[&str]) -> Result<Self, OutputError> {
        if !is_free(path, &header.join(",")).map_err(|source| OutputError::read(path, source))? {
            return Err(OutputError::NoTable(path.to_owned()));
        }
        Ok(Self {
            path: path.to_owned(),
            writer: None,
            is_begun: false,
            line: Vec::new(),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Starts over, without a line.
    pub(super) fn begin(&mut self) -> Result<(), OutputError> {
        let new = self.new_path();
        self.writer = None;
        let file = create_private(&new, true).map_err(|source| OutputError::create(&new, source))?;
        (self.writer, self.is_begun) = (Some(BufWriter::new(file)), true);
        Ok(())
    }

    /// Appends a line.
    pub(super) fn push<F: AsRef<[u8]>>(
        &mut self,
        fields: impl IntoIterator<Item = F>,
    ) -> Result<(), OutputError> {
        self.line.clear();
        push_csv_record(fields, b',', &mut self.line);
        self.line.push(b'\n');
        let Some(writer) = &mut self.writer else {
            return Ok(());
        };
        let written = writer.write_all(&self.line);
        written.map_err(|source| OutputError::write(&self.new_path(), source))
    }

    /// Writes everything to the disk. The old file is still in its place.
    pub(super) fn sync(&mut self) -> Result<(), OutputError> {
        let new = self.new_path();
        if let Some(writer) = self.writer.take() {
            let file = writer.into_inner().map_err(io::IntoInnerError::into_error);
            file.and_then(|file| files::sync(&file))
                .map_err(|source| OutputError::write(&new, source))?;
        }
        Ok(())
    }

    /// Puts the file in its place.
    pub(super) fn finish(mut self) -> Result<(), OutputError> {
        self.sync()?;
        fs::rename(self.new_path(), &self.path).map_err(|source| OutputError::rename(&self.path, source))?;
        self.is_begun = false;
        files::sync_folder_of(&self.path);
        Ok(())
    }

    /// Where the file is until it gets its name.
    pub(super) fn new_path(&self) -> PathBuf {
        with_suffix(&self.path, NEW)
    }
}

impl Drop for PrivateCsv {
    fn drop(&mut self) {
        self.writer = None;
        if self.is_begun {
            fs::remove_file(self.new_path()).ok();
        }
    }
}

/// Whether nothing stands at the path, or a file with such a header. A table with columns of the user's own
/// is the user's.
fn is_free(path: &Path, header: &str) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
        Ok(found) if !found.is_file() => return Ok(false),
        Ok(found) if found.len() == 0 => return Ok(true),
        Ok(_) => {}
    }
    let mut start = Vec::new();
    regular::open(path)?.take(MAX_HEADER).read_to_end(&mut start)?;
    let start = String::from_utf8_lossy(&start);
    let Some(further) = start.lines().next().and_then(|line| line.strip_prefix(header)) else {
        return Ok(false);
    };
    let mut further = further.split(',');
    let is_whole = further.next() == Some("");
    Ok(is_whole && further.all(is_of_label))
}

/// Whether a column is of a label: `l4`, `l4_old`, `l4_new`; or says when it was decided.
fn is_of_label(name: &str) -> bool {
    let label = name
        .strip_suffix("_old")
        .or(name.strip_suffix("_new"))
        .unwrap_or(name);
    let number = label
        .strip_prefix('l')
        .and_then(|number| number.parse::<u8>().ok());
    number.is_some() || name == DECIDED_AT
}
