//! Guards against a bad export: nothing is sent and the numbers are reported, unless the export is
//! let through.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use crate::support::{Answer, Fake, Job, numbered};

fn job(input: &str, fake: &Fake) -> Job {
    Job::run(input, fake)
}

const HALF_BLANK: &str = "id_respondent,l1\n1,a\n2,\n3,b\n4,\n";

#[test]
fn each_guard_stops_before_the_first_call_and_leaves_nothing_behind() {
    let fake = Fake::start(|_| Answer::success());
    let cases = [
        ("--min-rows 5", "it has 4 rows, and `--min-rows` wants 5"),
        (
            "--min-filled l1=51%",
            "`l1` has a value on 2 of 4 rows, and `--min-filled` wants 51%",
        ),
        (
            "--empty send",
            "`--empty send` would clear `l1` on 2 of 4 rows: say how many must have a value",
        ),
    ];
    for (flags, words) in cases {
        let job = job(HALF_BLANK, &fake).args(flags);
        let ran = job.ends(4);
        assert!(
            ran.stderr
                .contains("nothing was sent, since the export does not look right"),
            "{}",
            ran.stderr
        );
        assert!(
            ran.stderr.contains(words) && ran.stderr.contains("`--ignore-guards`"),
            "{}",
            ran.stderr
        );
        assert_eq!(job.names(), ["in.csv"], "{flags}");
        assert_eq!(fake.calls().len(), 0, "{flags}");
        // A dry run and a check end as the run would.
        let ran = job.args("--dry-run").ends(4);
        assert!(
            ran.stdout.contains(&format!("Nothing would be sent: {words}")),
            "{}",
            ran.stdout
        );
        let check = Job::new("check in.csv --survey 7")
            .args(flags)
            .file("in.csv", HALF_BLANK);
        check.ends(4);
        check.args("--ignore-guards").ends(0);
    }
    for (flags, words) in cases {
        let ran = job(HALF_BLANK, &fake).args(flags).args("--ignore-guards").ends(0);
        assert!(
            ran.stderr.contains("let through by `--ignore-guards`"),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
    job(HALF_BLANK, &fake)
        .args("--min-rows 4 --min-filled l1=50% --empty send")
        .ends(0);
}

#[test]
fn nights_that_are_unlike_the_last_are_stopped() {
    let fake = Fake::start(|_| Answer::success());
    let mut job = job(&numbered(20, "a"), &fake).args("--resume --rotate --changed-only --max-changes 20%");
    // On the first night nothing is known that could change.
    job.ends(0);
    let input = |job: &Job, text: &str| std::fs::write(job.path("in.csv"), text).unwrap();
    let mut few = numbered(20, "a")
        .replace("\n3,a", "\n3,b")
        .replace("\n4,a", "\n4,b");
    input(&job, &few);
    job.ends(0);
    assert_eq!(fake.calls().len(), 22);
    for id in 5..10 {
        few = few.replace(&format!("\n{id},a"), &format!("\n{id},b"));
    }
    input(&job, &few);
    let ran = job.again("", 4);
    let words = "5 of 20 rows of known respondents would change something, and `--max-changes` allows 20%";
    assert!(ran.stderr.contains(words), "{}", ran.stderr);
    let ran = job.again("--dry-run", 4);
    assert!(
        ran.stdout.contains(words) && ran.stdout.contains("15 skipped"),
        "{}",
        ran.stdout
    );
    input(&job, &numbered(9, "a"));
    let ran = job.again("", 4);
    assert!(
        ran.stderr
            .contains("it has 9 rows, fewer than half of the 20 of last time"),
        "{}",
        ran.stderr
    );
    input(
        &job,
        "id_respondent,l1\n1,\n2,\n3,\n4,\n5,\n6,\n7,\n8,\n9,\n10,\n11,\n",
    );
    let ran = job.again("", 4);
    assert!(
        ran.stderr
            .contains("`l1` is blank throughout, and had values last time"),
        "{}",
        ran.stderr
    );
    assert_eq!(fake.calls().len(), 22, "none of these sent anything");
    // An export that was let through is the one that the next night is compared with.
    input(&job, &numbered(9, "a"));
    job.again("--ignore-guards", 0);
    input(&job, &numbered(5, "a"));
    job.again("", 0);
}

#[test]
fn a_failed_file_and_a_trial_are_no_exports() {
    let fake = Fake::start(|call| match call.respondent() {
        "2" => Answer::error("no"),
        _ => Answer::success(),
    });
    let job = job(&numbered(20, "a"), &fake).args("--changed-only");
    job.ends(1);
    let job = job.instead_of("in.csv", "in.failed.csv");
    job.ends(1);
    let mut job = job.instead_of("in.failed.csv", "in.csv");
    job.again("--limit 3", 1);
    // The last export is still the one of 20 rows.
    std::fs::write(job.path("in.csv"), numbered(9, "b")).unwrap();
    job.again("--overwrite", 4);
}

/// A platform that accepts this number of calls and then refuses all.
fn taking(calls: i64) -> (Fake, Arc<AtomicI64>) {
    let left = Arc::new(AtomicI64::new(calls));
    let leaving = Arc::clone(&left);
    let fake = Fake::start(move |_| match leaving.fetch_sub(1, Ordering::SeqCst) {
        ..=0 => Answer::of(401, ""),
        _ => Answer::success(),
    });
    (fake, left)
}

const LINE: &str = "--resume --rotate --min-rows 5000 --min-filled l1=99%";

#[test]
fn guards_are_not_passed_by_resuming_a_run_without_them() {
    let (fake, left) = taking(5);
    let mut job = job(&numbered(20, "a"), &fake).args("-c 1");
    job.again("", 4);
    left.store(i64::MAX, Ordering::SeqCst);
    let (calls, journal) = (fake.calls().len(), job.bytes("in.results.csv.journal"));
    for _ in 0..2 {
        let ran = job.again(LINE, 4);
        assert!(
            ran.stderr
                .contains("nothing more was sent, since the export does not look right: it has 20 rows, and `--min-rows` wants 5000"),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(
        (fake.calls().len(), job.bytes("in.results.csv.journal")),
        (calls, journal)
    );
    // Guards without objections let the run continue, and are recorded from then on.
    left.store(3, Ordering::SeqCst);
    job.again("--resume --min-rows 20", 4);
    let header = job
        .text("in.results.csv.journal")
        .lines()
        .next()
        .unwrap()
        .to_owned();
    assert!(
        header.contains(
            r#""looked_over":{"guards":"--min-rows 20 --max-damaged 0","mode":"follow","let_through":false}"#
        ),
        "{header}"
    );
    left.store(i64::MAX, Ordering::SeqCst);
    job.again("--resume", 0);
}

#[test]
fn what_was_let_through_once_is_until_its_content_is_finished() {
    let (fake, left) = taking(5);
    let mut job = job(&numbered(20, "a"), &fake).args("-c 1");
    job.again("--ignore-guards", 4);
    left.store(5, Ordering::SeqCst);
    job.again(LINE, 4);
    left.store(i64::MAX, Ordering::SeqCst);
    let ran = job.again(LINE, 0);
    assert!(!ran.stderr.contains("min-rows"), "{}", ran.stderr);
    assert_eq!(job.lines("in.results.csv").len(), 20);
    // Other content is checked.
    std::fs::write(job.path("in.csv"), numbered(21, "a")).unwrap();
    job.again(LINE, 4);
    // A resume can ignore the guards too.
    left.store(5, Ordering::SeqCst);
    job.again("--resume --rotate", 4);
    left.store(5, Ordering::SeqCst);
    let ran = job.again(&format!("{LINE} --ignore-guards"), 4);
    assert!(
        ran.stderr.contains("is let through by `--ignore-guards`"),
        "{}",
        ran.stderr
    );
    left.store(i64::MAX, Ordering::SeqCst);
    job.again(LINE, 0);
}

#[test]
fn changes_are_counted_among_the_rows_that_are_left() {
    let (fake, left) = taking(i64::MAX);
    let mut job = job(&numbered(40, "a"), &fake).args("-c 1 --resume --rotate --changed-only");
    job.again("", 0);
    let mut half = numbered(20, "b");
    half.extend((21..=40).map(|id| format!("{id},a\n")));
    std::fs::write(job.path("in.csv"), half).unwrap();
    left.store(10, Ordering::SeqCst);
    job.again("", 4);
    left.store(i64::MAX, Ordering::SeqCst);
    // Ten were sent and five were refused. The values of these five are unknown.
    let ran = job.again("--max-changes 19%", 4);
    assert!(
        ran.stderr
            .contains("5 of 25 rows of known respondents would change something"),
        "{}",
        ran.stderr
    );
    job.again("--max-changes 20%", 0);
}

#[test]
fn a_plain_run_that_the_nightly_line_resumes_is_compared_with_the_last_night() {
    let (fake, left) = taking(i64::MAX);
    let mut job = job(&numbered(40, "a"), &fake).args("-c 1 --resume --rotate");
    job.again("--changed-only", 0);
    std::fs::write(job.path("in.csv"), numbered(15, "b")).unwrap();
    left.store(5, Ordering::SeqCst);
    job.again("", 4);
    left.store(i64::MAX, Ordering::SeqCst);
    let ran = job.again("--changed-only", 4);
    assert!(
        ran.stderr
            .contains("it has 15 rows, fewer than half of the 40 of last time"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_stream_cannot_be_looked_over() {
    let fake = Fake::start(|_| Answer::success());
    let job = job("", &fake)
        .instead_of("in.csv", "-")
        .args("-o out.csv --min-rows 1")
        .stdin(numbered(1, "a"));
    let ran = job.ends(2);
    assert!(
        ran.stderr.contains("standard input can be read only once"),
        "{}",
        ran.stderr
    );
    let job = job.args("--ignore-guards");
    job.ends(0);
    let clears = job
        .without("--min-rows")
        .instead_of("--ignore-guards", "--overwrite")
        .args("--empty send");
    clears.ends(2);
}

#[test]
fn what_is_no_guard_is_refused() {
    let fake = Fake::start(|_| Answer::success());
    for (flags, words) in [
        ("--min-filled l4", "write `--min-filled l4=80%`"),
        ("--min-filled l4=8", "`8` is no percentage"),
        ("--min-filled l40=8%", "`l40` is not a label"),
        (
            "--min-filled l4=8% --min-filled l4=9%",
            "`l4` has a least already",
        ),
    ] {
        let ran = job(HALF_BLANK, &fake).args(flags).ends(2);
        assert!(ran.stderr.contains(words), "{flags}: {}", ran.stderr);
    }
}

#[test]
fn nights_that_did_not_fit_into_their_window_are_caught_up_with() {
    let fake = Fake::start(|_| Answer::success());
    let mut job = job(&numbered(40, "a"), &fake)
        .without("--rate")
        .args("--resume --rotate --changed-only --max-changes 10%");
    // A respondent that was never sent is not a change, neither on the first night nor after an
    // interrupted one.
    job.again("--limit 3 --rate unlimited", 0);
    job.again("--rate 10/s --max-duration 500ms", 10);
    std::fs::write(job.path("in.csv"), numbered(41, "a")).unwrap();
    job.again("--rate unlimited", 0);
    assert_eq!(fake.calls().len(), 41);
}

#[test]
fn a_respondent_who_is_changed_and_changed_back_counts_with_all_rows() {
    let fake = Fake::start(|_| Answer::success());
    let mut job = job(&numbered(10, "a"), &fake).args("--resume --rotate --changed-only --max-changes 50%");
    job.ends(0);
    let mut twice = "id_respondent,l1\n".to_owned();
    for id in 1..=10 {
        twice.extend([&id.to_string(), ",b\n", &id.to_string(), ",a\n"]);
    }
    std::fs::write(job.path("in.csv"), twice).unwrap();
    let ran = job.again("", 4);
    assert!(ran.stderr.contains("20 of 20 rows"), "{}", ran.stderr);
    let ran = Job::run(numbered(1, "a"), &fake).args("--max-changes 5").ends(2);
    assert!(
        ran.stderr.contains("give `--changed-only`, too"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_column_that_is_gone_is_seen_whether_it_mapped_itself_or_is_part_of_a_label() {
    let fake = Fake::start(|_| Answer::success());
    let mut job = job("id_respondent,l1,l2\n1,a,b\n2,a,b\n", &fake).args("--resume --rotate --changed-only");
    job.ends(0);
    let input = |job: &Job, text: &str| std::fs::write(job.path("in.csv"), text).unwrap();
    input(&job, "id_respondent,L1 new,l2\n1,a,b\n2,a,c\n");
    let ran = job.again("", 4);
    assert!(
        ran.stderr
            .contains("it has no column for `l1`, which had values last time"),
        "{}",
        ran.stderr
    );
    let mut job = job.pairs(&[("--map", "l1={l1} {l2}")]);
    input(&job, "id_respondent,l1,l2\n1,a,b\n2,a,b\n");
    job.again("", 0);
    input(&job, "id_respondent,l1,l2\n1,a,\n2,a,\n");
    let ran = job.again("", 4);
    assert!(ran.stderr.contains("`l1` is blank throughout"), "{}", ran.stderr);
}

#[test]
fn what_the_platform_took_nothing_of_is_not_remembered() {
    let refuses = Arc::new(AtomicBool::new(false));
    let refusing = Arc::clone(&refuses);
    let fake = Fake::start(move |_| {
        if refusing.load(Ordering::SeqCst) {
            Answer::of(401, "")
        } else {
            Answer::success()
        }
    });
    let mut job = job(&numbered(20, "a"), &fake).args("--resume --rotate --changed-only");
    job.ends(0);
    refuses.store(true, Ordering::SeqCst);
    std::fs::write(job.path("in.csv"), numbered(12, "b")).unwrap();
    job.again("", 4);
    std::fs::write(job.path("in.csv"), numbered(7, "b")).unwrap();
    let ran = job.again("", 4);
    assert!(
        ran.stderr.contains("fewer than half of the 20 of last time"),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_was_let_through_and_cut_short_is_the_last_one_all_the_same() {
    let fake = Fake::start(|_| Answer::success());
    let mut job = job(&numbered(40, "a"), &fake)
        .without("--rate")
        .args("--resume --rotate --changed-only");
    job.again("--rate unlimited", 0);
    std::fs::write(job.path("in.csv"), numbered(18, "b")).unwrap();
    job.again("--rate unlimited", 4);
    job.again("--ignore-guards --rate 10/s --max-duration 400ms", 10);
    job.again("--rate unlimited", 0);
    std::fs::write(job.path("in.csv"), numbered(10, "b")).unwrap();
    job.again("--rate unlimited", 0);
    // A survey whose entries were deleted has no last export.
    std::fs::write(job.path("in.csv"), numbered(2, "b")).unwrap();
    job.again("--rate unlimited", 4);
    Job::new("state forget --survey 7").sharing_state_of(&job).ends(0);
    job.again("--rate unlimited", 0);
}

#[test]
fn a_night_of_which_the_platform_took_nothing_is_not_the_last_one() {
    let fake = Fake::start(|_| Answer::success());
    let mut job = job(&numbered(20, "a"), &fake).args("--resume --rotate --changed-only --max-outage 50ms");
    job.ends(0);
    std::fs::write(job.path("in.csv"), format!("{}99,\n", numbered(12, "b"))).unwrap();
    let base = fake.base.clone();
    job = job.instead_of(&base, "http://127.0.0.1:1");
    job.again("", 5);
    job = job.instead_of("http://127.0.0.1:1", &base);
    std::fs::write(job.path("in.csv"), numbered(7, "b")).unwrap();
    job.again("", 4);
}

#[test]
fn errors_of_a_spreadsheet_are_not_put_on_people_unless_they_are_allowed() {
    let fake = Fake::start(|_| Answer::success());
    let input = "id_respondent,l1\n1,a\n2,#N/D!\n3,08.maj\n4,#REF!\n";
    let refused = job(input, &fake).ends(4);
    let words = "errors of a spreadsheet, like `#N/D!`, on 2 of 4 rows, and `--max-damaged` allows 0";
    assert!(refused.stderr.contains(words), "{}", refused.stderr);
    let check = Job::new("check in.csv --survey 7 --max-damaged 25%").file("in.csv", input);
    assert!(check.ends(4).stdout.contains("`--max-damaged` allows 25%"));
    assert_eq!(fake.calls().len(), 0);
    job(input, &fake).args("--max-damaged 2").ends(0);
    assert_eq!(fake.calls().len(), 4);
    // A date is a warning alone; and a row that makes no call does no harm.
    job("id_respondent,l1\n1,08.maj\n,#N/D!\n", &fake)
        .args("--blank-id skip")
        .ends(0);
    // A stream cannot be looked over.
    let stream = Job::new("run - -o out.csv --survey 7 --rate unlimited").stdin(input);
    stream.args(&format!("--base-url {}", fake.base)).ends(0);
}

#[test]
fn an_id_of_another_length_is_shown_by_its_row() {
    let rows: Vec<String> = (400_100..400_120).map(|id| format!("{id},a\n")).collect();
    let input = format!("id_respondent,l1\n{}40012,a\n", rows.concat());
    let ran = Job::new("check in.csv --survey 7").file("in.csv", &input).ends(0);
    let words = "Warning: 1 × id without the 6 digits of nearly all others: row 22";
    assert!(ran.stdout.contains(words), "{}", ran.stdout);
    let few = Job::new("check in.csv --survey 7").file("in.csv", "id_respondent,l1\n1,a\n12,a\n");
    assert!(!few.ends(0).stdout.contains("digits"));
}

#[test]
fn check_and_run_look_at_the_same_rows() {
    let fake = Fake::start(|_| Answer::success());
    let input = "id_respondent,l1\n1,a\n2,#N/D!\n";
    for (flags, code) in [("--only 1", 0), ("--limit 1", 0), ("--only 2", 4), ("", 4)] {
        job(input, &fake).args(flags).ends(code);
        job(input, &fake).args(flags).args("--dry-run").ends(code);
        let check = Job::new("check in.csv --survey 7").file("in.csv", input);
        check.args(flags).ends(code);
    }
}
