//! Doubts about answers of `init`, in Polish.

use super::Polish;
use crate::text::subjects::DoubtWords;

impl DoubtWords for Polish {
    fn label_unsaid(&self) -> String {
        "Kolejnej etykiety nie wskazuje ani nazwa kolumny, ani adres. Sprawdź na platformie, przy dowolnym kontakcie, która \
         jest wolna: używana etykieta zostałaby nadpisana."
            .to_owned()
    }
}
