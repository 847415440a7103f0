//! Each action by its inputs and its result.

use serde_json::{Value as Json, json};

use crate::testing::{Stage, check};

#[tokio::test]
async fn lists() {
    let list = |list: Json, more: Json| {
        let mut inputs = json!({ "listInput": list });
        inputs.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        inputs
    };
    let none = || json!({});
    check(
        "collection-tools",
        [
            ("create", json!({ "items": ["a", [1]] }), json!(["a", [1]])),
            ("create", none(), json!([])),
            ("length", list(json!([1, 2]), none()), json!(2)),
            ("length", list(json!("[1]"), none()), json!(1)),
            ("length", none(), json!({ "error": "Input \"listInput\" is required." })),
            ("first", list(json!([7, 8]), none()), json!(7)),
            ("last", list(json!([7, 8]), none()), json!(8)),
            ("last", list(json!([]), none()), json!(null)),
            ("flatten", list(json!([1, [2, [3]], []]), none()), json!([1, 2, [3]])),
            (
                "deduplicate",
                list(json!([1, "1", 1.0, { "a": 1, "b": 2 }, { "b": 2, "a": 1 }, [1]]), none()),
                json!([1, "1", { "a": 1, "b": 2 }, [1]]),
            ),
            ("chunks", list(json!([1, 2, 3]), json!({ "numberInput": "2" })), json!([[1, 2], [3]])),
            (
                "chunks",
                list(json!([1]), json!({ "numberInput": 0 })),
                json!({ "error": "Input \"numberInput\" must be at least 1." }),
            ),
            ("takeFirst", list(json!([1, 2, 3]), json!({ "numberInput": 2 })), json!([1, 2])),
            ("takeLast", list(json!([1, 2, 3]), json!({ "numberInput": 2 })), json!([2, 3])),
            ("takeLast", list(json!([1]), json!({ "numberInput": 9 })), json!([1])),
            ("append", list(json!([1]), json!({ "itemInput": [2] })), json!([1, [2]])),
            ("remove", list(json!([1, 2, "1"]), json!({ "itemInput": "1" })), json!([2])),
            ("count", list(json!([1, 2, "1"]), json!({ "itemInput": "1" })), json!(2)),
            ("concatenate", list(json!([1]), json!({ "secondListInput": [2] })), json!([1, 2])),
            (
                "selectItemFromList",
                list(json!([1, [2, 3]]), json!({ "indexInput": "1.0" })),
                json!(2),
            ),
            ("selectItemFromList", list(json!([1]), json!({ "indexInput": 4 })), json!(null)),
        ],
    )
    .await;
}

