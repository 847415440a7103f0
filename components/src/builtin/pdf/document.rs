//! What is done with a document, in a process of its own.

use std::collections::HashSet;

use bytes::Bytes;
use flow::Value;
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, dictionary};
use regex::{Regex, RegexBuilder};

use crate::StepError;

/// Bytes of a document.
pub const FILE_BYTES_MAX: usize = 64 << 20;
/// Pages of a document.
const PAGES_MAX: usize = 5_000;
/// Bytes that the contents of all pages have unpacked, and each other part of the document.
const UNPACKED_BYTES_MAX: usize = 64 << 20;
/// Bytes of all texts that are found.
const TEXT_BYTES_MAX: usize = 16 << 20;
/// Bytes of a compiled pattern.
const PATTERN_BYTES_MAX: usize = 1 << 20;
/// Texts that fit a pattern.
const MATCHES_MAX: usize = 10_000;
/// What a page may have from the nodes above it.
const INHERITED: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];
const LEVELS_MAX: usize = 64;

/// The argument names what is wanted, the file, and the pages or the pattern.
pub(crate) fn perform(argument: &Value) -> Result<Value, StepError> {
    let Some(Value::Bytes(file)) = argument.get("file") else {
        return Err(StepError::new("There is no document."));
    };
    let text = |key| argument.get(key).map(Value::to_text).unwrap_or_default();
    let number = |key: &str| match argument.get(key) {
        Some(Value::Number(number)) => number
            .as_u64()
            .map_or(usize::MAX, |number| usize::try_from(number).unwrap_or(usize::MAX)),
        _ => usize::MAX,
    };
    let pages = Pages::read(file)?;
    let (first, last) = (number("first"), number("last"));
    match text("wanted").as_str() {
        "numbers" => Ok((1..=pages.ids.len() as u64).map(Value::from).collect::<Vec<_>>().into()),
        "page" => pages.alone(first),
        "text" => {
            let texts = pages.texts(first, last.min(pages.ids.len().max(first)))?;
            Ok(texts.into_iter().map(Value::from).collect::<Vec<_>>().into())
        }
        "find" => pages.find(&pattern(&text("pattern"))?),
        _ => pages.matches(&pattern(&text("pattern"))?),
    }
}

fn pattern(pattern: &str) -> Result<Regex, StepError> {
    if pattern.is_empty() {
        return Err(StepError::new("Input \"pattern\" is required."));
    }
    RegexBuilder::new(pattern)
        .size_limit(PATTERN_BYTES_MAX)
        .dfa_size_limit(PATTERN_BYTES_MAX)
        .build()
        .map_err(|error| StepError::new(format!("The pattern cannot be used: {error}")))
}

fn unreadable(error: &lopdf::Error) -> StepError {
    // What was wrong with a packed part says more than that one was.
    let reason = match error {
        lopdf::Error::Decompress(cause) => cause.to_string(),
        other => other.to_string(),
    };
    StepError::new(format!("The document cannot be read: {reason}."))
}

struct Pages {
    document: Document,
    ids: Vec<ObjectId>,
}

impl Pages {
    fn read(file: &Bytes) -> Result<Self, StepError> {
        let max_decompressed_size = Some(UNPACKED_BYTES_MAX);
        let options = LoadOptions { max_decompressed_size, ..LoadOptions::default() };
        let document = Document::load_mem_with_options(file, options);
        let document = document.map_err(|error| unreadable(&error))?;
        if document.is_encrypted() || document.was_encrypted() {
            return Err(StepError::new("The document is encrypted."));
        }
        let ids: Vec<_> = document.page_iter().take(PAGES_MAX + 1).collect();
        let distinct: HashSet<_> = ids.iter().collect();
        if distinct.len() < ids.len() {
            return Err(StepError::new("The document holds a page more than once."));
        }
        match ids.len() {
            0 => Err(StepError::new("The document has no pages.")),
            count if count > PAGES_MAX => {
                Err(StepError::new(format!("The document has more than {PAGES_MAX} pages.")))
            }
            _ => Ok(Self { document, ids }),
        }
    }

