//! The mapping of columns: names, numbers, constants, templates, and a CRM's own contact number
//! that is no respondent id.

use crate::support::{Answer, Fake, Job};

const CRM: &str =
    "Record ID,id_respondent,Imię,Nazwisko,Segment\n901,1,Jan,Kowalski,VIP\n902,2,,Nowak,\n903,3,,,\n";

/// Returns what arrives: the parameters of each call after the survey, in the order of the ids.
fn sent(flags: &[(&str, &str)], code: i32) -> (Vec<String>, String) {
    let fake = Fake::start(|_| Answer::success());
    let ran = Job::run(CRM, &fake).pairs(flags).ends(code);
    let mut calls: Vec<String> = fake
        .calls()
        .iter()
        .map(|call| {
            let words = call
                .parameters
                .iter()
                .skip(1)
                .map(|(name, value)| format!("{name}={value}"));
            words.collect::<Vec<_>>().join(" ")
        })
        .collect();
    calls.sort();
    (calls, ran.stderr)
}

#[test]
fn a_label_comes_from_several_columns_from_a_number_or_is_the_same_for_all() {
    let (calls, said) = sent(
        &[
            ("--map", "l3={Imię} {Nazwisko}"),
            ("--map", "l4=5"),
            ("--set", "l9=2026-11"),
        ],
        0,
    );
    assert_eq!(
        calls,
        [
            "id_respondent=1 l3=Jan Kowalski l4=VIP l9=2026-11",
            "id_respondent=2 l3=Nowak l9=2026-11",
            "id_respondent=3 l9=2026-11",
        ]
    );
    assert!(
        said.contains("l3 ← `{Imię} {Nazwisko}`, l4 ← `Segment`, l9 = `2026-11`"),
        "{said}"
    );
}

#[test]
fn a_mapping_that_cannot_be_is_told_before_anything_is_sent() {
    let refused = |flags: &[(&str, &str)], code: i32, words: &str| {
        let (calls, said) = sent(flags, code);
        assert_eq!(calls, [""; 0]);
        assert!(said.contains(words), "`{words}` is not in:\n{said}");
    };
    refused(
        &[("--map", "l3={Imie} {Nazwisko}")],
        3,
        "no column `Imie` in the header, needed for label `l3`: did you mean `Imię`",
    );
    refused(
        &[("--map", "l3={Imię")],
        2,
        "`--map l3={Imię`: a brace without its other half",
    );
    refused(
        &[("--map", "l3=VIP{{}}")],
        2,
        "`--set` gives the same value to every row",
    );
    refused(&[("--map", "l3=9")], 3, "no column `9`");
    refused(
        &[("--map", "l9=Segment"), ("--set", "l9=x")],
        2,
        "has a value already",
    );
    refused(&[("--set", "l9= ")], 2, "has no value");
    refused(&[("--set", "l11=x")], 2, "is not a label");
}

#[test]
fn a_crms_own_number_as_the_id_is_refused_until_it_is_accepted() {
    let flags = [("--id-column", "record id"), ("--map", "l4=Segment")];
    let words = [
        "the id column `Record ID` looks like the CRM's own number of a contact",
        "give `--accept-crm-ids`",
    ];
    let fake = Fake::start(|_| Answer::success());
    // Nothing else lets it through, in no kind of run.
    for more in [
        "--yes",
        "--ignore-guards",
        "--resume --rotate",
        "--changed-only",
        "--limit 1",
        "--dry-run",
    ] {
        let job = Job::run(CRM, &fake).pairs(&flags).args(more);
        let ran = job.ends(4);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(words.iter().all(|word| said.contains(word)), "{more}: {said}");
        assert!(
            job.names().iter().all(|name| name == "in.csv"),
            "{more}: {:?}",
            job.names()
        );
    }
    let check = Job::new("check in.csv --survey 7")
        .pairs(&flags)
        .file("in.csv", CRM);
    let found = check.ends(4).stdout;
    assert!(words.iter().all(|word| found.contains(word)), "{found}");
    assert_eq!(fake.calls().len(), 0);
    // Accepted, it is still warned of.
    let ran = Job::run(CRM, &fake)
        .pairs(&flags)
        .args("--accept-crm-ids")
        .ends(0);
    assert!(ran.stderr.contains(words[0]), "{}", ran.stderr);
    let found = check.args("--accept-crm-ids").ends(0).stdout;
    assert!(found.contains("Warning") && found.contains(words[0]), "{found}");
}

#[test]
fn addresses_are_matched_as_people_have_them() {
    let fake = Fake::start(|_| Answer::success());
    let input = "email,l1\nA@x.pl,1\nmailto:b@x.pl,2\nAnna <c+d@x.pl>,3\na@x.pl; b@x.pl,4\nNowak a@x.pl,5\ne@x.pl,6\n";
    let job = Job::run(input, &fake)
        .file(
            "ids.csv",
            "email,id_respondent\na@x.pl,11\nEwa <b@X.pl>,12\nc+d@x.pl,13\n",
        )
        .args("--ids ids.csv --match-on email -c 1");
    job.ends(1);
    let sent: Vec<String> = fake
        .calls()
        .iter()
        .map(|call| call.respondent().to_owned())
        .collect();
    assert_eq!(sent, ["11", "12", "13"]);
    let codes = job.lines("in.results.csv");
    let codes: Vec<&str> = codes.iter().map(|line| line.split(',').nth(4).unwrap()).collect();
    assert_eq!(codes, ["", "", "", "bad_email", "bad_email", "no_match"]);
}

