//! Users of customers, embedded in the organization's own product.

mod doors;
mod look;
mod refused;

use serde_json::{Value, json};

use crate::harness::embedded::{claims, private_key, public_key, signed};
use crate::harness::{TestApp, User, list, text};

const ME: &str = "{ authenticatedUser { id name email externalId role { name }
    customer { id name externalId allowEmbeddedDesigner } } }";

async fn me(user: &User) -> Value {
    user.query(ME).await["authenticatedUser"].clone()
}

/// Proves R176, R178, R179. The first call creates the user and the customer, whatever it asks.
#[tokio::test]
async fn a_token_of_the_host_is_all_a_user_needs() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let ada = app.embedded(&acme, "initech", "ada").await;
    let seen = me(&ada).await;
    assert_eq!(seen["name"], "ada");
    assert_eq!(seen["externalId"], "ada");
    assert_eq!(seen["role"]["name"], "Marketplace Admin");
    assert_eq!(seen["customer"]["name"], "initech");
    assert_eq!(seen["customer"]["allowEmbeddedDesigner"], false);
    assert!(text(&seen, "/email").ends_with("@embedded.invalid"), "{seen}");

    let known =
        "{ customers(externalId: \"initech\") { nodes { name users { nodes { name } } } } }";
    let known = acme.query(known).await;
    let expected = json!([{ "name": "initech", "users": { "nodes": [{ "name": "ada" }] } }]);
    assert_eq!(known["customers"]["nodes"], expected);
    assert_eq!(me(&ada).await, seen, "the second call finds what the first has made");
}

/// The iframe needs no call before it, and everything in it happens at once.
#[tokio::test]
async fn whoever_comes_fifty_times_at_once_is_created_once() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let ada = app.embedded(&acme, "initech", "ada").await;
    let calls = futures::future::join_all((0..50).map(|_| me(&ada))).await;
    assert!(calls.iter().all(|call| *call == calls[0]), "{calls:?}");
    let data = acme
        .query(
            "{ customers(isSystem: false) { totalCount }
        users(customer_Isnull: false) { totalCount } }",
        )
        .await;
    let counts = json!({ "customers": { "totalCount": 1 }, "users": { "totalCount": 1 } });
    assert_eq!(data, counts);
}

#[tokio::test]
async fn what_a_later_token_says_differently_is_applied() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    acme.import_key("first").await;
    acme.create_customer("Initech").await;
    let organization = acme.organization_id().await;
    let token = |change: Value| {
        let mut claims = claims(&organization, "initech-1", "ada@initech.test");
        claims["customer_name"] = "Initech".into();
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        app.bearer("ada", &signed(&private_key("first"), &claims))
    };
    let first = me(&token(json!({}))).await;
    // Another customer has the name.
    assert_eq!(first["customer"]["name"], "Initech (initech-1)");
    assert_eq!(first["email"], "ada@initech.test");
    let change = json!({ "name": "Ada", "role": "user", "concurrent_execution_limit": 2,
        "customer_name": null });
    let later = me(&token(change)).await;
    assert_eq!((&later["id"], &later["name"]), (&first["id"], &json!("Ada")));
    assert_eq!(later["role"]["name"], "Marketplace User");
    let limits = "{ customers(externalId: \"initech-1\") { nodes { concurrentExecutionLimit } } }";
    let limits = acme.query(limits).await;
    assert_eq!(limits["customers"]["nodes"][0]["concurrentExecutionLimit"], 2);
    let silent = me(&token(json!({ "name": null, "role": "user" }))).await;
    assert_eq!(silent, later);

    // The same person at another customer is another user, address and all.
    let elsewhere = me(&token(json!({ "customer": "hooli", "customer_name": "Hooli" }))).await;
    assert_ne!(elsewhere["id"], first["id"]);
    assert_eq!(elsewhere["email"], first["email"]);
    // And whoever is invited with this address is not kept out.
    let exists = acme.query("{ userExists(email: \"ada@initech.test\") }").await;
    assert_eq!(exists["userExists"], false);
    let other = app.organization("other").await;
    let document = "mutation ($email: String!) { createOrganizationUser(input: {
        email: $email, role: \"Um9sZTo1YjBhN2I1ZS0zYTUyLTRmMGUtOGE1NC0wYzFkNmYwZTAwMDI=\" }) {
            user { id } errors { field messages } } }";
    other.query_with(document, &json!({ "email": "ada@initech.test" })).await;
}

