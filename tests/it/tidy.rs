//! The house's own rules (design, section 6): who may name what, how long a file is, how it opens.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Each source file's path below `src/`, and its text without tests and comments.
fn house() -> Vec<(String, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    paths
        .into_iter()
        .map(|path| {
            let name = path
                .strip_prefix(&root)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            let text = fs::read_to_string(&path).unwrap();
            let code = text
                .lines()
                .take_while(|line| *line != "#[cfg(test)]")
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect::<Vec<_>>()
                .join("\n");
            (name, text, code)
        })
        .collect()
}

#[test]
fn each_library_is_named_in_one_place() {
    let homes = [
        (
            "reqwest::",
            vec!["system/http.rs", "send/wire/transport", "monitor/ping.rs"],
        ),
        ("governor::", vec!["send/pace/ceiling.rs"]),
        ("directories::", vec!["system/folders.rs"]),
        ("toml::", vec!["config/file.rs"]),
        ("rusqlite::", vec!["state/store/"]),
        ("same_file::", vec!["run/prepare/lock.rs"]),
        ("strftime", vec!["model/text/time.rs"]),
        ("tokio::signal", vec!["system/stop.rs"]),
        ("clap::", vec!["cli/"]),
        ("indicatif::", vec!["report/progress.rs", "report/console.rs"]),
    ];
    for (name, text, code) in house() {
        for (library, home) in &homes {
            assert!(
                home.iter().any(|home| name.starts_with(home)) || !code.contains(library),
                "{name} names {library}"
            );
        }
        assert!(text.starts_with("//!"), "{name} does not say what it is for");
    }
}

#[test]
fn stages_do_not_know_each_other() {
    let stages = [
        "read", "plan", "state", "send", "record", "report", "monitor", "sandbox",
    ];
    for (name, _, code) in house() {
        let Some((stage, _)) = name.split_once('/') else {
            continue;
        };
        let above = ["cli", "config", "run"];
        let forbidden: Vec<&str> = match stage {
            "model" => stages.iter().chain(&above).copied().collect(),
            _ if stages.contains(&stage) => stages
                .iter()
                .chain(&above)
                .copied()
                .filter(|other| *other != stage)
                .collect(),
            _ => continue,
        };
        for other in forbidden {
            assert!(
                !code.contains(&format!("crate::{other}")),
                "{name} knows crate::{other}"
            );
        }
    }
}

#[test]
fn no_file_outgrows_its_room() {
    for (name, _, code) in house()
        .into_iter()
        .filter(|(name, _, _)| !name.ends_with("tests.rs") && !name.contains("tests/"))
    {
        let lines = code.lines().count();
        assert!(lines <= 320, "{name} has {lines} lines of code");
    }
}

#[test]
fn nothing_below_the_command_line_knows_what_was_typed() {
    for (name, _, code) in house() {
        let may = name.starts_with("cli/") || name.starts_with("config/") || name == "lib.rs";
        assert!(may || !code.contains("crate::cli"), "{name} knows crate::cli");
    }
}
