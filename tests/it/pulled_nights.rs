//! `run --pull`: nights that find their ids on the survey's mailing list, and what such a night never
//! does if the list cannot be read.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use crate::pull::three;
use crate::support::{Answer, Call, Fake, Job, Sandbox};

/// The flags of a nightly line.
const LINE: &str = "run in.csv --resume --rotate --pull --rate unlimited --max-retries 1 --backoff 1ms";

fn night(base: &str, survey: &str, input: &str) -> Job {
    Job::new(LINE)
        .args(&format!("--base-url {base} --survey {survey}"))
        .file("in.csv", input)
        .var("RESPONDENT_SYNC_CLIENT_ID", "a-client")
        .var("RESPONDENT_SYNC_CLIENT_SECRET", "a-secret")
}

/// A night in a sandbox with this list, as its survey 1.
fn night_in(sandbox: &Sandbox, input: &str) -> Job {
    night(&format!("http://{}", sandbox.address), "1", input)
        .var("RESPONDENT_SYNC_ACCOUNT", "1")
        .var("RESPONDENT_SYNC_WEBHOOK_KEY", "sandbox")
        .var("RESPONDENT_SYNC_WEBHOOK_AUTH", "sandbox")
}

/// Starts a platform whose webhook accepts everything, and whose API answers pages by a script.
fn both_doors(page: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Fake {
    Fake::start(move |call| {
        if call.target == "/token" {
            Answer::of(200, r#"{"access_token":"a-token","expires_in":3600}"#)
        } else if call.target.starts_with("/api/") {
            page(call)
        } else {
            Answer::success()
        }
    })
}

/// Returns whom the webhook was called for.
fn called(fake: &Fake) -> Vec<String> {
    let mut called: Vec<String> = fake
        .calls()
        .iter()
        .filter(|call| call.target.contains("/update-respondent"))
        .map(|call| call.respondent().to_owned())
        .collect();
    called.sort();
    called
}

/// Returns the id, the status and the code of each row.
fn verdicts(job: &Job) -> Vec<String> {
    let verdict = |line: String| match line.split(',').collect::<Vec<_>>().as_slice() {
        [_, id, _, status, code, ..] => format!("{id} {status} {code}"),
        _ => panic!("{line}"),
    };
    job.lines("in.results.csv").into_iter().map(verdict).collect()
}

const LIST: &str = "email,id_respondent,l4\nanna@example.com,11,old\nbartek@example.com,12,\n\
    celina@example.com,13,\ntwo@example.com,14,\ntwo@example.com,15,\n";

#[test]
fn addresses_alone_are_enough() {
    let sandbox = Sandbox::start("--list list.csv", LIST);
    let input = "Adres,l4\nANNA@example.com,VIP\nnobody@example.com,VIP\n\"Bartek <bartek@example.com>\",a\n\
        two@example.com,x\nno address,x\n celina@example.com,b\n,x\n";
    let mut job = night_in(&sandbox, input).args("--match-on Adres");
    let ran = job.ends(1);
    assert!(
        ran.stderr
            .contains("list of survey 1: 5 respondents in `in.respondents.csv`"),
        "{}",
        ran.stderr
    );
    assert_eq!(
        verdicts(&job),
        [
            "11 success ",
            // A CRM knows people who were never invited.
            " skipped no_match",
            "12 success ",
            " invalid ambiguous_match",
            " skipped no_match",
            "13 success ",
            " invalid missing_id",
        ]
    );
    assert_eq!(
        sandbox.field(&sandbox.token(), "label4"),
        ["VIP", "a", "b", "", ""]
    );
    // A contact who joins the list is found the next night.
    fs::write(
        job.path("in.csv"),
        "Adres,l4\nnobody@example.com,VIP\nanna@example.com,c\n",
    )
    .unwrap();
    job.again("--no-match invalid", 1);
    assert_eq!(verdicts(&job), [" invalid no_match", "11 success "]);
    job.again("--overwrite --max-unknown 0", 4);
    assert_eq!(sandbox.field(&sandbox.token(), "label4")[0], "c");
}

#[test]
fn an_id_that_is_not_on_the_list_is_invalid_before_its_call() {
    let fake = both_doors(three);
    let mut job = night(
        &fake.base,
        "7",
        "id_respondent,l4\n11,a\n99,b\n0012,c\n13,d\n110,e\n",
    );
    let ran = job.again("--max-unknown 1", 4);
    assert!(ran.stderr.contains("--max-unknown"), "{}", ran.stderr);
    assert_eq!(called(&fake), [""; 0]);
    assert_eq!(job.names(), ["in.csv"]);
    job.again("--max-unknown 2", 1);
    assert_eq!(called(&fake), ["0012", "11", "13"]);
    assert_eq!(
        verdicts(&job),
        [
            "11 success ",
            "99 invalid unknown_id",
            "0012 success ",
            "13 success ",
            "110 invalid unknown_id",
        ]
    );
    let failed = job.text("in.failed.csv");
    let records = failed.lines().skip(1);
    let ids: Vec<Option<&str>> = records.map(|line| line.rsplit(',').nth(1)).collect();
    assert_eq!(ids, [Some("99"), Some("110")]);
}

#[test]
fn a_list_that_cannot_be_read_ends_the_night_before_its_first_call() {
    let status = Arc::new(AtomicU16::new(200));
    let fake = both_doors({
        let status = Arc::clone(&status);
        move |call| match status.load(Ordering::SeqCst) {
            200 => three(call),
            204 => Answer::of(200, r#"{"total":0,"list":[]}"#),
            status => Answer::of(status, "{}"),
        }
    });
    let input = "email,l4\nb@example.com,B\n";
    let fresh = || night(&fake.base, "7", input).args("--match-on email");
    // The last one is a survey that has nobody, which nobody wants to write to.
    for (answer, code) in [(503, 5), (402, 4), (404, 4), (204, 4)] {
        status.store(answer, Ordering::SeqCst);
        let job = fresh();
        job.ends(code);
        // There is no older list.
        let job = job.instead_of("--pull", "--pull=prefer");
        job.ends(code);
        let mut names = job.names();
        names.retain(|name| name != "in.respondents.csv");
        assert_eq!(names, ["in.csv"], "{answer}");
    }
    assert_eq!(called(&fake), [""; 0]);

    let mut job = fresh();
    status.store(200, Ordering::SeqCst);
    job.ends(0);
    assert_eq!(called(&fake), ["012"]);
    let table = job.text("in.respondents.csv");
    fs::write(job.path("in.csv"), "email,l4\na@example.com,C\nd@example.com,D\n").unwrap();
    for (answer, code) in [(503, 5), (402, 4)] {
        status.store(answer, Ordering::SeqCst);
        let ran = job.again("", code);
        assert!(!ran.stderr.contains("older"), "{}", ran.stderr);
        assert_eq!(verdicts(&job), ["012 success "]);
    }
    let job = job.instead_of("--pull", "--pull=prefer");
    let ran = job.ends(0);
    assert!(
        ran.stderr
            .contains("the list of an earlier run is used, for ids alone: `in.respondents.csv`"),
        "{}",
        ran.stderr
    );
    assert_eq!(verdicts(&job), ["11 success ", " skipped no_match"]);
    assert_eq!(job.text("in.respondents.csv"), table);
}

/// As a config that was written for a table of ids has it.
#[test]
fn the_list_s_own_column_may_stand_behind_the_input_s_and_no_other() {
    let fake = both_doors(three);
    let input = "Adres,l4\na@example.com,x\n";
    let job = night(&fake.base, "7", input).args("--match-on Adres=Email");
    job.ends(0);
    assert_eq!(called(&fake), ["11"]);
    let ran = job.instead_of("Adres=Email", "Adres=mail").ends(2);
    assert!(
        ran.stderr.contains("`--match-on Adres=mail`") && ran.stderr.contains("column alone"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("--ids"), "{}", ran.stderr);
}

#[test]
fn a_check_reads_the_list_and_leaves_nothing_behind() {
    let fake = both_doors(three);
    let mut job = Job::new("check in.csv --pull --match-on email --survey 7 --rate unlimited")
        .args(&format!("--base-url {}", fake.base))
        .file("in.csv", "email,l4\na@example.com,x\nd@example.com,x\n")
        .var("RESPONDENT_SYNC_CLIENT_ID", "a-client")
        .var("RESPONDENT_SYNC_CLIENT_SECRET", "a-secret");
    fs::create_dir(job.path("temporary")).unwrap();
    for name in ["TMPDIR", "TMP", "TEMP"] {
        let folder = job.path("temporary");
        job = job.var(name, folder.to_str().unwrap());
    }
    let ran = job.ends(0);
    assert!(ran.stdout.contains("1 to send"), "{}", ran.stdout);
    assert_eq!(job.names(), ["in.csv", "temporary"]);
    assert_eq!(fs::read_dir(job.path("temporary")).unwrap().count(), 0);
    // Nor does it use or replace the table of a run.
    let job = job.file(
        "in.respondents.csv",
        "email,id_respondent,id_survey\nd@example.com,4,7\n",
    );
    let ran = job.ends(0);
    assert!(ran.stdout.contains("1 to send"), "{}", ran.stdout);
    assert!(job.text("in.respondents.csv").contains("d@example.com"));
    assert_eq!(called(&fake), [""; 0]);
}

#[test]
fn a_label_that_was_left_as_it_is_stays_so_when_others_are_sent() {
    let sandbox = Sandbox::start("--list list.csv", LIST);
    let labels = |name: &str| {
        let mut of_all = sandbox.field(&sandbox.token(), name);
        of_all.truncate(3);
        of_all
    };
    let input = "id_respondent,l4,l7\n11,VIP,1\n12,VIP,1\n13,VIP,1\n";
    let mut job = night_in(&sandbox, input).args("--map l4=l4 --map l7=l7 --changed-only --on-conflict keep");
    job.again("--verify=0s", 0);
    sandbox.update("id_survey=1&id_respondent=11&l4=mine");
    sandbox.update("id_survey=1&id_respondent=12&l4=mine");
    let input = "id_respondent,l4,l7\n11,VIP,1\n12,Standard,2\n13,VIP,1\n";
    fs::write(job.path("in.csv"), input).unwrap();
    job.ends(0);
    assert_eq!(
        verdicts(&job),
        ["11 skipped conflict", "12 success ", "13 skipped unchanged"]
    );
    // What was left as it is one night is left as it is the next one, whatever else is sent.
    for seven in ["2", "3"] {
        let input = format!("id_respondent,l4,l7\n11,VIP,1\n12,Standard,{seven}\n13,VIP,1\n");
        fs::write(job.path("in.csv"), input).unwrap();
        job.again("--overwrite", 0);
        assert_eq!(labels("label4"), ["mine", "mine", "VIP"]);
        assert_eq!(labels("label7"), ["1", seven, "1"]);
    }
    // What the run leaves as it is is nothing to be put back.
    let undo = job.text("in.undo.csv");
    assert!(
        undo.lines().skip(1).all(|line| line.ends_with(",,,2,3")),
        "{undo}"
    );
}

#[test]
fn a_conflict_that_only_the_whole_row_showed_is_remembered_by_its_label() {
    let sandbox = Sandbox::start("--list list.csv", LIST);
    // Without `--on-conflict keep`, the state knows rows and no labels.
    let mut job = night_in(&sandbox, "id_respondent,l4,l7\n11,VIP,1\n").args("--changed-only");
    job.again("--verify=0s", 0);
    sandbox.update("id_survey=1&id_respondent=11&l4=mine");
    let mut job = job.args("--overwrite --on-conflict keep");
    job.ends(0);
    assert_eq!(verdicts(&job), ["11 skipped conflict"]);
    fs::write(job.path("in.csv"), "id_respondent,l4,l7\n11,VIP,2\n").unwrap();
    job.again("", 0);
    assert_eq!(verdicts(&job), ["11 success "]);
    let token = sandbox.token();
    assert_eq!(sandbox.field(&token, "label4")[0], "mine");
    assert_eq!(sandbox.field(&token, "label7")[0], "2");
}

#[test]
fn beside_a_label_that_is_left_as_it_is_those_are_sent_of_which_nothing_is_known() {
    let sandbox = Sandbox::start("--list list.csv", LIST);
    let line = "--changed-only --on-conflict keep --overwrite";
    let mut job = night_in(&sandbox, "id_respondent,l4\n11,VIP\n").args(line);
    job.again("--verify=0s", 0);
    // The value of l7 is never read back.
    fs::write(job.path("in.csv"), "id_respondent,l4,l7\n11,VIP,1\n").unwrap();
    job.ends(0);
    sandbox.update("id_survey=1&id_respondent=11&l4=mine");
    for verdict in ["11 success ", "11 skipped unchanged"] {
        let ran = job.ends(0);
        assert_eq!(verdicts(&job), [verdict]);
        let kept = "1 label changed on the platform meanwhile and left as it is";
        assert!(ran.stderr.contains(kept), "{}", ran.stderr);
        let summary: serde_json::Value = serde_json::from_str(&job.text("in.summary.json")).unwrap();
        assert_eq!(
            (&summary["edited_overwritten"], &summary["edited_kept"]),
            (&0.into(), &1.into())
        );
        assert_eq!(sandbox.field(&sandbox.token(), "label4")[0], "mine");
    }
}
