//! Doubts about answers of `init`, in Polish.

use super::Polish;
use crate::text::subjects::DoubtWords;

impl DoubtWords for Polish {
    fn label_unsaid(&self) -> String {
        "Kolejnej etykiety nie wskazuje ani nazwa kolumny, ani adres. Sprawdź na platformie, przy dowolnym kontakcie, która \
         jest wolna: używana etykieta zostałaby nadpisana."
            .to_owned()
    }

    fn survey_doubtful(&self) -> String {
        "W adresie po ID ankiety, za końcem linii lub spacją, są kolejne cyfry: ID może być ucięte."
            .to_owned()
    }
}
