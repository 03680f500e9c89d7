//! The values of the vendor's example, which look like real ones: a user who copies the whole line from the
//! page would call with them. The account's number of the example is not refused, because it alone does
//! no harm.
//!
//! Source: the vendor's page "update-respondent".

/// The key and the auth in the example's address.
const SECRETS: [&str; 2] = ["TUwNjNDg3M", "84b750d6956f02503015938fc38bfe36"];

/// The survey in the example's address.
const SURVEY: &str = "399793";

/// Whether a value is a secret of the vendor's example.
pub(crate) fn is_sample_secret(value: &str) -> bool {
    SECRETS.iter().any(|sample| value.eq_ignore_ascii_case(sample))
}

/// Whether an id is that of the survey in the vendor's example. Leading zeros do not count.
pub(crate) fn is_sample_survey(id: &str) -> bool {
    id.trim_start_matches('0') == SURVEY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_value_is_the_samples() {
        assert!(is_sample_secret("TUwNjNDg3M") && is_sample_secret("84B750D6956F02503015938FC38BFE36"));
        for other in ["", "TUwNjNDg3", "TUwNjNDg3Mx", "84b750d6956f", "387487"] {
            assert!(!is_sample_secret(other), "{other}");
        }
        assert!(is_sample_survey("399793") && is_sample_survey("0399793"));
        for other in ["", "39979", "3997930", "387487"] {
            assert!(!is_sample_survey(other), "{other}");
        }
    }
}
