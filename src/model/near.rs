//! Words that differ by a typing mistake.

/// How many letters to add, leave out, change or swap with their neighbour.
pub fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().take(64).collect();
    let other: Vec<char> = other.chars().take(64).collect();
    let mut rows = vec![vec![0; other.len() + 1]; one.len() + 1];
    for (place, row) in rows.iter_mut().enumerate() {
        row[0] = place;
    }
    for (place, first) in rows[0].iter_mut().enumerate() {
        *first = place;
    }
    for i in 1..=one.len() {
        for j in 1..=other.len() {
            let change = usize::from(one[i - 1] != other[j - 1]);
            let mut least = (rows[i - 1][j] + 1)
                .min(rows[i][j - 1] + 1)
                .min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[one.len()][other.len()]
}

/// The word that was probably meant; `None` if none is close enough to suggest.
pub fn nearest<'a>(text: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let text = text.to_lowercase();
    let allowed = match text.chars().count() {
        0..=1 => 0,
        2..=3 => 1,
        4..=6 => 2,
        _ => 3,
    };
    let near = words.into_iter().filter_map(|word| {
        let away = distance(&text, &word.to_lowercase());
        (away <= allowed).then_some((away, word))
    });
    near.min_by_key(|(away, _)| *away).map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_found_and_another_word_is_not() {
        let words = ["send", "replay", "sandbox", "GET"];
        assert_eq!(nearest("snd", words), Some("send"));
        assert_eq!(nearest("esnd", words), Some("send"));
        assert_eq!(nearest("raplay", words), Some("replay"));
        assert_eq!(nearest("gte", words), Some("GET"));
        assert_eq!(nearest("matrix", words), None);
        assert_eq!(nearest("x", words), None);
    }
}
