//! Inputs that change while they are read and sent. Every row sent has the content that was read
//! first.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::support::{Answer, Call, Fake, Job, workbook};

/// Length of a value in bytes. Few such rows fill the window: about 150 are read ahead of the
/// calls.
const VALUE_BYTES: usize = 15_000;
const ROWS: u32 = 240;

/// Returns rows whose values can hardly be compressed.
fn table(first: u32, rows: u32) -> String {
    let mut chance = fastrand::Rng::with_seed(u64::from(first));
    let mut text = "id_respondent,l1\n".to_owned();
    for id in first..first + rows {
        text.extend([&id.to_string(), ","]);
        text.extend((0..VALUE_BYTES).map(|_| chance.alphanumeric()));
        text.push('\n');
    }
    text
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Csv,
    Gzip,
    Zstd,
    Workbook,
}

const FORMS: [Form; 4] = [Form::Csv, Form::Gzip, Form::Zstd, Form::Workbook];

impl Form {
    fn of(self, table: &str) -> Vec<u8> {
        match self {
            Self::Csv => table.as_bytes().to_vec(),
            Self::Gzip => {
                let level = flate2::Compression::fast();
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
                encoder.write_all(table.as_bytes()).unwrap();
                encoder.finish().unwrap()
            }
            Self::Zstd => zstd::encode_all(table.as_bytes(), 1).unwrap(),
            Self::Workbook => workbook(table),
        }
    }
}

/// Returns the value of each respondent.
fn values(table: &str) -> HashMap<String, String> {
    let rows = table.lines().skip(1).map(|line| line.split_once(',').unwrap());
    rows.map(|(id, value)| (id.to_owned(), value.to_owned()))
        .collect()
}

/// Expects every call to be that of a row of this table.
fn all_are_of(calls: &[Call], table: &str) {
    let values = values(table);
    for call in calls {
        let expected = values.get(call.respondent()).map(String::as_str);
        assert_eq!(call.get("l1"), expected, "a stranger: {}", call.respondent());
    }
}

/// A platform that modifies a file, once its path is set, when the call of respondent 5 arrives.
struct Meddler {
    fake: Fake,
    path: Arc<Mutex<Option<PathBuf>>>,
}

impl Meddler {
    fn new(change: impl Fn(&Path) + Send + Sync + 'static) -> Self {
        let path = Arc::new(Mutex::new(None::<PathBuf>));
        let known = Arc::clone(&path);
        let fake = Fake::start(move |call| {
            if call.respondent() == "5"
                && let Some(path) = known.lock().unwrap().take()
            {
                change(&path);
            }
            Answer::success()
        });
        Self { fake, path }
    }

    fn run(&self, input: &[u8]) -> Job {
        let job = Job::run(input, &self.fake).args("-c 4");
        *self.path.lock().unwrap() = Some(job.path("in.csv"));
        job
    }
}

/// Overwrites a part of an existing file from this byte on. The modification time is restored.
fn overwrite(path: &Path, at: u64, bytes: &[u8]) {
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    let modified = file.metadata().unwrap().modified().unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(bytes).unwrap();
    file.set_modified(modified).unwrap();
}

fn append(path: &Path, bytes: &[u8]) {
    OpenOptions::new()
        .append(true)
        .open(path)
        .unwrap()
        .write_all(bytes)
        .unwrap();
}

/// Replaces the content of an existing file: truncates it, then writes it.
fn write_anew(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
}

fn truncate(path: &Path, length: usize) {
    let file = OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(length as u64).unwrap();
}

/// Checks what a run left after it ended because of a changed file. `words` describe the change.
fn ends_with_the_change(job: &Job, meddler: &Meddler, table: &str, words: &str) {
    let ran = job.ends(3);
    let last = ran.stderr.lines().last().unwrap();
    for words in [
        "in.csv: row ",
        "the file changed while it was sent",
        words,
        "--resume",
    ] {
        assert!(last.contains(words), "`{words}` is not in: {last}");
    }
    let calls = meddler.fake.calls();
    all_are_of(&calls, table);
    let lines = job.lines("in.results.csv.partial");
    assert_eq!(lines.len(), calls.len(), "every row that was sent has its line");
    let named = format!("row {}:", lines.len() + 2);
    assert!(last.contains(&named), "`{named}` is not in: {last}");
    let left = [
        "in.csv",
        "in.failed.csv.partial",
        "in.results.csv.journal",
        "in.results.csv.partial",
        "in.summary.json",
    ];
    assert_eq!(job.names(), left);
    let summary: serde_json::Value = serde_json::from_str(&job.text("in.summary.json")).unwrap();
    assert_eq!(summary.get("end"), Some(&"input_changed".into()));
    assert_eq!(summary.get("exit_code"), Some(&3.into()));
}

