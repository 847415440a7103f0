//! `collection-tools`: work on lists and objects.
//!
//! `lists` and `objects` hold the plain functions, `scripted` those that call JavaScript of the
//! author, `schema` checks data against a
//! schema, `order` remembers items between executions.

mod lists;
mod objects;
mod order;
mod schema;
mod scripted;
#[cfg(test)]
mod tests;

use crate::{Action, Component, Input, InputKind, Inputs, Output, Perform, StepError};

pub fn component() -> Component {
    let mut actions = object_actions();
    actions.extend(checking_actions());
    actions.extend(mapping_actions());
    actions.extend(list_actions());
    actions.extend(selecting_actions());
    actions.extend(scripted_actions());
    actions.push(order::action());
    Component {
        actions,
        ..Component::new(
            "collection-tools",
            "Collection Tools",
            "Works on lists and objects",
            "Helpers",
        )
    }
}

type Pure = fn(&Inputs) -> Result<Output, StepError>;

fn action(
    key: &'static str,
    label: &'static str,
    description: &'static str,
    perform: Pure,
    inputs: impl Into<Vec<Input>>,
) -> Action {
    Action::new(key, label, description, Perform::Pure(perform)).inputs(inputs)
}

const LIST: Input = Input::new("listInput", "List")
    .kind(InputKind::Data)
    .comments("The list, usually the result of an earlier step.")
    .required()
    .aliases(&["list", "inputList"]);
const SECOND_LIST: Input = Input::new("secondListInput", "Second list")
    .kind(InputKind::Data)
    .comments("The list whose items come after those of the first.")
    .required()
    .aliases(&["listInput2", "secondList", "otherListInput"]);
const ITEM: Input = Input::new("itemInput", "Element")
    .kind(InputKind::Data)
    .comments("The element; text also stands for the number it spells.")
    .aliases(&["elementInput", "element", "item", "valueInput"]);
const NUMBER: Input = Input::new("numberInput", "Number").comments("How many items.").default("1");
const PAIRS: Input = Input::new("keyValueInput", "Keys and values")
    .comments("The properties of the object.")
    .key_value_list()
    .aliases(&["keyValueListInput"]);
const OBJECT: Input = Input::new("object", "Object")
    .kind(InputKind::Data)
    .comments("The object to start from; it is not changed itself.")
    .aliases(&["objectInput"]);
const OBJECT_PATH: Input = Input::new("objectPath", "Object path")
    .comments("Where in the object the key belongs, with dots; empty for its top level.");
const FILTER: Input = Input::new("filterCodeInput", "Filter function")
    .kind(InputKind::Code)
    .comments("JavaScript function of item, index and context; true keeps the item.")
    .aliases(&["filterCode"]);
const TRANSFORM: Input = Input::new("transformCodeInput", "Transform function")
    .kind(InputKind::Code)
    .comments("JavaScript function of item, index and context; gives the new item.")
    .aliases(&["transformCode"]);
const CONTEXT: Input = Input::new("contextInput", "Context")
    .kind(InputKind::Data)
    .comments("Anything the functions need; their third argument.")
    .aliases(&["context"]);

fn object_actions() -> Vec<Action> {
    let dynamic = Input::new("dynamicFields", "Dynamic fields")
        .kind(InputKind::Data)
        .comments("An object or key-value list from an earlier step; taken instead of the list.");
    let listed = Input { key: "keyValueListInput", aliases: &["keyValueInput"], ..PAIRS };
    vec![
        action(
            "createObject",
            "Create Object",
            "Makes an object of keys and values",
            objects::create,
            [PAIRS],
        ),
        action(
            "addKey",
            "Add Key to Object",
            "Sets one property of an object",
            objects::add_key,
            [
                OBJECT,
                Input::new("key", "Key").comments("The property to set.").required(),
                Input::new("value", "Value").kind(InputKind::Data).comments("Its new value."),
                OBJECT_PATH,
            ],
        ),
        action(
            "addMultipleKeys",
            "Add Multiple Keys to Object",
            "Sets several properties of an object",
            objects::add_keys,
            [OBJECT, OBJECT_PATH, dynamic, listed],
        ),
        action(
            "toObject",
            "Key-Value List to Object",
            "Makes an object of a list of keys and values",
            objects::create,
            [PAIRS.kind(InputKind::Data).required()],
        ),
        action(
            "fromObject",
            "Object to Key-Value List",
            "Makes a list of keys and values of an object",
            objects::to_pairs,
            [OBJECT.required()],
        ),
    ]
}

fn checking_actions() -> Vec<Action> {
    vec![
        action(
            "validateJsonSchema",
            "Validate JSON Schema",
            "Fails with all problems unless the data fits the schema",
            schema::validate,
            [
                Input::new("jsonInput", "Data")
                    .kind(InputKind::Data)
                    .comments("The data to check, as an object or as JSON text.")
                    .required(),
                Input::new("jsonSchema", "JSON schema")
                    .kind(InputKind::Code)
                    .comments("The schema as JSON.")
                    .required(),
            ],
        ),
        Action::new(
            "validateXmlSchema",
            "Validate XML Schema",
            "Fails with all problems unless the document fits the schema",
            Perform::Waiting(|run, inputs| Box::pin(schema::validate_xml(run, inputs))),
        )
        .inputs([
            Input::new("xmlInput", "XML")
                .kind(InputKind::Data)
                .comments("The document, as text or as a file.")
                .required()
                .aliases(&["xml", "xmlData", "data"]),
            Input::new("xmlSchema", "XML schema")
                .kind(InputKind::Code)
                .comments("The schema as XSD 1.0, in one document.")
                .required()
                .aliases(&["xsd", "schema", "xsdSchema", "xmlSchemaInput"]),
        ]),
    ]
}