#[tokio::test]
async fn a_customers_token_sees_nothing_of_another_customer() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let ada = app.embedded(&acme, "initech", "ada").await;
    let bob = app.embedded(&acme, "hooli", "bob").await;
    let (ada_id, bob_id) = (me(&ada).await["id"].clone(), me(&bob).await["id"].clone());
    let data = ada
        .query(
            "{ customers { nodes { externalId } } users { nodes { id } }
        organization { name signingKeys { totalCount } allowAddSigningKey } }",
        )
        .await;
    assert_eq!(data["customers"]["nodes"], json!([{ "externalId": "initech" }]));
    assert_eq!(data["users"]["nodes"], json!([{ "id": ada_id }]));
    let organization = json!({ "name": "acme", "signingKeys": { "totalCount": 0 },
        "allowAddSigningKey": false });
    assert_eq!(data["organization"], organization);
    let document = "query ($id: ID!) { user(id: $id) { id } }";
    let other = ada.ask(document, &json!({ "id": bob_id })).await;
    assert_eq!(other.errors(), ["Record not found"]);
    let import = "mutation ($key: String!) {
        importOrganizationSigningKey(input: { publicKey: $key }) { errors { field } } }";
    let import = ada.ask(import, &json!({ "key": public_key("second") })).await;
    assert_eq!(import.errors(), ["You do not have permission to do this"]);
}

/// Making a key takes seconds, so this is the only story that does.
#[tokio::test]
async fn keys_are_made_shown_once_exchanged_and_taken_away() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let document = "mutation { createOrganizationSigningKey(input: {}) {
        result { privateKey signingKey { id publicKey privateKeyPreview imported } }
        errors { field messages } } }";
    let result = acme.query(document).await["createOrganizationSigningKey"]["result"].clone();
    let private = text(&result, "/privateKey");
    assert!(private.starts_with("-----BEGIN PRIVATE KEY-----\n"), "{private}");
    assert!(text(&result, "/signingKey/publicKey").starts_with("-----BEGIN PUBLIC KEY-----\n"));
    let preview = text(&result, "/signingKey/privateKeyPreview");
    let body = private.trim_end().trim_end_matches("-----END PRIVATE KEY-----");
    assert!(preview.len() == 8 && body.replace('\n', "").ends_with(&preview), "{preview}");
    let list_keys = "{ organization { signingKeys { nodes { id imported privateKeyPreview } } } }";
    let listed = acme.query(list_keys).await["organization"]["signingKeys"].clone();
    let mut key = result["signingKey"].clone();
    key.as_object_mut().unwrap().remove("publicKey");
    assert_eq!(listed["nodes"], json!([key]));

    let organization = acme.organization_id().await;
    let claims = claims(&organization, "initech", "ada");
    let old = app.bearer("ada", &signed(&private, &claims));
    let new = app.bearer("ada", &signed(&private_key("second"), &claims));
    let id = me(&old).await["id"].clone();
    assert_eq!(new.ask(ME, &json!({})).await.status, 401);
    // Both are good for as long as hosts need to exchange theirs.
    acme.import_key("second").await;
    assert_eq!((me(&old).await["id"].clone(), me(&new).await["id"].clone()), (id.clone(), id));
    let delete = "mutation ($id: ID!) { deleteOrganizationSigningKey(input: { id: $id }) {
        organizationSigningKey { id } errors { field messages } } }";
    acme.query_with(delete, &json!({ "id": result["signingKey"]["id"] })).await;
    assert_eq!(old.ask(ME, &json!({})).await.status, 401);
    me(&new).await;
    let left = acme.query(list_keys).await["organization"]["signingKeys"].clone();
    let left = list(&left, "/nodes");
    assert_eq!(
        (left.len(), &left[0]["imported"], &left[0]["privateKeyPreview"]),
        (1, &json!(true), &json!(""))
    );
}

#[tokio::test]
async fn only_rsa_keys_that_are_public_can_be_imported() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let import = async |user: &User, key: &str| {
        let document = "mutation ($key: String!) {
            importOrganizationSigningKey(input: { publicKey: $key }) {
                organizationSigningKey { id } errors { field messages } } }";
        user.ask(document, &json!({ "key": key })).await
    };
    for (key, expected) in [
        (private_key("first"), "This is a private key."),
        (public_key("short"), "This is not an RSA key of at least 2048 bit."),
        (public_key("ec"), "This is not an RSA key of at least 2048 bit."),
        ("c2VjcmV0".to_owned(), "This is not a public key in PEM"),
    ] {
        let problems = import(&acme, &key).await.problems("importOrganizationSigningKey");
        assert!(problems.len() == 1 && problems[0].contains(expected), "{problems:?}");
    }
    acme.import_key("first").await;
    let again = import(&acme, &public_key("first").replace('\n', "\r\n")).await;
    let problems = again.problems("importOrganizationSigningKey");
    assert!(problems[0].contains("This key is there already."), "{problems:?}");
    let admin = app.colleague(&acme, "Admin").await;
    admin.import_key("second").await;
    let integrator = app.colleague(&acme, "Integrator").await;
    let refused = import(&integrator, &public_key("second")).await;
    assert_eq!(refused.errors(), ["You do not have permission to do this"]);
}
