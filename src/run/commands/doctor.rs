//! `doctor`: looks at what a run needs on this machine, and says of each thing whether it is there or
//! what to do. Writes nothing that stays, runs no command of a secret, and calls no webhook.
//! `doctor/network.rs` asks the platform's host.

mod network;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::config::{DoctorSettings, FoundSecret};
use crate::model::{ShownPath as _, local_time_in, version};
use crate::record::OutputPaths;
use crate::report::{Console, ExitCode};
use crate::run::Failure;
use crate::state::Store;
use crate::system::trust::permissions;
use crate::system::{folders, regular, trust};
use crate::text::{Examined, Health, Message, Subject, words};

/// Looks at everything, and prints each finding at once: the network may take its time.
pub(in crate::run) async fn run(settings: DoctorSettings, console: &Console) -> Result<ExitCode, Failure> {
    let screen = console.screen_of_output();
    let (mut wrong, mut look, mut code) = (0, 0, ExitCode::Success);
    let mut say = |found: Examined, or: ExitCode| {
        match found.health {
            Health::Good => {}
            Health::Look => look += 1,
            Health::Bad if wrong == 0 => (wrong, code) = (1, or),
            Health::Bad => wrong += 1,
        }
        console.print_page(&found.line(screen));
    };
    for found in here(&settings, screen.width) {
        say(found, ExitCode::Usage);
    }
    network::look(settings, &mut say).await;
    let verdict = words(screen.lang).doctors_verdict(wrong, look);
    console.print_page(&format!("\n{}", screen.line(0, 0, &verdict)));
    Ok(code)
}

fn examined(subject: Subject, health: Health, found: Message) -> Examined {
    Examined {
        subject,
        health,
        found,
    }
}

/// Returns what is found without the network.
fn here(settings: &DoctorSettings, width: Option<usize>) -> Vec<Examined> {
    let mut found = vec![
        examined(Subject::Program, Health::Good, program()),
        examined(
            Subject::Terminal,
            Health::Good,
            Message::new(|words| words.terminal(width)),
        ),
        time(),
        config(settings),
    ];
    if settings.config.is_err() {
        let rest = Message::new(|words| words.not_looked_at());
        found.push(examined(Subject::Flags, Health::Look, rest));
        return found;
    }
    if let Err(error) = &settings.flags {
        found.push(examined(
            Subject::Flags,
            Health::Bad,
            Message::from_error_ref(error),
        ));
    }
    found.extend(settings.secrets.iter().filter_map(secret));
    found.push(input(settings));
    found.extend(settings.others.iter().filter_map(|path| unreadable(path)));
    if let Some(outputs) = &settings.outputs {
        let inputs: Vec<&Path> = settings.input.iter().map(PathBuf::as_path).collect();
        match outputs.check(&inputs) {
            Ok(()) => found.extend(results(outputs)),
            Err(error) => found.push(examined(
                Subject::Results,
                Health::Bad,
                Message::from_error(error),
            )),
        }
    }
    found.push(state(settings));
    found
}

fn program() -> Message {
    let here = std::env::current_exe().map_or_else(|_| String::new(), |path| format!(", {}", path.shown()));
    let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    let text = format!("{}, {system} {machine}{here}", version::full());
    Message::new(|_| text.clone())
}

fn time() -> Examined {
    let now = Timestamp::now();
    let zone = TimeZone::system();
    let name = zone.iana_name().map(str::to_owned);
    let health = if zone.is_unknown() {
        Health::Look
    } else {
        Health::Good
    };
    let found = Message::in_both(|words, lang| {
        let time = local_time_in(lang, now);
        match &name {
            Some(name) if health == Health::Good => words.time(&time, name),
            None if health == Health::Good => words.time(&time, &zone.to_offset(now).to_string()),
            _ => words.no_zone(&time),
        }
    });
    examined(Subject::Time, health, found)
}

fn config(settings: &DoctorSettings) -> Examined {
    match &settings.config {
        Err(error) => examined(Subject::Config, Health::Bad, Message::from_error_ref(error)),
        Ok(None) => examined(
            Subject::Config,
            Health::Look,
            Message::new(|words| words.no_config()),
        ),
        Ok(Some(path)) => {
            let path = path.shown().to_string();
            examined(Subject::Config, Health::Good, Message::new(|_| path.clone()))
        }
    }
}

/// Returns what was found of a secret; `None` for one that no run needs and nobody set.
fn secret(secret: &FoundSecret) -> Option<Examined> {
    let subject = Subject::Secret(secret.name);
    Some(match &secret.from {
        Err(error) => examined(subject, Health::Bad, Message::from_error_ref(error)),
        Ok(None) if secret.is_optional => return None,
        Ok(None) => {
            let found = Message::new(|words| words.secret_unset(&secret.variable));
            examined(subject, Health::Look, found)
        }
        Ok(Some(_)) if secret.others_read => {
            let path = secret.file.as_ref().map(|path| path.shown().to_string());
            let path = path.unwrap_or_default();
            let found = Message::new(|words| words.secret_readable(&path, permissions::ADVICE));
            examined(subject, Health::Look, found)
        }
        Ok(Some(from)) => {
            let copied = secret.file.as_deref().and_then(copied);
            let health = if copied.is_some() {
                Health::Look
            } else {
                Health::Good
            };
            let found = copied.unwrap_or_else(|| Message::new(|words| words.secret_set(from)));
            examined(subject, health, found)
        }
    })
}