#[test]
fn a_file_that_is_rewritten_in_place_while_it_is_sent_ends_the_run_and_nothing_new_is_sent() {
    let (old, new) = (table(1, ROWS), table(900_000, ROWS - 37));
    for form in FORMS {
        let (content, other) = (form.of(&old), form.of(&new));
        // Truncated and rewritten. The length differs by an amount that no row has.
        let rewritten = other.clone();
        let meddler = Meddler::new(move |path| write_anew(path, &rewritten));
        let job = meddler.run(&content);
        // The run may see the file truncated, or with its new content.
        ends_with_the_change(&job, &meddler, &old, "(it");
        assert!(meddler.fake.calls().len() < ROWS as usize, "{form:?}");
        // Same length and same modification time.
        let place = content.len() * 7 / 8;
        let piece = other[5_000..6_000].to_vec();
        let meddler = Meddler::new(move |path| overwrite(path, place as u64, &piece));
        let job = meddler.run(&content);
        ends_with_the_change(&job, &meddler, &old, "its content differs from byte ");
    }
}

#[test]
fn a_file_that_is_cut_while_it_is_sent_ends_the_run_where_it_was_cut() {
    let old = table(1, ROWS);
    for form in FORMS {
        let content = form.of(&old);
        let length = content.len() * 7 / 8;
        let meddler = Meddler::new(move |path| truncate(path, length));
        let job = meddler.run(&content);
        ends_with_the_change(&job, &meddler, &old, "and is shorter now");
    }
}

#[test]
fn what_is_appended_to_a_file_while_it_is_sent_is_not_sent() {
    let old = table(1, ROWS);
    for form in FORMS {
        let content = form.of(&old);
        // To a compressed file, a member is appended that would be read too; to a workbook,
        // meaningless bytes.
        let late = form.of("900000,late\n");
        let meddler = Meddler::new(move |path| append(path, &late));
        let job = meddler.run(&content);
        ends_with_the_change(&job, &meddler, &old, "and is longer now");
        assert_eq!(
            meddler.fake.calls().len(),
            ROWS as usize,
            "{form:?}: all that was there first"
        );
    }
    // An unterminated last line may continue in the appended bytes.
    let cut = old.trim_end().to_owned();
    let meddler = Meddler::new(|path| append(path, b"more\n900000,late\n"));
    let job = meddler.run(cut.as_bytes());
    ends_with_the_change(&job, &meddler, &cut, "and is longer now");
    assert_eq!(meddler.fake.calls().len(), ROWS as usize - 1);
}

#[test]
fn a_file_that_is_replaced_is_sent_to_its_end_as_it_was() {
    let old = table(1, ROWS);
    for form in FORMS {
        let other = form.of(&table(900_000, 3));
        let meddler = Meddler::new(move |path| {
            let new = path.with_extension("new");
            fs::write(&new, &other).unwrap();
            fs::rename(new, path).unwrap();
        });
        let job = meddler.run(&form.of(&old));
        job.ends(0);
        assert_eq!(meddler.fake.calls().len(), ROWS as usize, "{form:?}");
        all_are_of(&meddler.fake.calls(), &old);
    }
}

#[test]
fn a_run_that_a_change_has_ended_is_resumed_with_the_old_content_alone() {
    let (old, new) = (table(1, ROWS), table(900_000, 20));
    let rewritten = new.clone();
    let meddler = Meddler::new(move |path| write_anew(path, rewritten.as_bytes()));
    let mut job = meddler.run(old.as_bytes());
    ends_with_the_change(&job, &meddler, &old, "(it");
    let sent = meddler.fake.calls().len();
    let ran = job.again("--resume", 2);
    assert!(ran.stderr.contains("content"), "{}", ran.stderr);
    assert_eq!(meddler.fake.calls().len(), sent);
    fs::write(job.path("in.csv"), &old).unwrap();
    job.again("--resume", 0);
    assert_eq!(job.lines("in.results.csv").len(), ROWS as usize);
    assert_eq!(
        meddler.fake.calls().len(),
        ROWS as usize,
        "nothing was sent twice"
    );
    all_are_of(&meddler.fake.calls(), &old);

    let rewritten = new.clone();
    let meddler = Meddler::new(move |path| write_anew(path, rewritten.as_bytes()));
    let mut job = meddler.run(old.as_bytes());
    ends_with_the_change(&job, &meddler, &old, "(it");
    let sent = meddler.fake.calls().len();
    job.again("--resume --rotate", 0);
    all_are_of(&meddler.fake.calls()[sent..], &new);
    assert_eq!(job.lines("in.results.csv").len(), 20);
}