fn mapping_actions() -> Vec<Action> {
    let keys = Input::new("keyMappings", "Key mappings")
        .comments("Field names and the keys that stand for them.")
        .key_value_list()
        .required()
        .aliases(&["keyMappingsInput", "fieldMappings"]);
    let values = Input::new("valueMappings", "Value mappings")
        .comments("The same field names and their values.")
        .key_value_list()
        .aliases(&["valueMappingsInput", "fieldValues"]);
    vec![
        action(
            "fieldValueMapping",
            "Field Value Mapping",
            "Makes a list of mapped keys and values out of two lists that name the same fields",
            objects::map_fields,
            [keys, values],
        ),
        action(
            "combineCollections",
            "Combine Collections (deprecated)",
            "Makes an object of keys and values, as creating an object does",
            objects::create,
            [PAIRS],
        ),
    ]
}

fn list_actions() -> Vec<Action> {
    let items = Input::new("items", "Items").comments("The items of the list.").value_list();
    vec![
        action("create", "Create List", "Makes a list", lists::create, [items]),
        action("length", "Length", "Counts the items of a list", lists::length, [LIST]),
        action("flatten", "Flatten", "Puts lists in a list end to end", lists::flatten, [LIST]),
        action(
            "deduplicate",
            "Deduplicate",
            "Keeps the first of equal items",
            lists::deduplicate,
            [LIST],
        ),
        action("chunks", "Chunks", "Cuts a list into pieces", lists::chunks, [LIST, NUMBER]),
        action("append", "Append", "Adds an item at the end", lists::append, [LIST, ITEM]),
        action(
            "remove",
            "Remove",
            "Leaves out the items equal to an element",
            lists::remove,
            [LIST, ITEM],
        ),
        action(
            "count",
            "Count Occurrences",
            "Counts the items equal to an element",
            lists::count,
            [LIST, ITEM],
        ),
        action(
            "concatenate",
            "Concatenate",
            "Puts two lists end to end",
            lists::concatenate,
            [LIST, SECOND_LIST],
        ),
    ]
}

fn selecting_actions() -> Vec<Action> {
    let index = Input::new("indexInput", "Index")
        .comments("Position from 0; with dots between them, positions in nested lists.")
        .required()
        .aliases(&["index"]);
    vec![
        action("first", "First", "Gives the first item, if any", lists::first, [LIST]),
        action("last", "Last", "Gives the last item, if any", lists::last, [LIST]),
        action(
            "takeFirst",
            "Take First N",
            "Gives the first items",
            lists::take_first,
            [LIST, NUMBER],
        ),
        action("takeLast", "Take Last N", "Gives the last items", lists::take_last, [LIST, NUMBER]),
        action(
            "selectItemFromList",
            "Select Item from List",
            "Gives the item at a position, if any",
            lists::select,
            [LIST, index],
        ),
    ]
}

fn scripted_actions() -> Vec<Action> {
    let compare = Input::new("compareCodeInput", "Comparison function")
        .kind(InputKind::Code)
        .comments("JavaScript function of two items: below 0 when the first comes first.")
        .aliases(&["sortCodeInput", "comparisonCodeInput", "compareFunctionInput", "sortCode"]);
    let function = Input::new("aggregateFunctionInput", "Function")
        .comments("How the numbers become one.")
        .choices(&["AVERAGE", "COUNT", "MAX", "MEDIAN", "MIN", "PRODUCT", "SUM"])
        .required()
        .aliases(&["aggregateFunction"]);
    vec![
        Action::new(
            "map",
            "Map",
            "Makes a new list of the items of a list",
            Perform::Waiting(|run, inputs| Box::pin(scripted::map(run, inputs))),
        )
        .inputs([LIST, TRANSFORM, FILTER, CONTEXT]),
        Action::new(
            "filter",
            "Filter",
            "Keeps the items for which a function gives true",
            Perform::Waiting(|run, inputs| Box::pin(scripted::filter(run, inputs))),
        )
        .inputs([LIST, FILTER.required(), CONTEXT]),
        Action::new(
            "sort",
            "Sort",
            "Puts the items of a list in order",
            Perform::Waiting(|run, inputs| Box::pin(scripted::sort(run, inputs))),
        )
        .inputs([LIST, compare]),
        Action::new(
            "aggregate",
            "Aggregate",
            "Makes one number of a list of numbers",
            Perform::Waiting(|run, inputs| Box::pin(scripted::aggregate(run, inputs))),
        )
        .inputs([LIST, function, FILTER]),
    ]
}
