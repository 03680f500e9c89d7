//! The flags that a run would have by the config file and the environment, for commands that are about
//! runs and are none.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};

use crate::cli::{Command, Origins, RunArgs, parse_words};
use crate::config::file::ConfigFile;

/// The flags of a run.
pub(in crate::config) struct RunFlags {
    pub(in crate::config) args: Box<RunArgs>,
    pub(in crate::config) origins: Origins,
    /// The input, if it was typed or the settings name one.
    pub(in crate::config) input: Option<PathBuf>,
}

impl RunFlags {
    /// Parses the settings of file and environment as a run would that was typed with these flags, and
    /// with this input if there is one.
    pub(in crate::config) fn new(
        file: &ConfigFile,
        typed: &[OsString],
        input: Option<&Path>,
    ) -> Result<Self> {
        let parsed = |last: &[&OsStr]| {
            let words = ["respondent-sync", "run"].map(OsString::from).into_iter();
            let words = words.chain(typed.iter().cloned());
            let words = words.chain(last.iter().map(OsString::from));
            let (cli, origins) = parse_words(words, &file.settings).map_err(|error| {
                let text = error.to_string();
                let first = text.lines().next().unwrap_or_default();
                anyhow!("{}", first.trim_start_matches("error: "))
            })?;
            match cli.command {
                Command::Run(args) => Ok((args, origins)),
                _ => Err(anyhow!("no run")),
            }
        };
        if let Some(input) = input {
            let (args, origins) = parsed(&[OsStr::new("--"), input.as_os_str()])?;
            return Ok(Self {
                args,
                origins,
                input: Some(input.to_owned()),
            });
        }
        if let Ok((args, origins)) = parsed(&[]) {
            let input = Some(args.input.input.clone());
            return Ok(Self { args, origins, input });
        }
        // Without an input in the file, it would be typed.
        let (args, origins) = parsed(&[OsStr::new("-")])?;
        Ok(Self {
            args,
            origins,
            input: None,
        })
    }
}
