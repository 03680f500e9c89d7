//! Outputs that exist already: each cell of the table in the manual (`help output`), as runs of the
//! program.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::support::{Answer, Fake, Job, numbered};

/// The outputs that exist before the run under test.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Found {
    Nothing,
    UnfinishedSame,
    UnfinishedOther,
    FinishedSame,
    FinishedOther,
}

struct Scene {
    job: Job,
    fake: Fake,
    refuses: Arc<Refuses>,
}

const ROWS: u32 = 12;

/// A platform that accepts three more calls and then refuses all.
#[derive(Default)]
struct Refuses(AtomicU32);

impl Refuses {
    const TAKES: u32 = 3;

    fn begin(&self) {
        self.0.store(1, Ordering::SeqCst);
    }

    fn end(&self) {
        self.0.store(0, Ordering::SeqCst);
    }

    /// Whether this call is refused.
    fn does(&self) -> bool {
        let counted = |calls: u32| (calls > 0).then_some(calls + 1);
        let before = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, counted);
        before.is_ok_and(|calls| calls > Self::TAKES)
    }
}

impl Scene {
    /// Creates a folder with these outputs, an input of twelve respondents, and a platform that
    /// accepts everything except respondent 2.
    fn new(found: Found) -> Self {
        let refuses = Arc::new(Refuses::default());
        let refusing = Arc::clone(&refuses);
        let fake = Fake::start(move |call| {
            // Five refusals in a row end the run. The control call, which repeats a success, is
            // refused too.
            match call.respondent() {
                _ if refusing.does() => Answer::of(401, ""),
                "2" => Answer::error("no such respondent"),
                _ => Answer::success(),
            }
        });
        let job = Job::run(numbered(ROWS, "old"), &fake).args("-c 1");
        let scene = Self { job, fake, refuses };
        match found {
            Found::Nothing => {}
            Found::UnfinishedSame | Found::UnfinishedOther => {
                scene.refuses.begin();
                scene.job.ends(4);
                scene.refuses.end();
            }
            Found::FinishedSame | Found::FinishedOther => drop(scene.job.ends(1)),
        }
        if matches!(found, Found::UnfinishedOther | Found::FinishedOther) {
            std::fs::write(scene.job.path("in.csv"), numbered(ROWS, "new")).unwrap();
        }
        scene
    }

    /// Runs it, and returns what happened: the number of calls, the files beside the input (with
    /// the start time in a name replaced), and standard error. Asserts the exit code.
    fn run(&mut self, flags: &str, code: i32) -> (usize, Vec<String>, String) {
        let before = self.fake.calls().len();
        let stderr = self.job.again(flags, code).stderr;
        let names = self.job.names().into_iter().filter(|name| name != "in.csv");
        let names = names
            .map(|name| {
                let parts = name
                    .split('.')
                    .map(|part| match part.strip_prefix("interrupted-") {
                        Some(start) if start.len() == 16 => "interrupted-START",
                        None if part.len() == 16 && part.ends_with('Z') => "START",
                        _ => part,
                    });
                parts.collect::<Vec<_>>().join(".")
            })
            .collect();
        (self.fake.calls().len() - before, names, stderr)
    }
}

const WHOLE: [&str; 3] = ["in.failed.csv", "in.results.csv", "in.summary.json"];

/// Expects the run to be refused, and no file to be changed.
fn refuses(found: Found, flags: &str, words: &[&str]) {
    let mut scene = Scene::new(found);
    let before: Vec<(String, Vec<u8>)> = snapshot(&scene.job);
    let (calls, _, stderr) = scene.run(flags, 2);
    assert_eq!(calls, 0, "{found:?} {flags}");
    assert_eq!(snapshot(&scene.job), before, "{found:?} {flags}");
    for word in words {
        assert!(
            stderr.contains(word),
            "{found:?} {flags}: `{word}` is not in {stderr}"
        );
    }
}

