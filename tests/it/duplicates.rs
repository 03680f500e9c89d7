//! Respondents on several rows, and contacts whose id is found by their address.

use crate::support::{Answer, Fake, Job, numbered};

fn calls(fake: &Fake) -> Vec<String> {
    let of =
        |call: &crate::support::Call| format!("{}={}", call.respondent(), call.get("l1").unwrap_or_default());
    fake.calls().iter().map(of).collect()
}

#[test]
fn only_the_last_row_of_a_respondent_is_sent_when_asked() {
    let fake = Fake::start(|_| Answer::success());
    // The last row of 3 has nothing to send, and that of 4 cannot be sent. In both cases the row
    // before is the last that can be sent.
    let input = "id_respondent,l1\n1,old\n2,x\n1,new\n01,other\n3,kept\n3,\n4,kept\n4,y,z\n1,newest\n";
    let job = Job::run(input, &fake).args("--on-duplicate last -c 1");
    let ran = job.ends(1);
    assert_eq!(calls(&fake), ["2=x", "01=other", "3=kept", "4=kept", "1=newest"]);
    let codes: Vec<String> = job
        .lines("in.results.csv")
        .iter()
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            format!("{} {}{}", cells[0], cells[3], cells[4])
        })
        .collect();
    assert_eq!(
        codes,
        [
            "2 skippedsuperseded",
            "3 success",
            "4 skippedsuperseded",
            "5 success",
            "6 success",
            "7 skippednothing_to_send",
            "8 success",
            "9 invalidcolumn_count",
            "10 success",
        ]
    );
    assert!(
        ran.stderr
            .contains("1 respondent on several rows, 1 with different values: only the last row is sent"),
        "{}",
        ran.stderr
    );
}

#[test]
fn ids_that_differ_in_leading_zeros_are_two_respondents_everywhere() {
    let fake = Fake::start(|_| Answer::success());
    let input = "id_respondent,l1\n12,a\n0012,b\n13,c\n12,d\n";
    let warning = "id with other leading zeros, too (`12` and `0012`)";
    for (flags, repeated, sent) in [
        ("", "the last row wins", vec!["12=a", "0012=b", "12=d"]),
        (
            "--on-duplicate last",
            "only the last row is sent",
            vec!["0012=b", "12=d"],
        ),
    ] {
        let said = "1 respondent on several rows, 1 with different values";
        let ran = Job::new("check in.csv --survey 7")
            .args(flags)
            .file("in.csv", input)
            .ends(0);
        assert!(
            ran.stdout.contains(said)
                && ran.stdout.contains(repeated)
                && ran.stdout.contains(&format!("Warning: 1 × {warning}")),
            "{}",
            ran.stdout
        );
        let before = fake.calls().len();
        let ran = Job::run(input, &fake).args(flags).args("-c 1").ends(0);
        assert!(
            ran.stderr.contains(said)
                && ran.stderr.contains(repeated)
                && ran.stderr.contains(&format!("1 × {warning}")),
            "{}",
            ran.stderr
        );
        // Calls of other respondents may arrive in between.
        let mut made = calls(&fake).split_off(before);
        made.retain(|call| call != "13=c");
        assert_eq!(made, sent);
    }
}

#[test]
fn counts_of_duplicates_are_exact_beyond_what_is_remembered_otherwise() {
    // 150,000 respondents twice each: more than the 100,000 that are remembered without the extra
    // pass.
    let rows = |value: &str| numbered(150_000, value).replace("id_respondent,l1\n", "");
    let input = format!("id_respondent,l1\n{}{}", rows("a"), rows("b"));
    let job = Job::new("check in.csv --survey 7 --on-duplicate last").file("in.csv", input);
    let ran = job.ends(0);
    for words in [
        "150,000 to send",
        "150,000  a later row is sent instead",
        "  150,000 respondents on several rows, 150,000 with different values",
    ] {
        assert!(ran.stdout.contains(words), "`{words}` is not in:\n{}", ran.stdout);
    }
}

#[test]
fn what_needs_a_pass_of_its_own_cannot_be_a_stream() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run("", &fake)
        .instead_of("in.csv", "-")
        .args("-o out.csv --on-duplicate last")
        .stdin("id_respondent,l1\n1,a\n");
    assert!(job.ends(2).stderr.contains("give a file"));
}

const CONTACTS: &str = "E-mail;l1\nANNA@example.com;a\n jan@example.com ;b\nnobody@example.com;c\ntwice@example.com;d\n;e\nbad@example.com;f\n";
const TABLE: &str = "email,id_respondent\nanna@example.com,0011\njan@example.com,12\ntwice@example.com,13\nTwice@example.com,14\nbad@example.com,x\n";

