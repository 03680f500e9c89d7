//! What Windows says about a file's rights (a security descriptor as text), judged. Pure, so that it is tested
//! everywhere.
//!
//! Source: Microsoft's pages on "Security Descriptor Definition Language" and "ACE Strings".

use super::access::Access;

/// Those who may do everything anyway: the system, its administrators, the trusted installer, and whoever owns the file.
const TRUSTED: [&str; 6] = [
    "SY",
    "BA",
    "S-1-5-18",
    "S-1-5-32-544",
    "OW",
    "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",
];

/// Rights by their letters, and the bits of those that are written as a number.
const READS: [&str; 5] = ["GA", "GR", "FA", "FR", "CC"];
const READ_BITS: u64 = 0x8000_0000 | 0x1000_0000 | 0x1;
/// Writing, appending, deleting, and changing the rights or the owner.
const WRITES: [&str; 10] = ["GA", "GW", "FA", "FW", "DC", "LC", "DT", "SD", "WD", "WO"];
const WRITE_BITS: u64 = 0x4000_0000 | 0x1000_0000 | 0x2 | 0x4 | 0x40 | 0x1_0000 | 0x4_0000 | 0x8_0000;

/// What the descriptor allows others than the user with this id; nothing if it cannot be read.
pub(super) fn judge(sddl: &str, user: &str) -> Option<Access> {
    let rest = sddl.strip_prefix("O:")?;
    let owner = rest.get(..rest.find("G:").or_else(|| rest.find("D:"))?)?;
    if owner.is_empty() {
        return None;
    }
    let list = sddl.split_once("D:")?.1;
    // The part behind is about auditing.
    let list = list.split("S:").next()?;
    let is_trusted = |who: &str| who == user || TRUSTED.contains(&who);
    let mut access = Access {
        others_read: false,
        others_write: false,
        is_own: is_trusted(owner),
    };
    if list.starts_with("NO_ACCESS_CONTROL") {
        (access.others_read, access.others_write) = (true, true);
    }
    for entry in list.split('(').skip(1) {
        let mut fields = entry.split(')').next()?.split(';');
        let (kind, flags, rights) = (fields.next()?, fields.next()?, fields.next()?);
        let who = fields.nth(2)?;
        // `IO`: for what is made below, not for this.
        let is_for_this = !pairs(flags).any(|flag| flag == "IO");
        if !["A", "OA", "XA"].contains(&kind) || !is_for_this || is_trusted(who) {
            continue;
        }
        access.others_read |= allows(rights, &READS, READ_BITS);
        access.others_write |= allows(rights, &WRITES, WRITE_BITS);
    }
    Some(access)
}

fn allows(rights: &str, letters: &[&str], bits: u64) -> bool {
    match rights.strip_prefix("0x") {
        Some(number) => u64::from_str_radix(number, 16).is_ok_and(|number| number & bits != 0),
        None => pairs(rights).any(|right| letters.contains(&right)),
    }
}

/// Two letters at a time.
fn pairs(text: &str) -> impl Iterator<Item = &str> {
    (0..text.len() / 2).filter_map(|index| text.get(2 * index..2 * index + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "S-1-5-21-1-2-3-1001";

    fn of(list: &str) -> (bool, bool, bool) {
        let sddl = format!("O:{USER}G:{USER}D:{list}");
        let access = judge(&sddl, USER).unwrap();
        (access.is_own, access.others_read, access.others_write)
    }

    #[test]
    fn what_others_may_do_is_told_from_a_descriptor() {
        let own = format!("PAI(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;{USER})");
        assert_eq!(of(&own), (true, false, false));
        assert_eq!(of("AI(A;ID;FA;;;SY)(A;ID;0x1200a9;;;BU)"), (true, true, false));
        assert_eq!(of("AI(A;ID;0x1301bf;;;AU)"), (true, true, true), "modify");
        assert_eq!(of("(A;;FW;;;WD)"), (true, false, true));
        assert_eq!(of("(A;;GR;;;S-1-5-21-1-2-3-1002)"), (true, true, false));
        assert_eq!(of("(D;;FA;;;WD)"), (true, false, false), "denied");
        assert_eq!(
            of("(A;OICIIO;GA;;;CO)"),
            (true, false, false),
            "for what is made below"
        );
        assert_eq!(of("NO_ACCESS_CONTROL"), (true, true, true));
        assert!(
            !judge("O:S-1-5-21-1-2-3-9G:DUD:(A;;FA;;;SY)", USER)
                .unwrap()
                .is_own
        );
        assert!(judge("O:BAG:DUD:(A;;FA;;;SY)", USER).unwrap().is_own);
        assert!(!judge("O:DAG:DAD:(A;;FA;;;SY)", USER).unwrap().is_own);
        for unreadable in ["", "D:(A;;FA;;;SY)", "O:BA", "O:BAD:(A;;FA)"] {
            assert_eq!(judge(unreadable, USER), None, "{unreadable}");
        }
    }
}
