//! Takes a webhook's address apart: the platform, the account, the key and the auth, the survey and
//! the labels that it names. Pure. No fault quotes a piece that may be a secret.

mod paste;

use secrecy::SecretString;
use url::Url;

use self::paste::{PATH, Pasted, WEBHOOK};
use crate::config::{Secret, is_sample_secret, is_sample_survey, is_valid_secret, platform_address};
use crate::model::{Credentials, Digits, Label};
use crate::text::Message;

/// The platform's hosts: in Poland, and international.
pub(super) const HOSTS: [&str; 2] = ["www.webankieta.pl", "www.startquestion.com"];

/// Characters that no key has: what is still encoded, and what a shell or a mail adds.
const NO_LETTERS: [char; 9] = ['%', '\\', '^', '`', '\'', '"', '<', '>', '|'];

/// What a webhook's address says.
#[derive(Clone, Debug)]
pub(super) struct Webhook {
    pub(super) base: Url,
    /// The host and, if it is not the default, the port.
    pub(super) host: String,
    /// Whether the host is one of the platform's.
    pub(super) is_known: bool,
    pub(super) credentials: Credentials,
    pub(super) survey: Option<String>,
    /// Digits behind a gap may belong to the survey's id, which is left out then.
    pub(super) is_survey_doubtful: bool,
    /// The survey is that of the vendor's example, and is left out.
    pub(super) is_survey_sample: bool,
    /// The labels and their values, which may be a column's name.
    pub(super) labels: Vec<(Label, String)>,
}

/// Why a text is not the wanted webhook's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The text holds no address.
    NoAddress,
    /// The address is not that of a webhook.
    NoWebhook,
    /// The address of another webhook; its name if it is surely one.
    OtherWebhook(Option<String>),
    /// A placeholder of the vendor's page was not filled in.
    Placeholder(String),
    /// The end of the address is missing.
    Incomplete,
    /// A piece cannot be what it should be.
    Invalid(Secret),
    /// The key or the auth is that of the vendor's example.
    Sample(Secret),
    /// `http` to another machine.
    Plain,
}

impl Fault {
    pub(super) fn message(&self) -> Message {
        Message::new(|words| match self {
            Self::NoAddress => words.no_address(),
            Self::NoWebhook => words.no_webhook(),
            Self::OtherWebhook(name) => words.other_webhook(name.as_deref()),
            Self::Placeholder(name) => words.placeholder_left(name),
            Self::Incomplete => words.address_incomplete(),
            Self::Invalid(secret) => words.address_part_invalid(secret.name()),
            Self::Sample(secret) => words.address_part_sample(secret.name()),
            Self::Plain => words.address_plain(),
        })
    }
}

