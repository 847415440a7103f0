//! Each action by its inputs and its result.

use flow::Value;
use serde_json::json;

use crate::testing::{Stage, check};

#[tokio::test]
async fn pieces_and_lines() {
    check(
        "text-manipulation",
        [
            ("split", json!({ "text": "a,b,,c", "separator": "," }), json!(["a", "b", "", "c"])),
            ("split", json!({ "text": "aé" }), json!(["a", "é"])),
            ("splitLines", json!({ "text": "a\r\n \nb\n" }), json!(["a", "b"])),
            (
                "splitLines",
                json!({ "text": "a\n\nb", "filterBlank": "false" }),
                json!(["a", "", "b"]),
            ),
            ("join", json!({ "strings": ["a", 1, { "b": 2 }] }), json!("a1{\"b\":2}")),
            ("join", json!({ "strings": ["a", "b"], "separator": ", " }), json!("a, b")),
            (
                "joinLines",
                json!({ "strings": ["a", "b"], "newlineType": "\n",
                "numberOfNewlines": "2" }),
                json!("a\n\nb"),
            ),
            (
                "joinLines",
                json!({ "strings": ["a", "b"], "newlineType": "\\r\\n" }),
                json!("a\r\nb"),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn finding_and_replacing() {
    let replace =
        |find: &str, replace: &str| json!({ "text": "a.b.A", "find": find, "replace": replace });
    let find =
        |regex: &str, flags: &str| json!({ "text": "x1 y22", "regex": regex, "flags": flags });
    let several = json!({ "text": "abc", "replacements": [{ "key": "a", "value": "b" },
        { "key": "b", "value": 1 }] });
    check(
        "text-manipulation",
        [
            ("replace", replace(".", "-"), json!("a-b-A")),
            ("replace", replace(".", ""), json!("abA")),
            ("replace", replace("/A/gi", "<$&$$>"), json!("<a$>.b.<A$>")),
            ("replace", replace("/[.](.)/", "$1_"), json!("ab_.A")),
            ("replace", replace("/(?<first>.)[.]/g", "$<first>"), json!("abA")),
            ("replaceMultipleSubstring", several, json!("11c")),
            ("match", find("[0-9]+", "g"), json!(["1", "22"])),
            ("match", find("Q", "g"), json!([])),
            ("match", find("([a-z])([0-9])(z)?", "i"), json!(["x1", "x", "1", null])),
            ("match", find("/([a-z])(1)/", "g"), json!(["x1", "x", "1"])),
            ("match", find("Q", "i"), json!(null)),
        ],
    )
    .await;
    let mut stage = Stage::new();
    for (regex, flags, expected) in [("(?=a)", "g", "cannot be used"), ("a", "q", "no flag")] {
        let error = stage.data("text-manipulation", "match", find(regex, flags)).await.unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
}

#[tokio::test]
async fn shapes() {
    let text = |text: &str| json!({ "text": text });
    let slice = |start: &str, stop: &str| json!({ "text": "héllo", "start": start, "stop": stop });
    check(
        "text-manipulation",
        [
            ("upperCase", text("aé"), json!("AÉ")),
            ("lowerCase", text("AÉ"), json!("aé")),
            ("trim", text(" a \n"), json!("a")),
            ("stringLength", text("aé"), json!(2)),
            ("slice", slice("1", "3"), json!("él")),
            ("slice", slice("-2", ""), json!("lo")),
            ("slice", slice("3", "1"), json!("")),
            ("slice", slice("0", "-1"), json!("héll")),
            ("htmlEncode", text("<a b=\"'&\">"), json!("&lt;a b=&quot;&#39;&amp;&quot;&gt;")),
            (
                "htmlDecode",
                text("&lt;&#233;&#x20AC;&apos;&nope; & &amp;lt;"),
                json!("<é€'&nope; & &lt;"),
            ),
            ("encodeBase64", text("héllo"), json!("aMOpbGxv")),
            ("decodeBase64", text("aMOp\nbG8"), json!("hélo")),
        ],
    )
    .await;
    let mut stage = Stage::new();
    let output = stage.perform("text-manipulation", "decodeBase64", text("/wA=")).await.unwrap();
    assert_eq!(output.data, Some(Value::Bytes(vec![255, 0].into())));
}
