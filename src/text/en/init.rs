//! Setting up a config, in English.

mod doubts;
mod surveys;

use super::English;
use crate::model::Label;
use crate::text::number::en;
use crate::text::subjects::{ConfigKey, InitWords, YesNo};

fn list(labels: &[Label]) -> String {
    let names: Vec<&str> = labels.iter().map(|label| label.name()).collect();
    names.join(", ")
}

/// Names a part of the webhook's path.
fn part(secret: &str) -> &'static str {
    match secret {
        "account" => "account's number",
        "webhook_key" => "webhook key",
        _ => "webhook auth",
    }
}

impl InitWords for English {
    fn init_intro(&self) -> String {
        "A few questions, then a config is written. Nothing is sent, and nothing that exists is overwritten. Ctrl-C stops."
            .to_owned()
    }

    fn ask_export(&self) -> String {
        "Export (a CSV or .xlsx file)".to_owned()
    }

    fn no_such_file(&self, path: &str) -> String {
        format!("There is no file `{path}`.")
    }

    fn export_is_a_file(&self) -> String {
        "`init` reads the export twice, so it needs a file and not standard input".to_owned()
    }

    fn export_found(&self, path: &str, rows: u64, columns: u64) -> String {
        format!("`{path}`: {}, {}", en(rows, "row"), en(columns, "column"))
    }

    fn sample(&self, value: &str) -> String {
        format!("e.g. `{value}`")
    }

    fn no_sample(&self) -> String {
        "(blank)".to_owned()
    }

    fn header_looks_like_data(&self) -> String {
        "The header looks like a row of data. If the file has no header, stop and start again with `--no-header`."
            .to_owned()
    }

    fn id_hint(&self) -> String {
        "Respondents are found by the platform's id, the one that `[ID_RESPONDENT]` stands for in mails and surveys. The \
         CRM's own number of a contact is another one."
            .to_owned()
    }

    fn ask_id_column(&self) -> String {
        "Column with the platform's respondent id".to_owned()
    }

    fn only_addresses(&self) -> String {
        "none of these: the export has only e-mail addresses".to_owned()
    }

    fn ask_crm_number(&self, column: &str) -> String {
        format!(
            "`{column}` looks like the CRM's own number: labels would be put on strangers. Are these the platform's ids"
        )
    }

    fn ask_address_column(&self) -> String {
        "Column with the e-mail address".to_owned()
    }

    fn ids_hint(&self) -> String {
        "Then a table of the survey's respondents, exported from the platform, gives the id of each address."
            .to_owned()
    }

    fn ask_ids(&self) -> String {
        "Table of addresses and ids (a CSV or .xlsx file)".to_owned()
    }

    fn ask_table_address(&self) -> String {
        "Column of the table with the e-mail address".to_owned()
    }

    fn ask_table_id(&self) -> String {
        "Column of the table with the respondent id".to_owned()
    }

    fn address_hint(&self) -> String {
        "The webhook's address, as the platform (Account → Settings → Integrations), the vendor's support or a colleague \
         gave it: https://www.webankieta.pl/webhooks/…/update-respondent. Paste it whole. It is not shown, because it \
         holds the key and the auth."
            .to_owned()
    }

    fn address_or_enter(&self, has_variables: bool) -> String {
        if has_variables {
            "Enter alone takes the account, the key and the auth from the RESPONDENT_SYNC_… variables."
                .to_owned()
        } else {
            "Enter alone skips this question.".to_owned()
        }
    }

    fn ask_address(&self) -> String {
        "Webhook's address (hidden)".to_owned()
    }

    fn address_found(&self, host: &str, account: &str, survey: Option<&str>, labels: &[Label]) -> String {
        let survey = survey
            .map(|survey| format!(", survey {survey}"))
            .unwrap_or_default();
        let labels = match labels {
            [] => String::new(),
            labels => format!(", labels {}", list(labels)),
        };
        format!("Found: {host}{survey}{labels}, account {account}; the key and the auth were taken.")
    }

    fn ask_unknown_host(&self, host: &str) -> String {
        format!(
            "`{host}` is not a host of the platform, and it would get the secrets and the labels. Is it right"
        )
    }

