//! The survey of `init`, in Polish.

use crate::model::Lang;
use crate::text::number::{pl, thousands};
use crate::text::pl::Polish;
use crate::text::subjects::SurveyWords;

impl SurveyWords for Polish {
    fn survey_hint(&self) -> String {
        "ID ankiety to liczba; podaje ją obsługa platformy.".to_owned()
    }

    fn listing_hint(&self) -> String {
        "Z kluczem REST API `init` pokaże listę ankiet: zob. `respondent-sync help start`.".to_owned()
    }

    fn ask_survey(&self) -> String {
        "ID ankiety".to_owned()
    }

    fn not_a_survey(&self) -> String {
        "ID ankiety składa się z samych cyfr.".to_owned()
    }

    fn survey_from_column(&self) -> String {
        "ID ankiety jest w kolumnie `id_survey`.".to_owned()
    }

    fn survey_doubtful(&self) -> String {
        "W adresie po ID ankiety, za końcem linii lub spacją, są kolejne cyfry: ID może być ucięte."
            .to_owned()
    }

    fn survey_is_sample(&self) -> String {
        "399793 to ankieta z przykładu na stronie pomocy platformy i należy do innego konta".to_owned()
    }

    fn asking_for_surveys(&self, host: &str) -> String {
        format!("Pobieranie listy ankiet konta z `{host}` …")
    }

    fn surveys_unlisted(&self, why: &str) -> String {
        format!("Nie udało się pobrać listy ankiet konta: {why}.")
    }

    fn no_surveys(&self) -> String {
        "Według API na tym koncie nie ma żadnej ankiety.".to_owned()
    }

    fn surveys_listed(&self, count: u64, text: Option<&str>) -> String {
        let count = pl(count, ["ankieta", "ankiety", "ankiet"]);
        match text {
            Some(text) => format!("Tytuł zawiera `{text}`: {count}"),
            None => format!("Na koncie: {count}"),
        }
    }

    fn surveys_left_out(&self, count: u64) -> String {
        format!(
            "i jeszcze {}: znajdzie je fragment tytułu",
            thousands(Lang::Pl, count)
        )
    }

    fn ask_listed_survey(&self, by_number: bool) -> String {
        let number = if by_number { "numer z listy, " } else { "" };
        format!("Ankieta ({number}ID albo fragment tytułu)")
    }

    fn untitled(&self) -> String {
        "(bez tytułu)".to_owned()
    }

    fn no_such_title(&self, text: &str) -> String {
        format!("Żaden tytuł nie zawiera `{text}`.")
    }

    fn survey_chosen(&self, id: &str, title: &str) -> String {
        format!("Wybrano ankietę {id}: {title}")
    }

    fn ask_unlisted_survey(&self, id: &str) -> String {
        format!("Ankiety {id} nie ma na liście konta. Użyć jej mimo to")
    }
}
