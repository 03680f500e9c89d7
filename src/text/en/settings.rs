//! Settings that are wrong or missing, in English.

use super::English;
use crate::text::number::en;
use crate::text::subjects::{Clash, KeyFault, Piece, SettingWords};

impl SettingWords for English {
    fn several_wrong(&self, mistakes: &[String]) -> String {
        let count = en(mistakes.len() as u64, "setting");
        format!("{count} are wrong:\n  {}", mistakes.join("\n  "))
    }

    fn key_fault(&self, fault: &KeyFault) -> String {
        match fault {
            KeyFault::Unknown { near: Some(near) } => {
                format!("there is no such key: did you mean `{near}`?")
            }
            KeyFault::Unknown { near: None } => {
                "there is no such key; each flag of `run` is one, with `_` for `-`".to_owned()
            }
            KeyFault::SecretInFile { key, variable } => format!(
                "a secret does not stand in a config file: give `{key}_file` or `{key}_command`, or set {variable}"
            ),
            KeyFault::SecretTwice => {
                "this secret has a place already, and it can come from one only".to_owned()
            }
            KeyFault::NoFileName => "write the file's name between quotes".to_owned(),
            KeyFault::NoCommand => {
                "write the program and its arguments as a list of texts: `[\"pass\", \"show\", \"…\"]`; \
                                    there is no shell"
                    .to_owned()
            }
            KeyFault::NoSwitch => "it is a switch: write `true` or `false`".to_owned(),
            KeyFault::NoCount => "write how much, as a number".to_owned(),
            KeyFault::NoNumber(text) => format!("`{text}` is no number"),
            KeyFault::Several => "it takes one value, not several".to_owned(),
            KeyFault::NoValues => "it holds what is no text, number or switch".to_owned(),
            KeyFault::Blank => "it has no value".to_owned(),
            KeyFault::Unreadable => "it cannot be read".to_owned(),
            KeyFault::NotOneOf(value, valid) => format!("`{value}` is not one of {valid}"),
            KeyFault::Invalid(value) => format!("`{value}` cannot be read"),
            KeyFault::Refused(why) => why.clone(),
        }
    }

    fn no_toml(&self, why: &str) -> String {
        format!("it is no TOML: {why}")
    }

    fn cannot_read_config(&self, path: &str) -> String {
        format!("cannot read the config file `{path}`")
    }

    fn would_not_start(&self, why: &str) -> String {
        format!("a run would not start: {why}")
    }

    fn secrets_unset(&self, unset: &[(Piece, String)]) -> String {
        const WHERE: &str = "key and auth are in Account → Settings → Integrations, the account's number comes from the \
                             vendor's support; `respondent-sync init` asks for all three";
        const API: &str = "it is the key of the REST API (not the webhook's), from Account → Settings → Integrations; \
                           `respondent-sync help pull` says more";
        let place = if unset.iter().all(|(piece, _)| piece.is_of_api()) {
            API
        } else {
            WHERE
        };
        if let [(_, variable)] = unset {
            return format!("{variable} is not set: {place}");
        }
        let named = unset.iter().map(|(piece, variable)| {
            let what = match piece {
                Piece::Account => "the account's number",
                Piece::WebhookKey => "the webhook key",
                Piece::WebhookAuth => "the webhook auth",
                Piece::ClientId => "the API's key",
                Piece::ClientSecret => "the API's secret",
            };
            format!("{variable} ({what})")
        });
        let named: Vec<String> = named.collect();
        format!("not set: {}; {place}", named.join(", "))
    }

    fn secret_is_sample(&self, name: &str) -> String {
        format!(
            "{name} is the sample of the vendor's page, which belongs to no account of yours: copy your own value from \
             Account → Settings → Integrations"
        )
    }

    fn checked_jobs(&self, (wrong, jobs): (u64, u64), mistakes: &[String], notes: &[String]) -> String {
        let first = match wrong {
            0 => format!("ready: {}, nothing wrong\n", en(jobs, "job")),
            _ => format!("{wrong} of {} cannot run:\n", en(jobs, "job")),
        };
        let mistakes = mistakes.iter().map(|mistake| format!("  {mistake}\n"));
        let heading = (wrong > 0 && !notes.is_empty()).then(|| "To note:\n".to_owned());
        let notes = notes.iter().map(|note| format!("  {note}\n"));
        let lines = std::iter::once(first).chain(mistakes).chain(heading).chain(notes);
        lines.collect()
    }

    fn awaited_table(&self, path: &str) -> String {
        format!("not there yet: `{path}`")
    }

    fn results_of_other_job(&self, results: &str, other: &str) -> String {
        format!(
            "`{results}` is of the job `{other}`: its nights count as this job's. Copy `job.toml` alone, or move the \
             results away"
        )
    }

    fn no_job_below(&self, folder: &str) -> String {
        format!("no `job.toml` in `{folder}` or below: each job has a folder of its own with this file")
    }

    fn cannot_read_folder(&self, folder: &str) -> String {
        format!("cannot read the folder `{folder}`")
    }

    fn job_without_input(&self) -> String {
        "no `input`: name the export, as in `input = \"contacts.csv\"`".to_owned()
    }

    fn no_folder_of(&self, key: &str, folder: &str) -> String {
        format!("the folder of `{key}` does not exist: `{folder}`")
    }

    fn pattern_without_newest(&self) -> String {
        "`input` is a pattern, and no file has this name: add `newest = true`".to_owned()
    }

    fn clash(&self, clash: Clash, file: &str, other: &str) -> String {
        match clash {
            Clash::Output => {
                format!("`{other}` writes `{file}` as well: give each job an `output_dir` of its own")
            }
            Clash::Metrics => format!(
                "`{other}` writes `{file}` as well: put a tag into the name, as in `tag = [\"client=acme\"]` and \
                 `metrics_file = \"{{client}}.prom\"`"
            ),
            Clash::Read(key) => format!(
                "it would write `{file}`, which `{other}` reads (`{key}`): give each job an `output_dir` of its own"
            ),
            Clash::Taken => format!(
                "`{other}` would take `{file}` for its newest export: write it elsewhere, or give it a name that the \
                 pattern does not match"
            ),
        }
    }
}