/// Expects the run to complete, with this number of calls and these files.
fn ends(found: Found, flags: &str, calls: usize, files: &[&str]) -> Scene {
    let mut scene = Scene::new(found);
    let (made, names, stderr) = scene.run(flags, 1);
    assert_eq!(
        (made, names),
        (calls, files.iter().map(|name| (*name).to_owned()).collect()),
        "{found:?} {flags}: {stderr}"
    );
    assert_eq!(scene.job.lines("in.results.csv").len(), ROWS as usize);
    scene
}

fn snapshot(job: &Job) -> Vec<(String, Vec<u8>)> {
    job.names()
        .into_iter()
        .map(|name| (name.clone(), job.bytes(&name)))
        .collect()
}

#[test]
fn nothing_there_starts_whatever_is_asked() {
    for flags in [
        "",
        "--resume",
        "--resume --rotate",
        "--overwrite",
        "--resume --overwrite",
    ] {
        ends(Found::Nothing, flags, 12, &WHOLE);
    }
}

#[test]
fn an_unfinished_run_is_gone_on_with_when_asked() {
    refuses(
        Found::UnfinishedSame,
        "",
        &["in.results.csv.journal", "--resume", "--overwrite"],
    );
    // Three rows are final. The five of the final streak and the four that were never sent are
    // sent.
    for flags in [
        "--resume",
        "--resume --rotate",
        "--resume --rotate=3",
        "--resume --overwrite",
    ] {
        ends(Found::UnfinishedSame, flags, 9, &WHOLE);
    }
    ends(Found::UnfinishedSame, "--overwrite", 12, &WHOLE);
}

#[test]
fn an_unfinished_run_of_another_kind_is_never_lost() {
    refuses(
        Found::UnfinishedOther,
        "",
        &["in.results.csv.journal", "the content changed since"],
    );
    refuses(
        Found::UnfinishedOther,
        "--resume",
        &["the content changed since", "--rotate"],
    );
    ends(Found::UnfinishedOther, "--overwrite", 12, &WHOLE);
    ends(Found::UnfinishedOther, "--resume --overwrite", 12, &WHOLE);
    ends(
        Found::UnfinishedOther,
        "--resume --rotate",
        12,
        &[
            "in.failed.csv",
            "in.interrupted-START.failed.csv.partial",
            "in.interrupted-START.results.csv.journal",
            "in.interrupted-START.results.csv.partial",
            "in.interrupted-START.summary.json",
            "in.results.csv",
            "in.summary.json",
        ],
    );
}

#[test]
fn a_finished_run_is_not_sent_twice_and_another_is_set_aside() {
    refuses(
        Found::FinishedSame,
        "",
        &["in.results.csv", "sent there before", "--overwrite"],
    );
    refuses(
        Found::FinishedOther,
        "",
        &["in.results.csv", "exists", "--resume --rotate"],
    );
    for found in [Found::FinishedSame, Found::FinishedOther] {
        ends(found, "--overwrite", 12, &WHOLE);
    }
    for flags in ["--resume", "--resume --rotate", "--resume --overwrite"] {
        let mut scene = ends(Found::FinishedSame, flags, 0, &WHOLE);
        let (_, _, stderr) = scene.run(&format!("{flags} -q"), 1);
        assert!(
            stderr.contains("1 row of it failed: fix them in `in.failed.csv`"),
            "{stderr}"
        );
    }
    refuses(
        Found::FinishedOther,
        "--resume",
        &["the content changed since", "--rotate"],
    );
    ends(Found::FinishedOther, "--resume --overwrite", 12, &WHOLE);
    ends(
        Found::FinishedOther,
        "--resume --rotate",
        12,
        &[
            "in.START.failed.csv",
            "in.START.results.csv",
            "in.START.summary.json",
            "in.failed.csv",
            "in.results.csv",
            "in.summary.json",
        ],
    );
}