impl Webhook {
    /// Finds the address in a pasted text and takes it apart.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let Pasted {
            address,
            rest,
            may_be_cut,
        } = paste::find(text).ok_or(Fault::NoAddress)?;
        let address = decoded_brackets(address.split('#').next().unwrap_or_default());
        let (path, query) = address.split_once('?').unwrap_or((&address, ""));
        let at = path.to_ascii_lowercase().find(PATH).ok_or(Fault::NoWebhook)?;
        let (base, pieces) = path.split_at_checked(at).ok_or(Fault::NoWebhook)?;
        let (base, host, is_known) = platform(base)?;
        let pieces = pieces.get(PATH.len()..).unwrap_or_default();
        let pieces: Vec<&str> = pieces.trim_end_matches('/').split('/').collect();
        if let Some(name) = pieces.iter().find_map(|piece| placeholder(piece)) {
            return Err(Fault::Placeholder(name));
        }
        let [account, key, auth, name] = pieces.as_slice() else {
            return Err(if pieces.len() < 4 {
                Fault::Incomplete
            } else {
                Fault::NoWebhook
            });
        };
        for (secret, value) in [
            (Secret::Account, account),
            (Secret::WebhookKey, key),
            (Secret::WebhookAuth, auth),
        ] {
            if is_sample_secret(value) {
                return Err(Fault::Sample(secret));
            }
            let has_odd = value.contains(NO_LETTERS) || value.trim_end_matches('=').contains('=');
            if value.is_empty() || has_odd || !is_valid_secret(secret, value) {
                return Err(Fault::Invalid(secret));
            }
        }
        if !name.eq_ignore_ascii_case(WEBHOOK) {
            return Err(if WEBHOOK.starts_with(&name.to_ascii_lowercase()) {
                Fault::Incomplete
            } else {
                Fault::OtherWebhook(is_name(name).then(|| (*name).to_owned()))
            });
        }
        let (survey, labels) = parameters(query);
        let (in_rest, is_cut_in_rest) = survey_in(&rest);
        let is_survey_doubtful = may_be_cut || survey.is_none() && is_cut_in_rest;
        let survey = survey.or(in_rest).filter(|_| !is_survey_doubtful);
        let is_survey_sample = survey.as_deref().is_some_and(is_sample_survey);
        Ok(Self {
            base,
            host,
            is_known,
            credentials: Credentials {
                account: (*account).to_owned(),
                webhook_key: SecretString::from((*key).to_owned()),
                webhook_auth: SecretString::from((*auth).to_owned()),
            },
            survey: survey.filter(|_| !is_survey_sample),
            is_survey_doubtful,
            is_survey_sample,
            labels,
        })
    }
}

/// Decodes the brackets of placeholders, which browsers encode.
fn decoded_brackets(address: &str) -> String {
    let codes = [
        ("%7b", "{"),
        ("%7d", "}"),
        ("%5b", "["),
        ("%5d", "]"),
        ("%3c", "<"),
        ("%3e", ">"),
    ];
    codes
        .into_iter()
        .fold(address.to_owned(), |text, (code, bracket)| {
            text.replace(code, bracket)
                .replace(&code.to_ascii_uppercase(), bracket)
        })
}

/// Returns the platform's address, its host, and whether it is known.
fn platform(base: &str) -> Result<(Url, String, bool), Fault> {
    let url = Url::parse(base).map_err(|_| Fault::NoAddress)?;
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let known = HOSTS.into_iter().find(|known| {
        let short = known.trim_start_matches("www.");
        (host == *known || host == short) && url.port().is_none()
    });
    if let Some(known) = known {
        let url = platform_address(&format!("https://{known}")).map_err(|_| Fault::NoAddress)?;
        return Ok((url, known.to_owned(), true));
    }
    let accepted = platform_address(base).map_err(|_| match url.scheme() {
        "http" => Fault::Plain,
        _ => Fault::NoAddress,
    })?;
    let host = match accepted.port() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    };
    Ok((accepted, host, false))
}

/// Returns the name in a placeholder such as `{id_account}`, `[webhook_key]` or `<auth>`.
fn placeholder(piece: &str) -> Option<String> {
    const VENDORS: [&str; 4] = ["id_account", "webhook_key", "webhook_auth", "webhook_name"];
    let name = piece.trim_matches(['{', '}', '[', ']', '<', '>', '$', ' ']);
    let is_bracketed = piece.starts_with(['{', '[', '<', '$']) || piece.ends_with(['}', ']', '>']);
    (is_bracketed || VENDORS.contains(&name) || piece.contains('…')).then(|| {
        if name.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !name.is_empty() {
            name.to_owned()
        } else {
            "…".to_owned()
        }
    })
}

