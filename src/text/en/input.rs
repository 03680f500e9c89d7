//! What is wrong with an input, in English.

use super::English;
use crate::model::{Lang, Position, date_in};
use crate::plan::ListFault;
use crate::read::{Newest, NewestBy, NoNewest};
use crate::text::number::en;
use crate::text::subjects::InputWords;

impl InputWords for English {
    fn newest(&self, newest: &Newest) -> String {
        let by = match newest.by {
            NewestBy::Date(Some(date)) => format!("by the date in its name ({})", date_in(Lang::En, date)),
            NewestBy::Date(None) => "by the date in its name".to_owned(),
            NewestBy::Number => "by the number in its name".to_owned(),
            NewestBy::Time => "by its time".to_owned(),
            NewestBy::Alone => return format!("`{}` is the only file that the pattern matches", newest.name),
        };
        format!("`{}` is the newest of {} files, {by}", newest.name, newest.of)
    }

    fn newest_leaves_out(&self, count: u64, names: &[&str]) -> String {
        let names = names.join("`, `");
        format!(
            "{} left out, as {} names have no date, or one after tomorrow: `{names}`",
            en(count, "file"),
            if count == 1 { "its" } else { "their" }
        )
    }

    fn newest_by_number(&self, chosen: &str, later: &str) -> String {
        format!(
            "`{chosen}` is the newest by the number in its name, but `{later}` was written later: a date and a time in the \
             names would be safer"
        )
    }

    fn newest_is_out_of_reach(&self, name: &str) -> String {
        format!("`{name}` is the newest, but it cannot be looked at")
    }

    fn no_newest(&self, why: &NoNewest) -> String {
        match why {
            NoNewest::NoFile => {
                "no file matches this pattern: is the export there, and the pattern right?".to_owned()
            }
            NoNewest::Later(name) => {
                format!("`{name}` is of a day after tomorrow, and so are all others: is the clock right?")
            }
            NoNewest::Unclear(one, other) => format!(
                "`{one}` or `{other}` is the newest, depending on whether the day or the month comes first: have the \
                 export name its files as in `2026-12-01`"
            ),
            NoNewest::ToCome(one, other) => format!(
                "`{one}` or `{other}` is the newest, depending on whether dates to come count: move one of them away"
            ),
            NoNewest::Unread(name) => format!(
                "`{name}` seems to have a date in a form that is not read: have the export name its files as in \
                 `2026-12-01`, or move this one away"
            ),
        }
    }

    fn at(&self, position: Position, why: &str) -> String {
        format!("{position}: {why}")
    }

    fn sheet_of(&self, input: &str, sheet: &str, others: &str) -> String {
        format!("{input}, sheet `{sheet}` (`--sheet` names another: {others})")
    }

    fn list_refused(&self, path: &str) -> String {
        format!("{path} (`--exclude`): nothing was sent")
    }

    fn list_fault(&self, fault: &ListFault) -> String {
        match fault {
            ListFault::Workbook => {
                "it is a workbook, whose sheets and formulas can hide entries: save the list as `CSV UTF-8`".to_owned()
            }
            ListFault::Empty => "it excludes nobody: ask for the list again, or leave the flag out".to_owned(),
            ListFault::NotAnEntry => {
                "the entry is neither an id (all digits) nor one plain e-mail address".to_owned()
            }
            ListFault::OnlyAnAddress => {
                "it has an address and no id, and the input's rows have ids: list ids, or find the respondents by `--ids` \
                 and `--match-on`"
                    .to_owned()
            }
            ListFault::NoEntry => "it names nobody: every line needs an id or an address".to_owned(),
            ListFault::CrmNumber { column } => format!(
                "its column `{column}` looks like the CRM's own number of a contact, which is not a respondent's id: list \
                 the platform's ids, or addresses"
            ),
            ListFault::UnknownColumns => {
                "it has several columns and none is called `id_respondent` or `email`: give one entry a line, or name the \
                 columns so"
                    .to_owned()
            }
            ListFault::Ambiguous { column } => format!(
                "rows are matched on `{column}`, so it is unclear whether its numbers are that or the platform's ids: give \
                 the list a header"
            ),
        }
    }

    fn table_refused(&self, path: &str, why: &str, has_defaults: bool) -> String {
        let defaults = if has_defaults {
            "; (`--encoding`, `--sheet` and the like are the input's: a table has its header on line 1 of its first sheet)"
        } else {
            ""
        };
        format!("{path} (`--ids`): {why}{defaults}")
    }

    fn table_broken(&self, path: &str, why: &str) -> String {
        format!(
            "{path} (`--ids`): {why}; a table with a line that cannot be read is not used, since its addresses might be \
             somebody else's too"
        )
    }

    fn no_survey(&self) -> String {
        "no survey: give `--survey ID` for all rows, or name the column that holds it with `--survey-column`"
            .to_owned()
    }

    fn config_as_input(&self, path: &str) -> String {
        format!("`{path}` is a config file, no export: type `--config {path}`")
    }
}