#[test]
fn what_changed_is_named() {
    for (flags, part) in [
        ("--survey 8", "the survey"),
        ("--map l2=l1", "the mapping"),
        ("--empty send", "the blank policy"),
        ("--blank-id skip", "the blank policy"),
        ("--base-url http://127.0.0.1:9", "the base URL"),
        ("--limit 7 -o in.results.csv", "the selection"),
    ] {
        let mut scene = Scene::new(Found::UnfinishedSame);
        // Later flags override earlier ones, except for flags that may not be repeated.
        scene.job = scene.job.without(flags.split_whitespace().next().unwrap());
        let (_, _, stderr) = scene.run(&format!("{flags} --resume"), 2);
        assert!(
            stderr.contains(&format!("{part} changed since")),
            "{flags}: {stderr}"
        );
    }
    let mut scene = Scene::new(Found::UnfinishedSame);
    scene.job = scene.job.var("RESPONDENT_SYNC_ACCOUNT", "5");
    let (_, _, stderr) = scene.run("--resume", 2);
    assert!(stderr.contains("the account changed since"), "{stderr}");
    // Settings that do not change what is sent or where: the run is resumed.
    let mut scene = Scene::new(Found::UnfinishedSame);
    scene.job = scene
        .job
        .var("RESPONDENT_SYNC_WEBHOOK_KEY", "another-key")
        .without("--rate");
    scene.run(
        "--resume --rate 500/s --method get --max-retries 1 --timeout 5s",
        1,
    );
}

#[test]
fn all_sets_are_kept_if_asked_for() {
    let fake = Fake::start(|_| Answer::success());
    let mut job = Job::run(numbered(1, "0"), &fake).args("--resume --rotate=all");
    for year in 2001..2021 {
        job = job
            .file(&format!("in.{year}0101T000000Z.results.csv"), "old")
            .file(
                &format!("in.{year}0101T000000Z.summary.json"),
                format!(
                    r#"{{"fingerprint":{{}},"finished":true,"exit_code":0,"started_at":"{year}-01-01T00:00:00.5Z"}}"#
                ),
            );
    }
    job.ends(0);
    std::fs::write(job.path("in.csv"), numbered(1, "1")).unwrap();
    job.ends(0);
    let sets = |job: &Job| {
        job.names()
            .iter()
            .filter(|name| name.ends_with(".results.csv"))
            .count()
    };
    assert_eq!(sets(&job), 22);
    std::fs::write(job.path("in.csv"), numbered(1, "2")).unwrap();
    job.instead_of("--rotate=all", "--rotate").ends(0);
}

#[test]
fn only_so_many_sets_are_kept_and_nobody_elses_files_are_touched() {
    let mut scene = Scene::new(Found::FinishedSame);
    let mut job = scene.job;
    let digest = xxhash_rust::xxh3::xxh3_128(b"old");
    let summary = |year: u32| {
        format!(
            r#"{{"fingerprint":{{}},"finished":true,"exit_code":0,"started_at":"{year}-01-01T00:00:00.5Z","failed_digest":"{digest:032x}"}}"#
        )
    };
    job = job
        .file("in.20200101T000000Z.results.csv", "old")
        .file("in.20200101T000000Z.failed.csv", "old")
        .file("in.20200101T000000Z.summary.json", summary(2020))
        .file("in.interrupted-20210101T000000Z.results.csv.journal", "old")
        .file("in.20220101T000000Z.summary.json", summary(2022))
        // Files of a job whose input has a name like this.
        .file("in.20190101T000000Z.results.csv", "mine")
        .file("in.20190101T000000Z.summary.json", summary(2024))
        .file("in.20180101T000000Z.results.csv.journal", "mine")
        .file("in.20180101T000000Z.results.csv.partial", "mine")
        .file("in.mine.results.csv", "mine")
        .file("in.20200101.results.csv", "mine")
        .file("other.20200101T000000Z.results.csv", "mine")
        .file("in.csv", numbered(ROWS, "new"));
    scene.job = job;
    let (_, names, _) = scene.run("--resume --rotate=2", 1);
    assert_eq!(
        names,
        [
            "in.START.results.csv.journal",
            "in.START.results.csv.partial",
            "in.START.results.csv",
            "in.START.summary.json",
            "in.20200101.results.csv",
            "in.START.summary.json",
            "in.START.failed.csv",
            "in.START.results.csv",
            "in.START.summary.json",
            "in.failed.csv",
            "in.mine.results.csv",
            "in.results.csv",
            "in.summary.json",
            "other.START.results.csv",
        ]
    );
}

