//! The language that the user has set in the operating system.

use crate::model::Lang;

/// Returns the system's language for messages. On Unix `LC_ALL`, `LC_MESSAGES` and `LANG` say it;
/// on Windows the display language does.
pub(crate) fn language() -> Lang {
    sys_locale::get_locale().map_or(Lang::En, |name| Lang::of_locale(&name))
}