    fn no_address(&self) -> String {
        "there is no address in it: paste the whole line that begins with `https://`".to_owned()
    }

    fn no_webhook(&self) -> String {
        "the address is not that of a webhook: it has the form \
         `https://www.webankieta.pl/webhooks/ACCOUNT/KEY/AUTH/update-respondent`"
            .to_owned()
    }

    fn other_webhook(&self, name: Option<&str>) -> String {
        let of = name.map(|name| format!(" (`{name}`)")).unwrap_or_default();
        format!(
            "the address is that of another webhook{of}: copy the one that ends with `/update-respondent`"
        )
    }

    fn placeholder_left(&self, name: &str) -> String {
        format!(
            "the address still has a placeholder (`{name}`) where a value belongs: the key and the auth are under Account \
             → Settings → Integrations, the account's number comes from the vendor's support"
        )
    }

    fn address_incomplete(&self) -> String {
        "the address is incomplete: copy it up to `/update-respondent`".to_owned()
    }

    fn address_part_invalid(&self, secret: &str) -> String {
        format!(
            "the {} in the address has characters that it cannot have: copy the address again",
            part(secret)
        )
    }

    fn address_plain(&self) -> String {
        "the address begins with `http://`, so everyone on the network path could read the secrets: use `https://`"
            .to_owned()
    }

    fn unknown_host(&self, host: &str) -> String {
        format!(
            "`{host}` is not a host of the platform: if the secrets and the labels belong there, name it with `--base-url`"
        )
    }

    fn other_base(&self, host: &str) -> String {
        format!(
            "the webhook's address is on `{host}`, but `--base-url` says otherwise: leave `--base-url` out"
        )
    }

    fn labels_hint(&self) -> String {
        "Which columns set labels (attributes) of the respondents? The arrows move, Space selects, Enter ends. Other \
         columns are never sent."
            .to_owned()
    }

    fn ask_label_columns(&self) -> String {
        "Columns for labels".to_owned()
    }

    fn no_label_column(&self) -> String {
        "No column is selected: Space selects the one under the arrow.".to_owned()
    }

    fn too_many_labels(&self) -> String {
        "There are ten labels, so at most ten columns can be selected.".to_owned()
    }

    fn ask_label(&self, column: &str) -> String {
        format!("Label for `{column}` (l1 to l10)")
    }

    fn not_a_label(&self) -> String {
        "The labels are l1, l2, … l10.".to_owned()
    }

    fn label_taken(&self, label: Label) -> String {
        format!("`{label}` has a column already.")
    }

    fn export_missing(&self) -> String {
        "no export: name it, as in `respondent-sync init contacts.csv`".to_owned()
    }

    fn id_column_missing(&self) -> String {
        "the export has no column `id_respondent`: name the column of the platform's ids with `--id-column`, or give \
         `--match-on` and `--ids` (with a key of the REST API: `--pull`) if it has only e-mail addresses"
            .to_owned()
    }

    fn survey_missing(&self) -> String {
        "no survey: give its id with `--survey`".to_owned()
    }

    fn labels_missing(&self) -> String {
        "no column is called `l1` to `l10`: name a column for each label with `--map`, as in `--map l4=Segment`".to_owned()
    }

    fn answers_missing(&self, count: u64) -> String {
        format!(
            "{} missing, and there is no terminal to ask on:",
            en(count, "answer")
        )
    }

    fn in_the_way(&self, path: &str) -> String {
        format!(
            "`{path}` exists, and `init` overwrites nothing: choose another name with `--name`, or move it away"
        )
    }

    fn not_a_name(&self) -> String {
        "`--name` is a name without a folder, such as `nps`: `--dir` names the folder".to_owned()
    }

    fn no_folder(&self, path: &str) -> String {
        format!("there is no folder `{path}`")
    }

    fn not_unicode(&self, path: &str) -> String {
        format!(
            "the name `{path}` is no Unicode, and a config could not hold it: rename the file or its folder"
        )
    }

    fn init_stopped(&self) -> String {
        "stopped: nothing was written".to_owned()
    }

