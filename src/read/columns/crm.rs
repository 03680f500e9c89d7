//! Recognizes columns that hold a CRM's own number of a contact. If one were used as the platform's
//! respondent id, labels would be put on strangers, and nothing in the file would show it. Pure.

/// Words for what the number identifies, in English and Polish, from the exports of Salesforce,
/// `HubSpot`, Dynamics, Pipedrive, Zoho and Livespace.
const WHOSE: [&str; 87] = [
    "account",
    "activecampaign",
    "bitrix",
    "case",
    "client",
    "clients",
    "company",
    "contact",
    "contacts",
    "crm",
    "cust",
    "customer",
    "customers",
    "deal",
    "dynamics",
    "entity",
    "ext",
    "external",
    "firma",
    "firmy",
    "freshmail",
    "getresponse",
    "hs",
    "hubspot",
    "klient",
    "klienta",
    "klientów",
    "konta",
    "kontakt",
    "kontaktu",
    "kontaktów",
    "konto",
    "kontrahent",
    "kontrahenta",
    "lead",
    "leada",
    "leads",
    "leadów",
    "livespace",
    "mailchimp",
    "mautic",
    "member",
    "nabywcy",
    "obiektu",
    "object",
    "odbiorcy",
    "odoo",
    "opportunity",
    "order",
    "organisation",
    "organizacja",
    "organizacji",
    "organization",
    "osoba",
    "osoby",
    "owner",
    "partner",
    "person",
    "pipedrive",
    "porzadkowy",
    "porządkowy",
    "pracownika",
    "profile",
    "prospect",
    "record",
    "records",
    "rekord",
    "rekordu",
    "rekordów",
    "row",
    "safe",
    "salesforce",
    "salesmanago",
    "sf",
    "sfdc",
    "subscriber",
    "subskrybent",
    "subskrybenta",
    "unique",
    "user",
    "users",
    "uzytkownika",
    "użytkownik",
    "użytkownika",
    "wiersz",
    "wiersza",
    "zoho",
];

/// Words for a number or an id.
const NUMBER: [&str; 15] = [
    "code",
    "guid",
    "id",
    "identifier",
    "identyfikator",
    "ids",
    "key",
    "klucz",
    "kod",
    "no",
    "nr",
    "number",
    "numer",
    "uid",
    "uuid",
];

/// Names that consist of such a word alone.
const ALONE: [&str; 15] = [
    "guid",
    "id",
    "identifier",
    "identyfikator",
    "index",
    "lp",
    "no",
    "nr",
    "number",
    "numer",
    "row",
    "rownum",
    "uid",
    "uuid",
    "vid",
];

/// Words that mark the wanted id of the platform.
const OURS: [&str; 13] = [
    "badana",
    "badanej",
    "badanego",
    "platformy",
    "webankiecie",
    "ankiety",
    "ankieta",
    "respondent",
    "respondenta",
    "startquestion",
    "survey",
    "webankieta",
    "webankiety",
];

/// Whether a column's name is one that CRMs use for their own number of a contact.
pub(crate) fn is_crm_number(name: &str) -> bool {
    let words = words(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    match words.as_slice() {
        _ if has(&OURS) => false,
        [] => name.trim() == "#",
        [word] => ALONE.contains(&word.as_str()) || is_joined(word),
        words => {
            let joined = words.concat();
            has(&NUMBER) && has(&WHOSE) || joined == "lp" || is_joined(&joined)
        }
    }
}

/// Whether two such words are joined into one, as in `contactid` or `idkontaktu`.
fn is_joined(word: &str) -> bool {
    NUMBER.iter().any(|number| {
        let whose = word.strip_suffix(number).or_else(|| word.strip_prefix(number));
        whose.is_some_and(|whose| WHOSE.contains(&whose))
    })
}

/// Splits a name into words in lower case: at everything that is not a letter, and where a capital
/// follows a small letter.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for character in name.chars() {
        if character.is_uppercase() && before.is_lowercase() || !character.is_alphabetic() {
            words.push(String::new());
        }
        if character.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
        }
        before = character;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crms_own_number_is_known_by_its_name() {
        for name in [
            "Record ID",
            "hs_object_id",
            "Contact ID",
            "ContactId",
            "contactid",
            "Id kontaktu",
            "ID",
            "Nr klienta ",
            "Id użytkownika",
            "Identyfikator rekordu",
            "Kontakt ID",
            "Osoba - ID",
            "Record ID - Contact",
            "Contact ID (18)",
            "Case Safe ID",
            "Kod klienta",
            "Account Number",
            "Identyfikator",
            "vid",
            "CustomerNo",
            "idKlienta",
            "LP",
            "HubSpot ID",
            "SalesForce Id",
            "UID",
            "L.p.",
            "#",
            "ROWNUM",
            "Numer porządkowy",
            "Contact IDs",
            "Id kontaktów",
            "Unique ID",
            "contact_uuid",
            "ext_id",
        ] {
            assert!(is_crm_number(name), "{name}");
        }
        for name in [
            "id_respondent",
            "Id respondenta",
            "ID Webankieta",
            "webankieta_id",
            "respondent",
            "survey id",
            "Segment",
            "NPS",
            "Contact owner",
            "",
            "video",
            "Id kontaktu w Webankiecie",
            "Id osoby badanej",
            "Kontakt",
        ] {
            assert!(!is_crm_number(name), "{name}");
        }
    }
}