#[test]
fn sets_that_are_too_old_are_deleted_however_few_they_are() {
    let mut scene = Scene::new(Found::FinishedOther);
    scene.job = scene
        .job
        .file("in.interrupted-20200101T000000Z.results.csv.journal", "old")
        .file("in.20200101T000000Z.summary.json", "mine, since it is no summary");
    let set = |scene: &Scene| {
        let is_old = |name: &String| name.contains("interrupted-2020");
        (
            scene.job.names().iter().any(is_old),
            scene
                .job
                .names()
                .iter()
                .filter(|name| name.ends_with("summary.json"))
                .count(),
        )
    };
    scene.run("--resume --rotate", 1);
    assert_eq!(set(&scene), (true, 3));
    scene.job = scene.job.file("in.csv", numbered(ROWS, "newer"));
    let (_, _, stderr) = scene.run("--resume --rotate --rotate-max-age 30d -v", 1);
    assert!(
        stderr.contains("deleted, as older than `--rotate-max-age`"),
        "{stderr}"
    );
    // Recent sets are kept.
    assert_eq!(set(&scene), (false, 4));
    refuses(
        Found::FinishedOther,
        "--resume --rotate-max-age 30d",
        &["`--rotate-max-age` says which sets `--rotate` deletes: give both"],
    );
}

#[test]
fn a_failed_file_that_somebody_edited_is_set_aside() {
    let mut scene = Scene::new(Found::FinishedSame);
    let edited = scene.job.text("in.failed.csv") + "my notes\n";
    scene.job = scene.job.file("in.failed.csv", &edited);
    let (calls, names, stderr) = scene.run("--overwrite", 1);
    assert_eq!(calls, 12);
    assert!(stderr.contains("was edited"), "{stderr}");
    assert_eq!(
        names,
        [
            "in.START.failed.csv",
            "in.failed.csv",
            "in.results.csv",
            "in.summary.json"
        ]
    );
    let aside = scene
        .job
        .names()
        .into_iter()
        .find(|name| name.starts_with("in.2"))
        .unwrap();
    assert_eq!(scene.job.text(&aside), edited);
}

#[test]
fn old_files_stay_until_the_new_ones_are_whole() {
    let mut scene = Scene::new(Found::FinishedOther);
    let old = snapshot(&scene.job);
    scene.refuses.begin();
    let (_, names, _) = scene.run("--overwrite", 4);
    assert_eq!(
        names,
        [
            "in.failed.csv",
            "in.failed.csv.partial",
            "in.results.csv",
            "in.results.csv.journal",
            "in.results.csv.partial",
            "in.summary.json",
            "in.summary.json.partial",
        ]
    );
    for (name, bytes) in old {
        assert_eq!(scene.job.bytes(&name), bytes, "{name}");
    }
    scene.refuses.end();
    // A resume does not have to repeat that the old files may be replaced.
    let (calls, names, _) = scene.run("--resume", 1);
    assert_eq!((calls, names), (9, WHOLE.map(str::to_owned).to_vec()));
    let summary: serde_json::Value = serde_json::from_str(&scene.job.text("in.summary.json")).unwrap();
    assert_eq!(
        (&summary["finished"], &summary["settled_before"]),
        (&true.into(), &3.into())
    );
}

#[test]
fn a_leftover_without_a_journal_cannot_be_gone_on_with() {
    for stray in [
        "in.results.csv.partial",
        "in.failed.csv.partial",
        "in.summary.json.partial",
    ] {
        let scene = |flags: &str, code| {
            let mut scene = Scene::new(Found::Nothing);
            scene.job = scene.job.file(stray, "?");
            scene.run(flags, code)
        };
        assert!(scene("", 2).2.contains("cannot be resumed"));
        assert!(scene("--resume", 2).2.contains("no journal"));
        assert_eq!(scene("--overwrite", 1).0, 12);
        let (calls, names, _) = scene("--resume --rotate", 1);
        assert_eq!((calls, names.len()), (12, 4), "{names:?}");
    }
    // A journal that was cut within its first line belongs to a run that never sent anything.
    let mut scene = Scene::new(Found::Nothing);
    scene.job = scene.job.file("in.results.csv.journal", "{\"jour");
    scene.run("", 2);
    let (calls, names, _) = scene.run("--resume", 1);
    assert_eq!((calls, names), (12, WHOLE.map(str::to_owned).to_vec()));
}

