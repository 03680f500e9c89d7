//! `doctor`, in English.

use crate::text::en::English;
use crate::text::number::en;
use crate::text::screens::{Health, Subject};
use crate::text::subjects::DoctorWords;

impl DoctorWords for English {
    fn health(&self, health: Health) -> &'static str {
        match health {
            Health::Good => "ok",
            Health::Look => "look",
            Health::Bad => "wrong",
        }
    }

    fn subject(&self, subject: Subject) -> &'static str {
        match subject {
            Subject::Program => "program",
            Subject::Terminal => "terminal",
            Subject::Time => "time",
            Subject::Config => "config",
            Subject::Flags => "settings",
            Subject::Secret(name) => name,
            Subject::Input => "export",
            Subject::Results => "results",
            Subject::State => "state",
            Subject::Proxy => "proxy",
            Subject::Name => "host's name",
            Subject::Connection => "connection",
            Subject::Clock => "clock",
            Subject::Api => "REST API",
        }
    }

    fn no_config(&self) -> String {
        "none; `respondent-sync init` writes one, `doctor --config FILE` looks at it".to_owned()
    }

    fn not_looked_at(&self) -> String {
        "not looked at, nor anything that depends on them: mend the config first".to_owned()
    }

    fn secret_set(&self, from: &str) -> String {
        format!("set, from {from}")
    }

    fn secret_unset(&self, variable: &str) -> String {
        format!("not set: {variable}, or a file that the config names")
    }

    fn secret_readable(&self, path: &str, advice: &str) -> String {
        format!("others can read `{path}`: {advice}")
    }

    fn no_input(&self) -> String {
        "the config names none: it is typed with `run`".to_owned()
    }

    fn input_missing(&self, path: &str) -> String {
        format!("`{path}` does not exist: has the export been made?")
    }

    fn file_unreadable(&self, path: &str, why: &str) -> String {
        format!("`{path}` cannot be read: {why}")
    }

    fn folder_usable(&self, path: &str) -> String {
        format!("{path} can be written")
    }

    fn folder_made(&self, path: &str) -> String {
        format!("{path} does not exist yet: a run creates it")
    }

    fn folder_missing(&self, path: &str) -> String {
        format!("{path} does not exist: create it")
    }

    fn folder_unusable(&self, path: &str, why: &str) -> String {
        format!("{path} cannot be written: {why}")
    }

    fn no_state_folder(&self) -> String {
        "this user has no state folder, so two runs for one account are not kept apart".to_owned()
    }

    fn synchronised(&self, path: &str, service: &str) -> String {
        format!(
            "`{path}` is in a folder that {service} copies to other machines: keep secrets and contacts in a folder \
             outside of it"
        )
    }

    fn terminal(&self, width: Option<usize>) -> String {
        match width {
            Some(width) => en(width as u64, "column"),
            None => "none: no questions, and lines are not wrapped".to_owned(),
        }
    }

    fn time(&self, time: &str, zone: &str) -> String {
        format!("{time}, time zone {zone}")
    }

    fn no_zone(&self, time: &str) -> String {
        format!("{time}, time zone unknown: `--until` follows UTC; set `TZ=Europe/Warsaw`")
    }

    fn no_proxy(&self) -> String {
        "none".to_owned()
    }

    fn addresses(&self, host: &str, count: usize) -> String {
        let noun = if count == 1 { "address" } else { "addresses" };
        format!("{host} has {count} {noun}")
    }

    fn no_addresses(&self, host: &str, why: &str) -> String {
        format!("{host} was not found ({why}): is there a network, and is the name right?")
    }

    fn reached(&self, host: &str, status: u16) -> String {
        format!("{host} answers (HTTP {status}); the webhook was not called")
    }

    fn unreached(&self, host: &str, why: &str) -> String {
        format!("{host} does not answer ({why}): is a proxy or a firewall in between?")
    }

    fn unreached_by(&self, host: &str, proxy: &str, why: &str) -> String {
        format!("{host} does not answer through the proxy {proxy} ({why}): ask the proxy's administrator")
    }

    fn certificate_untrusted(&self, host: &str, why: &str) -> String {
        format!(
            "the certificate of {host} is not trusted ({why}): if your company inspects TLS, ask IT for its authority and \
             name it with `--ca-file`"
        )
    }

    fn clock_differs(&self, seconds: i64) -> String {
        let way = if seconds > 0 { "ahead of" } else { "behind" };
        format!(
            "{} {way} the platform's: set this machine's clock",
            en(seconds.unsigned_abs(), "second")
        )
    }

    fn clock_agrees(&self, host: &str) -> String {
        format!("agrees with that of {host}")
    }

    fn list_reached(&self, host: &str, survey: &str, count: Option<u64>) -> String {
        let count = count.map(|count| format!(": {}", en(count, "respondent")));
        format!(
            "{host} gives the list of survey {survey}{}",
            count.unwrap_or_default()
        )
    }

    fn older_list_there(&self, why: &str, table: &str) -> String {
        format!("{why}; until then, a run uses the list of an earlier one: `{table}`")
    }

    fn api_not_asked(&self) -> String {
        "not asked: a command prints the key, and commands are not run here".to_owned()
    }

    fn doctors_verdict(&self, wrong: u64, look: u64) -> String {
        match (wrong, look) {
            (0, 0) => "Nothing wrong was found. The export itself is examined by `respondent-sync check`."
                .to_owned(),
            (0, look) => format!("Nothing wrong was found; to look at: {look}."),
            (wrong, look) => format!("Wrong: {wrong}; to look at: {look}."),
        }
    }
}
