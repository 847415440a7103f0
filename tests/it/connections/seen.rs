//! Who sees shared connections, and who may do what with them.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{PARTNER_KEY, Shared, ask_to_fill, change, connection_id};
use crate::harness::{User, list, text};

/// The names of what somebody sees.
async fn names(user: &User) -> String {
    let document = "{ scopedConfigVariables { nodes { stableKey inputs { nodes { name value } } } }
        customerConfigVariables { nodes { customer { name } isTest
            scopedConfigVariable { stableKey } inputs { nodes { name value } } } }
        reusableConnections { nodes {
            ... on CustomerConfigVariable { id scopedConfigVariable { stableKey } }
            ... on ScopedConfigVariable { id stableKey } } } }";
    let reply = user.ask(document, &json!({})).await;
    let data = &reply.body["data"];
    assert!(!reply.body.to_string().contains("canary"), "{:#}", reply.body);
    if data.is_null() {
        return reply.errors().join("; ");
    }
    let mut seen = String::new();
    let keys = list(data, "/scopedConfigVariables/nodes").iter().map(|it| text(it, "/stableKey"));
    let mut keys: Vec<_> = keys.collect();
    keys.sort();
    write!(seen, "{}", keys.join(" ")).unwrap();
    let value = |it: &Value| {
        let whose = it["customer"]["name"].as_str().unwrap_or("test");
        format!("{} of {whose}", text(it, "/scopedConfigVariable/stableKey"))
    };
    let mut values: Vec<_> =
        list(data, "/customerConfigVariables/nodes").iter().map(value).collect();
    values.sort();
    write!(seen, " | {}", values.join(", ")).unwrap();
    let choices = list(data, "/reusableConnections/nodes").len();
    write!(seen, " | {choices}").unwrap();
    seen
}

/// Proves R182.
#[tokio::test]
async fn customers_see_what_they_fill_in_and_nothing_else() {
    let shared = Shared::started().await;
    let (app, owner) = (&shared.app, &shared.owner);
    let login = json!([{ "name": "username", "value": "u" },
        { "name": "password", "value": "canary-password" }]);
    shared.fill(&shared.account, &shared.initech, &login).await;
    let key = json!([{ "name": "apiKey", "value": "canary-shop-key" }]);
    shared.fill(&shared.shop, &shared.initech, &key).await;
    shared.fill(&shared.shop, &shared.hooli, &key).await;
    super::fill(owner, &shared.shop, None, &key).await;

    let all = "account partner shop | account of Initech, shop of Hooli, shop of Initech, \
               shop of test | 5";
    let own = "shop | shop of Initech | 1";
    for (role, expected) in
        [("Admin", all), ("Integrator", all), ("Customer Manager", all), ("Guest", " |  | 0")]
    {
        assert_eq!(names(&app.colleague(owner, role).await).await, expected, "{role}");
    }
    for (role, expected) in [
        ("Admin", own),
        ("Marketplace Admin", own),
        ("Member", "shop |  | 0"),
        ("Marketplace User", "shop |  | 0"),
    ] {
        let user = app.customer_user(owner, &shared.initech, role).await;
        assert_eq!(names(&user).await, expected, "{role}");
    }
    let neighbour = app.customer_user(owner, &shared.hooli, "Admin").await;
    assert_eq!(names(&neighbour).await, "shop | shop of Hooli | 1");
    assert_eq!(names(&app.organization("other").await).await, " |  | 0");
    assert_eq!(names(&app.anonymous()).await, "Authentication is required");
}