/// Whether a piece is surely a webhook's name and no secret: secrets have digits or capitals.
fn is_name(piece: &str) -> bool {
    piece.len() <= 40
        && piece.contains(|c: char| c.is_ascii_lowercase())
        && piece.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

/// Returns the survey and the labels that a query names.
fn parameters(query: &str) -> (Option<String>, Vec<(Label, String)>) {
    let (mut survey, mut labels) = (None, Vec::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let name = name.trim();
        if name == "id_survey" {
            survey = Digits::new(value.trim()).map(|digits| digits.as_str().to_owned());
        } else if let Ok(label) = name.parse::<Label>()
            && !labels.iter().any(|(other, _)| *other == label)
        {
            labels.push((label, value.into_owned()));
        }
    }
    (survey, labels)
}

/// Finds the survey in the rest of a command, such as `-d id_survey=401225`, and says whether more
/// digits follow behind a gap.
fn survey_in(rest: &str) -> (Option<String>, bool) {
    let Some((_, behind)) = rest.split_once("id_survey=") else {
        return (None, false);
    };
    let left = behind.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = behind.strip_suffix(left).unwrap_or_default();
    let next = left.trim_start_matches(|c: char| c.is_whitespace() || c == '>');
    let is_cut = next.len() < left.len() && next.starts_with(|c: char| c.is_ascii_digit());
    ((!digits.is_empty()).then(|| digits.to_owned()), is_cut)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::model::Lang;

    const ADDRESS: &str = "https://www.webankieta.pl/webhooks/387487/Qk9SU1VL/84b750d6956f/update-respondent?id_survey=401225&id_respondent=[ID_RESPONDENT]&l4=SuperVIP&l7=9";

    fn pieces(webhook: &Webhook) -> [&str; 3] {
        let credentials = &webhook.credentials;
        [
            &credentials.account,
            credentials.webhook_key.expose_secret(),
            credentials.webhook_auth.expose_secret(),
        ]
    }

    #[test]
    fn everything_is_taken_out_of_an_address() {
        let webhook = Webhook::parse(ADDRESS).unwrap();
        assert_eq!(pieces(&webhook), ["387487", "Qk9SU1VL", "84b750d6956f"]);
        assert_eq!(webhook.base.as_str(), "https://www.webankieta.pl/");
        assert!(webhook.is_known);
        assert_eq!(webhook.survey.as_deref(), Some("401225"));
        let labels: Vec<_> = webhook
            .labels
            .iter()
            .map(|(label, value)| format!("{label}={value}"))
            .collect();
        assert_eq!(labels, ["l4=SuperVIP", "l7=9"]);
        assert!(!format!("{webhook:?}").contains("84b7"));
    }

    #[test]
    fn a_platform_is_known_by_its_host() {
        let host = |text: &str| {
            Webhook::parse(&ADDRESS.replace("https://www.webankieta.pl", text))
                .map(|webhook| (webhook.base.to_string(), webhook.host, webhook.is_known))
        };
        let known = |base: &str, host: &str| Ok((base.to_owned(), host.to_owned(), true));
        assert_eq!(
            host("http://webankieta.pl"),
            known("https://www.webankieta.pl/", "www.webankieta.pl")
        );
        assert_eq!(
            host("https://WWW.startquestion.com"),
            known("https://www.startquestion.com/", "www.startquestion.com")
        );
        assert_eq!(
            host("http://127.0.0.1:81"),
            Ok((
                "http://127.0.0.1:81/".to_owned(),
                "127.0.0.1:81".to_owned(),
                false
            ))
        );
        assert_eq!(host("http://x.example"), Err(Fault::Plain));
        assert!(!host("https://www.webankieta.pl.example").unwrap().2);
        assert_eq!(host("https://u:p@x.example"), Err(Fault::NoAddress));
    }

    #[test]
    fn what_is_no_such_address_is_refused_with_its_cause() {
        let with = |from: &str, to: &str| Webhook::parse(&ADDRESS.replace(from, to)).unwrap_err();
        assert_eq!(Webhook::parse("").unwrap_err(), Fault::NoAddress);
        assert_eq!(Webhook::parse("387487").unwrap_err(), Fault::NoAddress);
        assert_eq!(with("webhooks", "api"), Fault::NoWebhook);
        let unsubscribe = Fault::OtherWebhook(Some("unsubscribe".to_owned()));
        assert_eq!(with("update-respondent", "unsubscribe"), unsubscribe);
        assert_eq!(with("update-respondent", "84b750d6"), Fault::OtherWebhook(None));
        for account in [
            "{id_account}",
            "[id_account]",
            "%7Bid_account%7D",
            "id_account",
            "%5bid_account%5d",
        ] {
            assert_eq!(
                with("387487", account),
                Fault::Placeholder("id_account".to_owned())
            );
        }
        assert_eq!(with("update-respondent", ""), Fault::Incomplete);
        assert_eq!(with("/update-respondent", ""), Fault::Incomplete);
        assert_eq!(with("update-respondent", "update-resp"), Fault::Incomplete);
        assert_eq!(with("387487", "x"), Fault::Invalid(Secret::Account));
        assert_eq!(with("84b7", "ż"), Fault::Invalid(Secret::WebhookAuth));
        assert_eq!(with("Qk9", "\\Qk9"), Fault::Invalid(Secret::WebhookKey));
        assert_eq!(with("Qk9", "Q%C5%BC"), Fault::Invalid(Secret::WebhookKey));
    }

    /// The page of the vendor has an address that looks whole.
    #[test]
    fn the_vendors_example_is_refused_and_its_survey_is_not_taken() {
        const SAMPLE: &str = "https://www.webankieta.pl/webhooks/387487/TUwNjNDg3M/84b750d6956f02503015938fc38bfe36/update-respondent?id_survey=399793&id_respondent=12345&l4=SuperVIP&l7=9";
        let with = |key: &str, auth: &str| {
            let text = SAMPLE
                .replace("TUwNjNDg3M", key)
                .replace("84b750d6956f02503015938fc38bfe36", auth);
            Webhook::parse(&text)
        };
        let (key, auth) = ("TUwNjNDg3M", "84b750d6956f02503015938fc38bfe36");
        assert_eq!(with(key, auth).unwrap_err(), Fault::Sample(Secret::WebhookKey));
        assert_eq!(with(key, "AUTH").unwrap_err(), Fault::Sample(Secret::WebhookKey));
        assert_eq!(with("KEY", auth).unwrap_err(), Fault::Sample(Secret::WebhookAuth));
        // The account of the example may be the account, and no respondent is taken from an address.
        let webhook = with("KEY", "AUTH").unwrap();
        assert_eq!(pieces(&webhook), ["387487", "KEY", "AUTH"]);
        assert_eq!((webhook.survey, webhook.is_survey_sample), (None, true));
        let own = Webhook::parse(ADDRESS).unwrap();
        assert!(!own.is_survey_sample);
        let broken = SAMPLE
            .replace(key, "KEY")
            .replace(auth, "AUTH")
            .replace("399793&", "3997\n93 ");
        assert!(!Webhook::parse(&broken).unwrap().is_survey_sample);
        for lang in [Lang::En, Lang::Pl] {
            let message = with(key, auth).unwrap_err().message();
            assert!(!message.text(lang).contains(key), "{}", message.text(lang));
        }
    }

    /// Wherever a mail breaks the lines, the survey is the right one. It is asked for if it may end
    /// at the break, and if there is a space or a mark of the mail within a name.
    #[test]
    fn a_break_anywhere_gives_no_other_survey() {
        let bare = "https://www.webankieta.pl/webhooks/1/K/A/update-respondent";
        let queries = [
            "?id_survey=401225&id_respondent=[ID_RESPONDENT]&l4=SuperVIP&l7=9",
            "?id_respondent=[ID_RESPONDENT]&l4=[Segment]&id_survey=401225",
            "?l10=5&id_survey=401225",
        ];
        for (query, at) in queries
            .iter()
            .flat_map(|query| (1..query.len()).map(move |at| (query, at)))
        {
            let (begun, rest) = query.split_at(at);
            for gap in ["\n", "\r\n> ", "\n   ", "=\r\n", " "] {
                for (before, behind) in [("", ""), ("Adres: ", "\nPozdrawiam,\nAnna"), ("<", ">")] {
                    let text = format!("{before}{bare}{begun}{gap}{rest}{behind}");
                    let webhook = Webhook::parse(&text).unwrap();
                    let may_end = rest.bytes().all(|byte| byte.is_ascii_digit());
                    match webhook.survey.as_deref() {
                        Some(survey) => assert_eq!(survey, "401225", "{text}"),
                        None => assert!(may_end || gap == "=\r\n" || gap == " ", "{text}"),
                    }
                }
            }
        }
    }

    #[test]
    fn values_are_decoded() {
        for value in [
            "[Moja%20kolumna]",
            "%5BMoja+kolumna%5D",
            "[Moja%C2%A0kolumna]",
            "[Moja kolumna]",
        ] {
            let webhook = Webhook::parse(&ADDRESS.replace("SuperVIP", value)).unwrap();
            let values: Vec<_> = webhook
                .labels
                .iter()
                .map(|(_, value)| value.replace('\u{A0}', " "))
                .collect();
            assert_eq!(values, ["[Moja kolumna]", "9"]);
        }
    }

    #[test]
    fn a_survey_in_the_rest_of_a_command_is_found() {
        let bare = "https://www.webankieta.pl/webhooks/1/K/A/update-respondent";
        let webhook = Webhook::parse(&format!("curl -X POST '{bare}' -d 'id_survey=401225'")).unwrap();
        assert_eq!(webhook.survey.as_deref(), Some("401225"));
        let webhook = Webhook::parse(&format!("curl {bare} -d id_survey=4012\n25")).unwrap();
        assert_eq!((webhook.survey, webhook.is_survey_doubtful), (None, true));
        let webhook = Webhook::parse(&format!("{bare}?id_survey=4012\n25")).unwrap();
        assert_eq!((webhook.survey, webhook.is_survey_doubtful), (None, true));
        let webhook = Webhook::parse(&format!("{bare}?id_survey=[ID]")).unwrap();
        assert_eq!(webhook.survey, None);
    }

    proptest! {
        #[test]
        fn hazards_change_nothing(
            account in "[0-9]{1,8}", key in "[A-Za-z0-9_-]{1,24}", auth in "[a-f0-9]{1,40}",
            places in proptest::collection::vec((0usize..200, "[\u{200B}\u{200C}\u{2060}\u{FEFF}\u{AD}]"), 0..6),
            before in "(curl -X POST |Adres: |> |)", (open, close) in prop_oneof![
                Just(("", "")), Just(("'", "'")), Just(("\"", "\"")), Just(("<", ">")), Just((" \u{A0}", "\u{A0}\n"))],
        ) {
            let plain = format!("https://www.webankieta.pl/webhooks/{account}/{key}/{auth}/update-respondent?id_survey=7&l4=a");
            let mut hidden: Vec<char> = plain.chars().collect();
            for (place, character) in places {
                hidden.insert(place.min(hidden.len()), character.chars().next().unwrap());
            }
            let hidden: String = hidden.into_iter().collect();
            let webhook = Webhook::parse(&format!("{before}{open}{hidden}{close}")).unwrap();
            prop_assert_eq!(pieces(&webhook), [account.as_str(), key.as_str(), auth.as_str()]);
            prop_assert_eq!(webhook.survey.as_deref(), Some("7"));
        }

        #[test]
        fn no_fault_quotes_a_secret(cut in 0usize..120, noise in "[ \n/{}%?&=a-z]{0,3}") {
            let address = ADDRESS.replace("Qk9SU1VL", "CANARY1").replace("84b750d6956f", "CANARY2");
            let (start, end) = address.split_at(cut.min(address.len()));
            if let Err(fault) = Webhook::parse(&format!("{start}{noise}{end}")) {
                for lang in [Lang::En, Lang::Pl] {
                    prop_assert!(!fault.message().text(lang).contains("CANARY"), "{:?}", fault);
                }
            }
        }

        #[test]
        fn nothing_pasted_panics(text in "(?s).{0,80}", tail in "(webhooks|https?://|[%&?/ \n>'\"]|.){0,12}") {
            Webhook::parse(&format!("{text}{tail}")).ok();
            Webhook::parse(&format!("https://x/webhooks/{text}")).ok();
        }
    }
}
