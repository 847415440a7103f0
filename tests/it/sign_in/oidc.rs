//! People whom another service signs in.

mod operator;

use std::cell::RefCell;

use domain::sign_in::oidc::Settings;
use jsonwebtoken::Algorithm;
use reqwest::Url;
use serde_json::{Value, json};

use crate::harness::{Page, User};
use crate::sign_in::provider::{CLIENT_ID, CLIENT_SECRET, Forgery, IdProvider};
use crate::sign_in::{REDIRECT, Story};

const DISCOVERY: &str = "/.well-known/openid-configuration";

/// What an operator writes down of the provider.
pub fn settings(provider: &IdProvider) -> Settings {
    Settings {
        issuer: provider.issuer(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: Some(CLIENT_SECRET.into()),
        scopes: vec!["openid".to_owned(), "email".to_owned()],
        label: "Acme <accounts>".to_owned(),
        allowed_domains: Vec::new(),
        require_verified_email: true,
        new_users: None,
    }
}

/// A browser that keeps the one cookie it is told to keep.
struct Browser {
    user: User,
    cookie: RefCell<String>,
}

impl Browser {
    fn new(user: User) -> Self {
        Self { user, cookie: RefCell::default() }
    }

    async fn get(&self, url: &str) -> Page {
        let request = self.user.http().get(url).header("cookie", &*self.cookie.borrow());
        let page = self.user.call(request).await;
        if let Some((cookie, _)) = page.header("set-cookie").split_once(';') {
            cookie.clone_into(&mut self.cookie.borrow_mut());
        }
        page
    }

    /// From a page with the button to the provider.
    async fn leave(&self, base: &str, page: &Page) -> Page {
        assert!(page.body.contains(">Continue with Acme &lt;accounts&gt;</a>"), "{}", page.body);
        self.get(&format!("{base}{}", link(page))).await
    }

    /// Where the provider sends the browser when the person goes on there.
    async fn consent(&self, left: &Page) -> String {
        assert_eq!(left.status, 303, "{}", left.body);
        let page = self.get(left.header("location")).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let url = Url::parse(&link(&page)).unwrap();
        assert_eq!(url.path(), "/auth/oidc/callback");
        url.into()
    }
}

/// A story with a provider, and one browser.
struct Elsewhere {
    story: Story,
    provider: IdProvider,
    browser: Browser,
}

impl Elsewhere {
    async fn begins() -> Self {
        Self::begins_with(|_| ()).await
    }

    async fn begins_with(change: impl FnOnce(&mut Settings)) -> Self {
        let provider = IdProvider::start().await;
        let mut settings = settings(&provider);
        change(&mut settings);
        let story = Story::begins_with(|options| {
            provider.keep_time_with(options.clock.clone());
            options.login.oidc = Some(settings);
        })
        .await;
        provider.say(&[("email", story.owner.email.clone().into())]);
        let browser = Browser::new(story.app.anonymous());
        Self { story, provider, browser }
    }

    async fn browse(&self, url: &str) -> Page {
        self.browser.get(url).await
    }

    /// From the client's request to the provider.
    async fn leave(&self) -> Page {
        self.browser.leave(&self.story.app.url(), &self.story.page().await).await
    }

    async fn consent(&self) -> String {
        self.browser.consent(&self.leave().await).await
    }

    /// All the way, up to where the browser is sent in the end, or the page that it sees.
    async fn sign_in(&self) -> Page {
        self.browse(&self.consent().await).await
    }

    /// The address of whoever is signed in by the provider now.
    async fn who(&self) -> String {
        let code = code(&self.sign_in().await);
        let tokens = self.story.redeem(&code).await.json();
        self.story.who(&tokens).await
    }

    /// Nobody is signed in, for this reason.
    async fn is_refused(&self, code: &str) -> Page {
        let page = self.sign_in().await;
        refused(&page, code);
        page
    }
}

/// Where the only link of a page leads.
fn link(page: &Page) -> String {
    let (_, rest) = page.body.split_once("href=\"").unwrap_or_else(|| panic!("{}", page.body));
    rest.split_once('"').unwrap().0.replace("&amp;", "&")
}

/// The code that the browser takes to the client.
fn code(page: &Page) -> String {
    assert_eq!(page.status, 303, "{}", page.body);
    let location = page.header("location");
    let rest = location.strip_prefix(&format!("{REDIRECT}?code="));
    let rest = rest.and_then(|rest| rest.strip_suffix("&state=a-state"));
    rest.unwrap_or_else(|| panic!("{location}")).to_owned()
}

fn refused(page: &Page, code: &str) {
    let is_page = (400..=599).contains(&page.status) && page.header("location").is_empty();
    assert!(is_page && page.body.contains(&format!("Code: {code}</p>")), "{code}: {page:?}");
    assert!(page.body.contains("role=\"alert\"") && !page.body.contains("canary"), "{page:?}");
}

#[tokio::test]
async fn another_service_signs_somebody_in_and_knows_them_from_then_on() {
    let story = Elsewhere::begins().await;
    let left = story.leave().await;
    let cookie = left.header("set-cookie").to_owned();
    for part in ["HttpOnly", "SameSite=Lax", "Max-Age=600", "Path=/auth/oidc;"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(left.header("cache-control"), "no-store");
    assert_eq!(story.who().await, story.story.owner.email);
    assert_eq!(story.provider.asked("/keys"), 1);

    // Their address changes there; the account is still theirs.
    story.provider.say(&[("email", "ada@elsewhere.test".into()), ("email_verified", false.into())]);
    assert_eq!(story.who().await, story.story.owner.email);
    // Somebody else gets the address; the account is not theirs.
    let email = Value::from(story.story.owner.email.clone());
    story.provider.say(&[("sub", "bob".into()), ("email", email)]);
    let page = story.is_refused("linked_elsewhere").await;
    assert!(link(&page).ends_with("&anew=true"), "{}", page.body);
    let again = story.browse(&story.story.url(&link(&page))).await;
    assert!(again.header("location").contains("&prompt=login"), "{again:?}");
    // What the provider says of itself is asked for once an hour.
    assert_eq!(story.provider.asked(DISCOVERY), 1);
    story.story.clock.advance_seconds(60 * 60);
    story.leave().await;
    assert_eq!(story.provider.asked(DISCOVERY), 2);
}

#[tokio::test]
async fn tokens_that_prove_nothing_let_nobody_in() {
    let story = Elsewhere::begins().await;
    let now = story.story.app.env().now().0 / 1_000_000;
    for (claim, value, part) in [
        ("iss", json!("http://evil.test"), "issuer"),
        ("aud", json!("somebody else"), "audience"),
        ("aud", json!([CLIENT_ID, "somebody else"]), "audience"),
        ("azp", json!("somebody else"), "audience"),
        ("nonce", json!("of another sign-in"), "nonce"),
        ("nonce", Value::Null, "nonce"),
        ("exp", json!(now - 60), "expired"),
        ("exp", Value::Null, "malformed"),
        ("iat", json!(now - 3_600), "too_old"),
        ("nbf", json!(now + 3_600), "not_yet_valid"),
        ("sub", Value::Null, "subject"),
    ] {
        story.provider.say(&[(claim, value)]);
        story.is_refused(&format!("token_{part}")).await;
    }
    for algorithm in [Algorithm::ES256, Algorithm::EdDSA] {
        for (forgery, part) in [
            (Forgery::Unsigned, "algorithm"),
            (Forgery::WithClientSecret, "algorithm"),
            (Forgery::WithPublicKey, "algorithm"),
            (Forgery::ByAnotherKey, "signature"),
            (Forgery::Patched, "signature"),
        ] {
            story.provider.behave(|manners| {
                manners.claims.clear();
                manners.forgery = Some(forgery);
            });
            story.is_refused(&format!("token_{part}")).await;
        }
        story.story.clock.advance_seconds(60 * 60);
        story.provider.rotate(algorithm);
    }
}

#[tokio::test]
async fn new_keys_are_asked_for_but_not_all_the_time() {
    let story = Elsewhere::begins().await;
    assert_eq!(story.who().await, story.story.owner.email);
    for algorithm in [Algorithm::EdDSA, Algorithm::RS256, Algorithm::PS256, Algorithm::ES256] {
        story.provider.rotate(algorithm);
        let asked = story.provider.asked("/keys");
        assert_eq!(story.who().await, story.story.owner.email, "{algorithm:?}");
        assert_eq!(story.provider.asked("/keys"), asked + 1);
        // Who makes names of keys up does not have the provider asked each time.
        story.provider.rotate(algorithm);
        for _ in 0..3 {
            story.is_refused("token_signature").await;
        }
        assert_eq!(story.provider.asked("/keys"), asked + 1);
        story.story.clock.advance_seconds(60);
        assert_eq!(story.who().await, story.story.owner.email);
        story.story.clock.advance_seconds(60);
    }
}

#[tokio::test]
async fn a_browser_brings_back_its_own_answer_once() {
    let story = Elsewhere::begins().await;
    let answer = story.consent().await;
    let own = story.browser.cookie.replace(String::new());
    refused(&story.browse(&answer).await, "not_this_browser");
    story.leave().await;
    assert_ne!(*story.browser.cookie.borrow(), own);
    refused(&story.browse(&answer).await, "not_this_browser");
    story.browser.cookie.replace(own);

    let page = story.browse(&changed(&answer, "error", "access_denied<b>")).await;
    refused(&page, "provider_refused");
    assert!(page.body.contains("access_denied&lt;b&gt;"), "{}", page.body);
    let (_, state) = answer.split_once("state=").unwrap();
    let forged = format!("{}{}", &state[..9], state[9..].replacen(['A', 'g'], "Z", 1));
    for (name, value, code) in [
        ("state", forged.as_str(), "not_this_browser"),
        ("state", "", "not_this_browser"),
        ("iss", "http://evil.test", "not_this_browser"),
        ("code", "", "provider_failed"),
        ("code", "guessed", "provider_failed"),
    ] {
        refused(&story.browse(&changed(&answer, name, value)).await, code);
    }

    // None of this has used it, and neither has another window of the same browser.
    story.leave().await;
    code(&story.browse(&changed(&answer, "iss", &story.provider.issuer())).await);
    refused(&story.browse(&answer).await, "provider_failed");
    // A second code for the same sign-in does not help.
    let left = story.leave().await;
    let (first, second) = (story.browser.consent(&left).await, story.browser.consent(&left).await);
    code(&story.browse(&first).await);
    refused(&story.browse(&second).await, "used_before");

    let late = story.consent().await;
    story.story.clock.advance_seconds(10 * 60);
    let page = story.browse(&late).await;
    refused(&page, "expired");
    let again = story.browse(&story.story.url(&link(&page))).await;
    code(&story.browse(&story.browser.consent(&again).await).await);
    // A provider that names itself in its answers has to do so in each.
    story.provider.behave(|manners| {
        manners.metadata.insert("authorization_response_iss_parameter_supported", true.into());
    });
    story.story.clock.advance_seconds(60 * 60);
    story.is_refused("not_this_browser").await;
}

/// An address with another value in the place of one.
fn changed(address: &str, name: &str, value: &str) -> String {
    let old = Url::parse(address).unwrap();
    let mut url = old.clone();
    let pairs = old.query_pairs().filter(|(key, _)| key != name);
    url.query_pairs_mut().clear().extend_pairs(pairs).append_pair(name, value);
    url.into()
}

#[tokio::test]
async fn a_provider_that_does_not_work_is_named_and_left_alone() {
    let story = Elsewhere::begins().await;
    story.provider.behave(|manners| manners.is_down = true);
    refused(&story.leave().await, "provider_failed");
    let asked = story.provider.asked(DISCOVERY);
    story.provider.behave(|manners| manners.is_down = false);
    refused(&story.leave().await, "provider_failed");
    assert_eq!(story.provider.asked(DISCOVERY), asked);
    for metadata in [("issuer", "http://evil.test"), ("token_endpoint", "file:///etc/passwd")] {
        story.story.clock.advance_seconds(5);
        story.provider.behave(|manners| {
            manners.metadata = [(metadata.0, metadata.1.into())].into();
        });
        refused(&story.leave().await, "provider_failed");
    }
    story.provider.behave(|manners| manners.metadata.clear());
    story.story.clock.advance_seconds(5);
    assert_eq!(story.who().await, story.story.owner.email);

    let answer = story.consent().await;
    for _ in 0..100 {
        refused(&story.browse(&changed(&answer, "error", "x")).await, "provider_refused");
    }
    let page = story.browse(&answer).await;
    refused(&page, "too_many_tries");
    assert_eq!((page.status, page.header("retry-after").is_empty()), (429, false));
}

#[tokio::test]
async fn only_people_whom_somebody_has_added_come_in() {
    let story = Elsewhere::begins().await;
    let (app, owner) = (&story.story.app, &story.story.owner);
    let email = || Value::from(owner.email.clone());
    story.provider.say(&[("email", email()), ("email_verified", false.into())]);
    story.is_refused("email_not_verified").await;
    story.provider.say(&[("email", email()), ("email_verified", Value::Null)]);
    story.is_refused("email_not_verified").await;
    story.provider.say(&[("email", "nobody@acme.test".into())]);
    story.is_refused("user_unknown").await;
    let customer = owner.create_customer("Initech").await;
    let of_customer = app.customer_user(owner, &customer, "Admin").await;
    story.provider.say(&[("email", of_customer.email.into())]);
    story.is_refused("user_unknown").await;

    // Where the token does not tell the address, the provider is asked for it.
    story.provider.say(&[("email", Value::Null)]);
    story.is_refused("email_missing").await;
    let about = |sub: &str| json!({ "sub": sub, "email": email(), "email_verified": true });
    story.provider.behave(|manners| manners.userinfo = Some(about("somebody else")));
    story.is_refused("token_subject").await;
    story.provider.behave(|manners| manners.userinfo = Some(about("ada")));
    assert_eq!(story.who().await, owner.email);

    // Who was invited is in, and needs the link no more.
    let guest = app.colleague(owner, "Guest").await;
    let user = domain::user::by_email(app.env(), &guest.email).await.unwrap().unwrap();
    let path = domain::sign_in::invitation::link(app.env(), &user).await.unwrap();
    story.provider.say(&[("sub", "gus".into()), ("email", guest.email.to_uppercase().into())]);
    assert_eq!(story.who().await, guest.email);
    assert_eq!(story.browse(&story.story.url(&path)).await.status, 404);
    // Who was deleted is out, until somebody adds them again.
    delete(owner, &domain::global_id(user.id)).await;
    story.is_refused("user_unknown").await;
    let guest = app.colleague(owner, "Guest").await;
    assert_eq!(story.who().await, guest.email);
}

async fn delete(owner: &User, id: &str) {
    let document = "mutation ($id: ID!) {
        deleteUser(input: { id: $id }) { user { id } errors { field messages } } }";
    owner.query_with(document, &json!({ "id": id })).await;
}

#[tokio::test]
async fn addresses_of_other_domains_do_not_come_in() {
    let story = Elsewhere::begins_with(|settings| {
        settings.allowed_domains = vec!["example.com".to_owned()];
        settings.require_verified_email = false;
    })
    .await;
    story.is_refused("domain_not_allowed").await;
    story.provider.say(&[("email", "a@example.com@acme.test".into())]);
    story.is_refused("domain_not_allowed").await;
    story.provider.say(&[("email", Value::Null)]);
    story.is_refused("email_missing").await;
    story.provider.say(&[("email", "a@Example.com".into()), ("email_verified", Value::Null)]);
    story.is_refused("user_unknown").await;
}
