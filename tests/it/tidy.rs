//! The project's own rules (`.github/CONTRIBUTING.md`): which modules may use which, the length and
//! the opening of a file, the size of a folder, and phrases that must not come back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::files_below;

/// Maximum lines of code in a file, without tests.
const MAX_LINES: usize = 320;

/// Maximum names in a folder of `src`, without its `mod.rs` and tests.
const MAX_NAMES: usize = 12;

/// A source file.
struct File {
    /// Its path below `src/`.
    name: String,
    text: String,
    /// The text without comments and test modules.
    code: String,
}

impl File {
    /// Returns the top-level module ("room") of the file. A file at the top is a room of its own.
    fn room(&self) -> &str {
        let first = self.name.split('/').next().unwrap();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    fn is_test(&self) -> bool {
        self.name.ends_with("tests.rs") || self.name.contains("tests/")
    }

    /// Returns the rooms whose items the file names, as `crate::room` or in a list
    /// (`crate::{one, other}`).
    fn knows(&self) -> Vec<String> {
        let mut rooms = Vec::new();
        for rest in self.code.split("crate::").skip(1) {
            match rest.strip_prefix('{') {
                Some(list) => rooms.extend(list_of(list)),
                None => rooms.push(word(rest)),
            }
        }
        rooms
    }
}

/// Returns the first word of each part of a use list, up to its closing brace.
fn list_of(list: &str) -> Vec<String> {
    let mut depth = 0;
    let mut parts = vec![String::new()];
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => parts.push(String::new()),
            _ if depth == 0 => parts.last_mut().unwrap().push(c),
            _ => {}
        }
    }
    parts.iter().map(|part| word(part.trim())).collect()
}

fn word(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

fn house() -> Vec<File> {
    let files = files_below("src").into_iter();
    let sources = files.filter(|(_, path)| path.extension().is_some_and(|extension| extension == "rs"));
    let files = sources.map(|(name, path)| {
        let text = fs::read_to_string(&path).unwrap();
        let code = without_tests(&text);
        File { name, text, code }
    });
    files.collect()
}

/// Removes comments and items that only tests need, that is those behind `#[cfg(test)]`.
fn without_tests(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        if !line.trim_start().starts_with("#[cfg(test)]") && !line.trim_start().starts_with("#[cfg(any(test")
        {
            code.push_str(line);
            code.push('\n');
            continue;
        }
        // The item ends with its semicolon, or with the brace that its first line opens.
        let indent = line.len() - line.trim_start().len();
        let end = format!("{}}}", " ".repeat(indent));
        for item in lines.by_ref() {
            if item == end || item.trim_end().ends_with(';') && !item.starts_with(&" ".repeat(indent + 1)) {
                break;
            }
        }
    }
    code
}

#[test]
fn each_library_is_named_in_one_place() {
    let homes: [(&str, &[&str]); 31] = [
        (
            "reqwest::",
            &[
                "system/http.rs",
                "system/probe.rs",
                "send/wire/transport",
                "monitor/ping.rs",
                "pull/http.rs",
            ],
        ),
        ("governor::", &["send/pace/rate_limit.rs"]),
        ("directories::", &["system/folders.rs"]),
        ("toml::", &["config/file.rs"]),
        ("rusqlite::", &["state/store/"]),
        ("same_file::", &["run/prepare/lock.rs"]),
        ("strftime", &["model/text/time.rs"]),
        ("tokio::signal", &["system/stop.rs"]),
        ("clap::", &["cli/"]),
        ("dialoguer::", &["run/commands/init/asking.rs"]),
        (
            "indicatif::",
            &[
                "report/terminal/progress.rs",
                "report/terminal/console.rs",
                "report/numbers.rs",
            ],
        ),
        ("calamine::", &["read/workbook/"]),
        ("zip::", &["read/workbook/", "fuzzing.rs"]),
        ("flate2::", &["read/unpack/container.rs"]),
        ("zstd::", &["read/unpack/container.rs"]),
        ("fs_mistrust::", &["system/trust/"]),
        ("pulldown_cmark::", &["manual/"]),
        ("roff::", &["manual/man.rs", "cli/man.rs"]),
        ("clap_mangen::", &["cli/man.rs"]),
        (
            "toml_writer::",
            &["config/commands/files/show.rs", "run/commands/init/answers.rs"],
        ),
        ("uuid::", &["model/settings/identity.rs"]),
        ("which::", &["system/"]),
        (
            "textwrap::",
            &["manual/", "system/terminal/pager.rs", "report/terminal/screen.rs"],
        ),
        ("anstyle::", &["report/terminal/screen.rs"]),
        ("anstream::", &["report/terminal/screen.rs"]),
        ("askama::", &["page/"]),
        ("ring::", &["page/frame.rs", "system/http.rs"]),
        ("base64::", &["page/frame.rs"]),
        ("pwd_grp::", &["system/trust/"]),
        ("crabtrap::", &["system/terminal/explorer.rs"]),
        ("sys_locale::", &["system/locale.rs"]),
    ];
    for file in house() {
        let name = &file.name;
        for (library, home) in homes {
            let parts: Vec<&str> = file.code.split(library).collect();
            let is_path = |before: &&str| before.ends_with(|c: char| c.is_alphanumeric() || "_:".contains(c));
            let names_it = parts
                .split_last()
                .is_some_and(|(_, before)| !before.iter().all(is_path));
            assert!(
                file.is_test() || !names_it || home.iter().any(|home| name.starts_with(home)),
                "{name} names {library}"
            );
        }
        assert!(file.text.starts_with("//!"), "{name} does not say what it is for");
    }
}