#[cfg(target_os = "linux")]
mod passes {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::support::{Ran, Running, pause};

    /// Returns a file that takes a while to read and has few rows that are sent.
    fn long_table() -> String {
        let mut chance = fastrand::Rng::with_seed(7);
        let mut text = "id_respondent,l1,kept,note\n".to_owned();
        for id in 1..=500 {
            let value = if id % 95 == 1 { "x" } else { "" };
            text.extend([&id.to_string(), ",", value, ",k", &id.to_string(), ","]);
            text.extend((0..VALUE_BYTES).map(|_| chance.alphanumeric()));
            text.push('\n');
        }
        text
    }

    /// Starts a job and stops it in the middle of its n-th pass over its input. The number of bytes
    /// read tells the moment. One that was too quick is given up with its folder and its platform,
    /// which what it had sent may reach later, and another one is prepared.
    fn stopped_in_pass(n: u64, prepare: impl Fn() -> (Job, Fake)) -> (Job, Fake, Running) {
        for _ in 0..20 {
            let (job, fake) = prepare();
            let size = job.bytes("in.csv").len() as u64;
            let (from, to) = (size * (n - 1) + size / 5, size * n - size / 5);
            let mut running = job.start();
            while running.bytes_read().unwrap_or_default() < from && running.runs() {
                pause(Duration::from_micros(200));
            }
            running.signal("STOP");
            let at = running.bytes_read().unwrap_or_default();
            if (from..to).contains(&at) {
                return (job, fake, running);
            }
            running.kill();
        }
        panic!("pass {n} was over each time");
    }

    fn goes_on(running: Running) -> Ran {
        running.signal("CONT");
        running.wait()
    }

    #[test]
    fn every_look_before_the_first_call_is_of_the_same_file() {
        let input = long_table();
        let looks = [
            ("run", "--on-duplicate last", 2),
            ("run", "--min-filled l1=0%", 2),
            ("run", "--on-duplicate last --min-filled l1=0%", 3),
            ("run", "--dry-run", 2),
            ("check", "", 2),
        ];
        for (command, flags, pass) in looks {
            let (job, fake, running) = stopped_in_pass(pass, || {
                let fake = Fake::start(|_| Answer::success());
                let job = match command {
                    "check" => Job::new("check in.csv --survey 7").file("in.csv", &input),
                    _ => Job::run(&input, &fake).args(flags),
                };
                (job, fake)
            });
            let length = job.bytes("in.csv").len() as u64;
            overwrite(&job.path("in.csv"), length - 9, b"Y");
            let ran = goes_on(running);
            assert_eq!(ran.code, 3, "{}", ran.stderr);
            assert!(fake.calls().is_empty(), "{}", ran.stderr);
            let last = ran.stderr.lines().last().unwrap();
            for words in [
                "in.csv: row 49",
                "the file changed while it was read (its content differs",
                "nothing was sent",
            ] {
                assert!(
                    last.contains(words),
                    "{command} {flags}: `{words}` is not in: {last}"
                );
            }
            assert_eq!(job.names(), ["in.csv"], "{command} {flags}");
        }
    }

    #[test]
    fn the_look_for_news_in_what_was_sent_is_of_the_same_file() {
        let (job, fake, running) = stopped_in_pass(2, || {
            let fake = Fake::start(|_| Answer::success());
            let job = Job::run(long_table(), &fake).args("--changed-only --resume --rotate");
            job.ends(0);
            (job, fake)
        });
        let calls = fake.calls().len();
        let length = job.bytes("in.csv").len() as u64;
        overwrite(&job.path("in.csv"), length - 9, b"Y");
        let ran = goes_on(running);
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        assert!(
            ran.stderr.contains("the file changed while it was read"),
            "{}",
            ran.stderr
        );
        assert_eq!(fake.calls().len(), calls);
        assert_eq!(job.names(), ["in.csv", "in.results.csv", "in.summary.json"]);
    }

