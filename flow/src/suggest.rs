//! What somebody probably meant.

/// The candidate nearest to the given word, if one is near enough to be a slip.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let word: Vec<char> = word.chars().take(MAX_CHARS).flat_map(char::to_lowercase).collect();
    let allowed = word.len().div_ceil(3).max(1);
    let candidates = candidates.into_iter().take(MAX_CANDIDATES);
    let similar =
        candidates.filter(|candidate| candidate.len().abs_diff(word.len()) <= 2 * allowed);
    let distances = similar.map(|candidate| (distance(&word, candidate), candidate));
    let near = distances.filter(|(distance, _)| *distance <= allowed);
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate.to_owned())
}

/// Only this much of a word is compared: the work grows with the square of it.
const MAX_CHARS: usize = 64;

/// More words than this are not looked at.
const MAX_CANDIDATES: usize = 500;

/// How many letters must be added, dropped, changed or swapped with their neighbour.
fn distance(left: &[char], right: &str) -> usize {
    let right: Vec<char> = right.chars().take(MAX_CHARS).flat_map(char::to_lowercase).collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let change = last[column] + usize::from(letter != other);
            let mut best = change.min(last[column + 1] + 1).min(current[column] + 1);
            let swapped = row > 0 && column > 0 && left[row - 1] == *other;
            if swapped && right[column - 1] == *letter {
                best = best.min(before_last[column - 1] + 1);
            }
            current.push(best);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_mended_and_other_words_are_not() {
        let known = ["httpGet", "httpPost", "writeLog"];
        for (word, meant) in [
            ("httpGte", Some("httpGet")),
            ("HTTPPOST", Some("httpPost")),
            ("writLog", Some("writeLog")),
            ("sendMail", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known).as_deref(), meant, "{word}");
        }
    }
}
