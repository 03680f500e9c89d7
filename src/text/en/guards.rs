//! Guards and damage, in English.

use super::English;
use crate::model::{Lang, date_in, local_time_in};
use crate::plan::{Damage, Objection, Stale};
use crate::report::duration;
use crate::text::number::en;
use crate::text::subjects::GuardWords;

impl GuardWords for English {
    fn objection(&self, objection: &Objection) -> String {
        let rows = |count: u64| en(count, "row");
        match objection {
            Objection::TooFewRows { rows: found, least } => {
                format!("it has {}, and `--min-rows` wants {least}", rows(*found))
            }
            Objection::TooFewFilled {
                label,
                filled,
                rows: all,
                least,
            } => format!(
                "`{label}` has a value on {filled} of {}, and `--min-filled` wants {least}%",
                rows(*all)
            ),
            Objection::WouldClear {
                label,
                blank,
                rows: all,
            } => format!(
                "`--empty send` would clear `{label}` on {blank} of {}: say how many must have a value with \
                 `--min-filled {label}=N%`",
                rows(*all)
            ),
            Objection::TooManyChanges { changes, known, most } => format!(
                "{changes} of {} of known respondents would change something, and `--max-changes` allows {most}",
                rows(*known)
            ),
            Objection::TooManyUnknown {
                unknown,
                rows: all,
                most,
            } => format!(
                "{unknown} of {} have an address that is not in the table of `--ids`, and `--max-unknown` allows {most}",
                rows(*all)
            ),
            Objection::TooManyDamaged {
                damaged,
                rows: all,
                most,
            } => format!(
                "errors of a spreadsheet, like `#N/D!`, on {damaged} of {}, and `--max-damaged` allows {most} (a person at a terminal is asked)",
                rows(*all)
            ),
            Objection::FewerRows { rows: found, last } => {
                format!(
                    "it has {}, fewer than half of the {last} of last time",
                    rows(*found)
                )
            }
            Objection::FewerNamed {
                named,
                rows: all,
                last,
            } => format!(
                "a respondent is named on {named} of {}, fewer than half of the {last} of last time",
                rows(*all)
            ),
            Objection::LostColumn { label } => {
                format!("it has no column for `{label}`, which had values last time")
            }
            Objection::AllBlank { label } => {
                format!("`{label}` is blank throughout, and had values last time")
            }
        }
    }

    fn stale(&self, stale: &Stale) -> String {
        match stale {
            Stale::Old { modified, age, most } => format!(
                "it was last written {} ago ({}), and `--max-age` allows {}",
                duration(*age),
                local_time_in(Lang::En, *modified),
                duration(*most)
            ),
            Stale::Dated { date, age, most } => format!(
                "its name says {}, which ended {} ago, and `--max-age` allows {}",
                date_in(Lang::En, *date),
                duration(*age),
                duration(*most)
            ),
            Stale::Same { since, age, most } => format!(
                "its content has been the same for {} (since the run of {}), and `--max-same` allows {}",
                duration(*age),
                local_time_in(Lang::En, *since),
                duration(*most)
            ),
        }
    }

    fn guard_refused(&self, input: &str, said: &[String], resumes: bool) -> String {
        let nothing = if resumes { "nothing more" } else { "nothing" };
        format!(
            "{input}: {nothing} was sent, since the export does not look right: {}; if it is right, let it through once \
             with `--ignore-guards`",
            said.join("; ")
        )
    }

    fn guard_refused_round(&self, input: &str, said: &[String]) -> String {
        format!(
            "{input}: nothing was sent, since its values do not look right: {}; correct them there, or allow them with \
             `--max-damaged`",
            said.join("; ")
        )
    }

    fn guard_ignored(&self, input: &str, said: &[String]) -> String {
        format!("{input} is let through by `--ignore-guards`: {}", said.join("; "))
    }

    fn crm_number(&self, column: &str, of_table: bool) -> String {
        let (of_table, remedy) = if of_table {
            (" of the table", "")
        } else {
            ("", ", or find them by address (`--ids`)")
        };
        format!(
            "the id column `{column}`{of_table} looks like the CRM's own number of a contact: export the platform's \
             ids{remedy}"
        )
    }

    fn with_crm_remedy(&self, why: &str) -> String {
        format!("{why}; if these are the platform's ids, give `--accept-crm-ids`")
    }

    fn nothing_was_sent(&self, input: &str, why: &str) -> String {
        format!("{input}: nothing was sent: {why}")
    }

    fn max_changes_needs_store(&self) -> String {
        "`--max-changes` compares with what is remembered: give `--changed-only`, too".to_owned()
    }

    fn guards_need_a_file(&self) -> String {
        "the guards and `--empty send` need a look at all rows before the first call, and standard input can be read \
         only once: give a file, or `--ignore-guards`"
            .to_owned()
    }

    fn no_file_time(&self, input: &str) -> String {
        format!("cannot read when `{input}` was written")
    }

    fn damage(&self, damage: Damage) -> &'static str {
        match damage {
            Damage::Error => "an error of the spreadsheet, like `#N/D!`: mend its formula",
            Damage::Shortened => {
                "a shortened number, like `1,23E+11`: its digits are lost; format the column as text and export again"
            }
            Damage::Date => {
                "a day and a month, like `08.maj`: a spreadsheet takes `8.5` for a date; format the column as text \
                 before anything is typed or pasted"
            }
            Damage::TooNarrow => "hash signs, `#####`: the column was too narrow; widen it and export again",
            Damage::OtherEncoding => {
                "letters like `Ĺ‚` where `ł` should be: an earlier export was read in the wrong encoding"
            }
            Damage::Guarded => {
                "an apostrophe before a formula, like `'=1`: left by a file for Excel that lost its notes"
            }
            Damage::Lost => {
                "the sign for a letter that was lost (U+FFFD): an earlier export was read in the wrong encoding"
            }
        }
    }
}
