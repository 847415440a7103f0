//! `pdf`: text and pages of documents.
//!
//! Documents come from anybody, and reading them is a large piece of software, so it is done where
//! scripts run: in a process that may die of it.

mod document;
#[cfg(test)]
mod tests;

use flow::Value;
use futures::future::BoxFuture;

use crate::{
    Action, Component, Input, InputKind, Inputs, Native, NativeWork, Output, Perform, Run,
    StepError,
};

pub(crate) use document::perform;

pub fn component() -> Component {
    let data = Input::new("pdfData", "PDF Data")
        .kind(InputKind::Data)
        .comments("The document, as a file. It must not be encrypted.")
        .required()
        .aliases(&["pdf", "file", "data"]);
    let page = |key, label, comments| Input::new(key, label).comments(comments);
    let start = page("pageStart", "Page Start", "Number of the first page, from 1.").required();
    let end = page("pageEnd", "Page End", "Number of the last page; the first unless given.");
    let number = page("pageNumber", "Page Number", "Number of the page, from 1.")
        .required()
        .aliases(&["page"]);
    let pattern = Input::new("pattern", "Pattern")
        .comments(
            "A regular expression without look-around and back references, like Total: [0-9.]+.",
        )
        .required()
        .aliases(&["searchText", "regex", "search"]);
    let action = |key, label, description, perform, inputs: &[&Input]| {
        let inputs: Vec<Input> = inputs.iter().copied().chain([&data]).cloned().collect();
        Action::new(key, label, description, Perform::Waiting(perform)).inputs(inputs)
    };
    let (all, text) = ("Gives the text of each page", "Gives the text of some pages, one by one");
    let find = "Gives the numbers of the pages in whose text the pattern occurs";
    let by_pattern = "Gives every text that fits the pattern";
    let single = "Gives one page as a document of its own";
    let numbers = "Gives the numbers of all pages, from 1";
    Component {
        actions: vec![
            action("extractAllText", "Extract All Text", all, all_text, &[]),
            action("extractPage", "Extract Page", single, one_page, &[&number]),
            action("extractPageText", "Extract Page Text", text, page_text, &[&start, &end]),
            action(
                "extractTextByPattern",
                "Extract Text by Pattern",
                by_pattern,
                text_by_pattern,
                &[&pattern],
            ),
            action("findPattern", "Find Pattern", find, find_pattern, &[&pattern]),
            action("pageNumbers", "Page Numbers", numbers, page_numbers, &[]),
        ],
        ..Component::new("pdf", "PDF", "Reads PDF documents", "Helpers")
    }
}

type Performed<'a> = BoxFuture<'a, Result<Output, StepError>>;

fn all_text<'a>(run: &'a mut Run, inputs: &'a Inputs) -> Performed<'a> {
    Box::pin(call(run, inputs, "text"))
}

fn one_page<'a>(run: &'a mut Run, inputs: &'a Inputs) -> Performed<'a> {
    Box::pin(call(run, inputs, "page"))
}

fn page_text<'a>(run: &'a mut Run, inputs: &'a Inputs) -> Performed<'a> {
    Box::pin(call(run, inputs, "text"))
}

fn text_by_pattern<'a>(run: &'a mut Run, inputs: &'a Inputs) -> Performed<'a> {
    Box::pin(call(run, inputs, "matches"))
}

fn find_pattern<'a>(run: &'a mut Run, inputs: &'a Inputs) -> Performed<'a> {
    Box::pin(call(run, inputs, "find"))
}

fn page_numbers<'a>(run: &'a mut Run, inputs: &'a Inputs) -> Performed<'a> {
    Box::pin(call(run, inputs, "numbers"))
}

async fn call(run: &mut Run, inputs: &Inputs, wanted: &str) -> Result<Output, StepError> {
    let (file, _) = inputs.require("pdfData").map(crate::file)?;
    if file.len() > document::FILE_BYTES_MAX {
        let most = document::FILE_BYTES_MAX;
        return Err(StepError::new(format!("The document has more than {most} bytes.")));
    }
    let first = if inputs.get("pageNumber").is_some() { "pageNumber" } else { "pageStart" };
    let first = inputs.count(first, 1)?;
    // Without a range all pages are meant.
    let has_range = inputs.get("pageStart").is_some() || wanted == "page";
    let last = if has_range { inputs.count("pageEnd", first)? } else { u64::MAX };
    let argument = Value::object([
        ("wanted", Value::from(wanted)),
        ("file", Value::Bytes(file)),
        ("first", first.into()),
        ("last", last.into()),
        ("pattern", inputs.text("pattern").into()),
    ]);
    let customer = run.info.customer.id.clone();
    let native = Native { work: NativeWork::Pdf, argument, customer };
    run.services.scripts.native(native).await.map(Into::into)
}