    #[test]
    fn a_file_that_changes_during_the_first_read_is_refused_even_if_its_time_does_not_show_it() {
        let input = long_table();
        for (hidden, words) in [
            (
                false,
                "the file changed while it was read (its modification time changed)",
            ),
            (
                true,
                "the file changed while it was read (its content differs from byte 0 on)",
            ),
        ] {
            let (job, fake, running) = stopped_in_pass(1, || {
                let fake = Fake::start(|_| Answer::success());
                (Job::run(&input, &fake), fake)
            });
            // Changes a part that was read already.
            overwrite(&job.path("in.csv"), 100, b"YYYY");
            if !hidden {
                let file = OpenOptions::new().write(true).open(job.path("in.csv")).unwrap();
                file.set_modified(std::time::SystemTime::now()).unwrap();
            }
            let ran = goes_on(running);
            assert_eq!(ran.code, 3, "{}", ran.stderr);
            let last = ran.stderr.lines().last().unwrap();
            assert!(last.contains(words), "`{words}` is not in: {last}");
            assert!(fake.calls().is_empty(), "{}", ran.stderr);
            assert_eq!(job.names(), ["in.csv"]);
        }
    }

    #[test]
    fn verdicts_behind_a_change_stay_in_the_results_of_a_resumed_run() {
        let hangs = Arc::new(AtomicBool::new(true));
        let input = long_table();
        let (job, fake, running) = stopped_in_pass(2, || {
            let hanging = Arc::clone(&hangs);
            let fake = Fake::start(move |call| match call.respondent() {
                "1" => {
                    while hanging.load(Ordering::SeqCst) {
                        pause(Duration::from_millis(5));
                    }
                    Answer::success()
                }
                "476" => Answer::error("no such respondent"),
                _ => Answer::success(),
            });
            let job = Job::run(&input, &fake).args("--keep kept");
            let running = job.start();
            let journalled = || fs::read_to_string(job.path("in.results.csv.journal")).unwrap_or_default();
            while !journalled().contains("\n501\t") {
                pause(Duration::from_millis(5));
            }
            running.signal("TERM");
            pause(Duration::from_millis(100));
            running.signal("INT");
            assert_eq!(running.wait().code, 143);
            (job.args("--resume"), fake)
        });
        let size = input.len() as u64;
        let place = size * 9 / 10;
        let bytes = &input.as_bytes()[usize::try_from(place).unwrap()..][..9];
        overwrite(&job.path("in.csv"), place, b"YYYYYYYYY");
        hangs.store(false, Ordering::SeqCst);
        let ran = goes_on(running);
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        assert!(ran.stderr.contains("changed while it was sent"), "{}", ran.stderr);
        let partial = job.text("in.results.csv.partial");
        let rows: Vec<&str> = partial.lines().skip(1).collect();
        assert_eq!(rows.len(), 500);
        for (id, line) in (1..).zip(&rows) {
            assert!(line.starts_with(&format!("{},{id},7,", id + 1)), "{line}");
        }
        // The change is in row 451. No row of its block is used, and the block may begin nine rows
        // earlier.
        let kept = rows.iter().position(|line| line.ends_with(',')).unwrap();
        assert!((435..=451).contains(&kept), "{kept}");
        let has_kept = |(id, line): (usize, &&str)| line.ends_with(&format!(",k{id}"));
        assert!((1..).zip(&rows[..kept]).all(has_kept));
        assert!(rows[kept..].iter().all(|line| line.ends_with(',')));
        assert!(
            rows[475].contains(",failed,rejected,no such respondent,"),
            "{}",
            rows[475]
        );
        assert_eq!(
            job.text("in.failed.csv.partial").lines().count(),
            1,
            "its record cannot be read"
        );
        let told = "had their verdict before: their lines lack the columns of `--keep`";
        assert!(ran.stderr.contains(told), "{}", ran.stderr);

        overwrite(&job.path("in.csv"), place, bytes);
        let calls = fake.calls().len();
        job.ends(1);
        assert_eq!(fake.calls().len(), calls, "nothing was sent twice");
        let results = job.text("in.results.csv");
        assert!(
            results.lines().skip(1).all(|line| line.contains(",k")),
            "{results}"
        );
        assert_eq!(job.text("in.failed.csv").lines().count(), 2);
    }
}
