//! Columns that hold a CRM's own number of a contact. Taken for the platform's id of a respondent, they would put labels on
//! strangers, and nothing in the file would show it. Pure.

use crate::model::trim_invisible;

/// Names as they are compared: letters and digits alone, in lower case. From the exports of Salesforce, `HubSpot`, Dynamics,
/// Pipedrive, Zoho and Livespace, in English and Polish.
const CRM_NUMBERS: [&str; 40] = [
    "accountid",
    "clientid",
    "companyid",
    "contactid",
    "crmid",
    "customerid",
    "customernumber",
    "dealid",
    "externalid",
    "hsobjectid",
    "id",
    "idcrm",
    "idfirmy",
    "idklienta",
    "idkontaktu",
    "idkonta",
    "idkontrahenta",
    "idleada",
    "idosoby",
    "idrekordu",
    "idużytkownika",
    "leadid",
    "lp",
    "memberid",
    "no",
    "nr",
    "nrklienta",
    "nrkontaktu",
    "numer",
    "numerklienta",
    "number",
    "objectid",
    "organizationid",
    "ownerid",
    "personid",
    "recordid",
    "rownumber",
    "subscriberid",
    "userid",
    "vid",
];

/// Whether a column's name is what CRMs call their own number of a contact.
pub(crate) fn is_crm_number(name: &str) -> bool {
    let letters: String = trim_invisible(name)
        .chars()
        .filter(|character| character.is_alphanumeric())
        .collect();
    CRM_NUMBERS.contains(&letters.to_lowercase().as_str())
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
            "Id kontaktu",
            "ID",
            "Nr klienta ",
            "Id użytkownika",
        ] {
            assert!(is_crm_number(name), "{name}");
        }
        for name in [
            "id_respondent",
            "Id respondenta",
            "ID Webankieta",
            "respondent",
            "survey id",
            "",
        ] {
            assert!(!is_crm_number(name), "{name}");
        }
    }
}
