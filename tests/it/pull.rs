//! `pull`: the survey's mailing list as a table.

use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::support::{Answer, Call, Fake, Job, Sandbox, pause};

/// A `pull` with the key of the API, against any platform.
pub(crate) fn pull(base: &str) -> Job {
    Job::new("pull --survey 7 --rate unlimited --max-retries 1 --backoff 1ms")
        .args(&format!("--base-url {base}"))
        .var("RESPONDENT_SYNC_CLIENT_ID", "a-client")
        .var("RESPONDENT_SYNC_CLIENT_SECRET", "a-secret")
}

/// Starts a platform that gives tokens and answers pages by a script.
pub(crate) fn platform(page: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Fake {
    Fake::start(with_tokens(page))
}

pub(crate) fn with_tokens(page: impl Fn(&Call) -> Answer) -> impl Fn(&Call) -> Answer {
    move |call| {
        if call.method == "POST" {
            Answer::of(200, r#"{"access_token":"a-token","expires_in":3600}"#)
        } else {
            page(call)
        }
    }
}

/// A page of the list of three respondents, two a page.
pub(crate) fn three(call: &Call) -> Answer {
    let list = match call.get("offset") {
        Some("0") => {
            r#"{"id":11,"email":"a@example.com","label4":"A","token":"x"},{"id":"012","email":"b@example.com","label4":"B"}"#
        }
        _ => r#"{"id":13,"email":"c@example.com","label4":"C"}"#,
    };
    Answer::of(200, &format!(r#"{{"total":"3","list":[{list}]}}"#))
}

pub(crate) const TABLE_OF_THREE: &str =
    "email,id_respondent,id_survey,l4\na@example.com,11,7,A\nb@example.com,012,7,B\nc@example.com,13,7,C\n";

#[test]
fn a_table_is_what_a_run_finds_ids_in() {
    let list = "email,id_respondent,id_survey,l1,l4,l15\n\
        zofia@example.com,3,1,Żółć,\"a, \"\"b\"\"\nc\",\n\
        adam@example.com,1,1,=1+1,,last\n\
        ewa@example.com,2,1,,,\n\
        adam@example.com,9,7,,,\n";
    let mut sandbox = Sandbox::start("--list list.csv", list);
    let base = format!("http://{}", sandbox.address);
    let job = pull(&base).instead_of("7", "1").args("--labels l4,l1,l15,l4");
    let ran = job.ends(0);
    assert_eq!(job.names(), ["respondents.csv"]);
    assert_eq!(ran.stdout, "");
    insta::assert_snapshot!(format!("{}---\n{}", ran.stderr, job.text("respondents.csv")));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(job.path("respondents.csv"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    // The next table has the token of the first, and shows what a run has set by addresses.
    let mut job = job.file("in.csv", "mail,l4\nADAM@example.com,new\nnobody@example.com,x\n");
    let run = "run in.csv --ids respondents.csv --match-on mail=email --no-match skip --survey 1";
    job.other(&format!("{run} --base-url {base} --rate unlimited"), 0);
    let ran = job.again("--labels all -o later.csv -q", 0);
    assert_eq!(ran.stderr, "");
    let header = format!("email,id_respondent,id_survey,{}", labels());
    assert_eq!(job.text("later.csv").lines().next(), Some(header.as_str()));
    assert!(
        job.text("later.csv")
            .contains("\nadam@example.com,1,1,=1+1,,,new,")
    );
    job.other(&format!("pull --survey 1 --base-url {base} -o bare.csv"), 0);
    assert_eq!(
        job.text("bare.csv"),
        "email,id_respondent,id_survey\nadam@example.com,1,1\newa@example.com,2,1\nzofia@example.com,3,1\n"
    );
    let printed = sandbox.end();
    assert_eq!(printed.matches("token → 200 issued").count(), 1, "{printed}");
}

fn labels() -> String {
    let labels: Vec<String> = (1..=15).map(|label| format!("l{label}")).collect();
    labels.join(",")
}

#[test]
fn a_long_list_is_asked_for_as_the_vendor_documents() {
    let mut list = "email,id_respondent\n".to_owned();
    for id in 1..=2_300 {
        writeln!(list, "r{id:05}@example.com,{id}").unwrap();
    }
    let sandbox = Sandbox::start("--list list.csv", &list);
    let job = pull(&format!("http://{}", sandbox.address)).instead_of("7", "1");
    job.ends(0);
    let expected = list.lines().map(|line| {
        format!(
            "{line},{}\n",
            if line.starts_with('e') { "id_survey" } else { "1" }
        )
    });
    assert_eq!(job.text("respondents.csv"), expected.collect::<String>());

    let fake = platform(three);
    let job = pull(&fake.base).args("--labels l4");
    job.ends(0);
    assert_eq!(job.text("respondents.csv"), TABLE_OF_THREE);
    let [token, first, second] = fake.calls().try_into().unwrap();
    assert_eq!(token.target, "/token");
    let sent: Vec<(&str, &str)> = token
        .parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        sent,
        [
            ("grant_type", "client_credentials"),
            ("client_id", "a-client"),
            ("client_secret", "a-secret"),
            ("scope", "v2-all")
        ]
    );
    assert_eq!(first.target, "/api/v2/respondents/7?limit=1000&offset=0");
    assert_eq!(second.target, "/api/v2/respondents/7?limit=1000&offset=2");
    for page in [first, second] {
        assert!(page.headers.contains("authorization: Bearer a-token\r\n"));
    }
}

#[test]
fn an_old_table_stays_until_the_new_one_is_complete() {
    const OLD: &str = "email,id_respondent,id_survey,l1\nold@example.com,1,7,x\n";
    for (answer, code) in [
        (503, 5),
        (402, 4),
        // The list is not as long as it says.
        (200, 4),
    ] {
        let fake = platform(move |call| match call.get("offset") {
            Some("0") => three(call),
            _ => Answer::of(answer, r#"{"total":3,"list":[]}"#),
        });
        let job = pull(&fake.base).file("respondents.csv", OLD);
        job.ends(code);
        assert_eq!(job.text("respondents.csv"), OLD);
        assert_eq!(job.names(), ["respondents.csv"]);
    }

    let hangs = Arc::new(AtomicBool::new(true));
    let fake = platform({
        let hangs = Arc::clone(&hangs);
        move |call| match call.get("offset") {
            Some("2") if hangs.load(Ordering::Relaxed) => Answer::Hang,
            _ => three(call),
        }
    });
    let job = pull(&fake.base).file("respondents.csv", OLD);
    let hanging = |calls: usize| {
        let mut running = job.start();
        while fake.calls().len() < calls {
            assert!(running.runs(), "it ended by itself");
            pause(Duration::from_millis(5));
        }
        running
    };
    #[cfg(unix)]
    for (signal, code, calls) in [("INT", 130, 3), ("TERM", 143, 5)] {
        let running = hanging(calls);
        running.signal(signal);
        let ran = running.wait();
        assert_eq!(ran.code, code, "{}", ran.stderr);
        assert!(ran.stderr.contains("no table was written"), "{}", ran.stderr);
        assert_eq!(job.names(), ["respondents.csv"]);
    }
    hanging(fake.calls().len() + 2).kill();
    assert_eq!(job.text("respondents.csv"), OLD);
    assert_eq!(job.names(), ["respondents.csv", "respondents.csv.new"]);
    // What a killed one left is in nobody's way.
    hangs.store(false, Ordering::Relaxed);
    let job = job.args("--labels l4");
    job.ends(0);
    assert_eq!(job.text("respondents.csv"), TABLE_OF_THREE);
    assert_eq!(job.names(), ["respondents.csv"]);
}

#[test]
fn the_key_of_the_api_comes_from_variables_files_or_the_config() {
    let fake = platform(three);
    let without = || {
        pull(&fake.base)
            .without_var("RESPONDENT_SYNC_CLIENT_ID")
            .without_var("RESPONDENT_SYNC_CLIENT_SECRET")
            .file("id", "id-of-a-file\n")
            .file("secret", "secret-of-a-file\r\n")
    };
    let names = |job: &Job| {
        let said = job.ends(2).stderr;
        ["RESPONDENT_SYNC_CLIENT_ID", "RESPONDENT_SYNC_CLIENT_SECRET"].map(|name| said.contains(name))
    };
    assert_eq!(names(&without()), [true, true]);
    let id_only = without().var("RESPONDENT_SYNC_CLIENT_ID", "x");
    assert_eq!(names(&id_only), [false, true]);
    let pasted = pull(&fake.base).var("RESPONDENT_SYNC_CLIENT_SECRET", "CAN\u{200B}ARY");
    let said = pasted.ends(2).stderr;
    assert!(
        said.contains("U+200B, at position 4") && !said.contains("ARY"),
        "{said}"
    );
    assert!(fake.calls().is_empty());

    let of_files = without()
        .var("RESPONDENT_SYNC_CLIENT_ID_FILE", "id")
        .var("RESPONDENT_SYNC_CLIENT_SECRET_FILE", "secret");
    let of_config = without().args("--config c.toml").file(
        "c.toml",
        "client_id_file = \"id\"\nclient_secret_file = \"secret\"\n",
    );
    for job in [of_files, of_config] {
        #[cfg(unix)]
        for name in ["id", "secret"] {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(job.path(name), fs::Permissions::from_mode(0o600)).unwrap();
        }
        let before = fake.calls().len();
        job.ends(0);
        let calls = fake.calls();
        let token = &calls[before];
        assert_eq!(token.get("client_id"), Some("id-of-a-file"));
        assert_eq!(token.get("client_secret"), Some("secret-of-a-file"));
    }
}

#[test]
fn the_config_of_a_run_says_what_to_read_and_where_from() {
    let fake = platform(three);
    let auth = Fake::start(|_| Answer::of(500, ""));
    let config = format!(
        "input = \"in.csv\"\noutput = \"results.csv\"\nfailed = \"failed.csv\"\nsurvey = 399793\n\
         map = {{ l4 = \"Segment\", l2 = \"{{Name}} {{Surname}}\" }}\nbase_url = \"{}\"\nrate = \"unlimited\"\n\
         max_retries = 0\nstate = \"deep/s.sqlite\"\nchanged_only = true\n",
        fake.base
    );
    let mut job = Job::new("pull --config nps.toml")
        .file("nps.toml", config)
        .var("RESPONDENT_SYNC_OUTPUT", "other.csv")
        .var("RESPONDENT_SYNC_CLIENT_ID", "a-client")
        .var("RESPONDENT_SYNC_CLIENT_SECRET", "a-secret");
    let ran = job.ends(0);
    assert!(
        ran.stderr.contains("list of survey 399793: 3 respondents"),
        "{}",
        ran.stderr
    );
    assert_eq!(job.names(), ["deep", "nps.toml", "respondents.csv"]);
    let expected = TABLE_OF_THREE
        .replace(",l4", ",l2,l4")
        .replace(",7,", ",399793,,");
    assert_eq!(job.text("respondents.csv"), expected);
    assert_eq!(fs::read_dir(job.path("deep")).unwrap().count(), 1);
    let targets = fake.calls().into_iter().map(|call| call.target);
    assert!(targets.skip(1).all(|target| target.contains("/399793?")));

    // What is typed and the environment beat the file.
    job.again("--survey 8 --labels l4 -o eight.csv", 0);
    assert_eq!(job.text("eight.csv"), TABLE_OF_THREE.replace(",7,", ",8,"));
    // The token that is kept is that of one key and one place, so another is asked for.
    let mut job = job.var("RESPONDENT_SYNC_AUTH_URL", &format!("{}/oauth/token", auth.base));
    let before = fake.calls().len();
    job.again("-o nine.csv", 5);
    assert_eq!(fake.calls().len(), before);
    let [asked] = auth.calls().try_into().unwrap();
    assert_eq!(asked.target, "/oauth/token");
    let mut job = job
        .without_var("RESPONDENT_SYNC_AUTH_URL")
        .var("RESPONDENT_SYNC_CLIENT_ID", "another-client");
    job.again("-o nine.csv", 0);
    let calls = fake.calls();
    assert_eq!(calls[before].get("client_id"), Some("another-client"));
}
