//! Prey that takes a wizard to configure, and a user who has filled in pages of their own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::harness::{TestApp, User, definition, text};

/// An instance with pages and a data source, and what mutations about them need.
pub struct Wizard {
    pub ids: [String; 3],
    pub known: Vec<(&'static str, String)>,
    /// Who has configured something for themselves.
    pub user: User,
}

pub async fn wizard(app: &TestApp, acme: &User) -> Wizard {
    let definition = definition("personal").replace("name: Personal", "name: Canary Wizard");
    let version = acme.publish(&acme.import(&definition).await).await;
    let customer = acme.create_customer("Canary Wizards").await;
    let instance = acme.create_instance(&version, &customer, &[]).await;
    acme.deploy(&instance).await;
    let instance = instance.id;
    let user = app.customer_user(acme, &customer, "Marketplace Admin").await;
    let document = "mutation ($id: ID!) { createUserLevelConfig(input: { instance: $id }) {
        userLevelConfig { id configVariables { nodes { id } } } errors { field messages } } }";
    let made = user.query_with(document, &json!({ "id": instance })).await;
    let config = text(&made, "/createUserLevelConfig/userLevelConfig/id");
    let mine = STANDARD.decode(&config).unwrap();
    let mine = String::from_utf8(mine).unwrap().replace("UserLevelConfig:", "");
    let mine = STANDARD.encode(format!("UserLevelConfigVariable:{mine}:Mine"));
    let known = vec![
        ("FetchConfigWizardPageContentInput.id", instance.clone()),
        ("FetchConfigWizardPageContentInput.pageName", "Team".to_owned()),
        ("FetchDataSourceContentInput.id", instance.clone()),
        ("FetchDataSourceContentInput.dataSource", STANDARD.encode("Action:code:runCodeJsonForm")),
        ("CreateUserLevelConfigInput.instance", instance.clone()),
        ("DeleteUserLevelConfigInput.id", config.clone()),
        ("DisconnectUserLevelConnectionInput.id", mine.clone()),
        ("UpdateUserLevelOAuth2ConnectionInput.id", mine.clone()),
    ];
    Wizard { ids: [instance, config, mine], known, user }
}
