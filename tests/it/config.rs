//! The config file: its content, its precedence, its location.

use crate::support::{Answer, Fake, Job, numbered};

/// Returns what `config show` prints for a key, with its origin.
fn shown(job: &Job, key: &str) -> String {
    let text = job.ends(0).stdout;
    let line = text.lines().find(|line| line.starts_with(&format!("{key} = ")));
    line.unwrap_or_else(|| panic!("no `{key}` in\n{text}")).to_owned()
}

#[test]
fn a_run_needs_nothing_but_its_config() {
    let fake = Fake::start(|_| Answer::success());
    let config = format!(
        "# Every night.\ninput = \"in.csv\"\nsurvey = 399793\nid_column = \"id_respondent\"\nrate = \"unlimited\"\n\
         base_url = \"{}\"\nmap = {{ l4 = \"l1\" }}\nkeep = [\"l1\"]\nresume = true\nrotate = 3\nyes = true\n",
        fake.base
    );
    let job = Job::new("run --config deep/nps.toml");
    std::fs::create_dir(job.path("deep")).unwrap();
    let job = job
        .file("deep/nps.toml", config)
        .file("deep/in.csv", numbered(3, "A"));
    let ran = job.ends(0);
    assert!(
        ran.stderr.contains("survey 399793 (from the config file)"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("at unlimited (from the config file)"),
        "{}",
        ran.stderr
    );
    assert_eq!(fake.calls().len(), 3);
    assert!(
        job.text("deep/in.results.csv")
            .lines()
            .next()
            .unwrap()
            .ends_with("finished_at,l1")
    );
    // The same input again: nothing to do.
    job.ends(0);
    assert_eq!(fake.calls().len(), 3);
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default() {
    let job = Job::new("config show --config c.toml").file("c.toml", "");
    assert_eq!(shown(&job, "rate"), "rate = \"5/s\"  # default");
    let job = job.file("c.toml", "rate = \"6/s\"\n");
    assert_eq!(shown(&job, "rate"), "rate = \"6/s\"  # from the config file");
    let job = job.var("RESPONDENT_SYNC_RATE", "7/s");
    assert_eq!(shown(&job, "rate"), "rate = \"7/s\"  # from RESPONDENT_SYNC_RATE");
    let ran = Job::new("run in.csv --sandbox --config c.toml --rate 8000/s")
        .file("c.toml", "rate = \"6/s\"\n")
        .file("in.csv", numbered(2, "A"))
        .var("RESPONDENT_SYNC_RATE", "7/s")
        .ends(0);
    assert!(ran.stderr.contains("at 8000/s (from `--rate`)"), "{}", ran.stderr);
}

#[test]
fn what_config_show_prints_is_a_config_file_that_says_the_same() {
    let job = Job::new("config show --config c.toml").file(
        "c.toml",
        "input = \"a \\\"b\\\\c\\u0007.csv\"\nsurvey = \"0012\"\nmap = [\"l1=A, B\", \"l2={C} = {D}\"]\nonly = [\"1\", \"2\"]\n\
         verbose = 2\nexcel = true\nrotate = true\nset = { l3 = 5, l4 = \"x#y\" }\ntimeout = \"3s\"\nlimit = 7\n",
    );
    let first = job.ends(0).stdout;
    let again = job.file("c.toml", &first).ends(0).stdout;
    let values = |text: &str| -> Vec<String> {
        let value = |line: &str| {
            line.rsplit_once("  # ")
                .map_or(line, |(value, _)| value)
                .to_owned()
        };
        text.lines().map(value).collect()
    };
    assert_eq!(values(&first), values(&again));
    assert!(
        !again.contains("# default") && first.contains("# default"),
        "{again}"
    );
    assert!(
        first.contains("set = [\"l3=5\", \"l4=x#y\"]  # from the config file"),
        "{first}"
    );
}

#[test]
fn the_usual_place_is_the_users_config_folder_and_never_the_current_one() {
    let planted = "base_url = \"http://127.0.0.1:1\"\nrate = \"1/s\"\n";
    let job = Job::new("config show").file("respondent-sync.toml", planted);
    assert_eq!(shown(&job, "rate"), "rate = \"5/s\"  # default");
    let job = job.usual_config("rate = \"6/s\"\n");
    assert_eq!(shown(&job, "rate"), "rate = \"6/s\"  # from the config file");
    let job = job.args("--config none");
    assert_eq!(shown(&job, "rate"), "rate = \"5/s\"  # default");
}

#[test]
fn what_is_wrong_in_it_is_told_with_its_line() {
    let cases = [
        (
            "rte = 1",
            "c.toml:2: `rte`: there is no such key: did you mean `rate`?",
        ),
        (
            "id-column = \"x\"",
            "`id-column`: there is no such key: did you mean `id_column`?",
        ),
        (
            "zzz = 1",
            "`zzz`: there is no such key; each flag of `run` is one",
        ),
        ("config = \"x\"", "`config`: there is no such key"),
        (
            "webhook_key = \"CANARY\"",
            "`webhook_key`: a secret does not stand in a config file: give `webhook_key_file`",
        ),
        ("rate = \"fast\"", "c.toml:2: `rate`: `fast` is not a rate"),
        ("method = \"put\"", "`method`: `put` is not one of post, get"),
        ("timeout = \"5\"", "`timeout`: `5` is no duration"),
        ("limit = -1", "`limit`:"),
        (
            "resume = \"yes\"",
            "`resume`: it is a switch: write `true` or `false`",
        ),
        (
            "rate = [\"1/s\", \"2/s\"]",
            "`rate`: it takes one value, not several",
        ),
        ("map = [[1]]", "`map`: it holds what is no text, number or switch"),
        ("verbose = true", "`verbose`: write how much, as a number"),
        ("rate = \"1/s", "c.toml:2: it is no TOML"),
        ("survey = 1\nsurvey = 2", "c.toml:3: it is no TOML"),
        (
            "webhook_key_command = \"pass show x\"",
            "`webhook_key_command`: write the program and its arguments as a list",
        ),
        (
            "webhook_key_file = \"a\"\nwebhook_key_command = [\"b\"]",
            "this secret has a place already",
        ),
    ];
    for (text, expected) in cases {
        let job = Job::new("run --config c.toml -n").file("c.toml", format!("input = \"in.csv\"\n{text}\n"));
        let ran = job.file("in.csv", numbered(1, "A")).ends(2);
        assert!(ran.stderr.contains(expected), "{text}: {}", ran.stderr);
        assert!(!ran.stderr.contains("CANARY"), "{}", ran.stderr);
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    }
    let ran = Job::new("run --config gone.toml").ends(2);
    assert!(
        ran.stderr.contains("cannot read the config file `gone.toml`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn another_survey_needs_an_id_column_of_its_own() {
    let config = "input = \"in.csv\"\nsurvey = 399793\nid_column = \"id_respondent\"\n";
    let job = |words: &str| {
        Job::new("run -n --config c.toml")
            .args(words)
            .file("c.toml", config)
            .file("in.csv", numbered(1, "A"))
    };
    job("").ends(0);
    job("--survey 399793").ends(0);
    job("--survey 5 --id-column id_respondent").ends(0);
    let ran = job("--survey 5").ends(2);
    assert!(
        ran.stderr
            .contains("`--survey` differs from the survey 399793 of the config file"),
        "{}",
        ran.stderr
    );
    let ran = job("").var("RESPONDENT_SYNC_SURVEY", "5").ends(2);
    assert!(
        ran.stderr.contains("RESPONDENT_SYNC_SURVEY differs"),
        "{}",
        ran.stderr
    );
    job("--survey 5")
        .file("c.toml", "input = \"in.csv\"\nsurvey = 399793\n")
        .ends(0);
}

#[test]
fn check_takes_the_keys_that_it_has_flags_for() {
    let ran = Job::new("check --config c.toml")
        .file(
            "c.toml",
            "input = \"in.csv\"\nsurvey = 7\nresume = true\nmax_retries = 3\nrate = \"2/s\"\n",
        )
        .file("in.csv", numbered(10, "A"))
        .ends(0);
    assert!(
        ran.stdout.contains("At 2/s the calls take at least 4.5 s"),
        "{}",
        ran.stdout
    );
}

#[test]
fn what_is_wrong_in_the_environment_is_not_blamed_on_the_file() {
    let job = Job::new("config show --config c.toml")
        .file("c.toml", "survey = 1\n")
        .var("RESPONDENT_SYNC_RATE", "x");
    let ran = job.ends(2);
    assert!(
        ran.stderr.starts_with("error: invalid value 'x' for '--rate"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("c.toml"), "{}", ran.stderr);
}

/// The API's key is shown as the webhook's: where it comes from, and never the key.
#[test]
fn the_source_of_the_apis_key_is_shown() {
    let job = Job::new("config show --config c.toml").file("c.toml", "survey = 1\n");
    let text = job.ends(0).stdout;
    assert!(
        text.contains("\n# client_id: not set\n# client_secret: not set\n"),
        "{text}"
    );
    let job = job
        .file(
            "c.toml",
            "survey = 1\nclient_secret_command = [\"pass\", \"CANARY\"]\n",
        )
        .var("RESPONDENT_SYNC_CLIENT_ID", "CANARY");
    let text = job.ends(0).stdout;
    let set =
        "\n# client_id: set (from RESPONDENT_SYNC_CLIENT_ID)\n# client_secret: set (from command pass)\n";
    assert!(text.contains(set) && !text.contains("CANARY"), "{text}");
    let text = job.var("RESPONDENT_SYNC_CLIENT_ID", "CAN ARY").ends(0).stdout;
    assert!(
        text.contains("# client_id: wrong (") && !text.contains("CAN ARY"),
        "{text}"
    );
}

/// A job whose secrets are there.
fn job_file(more: &str) -> String {
    "input = \"contacts.csv\"\nsurvey = \"1\"\nmap = [\"l1=l1\"]\naccount_file = \"../s\"\nwebhook_key_file = \
     \"../s\"\nwebhook_auth_file = \"../s\"\n"
        .to_owned()
        + more
}

/// A folder with these jobs, none of which has its export.
fn jobs(jobs: &[(&str, String)], command: &str) -> Job {
    let mut job = Job::new(command)
        .without_var("RESPONDENT_SYNC_ACCOUNT")
        .without_var("RESPONDENT_SYNC_WEBHOOK_KEY")
        .without_var("RESPONDENT_SYNC_WEBHOOK_AUTH");
    std::fs::create_dir_all(job.path("clients")).unwrap();
    job = job.file("clients/s", "123");
    for (name, text) in jobs {
        std::fs::create_dir_all(job.path(&format!("clients/{name}"))).unwrap();
        job = job.file(&format!("clients/{name}/job.toml"), text);
    }
    job
}

#[test]
fn the_jobs_of_a_folder_are_checked_at_once() {
    let right = [("a", job_file("")), ("deep/b", job_file("output_dir = \".\"\n"))];
    let right = jobs(&right, "config check clients").file("clients/a/contacts.csv", "id_respondent,l1\n");
    std::fs::write(right.path("clients/deep/s"), "123").unwrap();
    let ran = right.ends(0);
    assert_eq!(ran.stdout.lines().next(), Some("ready: 2 jobs, nothing wrong"));
    assert_eq!(ran.stdout.matches("not there yet").count(), 1, "{}", ran.stdout);
    assert!(!ran.stderr.contains("error"), "{}", ran.stderr);
    let polish = right.args("--lang pl").ends(0);
    assert!(polish.stdout.starts_with("gotowe: 2"), "{}", polish.stdout);

    let wrong = [
        ("a", job_file("rate = \"fast\"\n")),
        ("b", job_file("surveys = 1\n")),
        (
            "c",
            job_file("min_filled = [\"l9\"]\nmax_age = \"1h\"\nrotate = 3\n"),
        ),
        ("d", job_file("output = \"../e/out.csv\"\n")),
        ("e", job_file("output = \"out.csv\"\n")),
        ("f", "survey = 1\n".to_owned()),
        ("g", job_file("metrics_file = \"{client}.prom\"\n")),
        ("h", job_file("").replace("contacts.csv", "gone/contacts.csv")),
        ("j", "rate = \n".to_owned()),
        ("k", job_file("")),
        (
            "l",
            job_file("surveys = 1\nclient_id_file = 1\nrate = \"fast\"\nnight = true\n"),
        ),
        (
            "m",
            job_file("metrics_file = \"gone/m.prom\"\nreport = \"away/m.html\"\n"),
        ),
        ("n", job_file("").replace("contacts.csv", "contacts-*.csv")),
        (
            "o",
            job_file("output_dir = \"gone\"\nexclude = \"optouts.txt\"\n"),
        ),
        ("p", job_file("healthcheck_url_file = \"../ping\"\n")),
        (
            "q",
            job_file("newest = true\n").replace("contacts.csv", "contacts-[.csv"),
        ),
        ("r", job_file("output = \"contacts.csv\"\n")),
        ("u", job_file("max_changes = \"30%\"\nstate = \"gone\"\n")),
        ("v", job_file("state = \"../v\"\n")),
        (
            "t",
            job_file("newest = true\n").replace("contacts.csv", "c-*.csv"),
        ),
    ];
    let job = jobs(&wrong, "config check clients")
        .file("clients/ping", "https://hc.example/ping/key/{client}?create=1")
        .file("clients/t/c-01-12-2025.csv", "")
        .file("clients/t/c-12-01-2025.csv", "");
    let ran = job.ends(2);
    assert!(!ran.stderr.contains("error"), "{}", ran.stderr);
    insta::assert_snapshot!("jobs_that_are_wrong", screen(&job, &ran.stdout));
    let polish = job.args("--lang pl").ends(2);
    assert!(
        polish.stdout.starts_with("zadania z błędami: 18 z 20"),
        "{}",
        polish.stdout
    );
    let unread = jobs(
        &[("i", job_file("").replace("../s", "../t"))],
        "config check clients",
    );
    let ran = unread.ends(2);
    for secret in ["account", "webhook_key", "webhook_auth"] {
        let said = format!("no `{secret}`: cannot read ");
        assert!(ran.stdout.contains(&said), "{}", ran.stdout);
    }
}

/// What was printed, without what is of this machine.
fn screen(job: &Job, printed: &str) -> String {
    let folder = job.path("");
    printed.replace(folder.to_str().unwrap(), "/").replace('\\', "/")
}

#[test]
fn jobs_that_are_in_each_others_way_are_told() {
    let taking = job_file("newest = true\n").replace("contacts.csv", "contacts-*.csv");
    let tagged = "tag = { client = \"x\" }\nmetrics_file = \"../{client}.prom\"\n";
    let clashes = [
        ("a", job_file("exclude = \"../b/contacts.failed.csv\"\n")),
        ("b", job_file(tagged)),
        (
            "c",
            job_file(&format!(
                "state = \"../b/contacts.retry-1.results.csv\"\n{tagged}"
            )),
        ),
        ("d", taking),
        ("e", job_file("output = \"../d/contacts-e.csv\"\n")),
        ("f", job_file("failed = \"../d/contacts-f.csv\"\n")),
        ("g", job_file("output_dir = \"../b\"\n")),
        ("h", job_file("output_dir = \"../b\"\n")),
        ("i", job_file("")),
        ("j", job_file("state = \"../d/contacts-state.csv\"\n")),
        ("k", job_file("output = \"../x.prom\"\n")),
        ("l", job_file("state = \"../i/contacts.csv\"\n")),
        ("m", job_file("output = \"job.toml\"\noverwrite = true\n")),
        ("n", job_file("state = \"contacts.csv\"\n")),
    ];
    let job = jobs(&clashes, "config check clients ./clients clients/i/job.toml");
    let ran = job.ends(2);
    insta::assert_snapshot!("jobs_in_each_others_way", screen(&job, &ran.stdout));
}

#[test]
fn a_folder_that_was_copied_with_its_results_is_noted() {
    let fake = Fake::start(|_| Answer::success());
    let mut job = Job::run(numbered(1, "x"), &fake).file("job.toml", "input = \"in.csv\"\nsurvey = 7\n");
    job = job.args("--config job.toml").without_switch("in.csv");
    job.ends(0);
    std::fs::create_dir(job.path("copy")).unwrap();
    for name in [
        "job.toml",
        "in.csv",
        "in.results.csv",
        "in.failed.csv",
        "in.summary.json",
    ] {
        if job.path(name).exists() {
            std::fs::copy(job.path(name), job.path("copy").join(name)).unwrap();
        }
    }
    let copied = job.other("config check copy", 0);
    assert!(copied.stdout.contains("is of the job"), "{}", copied.stdout);
    let original = job.other("config check job.toml", 0);
    assert!(!original.stdout.contains("of the job"), "{}", original.stdout);
    // A folder that was moved is no copy.
    std::fs::remove_file(job.path("job.toml")).unwrap();
    let moved = job.other("config check copy", 0);
    assert!(!moved.stdout.contains("of the job"), "{}", moved.stdout);
}

#[test]
fn braces_in_the_folder_of_the_config_are_no_tags() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run("", &fake)
        .without_switch("in.csv")
        .args("--config {client}/job.toml");
    std::fs::create_dir(job.path("{client}")).unwrap();
    let config = "input = \"in.csv\"\ntag = { client = \"acme\" }\nmetrics_file = \"{client}.prom\"\n";
    let job = job
        .file("{client}/job.toml", config)
        .file("{client}/in.csv", numbered(1, "x"));
    job.ends(0);
    assert!(job.path("{client}/acme.prom").exists());
}

#[test]
fn a_folder_without_jobs_is_no_success() {
    let ran = jobs(&[], "config check clients").ends(2);
    assert!(
        ran.stderr.contains("no `job.toml` in `clients`"),
        "{}",
        ran.stderr
    );
    let gone = Job::new("config check gone.toml").ends(2);
    assert!(
        gone.stdout.contains("cannot read the config file `gone.toml`"),
        "{}",
        gone.stdout
    );
}
