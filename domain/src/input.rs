//! The rules that inputs of all nouns share; every problem is collected before any is reported.

use entity::Labels;

use crate::error::{Error, Problem};

const NAME_CHARS_MAX: usize = 255;
const TEXT_CHARS_MAX: usize = 100_000;
const LABELS_MAX: usize = 100;

/// Problems found so far.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(Problem::new(field, message));
    }

    pub fn finish(self) -> Result<(), Error> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }

    /// One line of text that has to say something.
    pub fn name(&mut self, field: &str, text: &str) -> String {
        if text.trim().is_empty() {
            self.add(field, "This must not be empty.");
        }
        self.line(field, text)
    }

    /// One line of text, possibly empty.
    pub fn line(&mut self, field: &str, text: &str) -> String {
        let text = text.trim();
        if text.chars().count() > NAME_CHARS_MAX {
            self.add(field, format!("This is longer than {NAME_CHARS_MAX} characters."));
        }
        if text.chars().any(char::is_control) {
            self.add(field, "This must not contain line breaks or other control characters.");
        }
        text.to_owned()
    }

    /// Text of many lines.
    pub fn text(&mut self, field: &str, text: &str) -> String {
        if text.chars().count() > TEXT_CHARS_MAX {
            self.add(field, format!("This is longer than {TEXT_CHARS_MAX} characters."));
        }
        text.to_owned()
    }

    /// An id in the organization's own product; empty text means none.
    pub fn external_id(&mut self, text: Option<&str>) -> Option<String> {
        let id = self.line("externalId", text?);
        (!id.is_empty()).then_some(id)
    }

    /// A limit on executions at once; 0 stands for none.
    pub fn limit(&mut self, limit: Option<i32>) -> Option<i32> {
        if limit.is_some_and(|limit| limit < 0) {
            self.add("concurrentExecutionLimit", "This must not be negative.");
        }
        limit.filter(|limit| *limit > 0)
    }

    /// Labels without blanks and repetitions.
    pub fn labels(&mut self, labels: &[String]) -> Labels {
        self.labels_of("labels", labels)
    }

    /// The same, for another list of short texts.
    pub fn labels_of(&mut self, field: &str, labels: &[String]) -> Labels {
        let mut kept: Vec<String> = Vec::new();
        for label in labels {
            let label = self.line(field, label);
            if !label.is_empty() && !kept.contains(&label) {
                kept.push(label);
            }
        }
        if kept.len() > LABELS_MAX {
            self.add(field, format!("There are more than {LABELS_MAX} entries."));
        }
        Labels(kept)
    }

    /// An address that mail could reach; whether it does is not known here.
    pub fn email(&mut self, text: &str) -> String {
        let email = self.line("email", text);
        let parts = email.split_once('@');
        let is_valid = parts.is_some_and(|(local, host)| {
            !local.is_empty()
                && !host.contains('@')
                && host.split('.').count() > 1
                && host.split('.').all(|label| !label.is_empty())
                && !email.contains(char::is_whitespace)
        });
        if !is_valid {
            self.add("email", "This is not an e-mail address.");
        }
        email.to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_checked_and_trimmed() {
        let mut problems = Problems::default();
        assert_eq!(problems.name("name", " Acme "), "Acme");
        assert_eq!(problems.email("A.B@Example.com"), "a.b@example.com");
        assert_eq!(problems.external_id(Some(" ")), None);
        let labels = ["a", "", "a", "b"].map(str::to_owned);
        assert_eq!(problems.labels(&labels).0, ["a", "b"]);
        problems.finish().unwrap();

        let mut problems = Problems::default();
        problems.name("name", "\t");
        problems.name("name", "a\u{7}b");
        problems.name("name", &"x".repeat(256));
        for email in ["a", "@b.c", "a@b", "a@b..c", "a b@c.d", "a@b@c.d"] {
            problems.email(email);
        }
        let Err(Error::Invalid(found)) = problems.finish() else { panic!("nothing found") };
        assert_eq!(found.len(), 3 + 6);
    }
}