/// A customer fills in its own, and cannot touch what is shared or whose it is not.
#[tokio::test]
async fn customers_fill_in_their_own_connections() {
    let shared = Shared::started().await;
    let (app, owner) = (&shared.app, &shared.owner);
    let admin = app.customer_user(owner, &shared.initech, "Marketplace Admin").await;
    let key = json!([{ "name": "apiKey", "value": "canary-own" }]);
    let input = |scoped: &str, customer: &str| {
        json!({ "scopedConfigVariable": scoped, "customer": customer, "key": "Ours",
            "inputs": key })
    };
    let made = ask_to_fill(&admin, &input(&shared.shop, &shared.initech)).await.data();
    let made = &made["createCustomerConfigVariable"]["customerConfigVariable"];
    assert_eq!(made["status"], "ACTIVE");
    let id = text(made, "/id");
    let again = ask_to_fill(&admin, &input(&shared.shop, &shared.initech)).await;
    let taken = "key: \"Another connection of this customer has this name.\"";
    assert_eq!(again.problems("createCustomerConfigVariable"), [taken]);
    for (scoped, customer) in [
        (&shared.shop, &shared.hooli),
        (&shared.account, &shared.initech),
        (&shared.partner, &shared.initech),
    ] {
        let refused = ask_to_fill(&admin, &input(scoped, customer)).await;
        assert_eq!(refused.errors(), ["Record not found"]);
    }
    let neighbour = app.customer_user(owner, &shared.hooli, "Admin").await;
    let user = app.customer_user(owner, &shared.initech, "Marketplace User").await;
    for (who, mutation) in [
        (&neighbour, "deleteCustomerConfigVariable"),
        (&user, "deleteCustomerConfigVariable"),
        (&neighbour, "updateCustomerConfigVariable"),
        (&neighbour, "disconnectCustomerConnection"),
        (&neighbour, "updateInstancesUsingCustomerConfigVariable"),
        (&admin, "deleteScopedConfigVariable"),
    ] {
        let tried = if mutation.contains("Scoped") { &shared.shop } else { &id };
        assert!(change(who, mutation, tried, "", "").await.is_null(), "{mutation}");
    }
    // What the organization sets for all cannot be sent elsewhere by a customer.
    let fixed = "inputs: [{ name: \"scheme\", value: \"Basic\" }]";
    change(owner, "updateScopedConfigVariable", &shared.shop, fixed, "").await;
    let refused = change(&admin, "updateCustomerConfigVariable", &id, fixed, "").await;
    assert!(refused["errors"][0]["messages"][0].as_str().unwrap().contains("for all customers"));
    let composed = "inputs: [{ name: \"apiKey\", type: \"template\", value: \"{{#scheme}}\" }]";
    let refused = change(&admin, "updateCustomerConfigVariable", &id, composed, "").await;
    assert!(refused["errors"][0]["messages"][0].as_str().unwrap().contains("must be `value`"));
    let gone = change(&admin, "deleteCustomerConfigVariable", &id, "", "").await;
    assert_eq!(gone["errors"], json!([]));
}

#[tokio::test]
async fn scoped_variables_are_of_one_of_three_kinds() {
    let shared = Shared::started().await;
    let document = "mutation ($input: CreateScopedConfigVariableInput!) {
        createScopedConfigVariable(input: $input) { errors { field messages } } }";
    let input = json!({ "key": "X", "stableKey": "x", "variableScope": "org",
        "connection": connection_id("http:apiKey") });
    for (change, field) in [
        (json!({ "variableScope": "user" }), "variableScope"),
        (json!({ "managedBy": "system" }), "managedBy"),
        (json!({ "managedBy": "customer" }), "managedBy"),
        (json!({ "customer": shared.initech }), "variableScope"),
        (json!({ "stableKey": "partner" }), "stableKey"),
        (json!({ "stableKey": " " }), "stableKey"),
        (json!({ "connection": connection_id("http:nothing") }), "connection"),
        (json!({ "parent": shared.partner }), "parent"),
        (
            json!({ "oAuthRedirectConfig": { "oAuthSuccessRedirectUri": "javascript:x" } }),
            "oAuthRedirectConfig",
        ),
    ] {
        let mut input = input.clone();
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let reply = shared.owner.ask(document, &json!({ "input": input })).await;
        let problems = reply.problems("createScopedConfigVariable");
        assert_eq!(problems.len(), 1, "{change}: {problems:?}");
        assert!(problems[0].starts_with(&format!("{field}: ")), "{change}: {problems:?}");
    }
    let filters = "{
        a: scopedConfigVariables(managedBy: \"org\", status_In: [\"active\"]) { totalCount }
        b: scopedConfigVariables(stableKey_In: [\"shop\", \"account\"]) { totalCount }
        c: scopedConfigVariables(connection_Component_In: [{ key: \"http\", isPublic: true }],
            key_Icontains: \"sho\") { totalCount }
        d: reusableConnections(status: \"active\", sortBy: [{ field: KEY, direction: DESC }]) {
            totalCount }
        e: scopedConfigVariables(orderBy: { field: STATUS, direction: ASC }) {
            nodes { stableKey status } } }";
    let data = shared.owner.query(filters).await;
    let count = |name: &str| data[name]["totalCount"].as_i64().unwrap();
    assert_eq!([count("a"), count("b"), count("c"), count("d")], [1, 2, 1, 1]);
    assert_eq!(list(&data, "/e/nodes").len(), 3);
    assert!(!data.to_string().contains(PARTNER_KEY));
}
