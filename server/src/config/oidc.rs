//! `[login.oidc]`: another service that signs people in.

use domain::id_of;
use domain::sign_in::oidc::{NewUsers, Settings};
use entity::OrganizationId;
use entity::user::Role;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::section::{hide_all, read_secret};

const LABEL_CHARS_MAX: usize = 60;

/// Roles that somebody new may get. Owners are made by owners only.
const ROLES: [(&str, Role); 5] = [
    ("admin", Role::Admin),
    ("integrator", Role::Integrator),
    ("customer_manager", Role::CustomerManager),
    ("guest", Role::Guest),
    ("third_party", Role::ThirdParty),
];

/// A provider that speaks OpenID Connect.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct OidcSection {
    /// As the provider calls itself, letter by letter: `https://login.example.com/acme`. Reached
    /// within the rules of `[egress]`.
    pub issuer: String,
    /// Registered there with the address `<server.public_url>/auth/oidc/callback`.
    pub client_id: String,
    /// Not needed for a public client.
    #[serde(deserialize_with = "read_secret", serialize_with = "hide_all")]
    pub client_secret: Option<SecretString>,
    /// What is asked for; `openid` and `email` are needed.
    pub scopes: Vec<String>,
    /// What people call the provider: the button says "Continue with" it.
    pub label: String,
    /// Domains whose addresses may sign in; all unless set.
    pub allowed_domains: Vec<String>,
    /// Whether an address counts only if the provider has verified it.
    pub require_verified_email: bool,
    /// Whether people are let in whom nobody has added.
    pub create_users: bool,
    /// Their role: `admin`, `integrator`, `customer_manager`, `guest` or `third_party`.
    pub new_user_role: Option<String>,
    /// The id of their organization, as `marquetry init` prints it.
    pub new_user_organization: Option<String>,
    /// Whether nobody signs in with a password.
    pub only: bool,
}

impl Default for OidcSection {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            client_id: String::new(),
            client_secret: None,
            scopes: ["openid", "profile", "email"].map(str::to_owned).into(),
            label: "single sign-on".to_owned(),
            allowed_domains: Vec::new(),
            require_verified_email: true,
            create_users: false,
            new_user_role: None,
            new_user_organization: None,
            only: false,
        }
    }
}

impl OidcSection {
    /// Every problem with values that have the right form.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut check = |holds: bool, problem: &str| {
            if !holds {
                problems.push(format!("login.oidc.{problem}"));
            }
        };
        check(
            is_issuer(&self.issuer),
            "issuer must be an address with https and without ? and #; http is for this machine \
             only",
        );
        check(!self.client_id.trim().is_empty(), "client_id must be set");
        let secret = self.client_secret.as_ref().map(ExposeSecret::expose_secret);
        check(secret != Some(""), "client_secret must not be empty; a public client has none");
        let has_openid = self.scopes.iter().any(|scope| scope == "openid");
        check(has_openid, "scopes must hold openid");
        let is_whole = |text: &String| !text.is_empty() && !text.contains(char::is_whitespace);
        check(self.scopes.iter().all(is_whole), "scopes must be a list of single words");
        let label = self.label.trim().chars().count();
        check(
            (1..=LABEL_CHARS_MAX).contains(&label),
            &format!("label must have 1 to {LABEL_CHARS_MAX} characters"),
        );
        check(
            self.allowed_domains.iter().all(|domain| is_domain(domain)),
            "allowed_domains must be names such as example.com",
        );
        if self.create_users {
            let names: Vec<_> = ROLES.iter().map(|(name, _)| *name).collect();
            let roles = names.join(", ");
            check(
                self.role().is_some(),
                &format!("new_user_role must be one of {roles} where create_users is true"),
            );
            check(
                self.organization().is_some(),
                "new_user_organization must be the id of an organization, as marquetry init \
                 prints it, where create_users is true",
            );
        } else {
            let is_set = self.new_user_role.is_some() || self.new_user_organization.is_some();
            check(
                !is_set,
                "create_users must be true where new_user_role or new_user_organization is set",
            );
        }
        problems
    }

    pub fn settings(&self) -> Settings {
        let new_users = match (self.organization(), self.role()) {
            (Some(organization), Some(role)) if self.create_users => {
                Some(NewUsers { organization, role })
            }
            _ => None,
        };
        Settings {
            issuer: self.issuer.clone(),
            client_id: self.client_id.trim().to_owned(),
            client_secret: self.client_secret.clone(),
            scopes: self.scopes.clone(),
            label: self.label.trim().to_owned(),
            allowed_domains: self.allowed_domains.iter().map(|it| it.to_lowercase()).collect(),
            require_verified_email: self.require_verified_email,
            new_users,
        }
    }

    fn role(&self) -> Option<Role> {
        let wanted = self.new_user_role.as_deref()?;
        ROLES.iter().find(|(name, _)| *name == wanted).map(|(_, role)| *role)
    }

    fn organization(&self) -> Option<OrganizationId> {
        id_of(self.new_user_organization.as_deref()?.trim())
    }
}

fn is_issuer(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let is_this_machine = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    is_plain && (url.scheme() == "https" || (url.scheme() == "http" && is_this_machine))
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|sign| sign.is_alphanumeric() || sign == '-')
    };
    text.contains('.') && text.split('.').all(is_label)
}