    /// The text of each of these pages, counted from 1.
    fn texts(&self, first: usize, last: usize) -> Result<Vec<String>, StepError> {
        self.id(first)?;
        self.id(last)?;
        let (mut texts, mut text_bytes, mut unpacked) = (Vec::new(), 0, 0);
        for number in first..=last {
            let left = UNPACKED_BYTES_MAX - unpacked;
            let content = self.document.get_page_content_with_limit(self.id(number)?, left);
            unpacked += content.map_err(|error| unreadable(&error))?.len();
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let text = self.document.extract_text_with_limit(&[number], UNPACKED_BYTES_MAX);
            let text = text.map_err(|error| unreadable(&error))?.trim_end().to_owned();
            text_bytes += text.len();
            if text_bytes > TEXT_BYTES_MAX {
                let most = TEXT_BYTES_MAX;
                return Err(StepError::new(format!("The text has more than {most} bytes.")));
            }
            texts.push(text);
        }
        Ok(texts)
    }

    fn find(&self, pattern: &Regex) -> Result<Value, StepError> {
        let texts = self.texts(1, self.ids.len())?;
        let numbered = (1_u64..).zip(&texts);
        let found = numbered.filter(|(_, text)| pattern.is_match(text));
        Ok(found.map(|(number, _)| Value::from(number)).collect::<Vec<_>>().into())
    }

    fn matches(&self, pattern: &Regex) -> Result<Value, StepError> {
        let texts = self.texts(1, self.ids.len())?;
        let found = texts.iter().flat_map(|text| pattern.find_iter(text));
        let found: Vec<Value> =
            found.take(MATCHES_MAX + 1).map(|found| found.as_str().into()).collect();
        if found.len() > MATCHES_MAX {
            return Err(StepError::new(format!("More than {MATCHES_MAX} texts fit the pattern.")));
        }
        Ok(found.into())
    }

    fn id(&self, number: usize) -> Result<ObjectId, StepError> {
        let id = number.checked_sub(1).and_then(|index| self.ids.get(index));
        id.copied().ok_or_else(|| {
            StepError::new(format!("The document has the pages 1 to {}.", self.ids.len()))
        })
    }

    /// A document with this page only. What the others hold does not go along: a page that is
    /// passed on may not be accompanied by those that were left out.
    fn alone(mut self, number: usize) -> Result<Value, StepError> {
        let id = self.id(number)?;
        let page = self.document.get_dictionary(id).map_err(|error| unreadable(&error))?;
        let mut page = page.clone();
        for key in INHERITED {
            if let Some(value) = self.inherited(&page, key) {
                page.set(key, value);
            }
        }
        for other in &self.ids {
            self.document.objects.remove(other);
        }
        let pages = self.document.new_object_id();
        page.set("Parent", pages);
        let tree = dictionary! {
            "Type" => "Pages",
            "Kids" => vec![Object::Reference(id)],
            "Count" => 1,
        };
        self.document.objects.insert(pages, tree.into());
        self.document.objects.insert(id, page.into());
        let catalog = dictionary! { "Type" => "Catalog", "Pages" => pages };
        let catalog = self.document.add_object(catalog);
        self.document.trailer = dictionary! { "Root" => catalog };
        self.document.prune_objects();
        self.document.renumber_objects();
        let mut file = Vec::new();
        self.document
            .save_to(&mut file)
            .map_err(|error| StepError::new(format!("The page cannot be written: {error}.")))?;
        Ok(Value::file(file, "application/pdf"))
    }

    fn inherited(&self, page: &Dictionary, key: &[u8]) -> Option<Object> {
        let mut node = page;
        for _ in 0..LEVELS_MAX {
            if let Ok(value) = node.get(key) {
                return Some(value.clone());
            }
            let parent = node.get(b"Parent").and_then(Object::as_reference).ok()?;
            node = self.document.get_dictionary(parent).ok()?;
        }
        None
    }
}
