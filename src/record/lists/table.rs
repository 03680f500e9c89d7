//! The table of a survey's respondents: `email,id_respondent,id_survey` and labels, UTF-8, a line
//! for each. It takes the place of an older one at once and complete, and of no other file.

use std::fs;
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::model::{Member, push_csv_record};
use crate::record::error::OutputError;
use crate::record::outputs::files::{self, create_private};
use crate::system::folders::with_suffix;
use crate::system::regular;

/// How the first line of each table begins.
const HEADER: [&str; 3] = ["email", "id_respondent", "id_survey"];

/// Suffix of a table while it is written.
const NEW: &str = ".new";

/// A table that is being written. Dropped before its end, it leaves the old one.
#[derive(Debug)]
pub(crate) struct TableFile {
    path: PathBuf,
    survey: String,
    /// Numbers of the labels, from 1.
    labels: Vec<usize>,
    writer: Option<BufWriter<fs::File>>,
    line: Vec<u8>,
}

impl TableFile {
    /// Prepares to write a table. `labels` are the numbers of the labels that it has.
    ///
    /// # Errors
    ///
    /// If another file than a table stands at the path.
    pub(crate) fn new(path: &Path, survey: &str, labels: &[usize]) -> Result<Self, OutputError> {
        if !is_free(path).map_err(|source| OutputError::read(path, source))? {
            return Err(OutputError::NoTable(path.to_owned()));
        }
        Ok(Self {
            path: path.to_owned(),
            survey: survey.to_owned(),
            labels: labels.to_vec(),
            writer: None,
            line: Vec::new(),
        })
    }

    /// Starts over with the header.
    pub(crate) fn begin(&mut self) -> Result<(), OutputError> {
        let new = self.new_path();
        self.writer = None;
        let file = create_private(&new, true).map_err(|source| OutputError::create(&new, source))?;
        self.writer = Some(BufWriter::new(file));
        let labels = self.labels.iter().map(|label| format!("l{label}"));
        let header: Vec<String> = HEADER.map(str::to_owned).into_iter().chain(labels).collect();
        self.push(&header)
    }

    /// Appends a respondent.
    pub(crate) fn push_member(&mut self, member: &Member) -> Result<(), OutputError> {
        let own = [&member.email, &member.id, &self.survey];
        let labels = self
            .labels
            .iter()
            .filter_map(|label| member.labels.get(label - 1));
        let fields: Vec<String> = own.into_iter().chain(labels).cloned().collect();
        self.push(&fields)
    }

    /// Puts the table in its place.
    pub(crate) fn finish(mut self) -> Result<(), OutputError> {
        let new = self.new_path();
        if let Some(writer) = self.writer.take() {
            let file = writer.into_inner().map_err(io::IntoInnerError::into_error);
            file.and_then(|file| files::sync(&file))
                .map_err(|source| OutputError::write(&new, source))?;
        }
        fs::rename(&new, &self.path).map_err(|source| OutputError::rename(&self.path, source))?;
        files::sync_folder_of(&self.path);
        Ok(())
    }

    fn push(&mut self, fields: &[String]) -> Result<(), OutputError> {
        self.line.clear();
        push_csv_record(fields, b',', &mut self.line);
        self.line.push(b'\n');
        let Some(writer) = &mut self.writer else {
            return Ok(());
        };
        let written = writer.write_all(&self.line);
        written.map_err(|source| OutputError::write(&self.new_path(), source))
    }

    fn new_path(&self) -> PathBuf {
        with_suffix(&self.path, NEW)
    }
}

impl Drop for TableFile {
    fn drop(&mut self) {
        if self.writer.take().is_some() {
            fs::remove_file(self.new_path()).ok();
        }
    }
}

/// Whether nothing stands at the path, or a table.
fn is_free(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
        Ok(found) if !found.is_file() => return Ok(false),
        Ok(found) if found.len() == 0 => return Ok(true),
        Ok(_) => {}
    }
    let header = HEADER.join(",");
    let mut start = Vec::new();
    regular::open(path)?
        .take(header.len() as u64)
        .read_to_end(&mut start)?;
    Ok(start == header.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(email: &str, id: &str, label: &str) -> Member {
        let mut member = Member {
            id: id.to_owned(),
            email: email.to_owned(),
            ..Member::default()
        };
        label.clone_into(&mut member.labels[3]);
        member
    }

    #[test]
    fn a_table_replaces_an_older_one_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("respondents.csv");
        let write = |members: &[Member]| {
            let mut table = TableFile::new(&path, "7", &[4, 12])?;
            table.begin()?;
            table.push_member(&member("gone@example.com", "1", "from a first read"))?;
            table.begin()?;
            members.iter().try_for_each(|member| table.push_member(member))?;
            table.finish()
        };
        write(&[member("a@example.com", "0012", "Ala, \"VIP\"")]).unwrap();
        write(&[member("a@example.com", "0012", "=1\nx"), member("", "13", "")]).unwrap();
        let expected = "email,id_respondent,id_survey,l4,l12\na@example.com,0012,7,\"=1\nx\",\n,13,7,,\n";
        assert_eq!(fs::read_to_string(&path).unwrap(), expected);
        let names = || fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names(), 1);
        let mut cut = TableFile::new(&path, "7", &[]).unwrap();
        cut.begin().unwrap();
        drop(cut);
        assert_eq!(
            (names(), fs::read_to_string(&path).unwrap().as_str()),
            (1, expected)
        );
        fs::write(&path, "email;id_respondent\n").unwrap();
        assert!(matches!(write(&[]), Err(OutputError::NoTable(_))));
    }
}
