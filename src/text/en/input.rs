//! What is wrong with an input, in English.

use super::English;
use crate::model::Position;
use crate::plan::ListFault;
use crate::text::subjects::InputWords;

impl InputWords for English {
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
