//! Prey that takes a wizard to configure.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::harness::{User, definition};

/// An instance with pages and a data source, and what mutations about them need.
pub struct Wizard {
    pub instance: String,
    pub known: [(&'static str, String); 4],
}

pub async fn wizard(acme: &User) -> Wizard {
    let definition = definition("wizard").replace("name: Wizard", "name: Canary Wizard");
    let version = acme.publish(&acme.import(&definition).await).await;
    let customer = acme.create_customer("Canary Wizards").await;
    let instance = acme.create_instance(&version, &customer, &[]).await.id;
    let source = STANDARD.encode("Action:code:runCodeJsonForm");
    let known = [
        ("FetchConfigWizardPageContentInput.id", instance.clone()),
        ("FetchConfigWizardPageContentInput.pageName", "Connect".to_owned()),
        ("FetchDataSourceContentInput.id", instance.clone()),
        ("FetchDataSourceContentInput.dataSource", source),
    ];
    Wizard { instance, known }
}
