//! What an organization sets about itself and its looks, and who gets to read it.

use serde_json::json;

use crate::harness::{TestApp, list};

/// Proves R175. A colour that is no colour never reaches a style sheet.
#[tokio::test]
async fn pages_look_as_the_organization_wants() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let admin = app.colleague(&acme, "Admin").await;
    let document = "mutation ($colors: [ThemeColorInput], $properties: [ThemePropertyInput]) {
        updateTheme(input: { colors: $colors, properties: $properties }) {
            theme { id } errors { field messages } } }";
    let colors = json!([
        { "type": "PRIMARY", "variant": "EMBEDDED_LIGHT", "value": "#1A2B3C" },
        { "type": "PRIMARY", "variant": "LIGHT", "value": "#fff" },
    ]);
    let properties = json!([{ "type": "BORDER_RADIUS", "value": "8" }]);
    let change = json!({ "colors": colors, "properties": properties });
    admin.query_with(document, &change).await;
    let unsafe_color = json!({ "colors": [
        { "type": "PRIMARY", "variant": "LIGHT", "value": "red;}*{display:none" },
    ] });
    let refused = admin.ask(document, &unsafe_color).await.problems("updateTheme");
    assert!(refused.len() == 1 && refused[0].starts_with("colors: "), "{refused:?}");

    let ada = app.embedded_as(&acme, "initech", "ada", "user").await;
    let theme = "colors { nodes { id type variant value allowUpdate } }
        properties { nodes { type variant value } }";
    let document = format!("{{ theme {{ {theme} }} organization {{ theme {{ {theme} }} }} }}");
    let seen = ada.query(&document).await;
    assert_eq!(seen["theme"], seen["organization"]["theme"]);
    let nodes = list(&seen, "/theme/colors/nodes");
    let shown: Vec<_> = nodes.iter().map(|it| (&it["variant"], &it["value"])).collect();
    let (embedded, light) = (json!("EMBEDDED_LIGHT"), json!("LIGHT"));
    assert_eq!(shown, [(&embedded, &json!("#1a2b3c")), (&light, &json!("#fff"))]);
    assert_ne!(nodes[0]["id"], nodes[1]["id"]);
    assert_eq!(nodes[0]["allowUpdate"], false);
    let radius = json!([{ "type": "BORDER_RADIUS", "variant": null, "value": "8" }]);
    assert_eq!(seen["theme"]["properties"]["nodes"], radius);
    let other = app.organization("other").await;
    let theirs = other.query("{ theme { colors { totalCount } } }").await;
    assert_eq!(theirs["theme"]["colors"]["totalCount"], 0);
}

#[tokio::test]
async fn owners_say_what_the_organization_is_called() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let ada = app.embedded(&acme, "initech", "ada").await;
    let document = "mutation ($name: String, $url: String) { updateOrganization(input: {
        marketplaceName: $name, avatarUrl: $url, labels: [\"emea\"] }) {
            organization { name labels avatarUrl } errors { field messages } } }";
    let named = "{ authenticatedUser { marketplaceName appName darkMode featureFlags } }";
    assert_eq!(ada.query(named).await["authenticatedUser"]["marketplaceName"], "acme");
    let change = json!({ "name": "Connections", "url": "https://acme.test/logo.png" });
    let updated = acme.query_with(document, &change).await["updateOrganization"].clone();
    let expected =
        json!({ "name": "acme", "labels": ["emea"], "avatarUrl": "https://acme.test/logo.png" });
    assert_eq!(updated["organization"], expected);
    assert_eq!(ada.query(named).await["authenticatedUser"]["marketplaceName"], "Connections");
    let wrong = acme.ask(document, &json!({ "url": "javascript:alert(1)" })).await;
    assert_eq!(wrong.problems("updateOrganization").len(), 1);
    let admin = app.colleague(&acme, "Admin").await;
    for user in [&ada, &admin] {
        let refused = user.ask(document, &change).await;
        assert_eq!(refused.errors(), ["You do not have permission to do this"]);
    }
}

/// Clients hide what a role does not permit.
#[tokio::test]
async fn roles_say_what_they_permit() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let bob = app.embedded_as(&acme, "initech", "bob", "user").await;
    let document = "{ authenticatedUser { role { objType { name } permissions(
        sortBy: [{ field: NAME, direction: DESC }]) { nodes { name objType { name } } } } } }";
    let role = bob.query(document).await["authenticatedUser"]["role"].clone();
    let about = json!({ "name": "Customer" });
    let expected = json!({ "objType": about, "permissions": { "nodes": [
        { "name": "customer_view", "objType": about },
        { "name": "customer_access_marketplace_integrations", "objType": about },
    ] } });
    assert_eq!(role, expected);
}