#[test]
fn ids_are_found_by_address_and_never_guessed() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run(CONTACTS, &fake)
        .args("--ids ids.csv --match-on e-mail=email -c 1")
        .file("ids.csv", TABLE);
    let ran = job.ends(1);
    assert_eq!(calls(&fake), ["0011=a", "12=b"]);
    let codes: Vec<String> = job
        .lines("in.results.csv")
        .iter()
        .map(|line| line.split(',').skip(1).take(4).collect::<Vec<_>>().join(","))
        .collect();
    assert_eq!(
        codes,
        [
            "0011,7,success,",
            "12,7,success,",
            ",7,invalid,no_match",
            ",7,invalid,ambiguous_match",
            ",7,invalid,missing_id",
            ",7,invalid,bad_id",
        ]
    );
    assert!(
        ran.stderr.contains("respondent ← `E-mail` by ids.csv"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr
            .contains("; 4 different addresses, 1 of them of several respondents"),
        "{}",
        ran.stderr
    );
    assert!(
        !format!("{}{}", ran.stderr, job.text("in.results.csv")).contains("@example.com"),
        "no address is shown"
    );

    // With `--blank-id skip`, a contact outside the mailing list, whose address is blank, is not a
    // fault.
    let again = Fake::start(|_| Answer::success());
    let skipping = Job::run("email,l1\n,a\nanna@example.com,b\n", &again)
        .args("--ids ids.csv --match-on email --blank-id skip --only 0011")
        .file("ids.csv", TABLE);
    skipping.ends(0);
    assert_eq!(calls(&again), ["0011=b"]);
}

#[test]
fn a_table_says_to_which_survey_its_ids_belong() {
    let fake = Fake::start(|_| Answer::success());
    let table = "email,id_respondent,id_survey\na@example.com,1,7\na@example.com,2,8\nb@example.com,3,8\n";
    Job::run("email,l1\na@example.com,x\nb@example.com,y\n", &fake)
        .args("--ids ids.csv --match-on email")
        .file("ids.csv", table)
        .ends(1);
    assert_eq!(calls(&fake), ["1=x"]);
}

#[test]
fn a_table_is_by_survey_whatever_the_input_calls_its_survey() {
    let table = "email,id_respondent,id_survey\na@example.com,1,7\nb@example.com,2,8\n";
    let input = "email,Ankieta,l1\na@example.com,8,x\nb@example.com,8,y\n";
    let fake = Fake::start(|_| Answer::success());
    Job::run(input, &fake)
        .without("--survey")
        .args("--ids ids.csv --match-on email --survey-column Ankieta")
        .file("ids.csv", table)
        .ends(1);
    assert_eq!(calls(&fake), ["2=y"], "1 is a respondent of another survey");
}

#[test]
fn a_table_that_cannot_be_read_whole_is_not_used() {
    let refused = |table: &str, flags: &str, code: i32, words: &[&str]| {
        let fake = Fake::start(|_| Answer::success());
        let ran = Job::run(CONTACTS, &fake)
            .args(flags)
            .file("ids.csv", table)
            .ends(code);
        for word in words {
            assert!(ran.stderr.contains(word), "`{word}` is not in:\n{}", ran.stderr);
        }
        assert_eq!(fake.calls().len(), 0);
    };
    let flags = "--ids ids.csv --match-on e-mail=email";
    refused(
        "email,id_respondent\na@example.com,1\nb@example.com\n",
        flags,
        3,
        &["ids.csv (`--ids`)", "row 3", "might be somebody else's"],
    );
    refused(
        "mail,id_respondent\na@example.com,1\n",
        flags,
        3,
        &["ids.csv (`--ids`)", "no column `email`", "did you mean `mail`"],
    );
    refused(
        "email,id_respondent\n",
        flags,
        3,
        &["ids.csv (`--ids`)", "no data rows"],
    );
    refused(
        TABLE,
        "--ids ids.csv --match-on telefon",
        3,
        &["in.csv", "no column `telefon`", "the address"],
    );
    refused(
        TABLE,
        "--ids no.csv --match-on e-mail=email",
        3,
        &["no.csv (`--ids`)", "cannot open"],
    );
    refused(TABLE, "--ids ids.csv", 2, &["`--ids` needs `--match-on"]);
    refused(TABLE, "--match-on email", 2, &["`--match-on` needs `--ids"]);
    refused(TABLE, "--ids ids.csv --match-on =email", 2, &["names no column"]);
}

#[test]
fn another_table_is_another_run() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run("email,l1\nanna@example.com,a\n", &fake)
        .args("--ids ids.csv --match-on email --resume")
        .file("ids.csv", TABLE);
    job.ends(0);
    assert!(job.ends(0).stderr.contains("already sent"));
    let job = job.file("ids.csv", "email,id_respondent\nanna@example.com,99\n");
    let ran = job.ends(2);
    assert!(ran.stderr.contains("table of ids"), "{}", ran.stderr);
    assert_eq!(calls(&fake), ["0011=a"]);
}