#[test]
fn flags_that_make_no_sense_together_are_refused() {
    refuses(Found::Nothing, "--rotate", &["--resume", "give both"]);
    let job = Job::new("run - -o out.csv --survey 7 --resume").stdin("id_respondent,l1\n1,x\n");
    assert!(job.ends(2).stderr.contains("standard input"));
}

#[test]
fn a_journal_that_is_damaged_is_never_passed_over() {
    // In the middle of a line that others follow, and in the first line.
    for in_header in [false, true] {
        let mut scene = Scene::new(Found::UnfinishedSame);
        let mut journal = scene.job.bytes("in.results.csv.journal");
        let at = if in_header { 20 } else { journal.len() / 2 };
        journal[at] = b'#';
        scene.job = scene.job.file("in.results.csv.journal", &journal);
        for flags in ["", "--resume", "--resume --rotate"] {
            let (calls, _, stderr) = scene.run(flags, 2);
            assert_eq!(calls, 0, "{flags}");
            assert!(stderr.contains("cannot be resumed"), "{flags}: {stderr}");
            assert_eq!(scene.job.bytes("in.results.csv.journal"), journal);
        }
        assert_eq!(scene.run("--overwrite", 1).0, 12);
    }
}

#[test]
fn a_journal_of_an_earlier_version_is_refused_with_what_to_do() {
    let journal = include_bytes!("../earlier/journal-1");
    for flags in [
        "",
        "--resume",
        "--resume --rotate",
        "--full-refresh --resume --rotate",
    ] {
        let mut scene = Scene::new(Found::Nothing);
        scene.job = scene.job.file("in.results.csv.journal", journal);
        let (calls, _, stderr) = scene.run(flags, 2);
        assert_eq!(calls, 0, "{flags}");
        assert!(
            stderr.contains(
                "is of an earlier version of this program: finish that run with the version that began it"
            ) && stderr.contains("`--overwrite`, which sends every row again"),
            "{flags}: {stderr}"
        );
        assert_eq!(scene.job.bytes("in.results.csv.journal"), journal, "{flags}");
    }
    let mut scene = Scene::new(Found::Nothing);
    scene.job = scene.job.file("in.results.csv.journal", journal);
    assert_eq!(scene.run("--overwrite", 1).0, 12);
}

#[test]
fn a_trial_that_was_cut_short_is_gone_on_with_when_asked_and_starts_anew_otherwise() {
    let trial = |flags: &str| {
        let mut scene = Scene::new(Found::Nothing);
        scene.refuses.begin();
        scene.run("--limit 11", 4);
        scene.refuses.end();
        scene.run(&format!("--limit 11 {flags}"), 1)
    };
    assert_eq!(trial("--resume").0, 8);
    let (calls, names, _) = trial("");
    assert_eq!(calls, 11);
    assert_eq!(
        names,
        [
            "in.trial.failed.csv",
            "in.trial.results.csv",
            "in.trial.summary.json"
        ]
    );
}

#[test]
fn after_a_trial_the_command_for_all_rows_keeps_finished_outputs_but_gives_up_no_unfinished_run() {
    for (found, proposes) in [
        (Found::Nothing, false),
        (Found::FinishedOther, true),
        (Found::UnfinishedOther, false),
    ] {
        let mut scene = Scene::new(found);
        let (calls, _, stderr) = scene.run("--limit 1", 0);
        assert_eq!(
            (calls, stderr.contains("--resume --rotate")),
            (1, proposes),
            "{found:?}: {stderr}"
        );
    }
    // What must not be in a log is not in a command either.
    let mut scene = Scene::new(Found::Nothing);
    let (_, _, stderr) = scene.run("--limit 1 --healthcheck-url http://127.0.0.1:1/CANARY", 0);
    assert!(!stderr.contains("CANARY"), "{stderr}");
}

