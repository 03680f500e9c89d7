//! The language of what a person reads.

/// A language of screens and of `sync_error`. Flags, codes, JSON, CSV headers and logs are English
/// in both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Lang {
    #[default]
    En,
    Pl,
}

impl Lang {
    /// Returns the value of `--lang`.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Pl => "pl",
        }
    }

    /// Returns the language of a locale's name, such as `pl_PL.UTF-8` or `pl-PL`. English for every
    /// language but Polish.
    pub(crate) fn of_locale(name: &str) -> Self {
        let language = name.split(['_', '-', '.', '@']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("pl") {
            Self::Pl
        } else {
            Self::En
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polish_is_the_language_of_polish_locales() {
        for name in ["pl", "pl_PL", "pl_PL.UTF-8", "pl-PL", "PL"] {
            assert_eq!(Lang::of_locale(name), Lang::Pl, "{name}");
        }
        for name in ["", "C", "C.UTF-8", "POSIX", "en_GB.UTF-8", "de-DE", "plt_MG"] {
            assert_eq!(Lang::of_locale(name), Lang::En, "{name}");
        }
    }
}
