use flow::Value;
use lopdf::content::{Content, Operation};
use lopdf::{Document, Object, Stream, dictionary};
use serde_json::json;

use crate::testing::Stage;

/// A document with these texts, one on each page; `spoil` changes it before it is written.
fn document(texts: &[&str], spoil: impl FnOnce(&mut Document, lopdf::ObjectId)) -> Value {
    let mut document = Document::with_version("1.5");
    let pages = document.new_object_id();
    let font = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Courier",
    });
    let kids = texts.iter().map(|text| {
        let operations = vec![
            Operation::new("BT", vec![]),
            Operation::new("Tf", vec!["F1".into(), 12.into()]),
            Operation::new("Tj", vec![Object::string_literal(*text)]),
            Operation::new("ET", vec![]),
        ];
        let content = Content { operations }.encode().unwrap();
        let content = document.add_object(Stream::new(dictionary! {}, content));
        let page = dictionary! { "Type" => "Page", "Parent" => pages, "Contents" => content };
        document.add_object(page).into()
    });
    let kids: Vec<Object> = kids.collect();
    let tree = dictionary! {
        "Type" => "Pages",
        "Count" => i64::try_from(kids.len()).unwrap(),
        "Kids" => kids,
        "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
    };
    document.objects.insert(pages, tree.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    spoil(&mut document, pages);
    document.compress();
    let mut file = Vec::new();
    document.save_to(&mut file).unwrap();
    Value::file(file, "application/pdf")
}

async fn data(action: &str, mut inputs: serde_json::Value, file: &Value) -> serde_json::Value {
    inputs["pdfData"] = json!(file);
    match Stage::new().data("pdf", action, inputs).await {
        Ok(data) => data.unwrap_or_default(),
        Err(message) => message.into(),
    }
}

#[tokio::test]
async fn documents_give_their_text_and_their_pages() {
    let file = document(&["Total: 12.50", "Nothing", "Total: 7"], |_, _| ());
    for (action, inputs, expected) in [
        ("pageNumbers", json!({}), json!([1, 2, 3])),
        ("extractAllText", json!({}), json!(["Total: 12.50", "Nothing", "Total: 7"])),
        ("extractPageText", json!({ "pageStart": 2 }), json!(["Nothing"])),
        (
            "extractPageText",
            json!({ "pageStart": "2", "pageEnd": "3" }),
            json!(["Nothing", "Total: 7"]),
        ),
        ("extractPageText", json!({ "pageStart": 4 }), json!("The document has the pages 1 to 3.")),
        ("findPattern", json!({ "pattern": "Total" }), json!([1, 3])),
        ("extractTextByPattern", json!({ "pattern": "[0-9.]+" }), json!(["12.50", "7"])),
        ("extractPage", json!({ "pageNumber": 0 }), json!("The document has the pages 1 to 3.")),
    ] {
        assert_eq!(data(action, inputs.clone(), &file).await, expected, "{action} {inputs}");
    }
    let mut stage = Stage::new();
    let inputs = json!({ "pageNumber": 3, "pdfData": file });
    let page = stage.perform("pdf", "extractPage", inputs).await.unwrap().data.unwrap();
    assert_eq!(page.get("contentType"), Some(&"application/pdf".into()));
    assert_eq!(data("extractAllText", json!({}), &page).await, json!(["Total: 7"]));
    let bytes = crate::file(&page).0;
    let alone = Document::load_mem(&bytes).unwrap();
    let contents = alone.objects.values().filter_map(|object| object.as_stream().ok());
    let contents = contents.filter(|stream| !stream.dict.has(b"Type")).count();
    assert_eq!(contents, 1, "nothing of the other pages goes along");
}

#[tokio::test]
async fn hostile_documents_are_refused_with_a_reason() {
    let bomb = document(&["x"], |document, _| {
        let id = document.get_pages()[&1];
        let zeros = Stream::new(dictionary! {}, vec![b' '; 65 << 20]);
        let content = document.add_object(zeros);
        document.get_dictionary_mut(id).unwrap().set("Contents", content);
    });
    let cycle = document(&["x"], |document, pages| {
        let tree = document.get_dictionary_mut(pages).unwrap();
        let kids = tree.get_mut(b"Kids").and_then(Object::as_array_mut).unwrap();
        kids.push(pages.into());
    });
    let many = document(&vec!["x"; 5_001], |_, _| ());
    let empty = document(&[], |_, _| ());
    for (file, expected) in [
        (bomb, "limit (possible decompression bomb)"),
        (cycle, "a page more than once"),
        (many, "more than 5000 pages"),
        (empty, "has no pages"),
        ("no document".into(), "cannot be read"),
    ] {
        let told = data("extractAllText", json!({}), &file).await;
        assert!(told.as_str().unwrap_or_default().contains(expected), "{expected}: {told}");
    }
    let file = document(&["x"], |_, _| ());
    for pattern in ["(", "(\\w{1000}){1000}"] {
        let told = data("findPattern", json!({ "pattern": pattern }), &file).await;
        assert!(told.as_str().unwrap_or_default().starts_with("The pattern cannot"), "{told}");
    }
}
