//! The start of a run, in English.

use std::time::Duration;

use crate::model::Lang;
use crate::read::{DelimiterFrom, EncodingFrom};
use crate::sandbox::Taken;
use crate::text::en::English;
use crate::text::number::{duration, en, thousands};
use crate::text::subjects::{From, StartWords};

impl StartWords for English {
    fn from(&self, from: From<'_>) -> String {
        match from {
            From::Named(name) => name,
            From::ConfigFile => "the config file",
            From::Recorded => "the run's settings",
            From::Default => "the default",
            From::ColumnNames => "the columns' names",
        }
        .to_owned()
    }

    fn encoding(&self, name: &str, from: &EncodingFrom, sample: Option<&str>) -> String {
        let how = match from {
            EncodingFrom::Flag | EncodingFrom::FlagAgainst(_) => " (given)",
            EncodingFrom::ByteOrderMark => " (byte order mark)",
            EncodingFrom::NulBytes => " (by its NUL bytes)",
            EncodingFrom::Bytes | EncodingFrom::MostBytes => "",
            EncodingFrom::FailedFile => " (the failed file says so)",
            EncodingFrom::Guess(_) => " (guessed)",
        };
        let sample = sample.map(|sample| format!(", e.g. `{sample}`"));
        format!("encoding {name}{how}{}", sample.unwrap_or_default())
    }

    fn delimiter(&self, delimiter: &str, from: DelimiterFrom, has_header: bool) -> String {
        let how = match from {
            DelimiterFrom::Flag => " (given)",
            DelimiterFrom::SepLine => " (its first line says so)",
            DelimiterFrom::Records => "",
            DelimiterFrom::Nothing => return "one column".to_owned(),
        };
        let header = if has_header { "" } else { "; no header" };
        format!("delimiter {delimiter}{how}{header}")
    }

    fn sheet(&self, sheet: &str, others: &str) -> String {
        let others = match others {
            "" => String::new(),
            others => format!(" (not read: {others}; `--sheet` names another)"),
        };
        format!("workbook, sheet `{sheet}`{others}")
    }

    fn mapping(&self, columns: &str, from: &str) -> String {
        format!("{columns} (mapping from {from})")
    }

    fn by_table(&self, path: &str) -> String {
        format!(" by {path}")
    }

    fn survey(&self, id: &str, from: &str) -> String {
        format!("survey {id} (from {from})")
    }

    fn survey_of_sandbox(&self, id: &str) -> String {
        format!("survey {id} (the sandbox's)")
    }

    fn sandbox_took(&self, taken: &Taken) -> String {
        let labels = taken.labels.iter();
        let labels: Vec<String> = labels
            .map(|(label, count)| format!("{label} of {count}"))
            .collect();
        let labels = match labels.as_slice() {
            [] => "no label".to_owned(),
            labels => labels.join(", "),
        };
        let Taken {
            calls, respondents, ..
        } = taken;
        format!("the sandbox took {calls} calls; respondents: {respondents}, with {labels}")
    }

    fn survey_column(&self, column: &str, where_blank: Option<&str>) -> String {
        let blank = where_blank.map(|survey| format!(", where blank {survey}"));
        format!("survey from column `{column}`{}", blank.unwrap_or_default())
    }

    fn ids_table(&self, path: &str, form: &str, addresses: u64, ambiguous: u64) -> String {
        let ambiguous = match ambiguous {
            0 => String::new(),
            some => format!(", {} of them of several respondents", thousands(Lang::En, some)),
        };
        format!(
            "{path}: {form}; {} different {}{ambiguous}",
            thousands(Lang::En, addresses),
            if addresses == 1 { "address" } else { "addresses" }
        )
    }

    fn exclude_list(&self, path: &str, ids: u64, addresses: u64) -> String {
        format!(
            "never sent: {} and {} {} of {path}",
            en(ids, "respondent id"),
            thousands(Lang::En, addresses),
            if addresses == 1 { "address" } else { "addresses" }
        )
    }

    fn duplicates_need_a_file(&self, only_last: bool) -> String {
        let (what, remedy) = if only_last {
            ("`--on-duplicate last` needs", "give a file")
        } else {
            (
                "addresses on several rows need",
                "give a file, or `--on-duplicate all`",
            )
        };
        format!(
            "{what} a look at all rows before the first call, and standard input can be read only once: {remedy}"
        )
    }

    fn sheet_means_nothing(&self) -> String {
        "`--sheet` is ignored: the input is no workbook".to_owned()
    }

    fn never_sent(&self, columns: &str) -> String {
        format!("never sent: {columns}")
    }

    fn columns_never_sent(&self, count: u64) -> String {
        format!("never sent: {}", en(count, "column"))
    }

    fn encoding_contradicted(&self, told: &str, given: &str) -> String {
        format!(
            "by its bytes the input is {told}, so letters above ASCII would be sent as wrong ones, or not at all: leave \
             `--encoding {given}` out unless you know better"
        )
    }

    fn rows_to(
        &self,
        rows: Option<(u64, u64)>,
        host: &str,
        (rate, from): (&str, &str),
        time: Option<Duration>,
    ) -> String {
        let rows = match rows {
            None => "an unknown number of rows".to_owned(),
            Some((most, all)) if most < all => {
                format!("at most {} of {}", thousands(Lang::En, most), en(all, "row"))
            }
            Some((_, all)) => en(all, "row"),
        };
        let time = time.map(|time| format!(", at least {} if all are sent", duration(Lang::En, time)));
        format!(
            "{rows} to {host} at {rate} (from {from}){}",
            time.unwrap_or_default()
        )
    }

    fn proxy(&self, proxy: &str) -> String {
        format!("calls go through the proxy {proxy}, which the environment names")
    }

    fn resuming(&self, since: &str, settled: u64) -> String {
        format!(
            "resuming a run of {since}: {} settled already",
            en(settled, "row")
        )
    }
}