    fn check_stopped(&self) -> String {
        "stopped: the config is written, the check is not finished".to_owned()
    }

    fn input_ended(&self) -> String {
        "the input ended before the last question: nothing was written".to_owned()
    }

    fn cannot_write_in(&self, folder: &str) -> String {
        format!("cannot write in `{folder}`: choose another folder with `--dir`")
    }

    fn config_untrusted(&self) -> String {
        "a config there would be refused: choose another folder with `--dir`".to_owned()
    }

    fn config_heading(&self) -> String {
        "Written by `respondent-sync init`. Paths are relative to this file.".to_owned()
    }

    fn config_keys(&self) -> String {
        "Every flag of `run` can be a key: see `respondent-sync help config`.".to_owned()
    }

    fn config_comment(&self, key: ConfigKey) -> String {
        let comment = match key {
            ConfigKey::Input => "the export",
            ConfigKey::Delimiter => "what separates its columns",
            ConfigKey::Encoding => "its encoding",
            ConfigKey::Sheet => "the sheet of the workbook",
            ConfigKey::SkipLines => "lines above its header",
            ConfigKey::NoHeader => "its columns are called 1, 2, …",
            ConfigKey::Survey => "the survey's id",
            ConfigKey::IdColumn => "the column with the platform's respondent id",
            ConfigKey::Ids => "the table that has the ids",
            ConfigKey::MatchOn => "the column with the address, in the export and in the table",
            ConfigKey::Pull => "before each run, the platform's list is read for the ids",
            ConfigKey::Address => "the column with the address",
            ConfigKey::AcceptCrmIds => "the id column is the platform's, whatever its name says",
            ConfigKey::Map => "label = column",
            ConfigKey::BaseUrl => "the platform",
            ConfigKey::AccountFile => "the account's number",
            ConfigKey::WebhookKeyFile => "the webhook key, secret",
            ConfigKey::WebhookAuthFile => "the webhook auth, secret",
            ConfigKey::ClientIdFile => "the client id of the REST API's key",
            ConfigKey::ClientSecretFile => "its client secret",
            ConfigKey::Lang => "the language of what is printed",
            ConfigKey::Excel => "Excel opens the results with a double click",
            ConfigKey::Report => "the page for the browser",
        };
        comment.to_owned()
    }

    fn config_secrets_missing(&self) -> String {
        "Not there yet: put each value alone into its file, for you alone, and remove the `#`.".to_owned()
    }

    fn written(&self) -> String {
        "Written:".to_owned()
    }

    fn about_config(&self) -> String {
        "the config".to_owned()
    }

    fn about_secrets(&self) -> String {
        "the secrets, readable for you alone: keep them out of mails and shared folders".to_owned()
    }

    fn secrets_missing(&self, names: &str, folder: &str) -> String {
        format!(
            "Before a run can start, the secrets are needed: {names}. Set their variables, or put them into files in \
             `{folder}` (see `respondent-sync help secrets`). `check` needs none."
        )
    }

    fn secrets_readable(&self, folder: &str) -> String {
        format!("others can read the files in `{folder}`, which hold secrets")
    }

    fn address_file_left(&self, path: &str) -> String {
        format!("`{path}` still holds the key and the auth: delete it.")
    }

    fn variables_preferred(&self, names: &str) -> String {
        format!("{names}: set in this environment, and preferred to the files while it is.")
    }

    fn ask_check(&self) -> String {
        "Check the export now (nothing is sent)".to_owned()
    }

    fn next_steps(&self) -> String {
        "Next:".to_owned()
    }

    fn step_check(&self) -> String {
        "look at the export; nothing is sent".to_owned()
    }

    fn step_one_row(&self) -> String {
        "send one row, then look at that contact on the platform".to_owned()
    }

    fn step_all(&self) -> String {
        "send all rows".to_owned()
    }
}

impl YesNo for English {
    fn yes_or_no(&self, default: bool) -> &'static str {
        if default { "Y/n" } else { "y/N" }
    }

    fn answer_yes_or_no(&self) -> &'static str {
        "Type y or n."
    }
}
