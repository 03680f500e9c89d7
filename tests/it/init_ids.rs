//! `init` for an export without ids: which choice is proposed, and where the ids come from.

use crate::support::Job;

/// One cell is no address, so no column looks like anything.
#[cfg(unix)]
#[test]
fn without_a_column_of_ids_only_addresses_are_proposed() {
    let export = "Segment;Adres e-mail\nVIP;a@x.pl\nStandard;brak\n";
    for (lang, keys, none, address) in [
        (
            "en",
            "Arrows move, Enter selects.",
            "> none of these: the export has only e-mail addresses",
            "Column with the e-mail address:",
        ),
        (
            "pl",
            "Strzałki wybierają, Enter zatwierdza.",
            "> żadna: w eksporcie są tylko adresy e-mail",
            "Kolumna z adresem e-mail:",
        ),
    ] {
        let job = Job::new("init c.csv --lang").args(lang).file("c.csv", export);
        let mut terminal = job.on_terminal();
        terminal
            .sees(keys)
            .sees(none)
            .types("\r")
            .sees(address)
            .sees("> Segment")
            .types("\u{3}");
        let screen = terminal.ends(130);
        assert_eq!(screen.matches(keys).count(), 1, "{screen}");
    }
}
