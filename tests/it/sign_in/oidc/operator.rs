//! What operators decide of it.

use super::{Browser, code, delete, refused};
use crate::harness::{TestProcess, User, list, text};
use crate::sign_in::authorize_url;
use crate::sign_in::provider::{CLIENT_ID, CLIENT_SECRET, IdProvider};

/// The file of an operator who lets new people in, and nobody with a password.
fn file(provider: &IdProvider, organization: &str) -> String {
    format!(
        "[login.oidc]\nissuer = '{}'\nclient_id = '{CLIENT_ID}'\nscopes = ['openid', 'email']\n\
         client_secret = '{CLIENT_SECRET}'\nlabel = 'Acme <accounts>'\nonly = true\n\
         create_users = true\nnew_user_role = 'guest'\nnew_user_organization = '{organization}'\n",
        provider.issuer()
    )
}

#[tokio::test]
async fn an_operator_lets_new_people_in_and_nobody_with_a_password() {
    let provider = IdProvider::start().await;
    let mut process = TestProcess::start().await;
    let owner = process.init().await;
    let organization = owner.organization_id().await;
    assert!(process.terminate().await);
    process.write("marquetry.toml", &file(&provider, "T3JnYW5pemF0aW9uOjA="));
    let checked = process.run(&["config", "check"]).await;
    let told = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(!checked.status.success() && told.contains("login.oidc.new_user_organization"));
    let nobody = domain::global_id(entity::OrganizationId::from(uuid::Uuid::from_u128(7)));
    process.write("marquetry.toml", &file(&provider, &nobody));
    let started = process.run(&["serve", "--listen", process.address()]).await;
    let told = String::from_utf8_lossy(&started.stderr).into_owned();
    assert!(told.contains("login.oidc.new_user_organization"), "{told}");
    process.write("marquetry.toml", &file(&provider, &organization));
    process.restart().await;

    let browser = Browser::new(User::new(owner.http().clone(), process.url(), String::new(), None));
    let address = authorize_url(&process.url(), &[]);
    let sign_in = async || {
        let page = browser.get(address.as_str()).await;
        assert!(!page.body.contains("type=\"password\""), "{}", page.body);
        let left = browser.leave(&process.url(), &page).await;
        browser.get(&browser.consent(&left).await).await
    };
    provider.say(&[("sub", "gus".into()), ("email", "Gus@acme.test".into())]);
    code(&sign_in().await);
    code(&sign_in().await);
    let users = "{ users { nodes { id email name role { name } } } }";
    let users = owner.query(users).await;
    let gus = list(&users, "/users/nodes").iter();
    let gus: Vec<_> = gus.filter(|user| user["email"] == "gus@acme.test").collect();
    let [gus] = gus.as_slice() else { panic!("{users:#}") };
    assert_eq!((gus["name"].as_str(), gus["role"]["name"].as_str()), (Some("Ada"), Some("Guest")));

    // Who was deleted does not come back as somebody new.
    delete(&owner, &text(gus, "/id")).await;
    refused(&sign_in().await, "user_unknown");
    // The address of the owner leads to the owner.
    provider.say(&[("email", owner.email.clone().into())]);
    code(&sign_in().await);
    let printed = process.run(&["config", "check"]).await;
    assert!(!String::from_utf8_lossy(&printed.stdout).contains("canary"));
    assert!(!process.log().contains("canary"), "{}", process.log());
}
