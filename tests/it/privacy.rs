//! Cells and the platform's messages about people appear on a terminal only, and in the files that
//! are meant for them.

use crate::support::{Answer, Fake, Job, Ran};

/// Cells of the input: an id, a value, and what the platform knows of a person.
const ID: &str = "48600700";
const CELL: &str = "Zażółć śląską CELLCANARY";
const KNOWN: &str = "Anna PLATFORMCANARY";

/// Windows-1250, so that an encoding has to be guessed.
fn input() -> Vec<u8> {
    let rows = (0..6).map(|row| format!("{ID}{row};{CELL} {row}\r\n"));
    let text = "id_respondent;l4\r\n".to_owned() + &rows.collect::<String>();
    text.chars()
        .map(|character| match character {
            'ż' => 0xBF,
            'ó' => 0xF3,
            'ł' => 0xB3,
            'ć' => 0xE6,
            'ś' => 0x9C,
            'ą' => 0xB9,
            ascii => u8::try_from(ascii).unwrap(),
        })
        .collect()
}

/// A platform that repeats what it received, and adds something that it knows of a person.
fn talkative() -> Fake {
    Fake::start(|call| {
        let (id, value) = (call.respondent(), call.get("l4").unwrap());
        match id.strip_prefix(ID).unwrap() {
            "0" => Answer::error(&format!("{id}: {KNOWN} has left")),
            "5" => Answer::success(),
            _ => Answer::error(&format!("no {id} who could be {value}")),
        }
    })
}

fn holds_nothing(ran: &Ran, what: &str) {
    for text in [&ran.stdout, &ran.stderr] {
        for canary in ["CANARY", "Za\u{17c}", ID] {
            assert!(!text.contains(canary), "{what}: `{canary}` is in {text}");
        }
    }
}

#[test]
fn logs_mails_and_monitors_hear_counts_and_codes() {
    for flags in [
        "",
        "-v",
        "-q",
        "--log-format json",
        "-v --log-format json --summary -",
    ] {
        let (fake, monitor) = (talkative(), Fake::start(|_| Answer::success()));
        let job = Job::run(input(), &fake)
            .args(flags)
            .var("RESPONDENT_SYNC_HEALTHCHECK_URL", &format!("{}/x", monitor.base));
        let ran = job.ends(1);
        holds_nothing(&ran, flags);
        let heard: Vec<u8> = monitor
            .calls()
            .iter()
            .flat_map(|call| call.body.clone())
            .collect();
        let heard = String::from_utf8_lossy(&heard);
        assert!(
            heard.contains("\"rejected\":5") && !heard.contains("CANARY") && !heard.contains(ID),
            "{heard}"
        );
        let summary = job.text("in.summary.json");
        assert!(!summary.contains("CANARY") && !summary.contains(ID), "{summary}");
        if flags.is_empty() {
            // Four respondents got the same message apart from their own data. A message that only
            // one got is in the results.
            assert!(
                ran.stderr
                    .contains("4  the platform answered \"no {id} who could be {l4}\": rows 3, 4, 5, 6"),
                "{}",
                ran.stderr
            );
            assert!(
                ran.stderr.contains("1  other reasons, in in.results.csv"),
                "{}",
                ran.stderr
            );
            let results = job.text("in.results.csv");
            assert!(
                results.contains(&format!("{{id}}: {KNOWN} has left")),
                "{results}"
            );
        }
    }
}

#[test]
fn what_is_looked_over_or_refused_quotes_no_cell() {
    for command in [
        "check in.csv --survey 7",
        "check in.csv --survey 7 --format json",
        "run in.csv --survey 7 -n -vv",
    ] {
        holds_nothing(&Job::new(command).file("in.csv", input()).ends(0), command);
    }
    // The encoding of this letter cannot be determined.
    let unclear = b"id_respondent;l1\n1;CELLCANARY\xF2\n";
    let ran = Job::new("check in.csv --survey 7")
        .file("in.csv", unclear)
        .ends(3);
    holds_nothing(&ran, "an encoding that is unclear");
}

/// On a terminal the encoding is shown by an example, and a message that one respondent got is
/// quoted.
#[cfg(target_os = "linux")]
#[test]
fn a_person_at_a_terminal_sees_an_example_and_all_reasons() {
    let fake = talkative();
    let job = Job::run(input(), &fake).through_shell(
        "args=''; for arg in \"$@\"; do args=\"$args '$arg'\"; done; exec script -qec \"'$0' $args --no-progress --yes\" /dev/null",
    );
    let ran = job.ends(1);
    assert!(ran.stdout.contains("e.g. `Zażółć"), "{}", ran.stdout);
    assert!(ran.stdout.contains(KNOWN), "{}", ran.stdout);
}

#[test]
fn the_first_contact_of_an_export_without_a_header_is_quoted_nowhere() {
    let fake = Fake::start(|_| Answer::success());
    let ran = Job::run("Kanariek Jan;Warszawa;HIV\nNowak Ewa;Łódź;B\n", &fake)
        .args("--log-format json --summary -")
        .ends(3);
    for cell in ["Kanariek", "Warszawa", "HIV"] {
        assert!(
            !ran.stderr.contains(cell) && !ran.stdout.contains(cell),
            "{}{}",
            ran.stderr,
            ran.stdout
        );
    }
    assert!(
        ran.stderr
            .contains("the columns are: 3, listed on a terminal only"),
        "{}",
        ran.stderr
    );
}
