//! The language that the user has set in the operating system.

use crate::model::Lang;

/// The variable of `--lang`.
const ASKED: &str = "RESPONDENT_SYNC_LANG";

/// Returns the language for people: that of `RESPONDENT_SYNC_LANG`, or the system's. On Unix `LC_ALL`,
/// `LC_MESSAGES` and `LANG` say it; on Windows the display language does.
pub(crate) fn language() -> Lang {
    let asked = std::env::var(ASKED).ok().filter(|name| !name.is_empty());
    asked
        .or_else(sys_locale::get_locale)
        .map_or(Lang::En, |name| Lang::of_locale(&name))
}