/// A room may use the rooms below it. No stage uses another stage.
#[test]
fn rooms_know_only_what_lies_below_them() {
    const STAGES: [&str; 9] = [
        "read", "plan", "state", "send", "record", "report", "monitor", "sandbox", "pull",
    ];
    const ABOVE: [&str; 3] = ["cli", "config", "run"];
    for file in house().iter().filter(|file| !file.is_test()) {
        let forbidden: Vec<&str> = match file.room() {
            "lib" | "main" | "fuzzing" => continue,
            "model" => STAGES
                .iter()
                .chain(&ABOVE)
                .copied()
                .chain(["system", "manual", "text", "page"])
                .collect(),
            // What is said is made of what the stages know.
            "text" | "page" => ABOVE.to_vec(),
            "system" | "manual" | "rules" => STAGES.iter().chain(&ABOVE).copied().chain(["page"]).collect(),
            stage if STAGES.contains(&stage) => {
                let others = STAGES.iter().chain(&ABOVE).copied();
                others
                    .filter(|other| *other != stage)
                    .chain(["manual", "text", "page"])
                    .collect()
            }
            // The meaning of a flag is expressed in terms of the stages, but no stage runs there.
            "cli" => STAGES.iter().copied().chain(["config", "run"]).collect(),
            "config" => vec!["run"],
            "run" => vec!["cli"],
            room => panic!(
                "{} is in the room `{room}`, of which nothing is known here",
                file.name
            ),
        };
        for known in file.knows() {
            assert!(
                !forbidden.contains(&known.as_str()),
                "{} knows crate::{known}",
                file.name
            );
        }
    }
}

#[test]
fn no_file_outgrows_its_room_and_no_room_its_house() {
    let mut names: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for file in house().iter().filter(|file| !file.is_test()) {
        let lines = file.code.lines().filter(|line| !line.trim().is_empty()).count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines of code", file.name);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let is_own = ["mod.rs", "tests.rs", "tests", "snapshots"].contains(&name.as_str());
            // A file and the folder of its submodules count as one name.
            let is_parts = path.is_dir() && path.with_extension("rs").is_file();
            if !is_own && !is_parts && folder != root && !folder.ends_with("manual/en") {
                *names.entry(folder.clone()).or_default() += 1;
            }
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    for (folder, count) in names {
        assert!(count <= MAX_NAMES, "{} shows {count} names", folder.display());
    }
}

#[test]
fn rules_that_are_named_exist() {
    let rules = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules.rs")).unwrap();
    for file in house() {
        for rest in file.text.split("rule ").skip(1) {
            let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
            let exists = rules.contains(&format!("//! # Rule {number}\n"));
            assert!(number.is_empty() || exists, "{} names rule {number}", file.name);
        }
        assert!(
            !file.text.contains("(design, "),
            "{} refers to a page that is not here",
            file.name
        );
    }
}

/// The private dialect that the comments were once written in.
#[test]
fn some_phrases_do_not_come_back() {
    const PHRASES: [&str; 7] = [
        "gone on with",
        "so many times as",
        "is told of it",
        "who is none",
        "less than nothing",
        "MOST_",
        "LEAST_",
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts: Vec<(String, String)> = house().into_iter().map(|file| (file.name, file.text)).collect();
    for page in ["README.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md"] {
        texts.push((page.to_owned(), fs::read_to_string(root.join(page)).unwrap()));
    }
    for entry in fs::read_dir(root.join("src/manual/en")).unwrap() {
        let path = entry.unwrap().path();
        texts.push((path.display().to_string(), fs::read_to_string(path).unwrap()));
    }
    for (name, text) in texts {
        for phrase in PHRASES {
            assert!(!text.contains(phrase), "{name} says `{phrase}`");
        }
    }
}

/// The README has a length limit, so that it is read to its end.
#[test]
fn the_readme_is_short_and_lists_every_topic() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    assert!(readme.len() <= 12_000, "{} bytes", readme.len());
    for entry in fs::read_dir(root.join("src/manual/en")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let heading = fs::read_to_string(&path).unwrap();
        let purpose = heading.lines().next().unwrap().split_once(": ").unwrap().1;
        let row = format!("| [`{name}`](src/manual/en/{name}.md) | {purpose} |");
        assert!(readme.contains(&row), "README.md lacks `{row}`");
    }
}