#[tokio::test]
async fn objects() {
    let pairs = json!([{ "key": "a.b", "value": 1 }, { "key": "c", "value": null }]);
    check(
        "collection-tools",
        [
            ("createObject", json!({ "keyValueInput": pairs }), json!({ "a.b": 1, "c": null })),
            ("toObject", json!({ "keyValueInput": pairs }), json!({ "a.b": 1, "c": null })),
            ("fromObject", json!({ "object": { "a": 1 } }), json!([{ "key": "a", "value": 1 }])),
            ("combineCollections", json!({ "keyValueInput": { "a": 1 } }), json!({ "a": 1 })),
            (
                "fieldValueMapping",
                json!({ "keyMappings": { "name": "Name__c", "age": "Age__c" },
                    "valueMappings": [{ "key": "name", "value": "Ada" }] }),
                json!([{ "key": "Name__c", "value": "Ada" }, { "key": "Age__c", "value": null }]),
            ),
            (
                "addKey",
                json!({ "object": "{\"a\":1}", "key": "b", "value": [2] }),
                json!({ "a": 1, "b": [2] }),
            ),
            (
                "addKey",
                json!({ "object": { "l": [{}] }, "objectPath": "l.0.x", "key": "y", "value": 1 }),
                json!({ "l": [{ "x": { "y": 1 } }] }),
            ),
            (
                "addKey",
                json!({ "object": { "a": 1 }, "objectPath": "a", "key": "y" }),
                json!({ "error": "There is no object at \"a\"." }),
            ),
            (
                "addMultipleKeys",
                json!({ "object": {}, "keyValueListInput": pairs, "dynamicFields": { "d": 1 } }),
                json!({ "d": 1 }),
            ),
            (
                "addMultipleKeys",
                json!({ "objectPath": "x", "keyValueListInput": pairs }),
                json!({ "x": { "a.b": 1, "c": null } }),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn data_is_checked_against_a_schema() {
    let schema = json!({ "type": "object", "required": ["id"],
        "properties": { "id": { "type": "integer" } } });
    let inputs = |data: Json| json!({ "jsonInput": data, "jsonSchema": schema.to_string() });
    let mut stage = Stage::new();
    for data in [json!({ "id": 1 }), json!("{\"id\":1}")] {
        let found =
            stage.data("collection-tools", "validateJsonSchema", inputs(data.clone())).await;
        assert_eq!(found, Ok(Some(data)));
    }
    let wrong = inputs(json!({ "id": "x" }));
    let error = stage.perform("collection-tools", "validateJsonSchema", wrong).await.unwrap_err();
    assert!(error.message.contains("at /id"), "{error}");
    let details = serde_json::to_value(error.details.unwrap()).unwrap();
    assert_eq!(details[0]["path"], "/id");
}

#[tokio::test]
async fn documents_are_checked_against_a_schema() {
    let schema = "<s:schema xmlns:s='http://www.w3.org/2001/XMLSchema'>\
        <s:element name='r' type='s:int'/></s:schema>";
    let inputs = |data: &str, schema: &str| json!({ "xmlInput": data, "xmlSchema": schema });
    let mut stage = Stage::new();
    let fitting = inputs("<r>1</r>", schema);
    let found = stage.data("collection-tools", "validateXmlSchema", fitting).await;
    assert_eq!(found, Ok(Some(json!("<r>1</r>"))));
    for (data, schema, reason) in [
        ("<r>x</r>", schema, "does not fit the schema at /r (line 1, column 1)"),
        ("<r>", schema, "document cannot be checked"),
        ("<r/>", "<r/>", "schema cannot be used"),
    ] {
        let wrong = inputs(data, schema);
        let error = stage.perform("collection-tools", "validateXmlSchema", wrong).await;
        let error = error.unwrap_err();
        assert!(error.message.contains(reason), "{error}");
        let details = serde_json::to_value(error.details.unwrap()).unwrap();
        assert_eq!(details[0]["line"], 1);
    }
}

#[tokio::test]
async fn functions_see_the_whole_list_in_one_call() {
    let mut stage = Stage::new();
    stage.scripts.returns(Some(json!([2, 4]).into()));
    let inputs = json!({ "listInput": [1, 2], "contextInput": { "factor": 2 },
        "transformCodeInput": "(item, index, context) => item * context.factor;" });
    let found = stage.data("collection-tools", "map", inputs).await;
    assert_eq!(found, Ok(Some(json!([2, 4]))));
    {
        let called = stage.scripts.called.lock().unwrap();
        let [call] = &called[..] else { panic!("one call") };
        let arguments = serde_json::to_value(&call.arguments).unwrap();
        assert_eq!(arguments, json!([[1, 2], { "factor": 2 }]));
        let function = "module.exports = ((item, index, context) => item * context.factor\n);";
        assert!(call.code.contains(function), "{}", call.code);
    }
    let both = json!({ "listInput": [1], "filterCodeInput": "module.exports = () => true",
        "transformCodeInput": "x => x" });
    stage.data("collection-tools", "map", both).await.unwrap();
    assert_eq!(stage.scripts.called.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn numbers_are_aggregated() {
    let list = json!(["4", 1, 2.5, 3]);
    let cases = [
        ("SUM", json!(10.5)),
        ("average", json!(2.625)),
        ("MIN", json!(1)),
        ("MAX", json!(4)),
        ("MEDIAN", json!(2.75)),
        ("PRODUCT", json!(30)),
        ("COUNT", json!(4)),
    ];
    let inputs = |function| json!({ "listInput": list, "aggregateFunctionInput": function });
    let cases = cases.map(|(function, expected)| ("aggregate", inputs(function), expected));
    check("collection-tools", cases).await;
    let empty = json!({ "listInput": [], "aggregateFunctionInput": "MAX" });
    check("collection-tools", [("aggregate", empty, json!(null))]).await;
}
