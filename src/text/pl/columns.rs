//! What is wrong with a header, in Polish.

use crate::read::{ColumnFault, Hint, Listed, Purpose, as_argument, in_backticks};

/// Returns all faults of a header and the list of its columns.
pub(super) fn header(line: u64, faults: &[ColumnFault], listed: &Listed) -> String {
    let words: Vec<String> = faults.iter().map(column).collect();
    // Several faults stand on lines of their own.
    let separator = if words.len() > 1 { "\n" } else { "; " };
    let list = if faults.iter().any(ColumnFault::needs_list) {
        format!("{separator}kolumny: {}", list(listed))
    } else {
        String::new()
    };
    format!("linia {line}: {}{list}", words.join(separator))
}

fn purpose(purpose: Purpose) -> String {
    match purpose {
        Purpose::Respondent => "ID respondenta".to_owned(),
        Purpose::Address => "adres".to_owned(),
        Purpose::Survey => "ID ankiety".to_owned(),
        Purpose::Label(label) => format!("etykieta `{label}`"),
        Purpose::Results => "kolumna w wynikach".to_owned(),
    }
}

fn column(fault: &ColumnFault) -> String {
    match fault {
        ColumnFault::Missing {
            name,
            purpose: needed_for,
            flag,
            hint,
        } => format!(
            "w nagłówku nie ma kolumny `{name}` ({}){}",
            purpose(*needed_for),
            self::hint(hint, flag)
        ),
        ColumnFault::Twice {
            name,
            first,
            second,
            purpose: needed_for,
        } => format!(
            "w nagłówku są dwie kolumny `{name}` (nr {first} i {second}), a może być tylko jedna ({}): zmień nazwę jednej z nich \
             albo ją usuń",
            purpose(*needed_for)
        ),
        ColumnFault::NoLabels => {
            "nie ma kolumny z etykietą: nazwij kolumnę jak etykietę (od `l1` do `l10`) albo wskaż ją: `--map l4=KOLUMNA`"
                .to_owned()
        }
    }
}

fn hint(hint: &Hint, flag: &str) -> String {
    match hint {
        Hint::LooksLikeData => {
            ": nagłówek wygląda jak wiersz z danymi; jeśli to dane, podaj `--no-header`".to_owned()
        }
        Hint::NumbersAreNames => ": kolumny mają tu numery zamiast nazw, więc podaj numer".to_owned(),
        Hint::Columns(count) => format!(": liczba kolumn: {count}"),
        Hint::FurtherDown { skip } => {
            format!(": ta nazwa jest w dalszej linii, tam może być nagłówek: `--skip-lines {skip}`")
        }
        Hint::Address { column } => format!(
            ": w kolumnie `{column}` są adresy; znajdź ID po adresie: `--ids TABELA --match-on {}`",
            as_argument(column)
        ),
        Hint::Nearest(names) | Hint::NearestOfList(names) if names.is_empty() => {
            format!(": podaj nazwę kolumny w `{flag}`")
        }
        Hint::Nearest(names) => format!(": może chodzi o {}? (`{flag}`)", in_backticks(names, " lub ")),
        Hint::NearestOfList(names) => format!(
            ": może chodzi o {}? Powtórz `{flag}` dla każdej etykiety",
            in_backticks(names, " lub ")
        ),
    }
}

fn list(listed: &Listed) -> String {
    match listed {
        Listed::Names { shown, more: 0 } => in_backticks(shown, ", "),
        Listed::Names { shown, more } => format!("{} i jeszcze {more}", in_backticks(shown, ", ")),
        Listed::Data(count) => format!("{count} (wyglądają na dane, więc nie są tu pokazane)"),
        Listed::OnTerminal(count) => format!("{count} (nazwy widać tylko w terminalu)"),
    }
}
