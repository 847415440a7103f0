//! A server of one's own.

use std::path::PathBuf;

use domain::Env;
use entity::user;
use serde_json::json;
use server::{MasterKey, Options, Server};
use tempfile::TempDir;

use super::{MASTER_KEY, User, builders, database, list, program, text};

/// The real server in this process, with a folder and a database that nobody else has.
pub struct TestApp {
    server: Server,
    folder: TempDir,
    http: reqwest::Client,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// With other settings than stories usually have.
    pub async fn start_with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::new("127.0.0.1:0", folder.path());
        options.database_url = database::fresh().await.map(|url| url.parse().unwrap());
        options.master_key = Some(MasterKey::new(MASTER_KEY));
        // The third parties of stories listen on this machine.
        options.egress_policy.allow_private = true;
        options.code_program = Some(program());
        options.code_processes_max = 2;
        change(&mut options);
        let server = Server::start(options).await.unwrap();
        Self { server, folder, http: client() }
    }

    pub fn url(&self) -> String {
        self.server.env.public_url.clone()
    }

    pub fn env(&self) -> &Env {
        &self.server.env
    }

    /// Where the server keeps what is too large for a row.
    pub fn payloads(&self) -> PathBuf {
        self.folder.path().join("payloads")
    }

    /// The owner of a fresh organization.
    pub async fn organization(&self, name: &str) -> User {
        let (_, owner) = builders::organization(self.env(), name).await;
        self.sign_in(&owner)
    }

    /// Somebody of the owner's organization with the role of this name.
    pub async fn colleague(&self, owner: &User, role: &str) -> User {
        let document = "mutation ($email: String!, $role: ID!) {
            createOrganizationUser(input: { email: $email, role: $role }) {
                user { id } errors { field messages } } }";
        let role_id = role_id(owner, "organizationRoles", role).await;
        let email = format!("{}.{}", role.to_lowercase().replace(' ', "-"), owner.email);
        owner.query_with(document, &json!({ "email": email, "role": role_id })).await;
        self.sign_in_by_email(&email).await
    }

    /// A user of a customer with the role of this name.
    pub async fn customer_user(&self, owner: &User, customer: &str, role: &str) -> User {
        let document = "mutation ($email: String!, $role: ID!, $customer: ID!) {
            createCustomerUser(input: { email: $email, role: $role, customer: $customer }) {
                user { id } errors { field messages } } }";
        let role_id = role_id(owner, "customerRoles", role).await;
        let place = customer.to_lowercase().replace(|sign: char| !sign.is_alphanumeric(), "");
        let email = format!("{}@{place}.test", role.to_lowercase().replace(' ', "-"));
        let variables = json!({ "email": email, "role": role_id, "customer": customer });
        owner.query_with(document, &variables).await;
        self.sign_in_by_email(&email).await
    }

    /// Nobody in particular.
    pub fn anonymous(&self) -> User {
        User::new(self.http.clone(), self.url(), String::new(), None)
    }

    /// Ends in order, as on SIGTERM.
    pub async fn stop(self) {
        self.server.stop().await;
        drop(self.folder);
    }

    async fn sign_in_by_email(&self, email: &str) -> User {
        let found = domain::user::by_email(self.env(), email).await.unwrap();
        self.sign_in(&found.unwrap_or_else(|| panic!("no user {email}")))
    }

    fn sign_in(&self, user: &user::Model) -> User {
        let token = domain::token::issue(self.env(), user).unwrap();
        User::new(self.http.clone(), self.url(), user.email.clone(), Some(token))
    }
}

async fn role_id(owner: &User, field: &str, name: &str) -> String {
    let data = owner.query(&format!("{{ {field} {{ id name }} }}")).await;
    let found = list(&data, &format!("/{field}")).iter().find(|role| role["name"] == name);
    text(found.unwrap_or_else(|| panic!("no role {name} in {data}")), "/id")
}

/// The client of all users of a story.
#[expect(clippy::disallowed_methods, reason = "people outside do not go through egress")]
pub fn client() -> reqwest::Client {
    let redirects = reqwest::redirect::Policy::none();
    reqwest::Client::builder().no_proxy().redirect(redirects).build().unwrap()
}