#[test]
fn people_who_were_never_invited_are_skipped_up_to_a_limit() {
    let fake = Fake::start(|_| Answer::success());
    let job = |flags: &str| {
        Job::run("email,l1\na@x.pl,1\nb@x.pl,2\nc@x.pl,3\nd@x.pl,4\n", &fake)
            .file("ids.csv", "email,id_respondent\na@x.pl,11\nb@x.pl,12\n")
            .args("--ids ids.csv --match-on email")
            .args(flags)
    };
    let refused = job("--no-match skip --max-unknown 25%").ends(4);
    let words =
        "2 of 4 rows have an address that is not in the table of `--ids`, and `--max-unknown` allows 25%";
    assert!(refused.stderr.contains(words), "{}", refused.stderr);
    assert!(
        job("--max-unknown 1 --dry-run")
            .ends(4)
            .stdout
            .contains("`--max-unknown` allows 1")
    );
    assert_eq!(fake.calls().len(), 0);
    let skipping = job("--no-match skip --max-unknown 50%");
    skipping.ends(0);
    let line = &skipping.lines("in.results.csv")[2];
    assert!(line.contains("skipped,no_match"), "{line}");
    assert!(!skipping.names().contains(&"in.failed.csv".to_owned()));
    job("").ends(1);
    assert_eq!(fake.calls().len(), 4);
}

#[test]
fn an_address_with_contradicting_rows_is_nobodys_until_a_person_decides() {
    let fake = Fake::start(|_| Answer::success());
    let job = |flags: &str| {
        Job::run(
            "email,l1\nbiuro@x.pl,1\nb@x.pl,2\nBiuro@X.pl,3\nb@x.pl,2\n",
            &fake,
        )
        .file("ids.csv", "email,id_respondent\nbiuro@x.pl,11\nb@x.pl,12\n")
        .args("--ids ids.csv --match-on email -c 1")
        .args(flags)
    };
    let strict = job("");
    strict.ends(1);
    let lines = strict.lines("in.results.csv");
    assert_eq!(
        lines,
        [
            "2,11,7,invalid,shared_address,address or respondent on several rows, values differ: leave one of the rows, or let \
             `--on-duplicate` decide,,0",
            "3,12,7,success,,Respondent has been updated on the survey's mailing list,200,1",
            "4,11,7,invalid,shared_address,address or respondent on several rows, values differ: leave one of the rows, or let \
             `--on-duplicate` decide,,0",
            "5,12,7,success,,Respondent has been updated on the survey's mailing list,200,1",
        ]
    );
    job("--on-duplicate all").ends(0);
    let last = job("--on-duplicate last");
    last.ends(0);
    assert!(last.lines("in.results.csv")[0].contains("skipped,superseded"));
}

#[test]
fn all_mistakes_are_one_message() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::new("run in.csv --id-column webankieta --map l4=Segmnt --map l7=NPS")
        .file("in.csv", "webankieta_id,Segment,NPS\n1,a,2\n")
        .without_var("RESPONDENT_SYNC_ACCOUNT")
        .without_var("RESPONDENT_SYNC_WEBHOOK_KEY");
    let ran = job.ends(2);
    for words in [
        "RESPONDENT_SYNC_ACCOUNT",
        "RESPONDENT_SYNC_WEBHOOK_KEY",
        "did you mean `webankieta_id`?",
        "did you mean `Segment`?",
        "no survey: give `--survey ID`",
    ] {
        assert!(ran.stderr.contains(words), "`{words}` is not in:\n{}", ran.stderr);
    }
    assert_eq!(ran.stderr.matches("error:").count(), 1, "{}", ran.stderr);
    let missing = Job::new("run nothing.csv --survey 7 --rate fast");
    assert!(missing.ends(2).stderr.contains("--rate"));
    let missing = Job::new("run nothing.csv --survey 7x").ends(2);
    for words in ["`--survey 7x`", "nothing.csv: cannot open the input"] {
        assert!(missing.stderr.contains(words), "{}", missing.stderr);
    }
    // With addresses and no ids, the flags for them are named.
    let ran = Job::run("E-mail,l1\na@x.pl,1\n", &fake).ends(3);
    assert!(ran.stderr.contains("--match-on"), "{}", ran.stderr);
    assert_eq!(fake.calls().len(), 0);
}

#[test]
fn a_file_that_is_probably_meant_is_named() {
    let check = Job::new("check in.toml --survey 7").file("in.toml", "survey = 7\n");
    let ran = check.ends(2);
    assert!(ran.stderr.contains("type `--config in.toml`"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn a_misspelt_file_name_is_corrected_on_a_terminal() {
    let job = Job::new("check kontakt.csv --survey 7")
        .file("kontakty.csv", "id_respondent,l1\n1,a\n")
        .file("kontakty.results.csv", "");
    let mut terminal = job.on_terminal();
    terminal
        .sees("cannot open the input")
        .sees("probably meant:")
        .sees("check kontakty.csv --survey 7");
    terminal.ends(3);
}