fn input(settings: &DoctorSettings) -> Examined {
    let Some(input) = &settings.input else {
        return examined(
            Subject::Input,
            Health::Good,
            Message::new(|words| words.no_input()),
        );
    };
    let path = input.shown().to_string();
    let good = || examined(Subject::Input, Health::Good, Message::new(|_| path.clone()));
    if input.as_os_str() == "-" {
        return good();
    }
    if !input.exists() {
        // It may be made before the next night.
        let found = Message::new(|words| words.input_missing(&path));
        return examined(Subject::Input, Health::Look, found);
    }
    if let Some(unreadable) = unreadable(input) {
        return unreadable;
    }
    match copied(input) {
        Some(found) => examined(Subject::Input, Health::Look, found),
        None => good(),
    }
}

/// Says that a file cannot be read; `None` if it can.
fn unreadable(path: &Path) -> Option<Examined> {
    let error = regular::open_through_links(path).err()?;
    let (path, why) = (path.shown().to_string(), error.to_string());
    let found = Message::new(|words| words.file_unreadable(&path, &why));
    Some(examined(Subject::Input, Health::Bad, found))
}

/// Looks at the folders of the outputs.
fn results(outputs: &OutputPaths) -> Vec<Examined> {
    let folder = |path: &Path| path.parent().map(Path::to_path_buf);
    let mut seen = Vec::new();
    let files = [&outputs.results, &outputs.failed, &outputs.summary];
    let new = files.into_iter().filter(|file| {
        let folder = folder(file);
        let is_new = !seen.contains(&folder);
        seen.push(folder);
        is_new
    });
    new.map(|file| folder_of(file, Subject::Results, Health::Bad))
        .collect()
}

/// The folder of the store and of the accounts' locks.
fn state(settings: &DoctorSettings) -> Examined {
    let Some(locks) = folders::state() else {
        let found = Message::new(|words| words.no_state_folder());
        return examined(Subject::State, Health::Look, found);
    };
    let file = settings
        .state
        .clone()
        .unwrap_or_else(|| locks.join("state.sqlite"));
    // Without `--changed-only`, a run does without it.
    let wrong = if settings.needs_state {
        Health::Bad
    } else {
        Health::Look
    };
    if let Err(error) = trust::check_with_folder(&file) {
        let wrong = if file.exists() { Health::Bad } else { wrong };
        return examined(Subject::State, wrong, Message::from_error(error));
    }
    if file.is_dir() {
        let path = file.shown().to_string();
        let found = Message::new(|words| words.file_unreadable(&path, "folder"));
        return examined(Subject::State, Health::Bad, found);
    }
    if file.exists()
        && let Err(error) = Store::open_for_all(&file)
    {
        return examined(Subject::State, wrong, Message::from_error(error));
    }
    folder_of(&file, Subject::State, wrong)
}

/// Looks whether a file can be made at this path. A missing state folder is made by a run, so its
/// nearest parent counts.
fn folder_of(file: &Path, subject: Subject, wrong: Health) -> Examined {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let shown = folder.shown().to_string();
    let is_made = subject == Subject::State;
    let is_there = |folder: &&Path| folder.as_os_str().is_empty() || folder.exists();
    let nearest = folder.ancestors().find(is_there);
    let nearest = nearest.map(|place| {
        if place.as_os_str().is_empty() {
            Path::new(".")
        } else {
            place
        }
    });
    let Some(place) = nearest.filter(|place| place.is_dir() && (is_made || *place == folder)) else {
        return examined(subject, wrong, Message::new(|words| words.folder_missing(&shown)));
    };
    if let Err(error) = tempfile::tempfile_in(place) {
        let why = error.to_string();
        let found = Message::new(|words| words.folder_unusable(&shown, &why));
        return examined(subject, wrong, found);
    }
    let is_missing = place != folder;
    match copied(file) {
        Some(found) => examined(subject, Health::Look, found),
        None => examined(
            subject,
            Health::Good,
            Message::new(|words| {
                if is_missing {
                    words.folder_made(&shown)
                } else {
                    words.folder_usable(&shown)
                }
            }),
        ),
    }
}

/// Says that a file is in a folder that a service copies; `None` if it is not.
fn copied(file: &Path) -> Option<Message> {
    let service = folders::synchronised(file)?;
    let path = file.shown().to_string();
    Some(Message::new(|words| words.synchronised(&path, service)))
}