#[test]
fn somebody_elses_file_under_the_name_of_one_of_ours_is_left_alone() {
    for (name, flags) in [
        ("in.results.csv.lock", ""),
        ("in.results.csv.journal", "--resume"),
        ("in.results.csv.journal", "--resume --rotate"),
        ("in.trial.results.csv.journal", "--limit 1"),
    ] {
        let mut scene = Scene::new(Found::Nothing);
        scene.job = scene.job.file(name, "my precious notes");
        let (calls, _, _) = scene.run(flags, 2);
        assert_eq!(
            (calls, scene.job.text(name).as_str()),
            (0, "my precious notes"),
            "{name} {flags}"
        );
    }
}

#[test]
fn a_run_whose_input_is_called_like_a_trial_is_not_replaced_by_one() {
    for cut_short in [true, false] {
        let mut scene = Scene::new(Found::Nothing);
        let real = Job::run(numbered(ROWS, "old"), &scene.fake).args("-c 1");
        let real = real
            .file("in.trial.csv", numbered(ROWS, "old"))
            .instead_of("in.csv", "in.trial.csv");
        if cut_short {
            scene.refuses.begin();
        }
        real.ends(if cut_short { 4 } else { 1 });
        scene.refuses.end();
        let before = snapshot(&real);
        scene.job = real.instead_of("in.trial.csv", "in.csv");
        scene.run("--limit 1", 2);
        assert_eq!(snapshot(&scene.job), before);
    }
}

#[test]
fn a_resume_does_not_take_over_the_partial_files_of_another_run() {
    let mut scene = Scene::new(Found::UnfinishedSame);
    scene.job = scene.job.file("other.csv.partial", "of another run");
    let (calls, _, stderr) = scene.run("--resume --failed other.csv", 2);
    assert_eq!(calls, 0);
    assert!(
        stderr.contains("the place of the failed file or the summary changed since"),
        "{stderr}"
    );
    assert_eq!(scene.job.text("other.csv.partial"), "of another run");
    scene.run("--resume", 1);
}

#[test]
fn what_is_no_file_is_no_old_set_and_stops_no_run() {
    for (name, is_pipe) in [
        ("in.20200101T000000Z.summary.json", cfg!(unix)),
        ("in.interrupted-20200101T000000Z.results.csv", false),
    ] {
        let mut scene = Scene::new(Found::FinishedOther);
        let path = scene.job.path(name);
        if is_pipe {
            let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
            assert!(made.success());
        } else {
            std::fs::create_dir(&path).unwrap();
        }
        let (calls, _, stderr) = scene.run("--resume --rotate=1 --rotate-max-age 1s -v", 1);
        assert_eq!(calls, 12);
        assert!(path.exists() && !stderr.contains(name), "{stderr}");
    }
}

#[test]
fn an_edited_failed_file_outlives_its_set() {
    let mut scene = Scene::new(Found::FinishedOther);
    let edited = scene.job.text("in.failed.csv") + "my notes\n";
    scene.job = scene.job.file("in.failed.csv", &edited);
    let (_, _, stderr) = scene.run("--resume --rotate=0", 1);
    assert!(
        stderr.contains("an older failed file that was edited is not deleted"),
        "{stderr}"
    );
    let names = scene.job.names();
    let old: Vec<_> = names.iter().filter(|name| name.starts_with("in.2")).collect();
    assert_eq!(old.len(), 1, "{names:?}");
    assert_eq!(scene.job.text(old[0]), edited);
}

#[test]
fn old_sets_go_by_age_though_the_export_stays_the_same() {
    let mut scene = Scene::new(Found::FinishedSame);
    let old = "in.interrupted-20200101T000000Z.results.csv.journal";
    scene.job = scene.job.file(old, "old");
    let (calls, names, _) = scene.run("--resume --rotate --rotate-max-age 30d", 1);
    assert_eq!(calls, 0, "already sent");
    assert!(
        !names.iter().any(|name| name.contains("interrupted")),
        "{names:?}"
    );
}
