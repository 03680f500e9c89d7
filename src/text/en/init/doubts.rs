//! Doubts about answers of `init`, in English.

use super::part;
use crate::text::en::English;
use crate::text::subjects::DoubtWords;

impl DoubtWords for English {
    fn address_column_missing(&self) -> String {
        "no column with the address: name it with `--match-on`".to_owned()
    }

    fn ask_pull(&self) -> String {
        "Read the ids from the platform before each run (a key of the API is set)".to_owned()
    }

    fn pull_hint(&self) -> String {
        "With a key of the REST API, the program reads the ids by itself: see `respondent-sync help pull`."
            .to_owned()
    }

    fn key_unusable(&self, why: &str) -> String {
        format!("The key of the API cannot be used: {why}.")
    }

    fn list_keys(&self) -> String {
        "Arrows move, Enter selects.".to_owned()
    }

    fn label_unsaid(&self) -> String {
        "Neither a name nor the address says the next label. Look at a contact on the platform for one that is free: a \
         label that is in use would be overwritten."
            .to_owned()
    }

    fn address_part_sample(&self, secret: &str) -> String {
        format!(
            "the {} in the address is the sample of the vendor's page: copy the address of your own webhook from Account → \
             Settings → Integrations",
            part(secret)
        )
    }

    fn id_by_digits(&self, column: &str) -> String {
        format!(
            "No column is named as the platform's id. `{column}` has only numbers: take it only if they are the platform's ids."
        )
    }

    fn ask_other_number(&self, column: &str) -> String {
        format!(
            "`{column}` looks like another number, such as a phone or a tax number: labels would be put on strangers. Are these the platform's ids"
        )
    }

    fn ask_no_number(&self, column: &str, value: &str) -> String {
        format!(
            "`{value}` in `{column}` is no number, and the platform's ids are. Use this column nevertheless"
        )
    }

    fn unfit_address(&self, column: &str) -> String {
        format!(
            "`{column}` cannot be chosen, because its name has an `=`: rename the column in the export first."
        )
    }

    fn no_fit_address(&self) -> String {
        "every column has an `=` in its name, so none can be the address: rename one in the export".to_owned()
    }

    fn secrets_left(&self, folder: &str, is_replaced: bool) -> String {
        let what = if is_replaced { "replaced" } else { "used" };
        format!(
            "`{folder}` has secrets and no config, as an `init` that was stopped leaves it: its files are {what}."
        )
    }

    fn cannot_ask_address(&self) -> String {
        "standard input is a terminal, and what is pasted there would be shown: leave standard error on the terminal, too, to be asked for the address".to_owned()
    }
}
