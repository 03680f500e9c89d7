//! `help`: what to type first, commands, topics, and unknown names.

use crate::support::Job;

#[test]
fn alone_the_program_says_what_to_type_first() {
    let alone = Job::new("").ends(2);
    let asked = Job::new("help").ends(0);
    for line in ["First time:", "init FILE", "help start", "exit-codes"] {
        assert!(alone.stderr.contains(line), "{}", alone.stderr);
        assert!(asked.stdout.contains(line), "{}", asked.stdout);
    }
    for text in [&alone.stderr, &asked.stdout] {
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
    let lines = alone.stderr.lines().count();
    assert!(lines <= 24, "{lines} lines: {}", alone.stderr);
}

#[test]
fn a_page_is_in_the_language_that_was_asked_for() {
    let page = |lang: &str| Job::new(&format!("help start --lang {lang}")).ends(0).stdout;
    assert!(page("pl").contains("krok po kroku"), "{}", page("pl"));
    assert!(page("en").contains("step by step"), "{}", page("en"));
}

#[test]
fn topics_and_commands_are_explained() {
    let topic = Job::new("help exit-codes").ends(0);
    assert!(
        topic.stdout.contains("10   the time that `--max-duration`"),
        "{}",
        topic.stdout
    );
    assert!(
        !topic.stdout.contains('\u{1b}') && !topic.stdout.contains("| "),
        "{}",
        topic.stdout
    );
    let command = Job::new("help state forget").ends(0);
    assert!(command.stdout.contains("--respondent"), "{}", command.stdout);
    let unknown = Job::new("help nigthly").ends(2);
    assert!(
        unknown
            .stderr
            .contains("no topic `nigthly`: did you mean `nightly`?"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn a_real_bash_completes_flags() {
    let script = Job::new("completions bash").ends(0).stdout;
    let job = Job::new("help").file("completion.sh", script);
    let asked = "source completion.sh; COMP_WORDS=(respondent-sync run --max-a); COMP_CWORD=2; \
         $(complete -p respondent-sync | grep -o '_[^ ]*') respondent-sync --max-a run; echo \"${COMPREPLY[@]}\"";
    let Ok(ran) = std::process::Command::new("bash")
        .args(["-c", asked])
        .current_dir(job.path(""))
        .output()
    else {
        eprintln!("skipped: there is no bash here");
        return;
    };
    assert_eq!(
        String::from_utf8_lossy(&ran.stdout).trim(),
        "--max-age",
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

#[test]
fn the_manual_is_written_into_a_folder_and_over_nothing() {
    let mut job = Job::new("manual --format html .").file("elsewhere.txt", "");
    job.ends(0);
    assert_eq!(job.names(), ["CZYTAJ.html", "README.html", "elsewhere.txt"]);
    let ran = job.again("", 2);
    assert!(ran.stderr.contains("README.html` exists"), "{}", ran.stderr);

    let job = Job::new("manual --format man .").file("respondent-sync-run.1", "mine");
    let ran = job.ends(2);
    assert!(
        ran.stderr.contains("respondent-sync-run.1` exists"),
        "{}",
        ran.stderr
    );
    assert_eq!(job.names(), ["respondent-sync-run.1"]);
    assert_eq!(job.text("respondent-sync-run.1"), "mine");

    let ran = Job::new("manual --format man nowhere").ends(2);
    assert!(
        ran.stderr.contains("there is no folder `nowhere`"),
        "{}",
        ran.stderr
    );
}

/// By Debian's `mandoc`, which knows the rules of man pages.
#[test]
fn man_pages_follow_the_rules() {
    let job = Job::new("manual --format man .");
    job.ends(0);
    let names = job.names();
    assert!(names.len() > 30, "{names:?}");
    let linted = std::process::Command::new("mandoc")
        .args(["-T", "lint", "-W", "warning"])
        .args(&names)
        .current_dir(job.path(""))
        .output();
    let Ok(linted) = linted else {
        eprintln!("skipped: there is no mandoc here");
        return;
    };
    let found = String::from_utf8_lossy(&linted.stdout);
    let of_release = |line: &&str| !line.contains("cannot parse date, using it verbatim: TH undated");
    assert_eq!(found.lines().find(of_release), None);
}
