//! The table of a survey's respondents: `email,id_respondent,id_survey` and labels, UTF-8, a line
//! for each. It takes the place of an older one at once and complete, and of no other file.

use std::path::{Path, PathBuf};

use super::private_csv::PrivateCsv;
use crate::model::Member;
use crate::record::error::OutputError;

/// How the first line of each table begins.
pub(super) const HEADER: [&str; 3] = ["email", "id_respondent", "id_survey"];

/// A table that is being written. Dropped before its end, it leaves the old one.
#[derive(Debug)]
pub(crate) struct TableFile {
    file: PrivateCsv,
    survey: String,
    /// Numbers of the labels, from 1.
    labels: Vec<usize>,
}

impl TableFile {
    /// Prepares to write a table. `labels` are the numbers of the labels that it has.
    ///
    /// # Errors
    ///
    /// If another file than a table stands at the path.
    pub(crate) fn new(path: &Path, survey: &str, labels: &[usize]) -> Result<Self, OutputError> {
        Ok(Self {
            file: PrivateCsv::new(path, &HEADER)?,
            survey: survey.to_owned(),
            labels: labels.to_vec(),
        })
    }

    /// Starts over with the header.
    pub(crate) fn begin(&mut self) -> Result<(), OutputError> {
        self.file.begin()?;
        let labels = self.labels.iter().map(|label| format!("l{label}"));
        self.file
            .push(HEADER.map(str::to_owned).into_iter().chain(labels))
    }

    /// Appends a respondent.
    pub(crate) fn push_member(&mut self, member: &Member) -> Result<(), OutputError> {
        let own = [&member.email, &member.id, &self.survey];
        let labels = self
            .labels
            .iter()
            .filter_map(|label| member.labels.get(label - 1));
        self.file.push(own.into_iter().chain(labels))
    }

    /// Writes everything to the disk, under another name than the table's, and returns that.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn sync(&mut self) -> Result<PathBuf, OutputError> {
        self.file.sync()?;
        Ok(self.file.new_path())
    }

    /// Puts the table in its place.
    pub(crate) fn finish(self) -> Result<(), OutputError> {
        self.file.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

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
