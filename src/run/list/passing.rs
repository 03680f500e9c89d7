//! A table of the mailing list that is needed for a moment: beside the outputs of the run, for its owner
//! alone. It is removed when it is dropped; the next one replaces what a kill has left.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::sleep;

use super::pull::pull;
use crate::config::AskSettings;
use crate::model::{Api, Rate};
use crate::record::{OutputPaths, READ_BACK};
use crate::run::Failure;

/// A table that is removed in the end.
#[derive(Debug)]
pub(in crate::run) struct PassingTable(PathBuf);

impl PassingTable {
    /// Reads the list.
    pub(in crate::run) async fn pull(
        (api, ask): (&Api, &AskSettings),
        survey: &str,
        paths: &OutputPaths,
        labels: &[usize],
    ) -> Result<Self, Failure> {
        let table = Self(paths.beside(READ_BACK));
        pull((api, ask), survey, &table.0, labels).await?;
        pause_between_doors(ask.door.rate).await;
        Ok(table)
    }

    pub(in crate::run) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for PassingTable {
    fn drop(&mut self) {
        fs::remove_file(&self.0).ok();
    }
}

/// Waits before the next calls are made through the other door, so that no second holds more of both
/// than the agreed rate.
pub(in crate::run) async fn pause_between_doors(rate: Rate) {
    if rate.per_second().is_some() {
        sleep(Duration::from_secs(1)).await;
    }
}
