//! How the name of a step becomes the key that references use.

/// The reference key of a step with the given name.
///
/// Only ASCII letters and digits count; every run of anything else separates words. Words are not
/// split at changes of case, so `GitHub` is one word and becomes `Github`.
pub fn step_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    for word in words.filter(|word| !word.is_empty()) {
        let is_first = key.is_empty();
        for (index, letter) in word.chars().enumerate() {
            let upper = index == 0 && !is_first;
            key.push(if upper { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() });
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_ascii_letters_and_digits() {
        for (name, key) in [
            ("Fetch Order", "fetchOrder"),
            ("On GitHub PUSH Event", "onGithubPushEvent"),
            ("Load Shop's Last Order ID", "loadShopSLastOrderId"),
            ("Sum of # lines + TAX rate", "sumOfLinesTaxRate"),
            ("  Launch 🚀 now ", "launchNow"),
            ("2nd try", "2ndTry"),
            ("Cross Flow - Save", "crossFlowSave"),
            ("日本", ""),
            ("", ""),
        ] {
            assert_eq!(step_key(name), key, "{name}");
        }
    }
}
