//! People who sign in, the clients that send them, and the pages they see.

mod invitations;
pub mod oidc;
pub mod provider;
mod requests;
mod tokens;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{Ids, ManualClock, Timestamp};
use reqwest::Url;
use serde_json::Value;
use server::Options;
use sha2::{Digest, Sha256};

use crate::harness::{Page, TestApp, User, text};

const PASSWORD: &str = "a long enough password";

const REDIRECT: &str = "http://localhost:59412/";

const VERIFIER: &str = "a-verifier-that-only-the-client-knows-0123456789";

/// A server whose owner has a password.
struct Story {
    app: TestApp,
    clock: Arc<ManualClock>,
    owner: User,
}

impl Story {
    async fn begins() -> Self {
        Self::begins_with(|_| ()).await
    }

    async fn begins_with(change: impl FnOnce(&mut Options)) -> Self {
        let clock = Arc::new(ManualClock::starting_at(Timestamp(1_790_000_000_000_000)));
        let app = TestApp::start_with(|options| {
            options.clock = clock.clone();
            options.ids = Ids::random(clock.clone());
            change(options);
        })
        .await;
        let owner = app.organization("acme").await;
        let user = domain::user::by_email(app.env(), &owner.email).await.unwrap().unwrap();
        domain::sign_in::password::set(app.env(), &user, PASSWORD).await.unwrap();
        Self { app, clock, owner }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.app.url())
    }

    async fn get(&self, url: &str) -> Page {
        self.app.anonymous().get(url).await
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Page {
        let nobody = self.app.anonymous();
        nobody.call(nobody.http().post(self.url(path)).form(form)).await
    }

    async fn post_json(&self, path: &str, body: &Value) -> Page {
        let nobody = self.app.anonymous();
        nobody.call(nobody.http().post(self.url(path)).json(body)).await
    }

    /// The page that a client sends somebody to.
    async fn page(&self) -> Page {
        let page = self.get(self.authorize_url(&[]).as_str()).await;
        assert_eq!(page.status, 200, "{}", page.body);
        page
    }

    fn authorize_url(&self, changed: &[(&str, &str)]) -> Url {
        authorize_url(&self.app.url(), changed)
    }

    /// Fills in the page.
    async fn type_in(&self, email: &str, password: &str) -> Page {
        let request = request_of(&self.page().await);
        let form = [("request", request.as_str()), ("email", email), ("password", password)];
        self.post("/authorize", &form).await
    }

    /// The code that the browser of the owner brings back.
    async fn code(&self) -> String {
        let page = self.type_in(&self.owner.email, PASSWORD).await;
        assert_eq!(page.status, 303, "{}", page.body);
        let location = page.header("location");
        // The client reads the address letter by letter.
        let (code, state) = location
            .strip_prefix(&format!("{REDIRECT}?code="))
            .and_then(|rest| rest.split_once("&state="))
            .unwrap_or_else(|| panic!("{location}"));
        assert_eq!(state, "a-state");
        assert!(code.chars().all(|sign| sign.is_ascii_alphanumeric()), "{code}");
        code.to_owned()
    }

    async fn redeem(&self, code: &str) -> Page {
        self.redeem_with(code, VERIFIER, REDIRECT).await
    }

    async fn redeem_with(&self, code: &str, verifier: &str, redirect: &str) -> Page {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "marquetry"),
            ("code_verifier", verifier),
            ("code", code),
            ("redirect_uri", redirect),
        ];
        self.post("/oauth/token", &form).await
    }

    /// The tokens of the owner, who has just signed in.
    async fn tokens(&self) -> Value {
        let page = self.redeem(&self.code().await).await;
        assert_eq!(page.status, 200, "{}", page.body);
        page.json()
    }

    async fn refresh(&self, token: &str, more: &[(&str, &str)]) -> Page {
        let usual =
            [("grant_type", "refresh_token"), ("client_id", "marquetry"), ("refresh_token", token)];
        self.post("/oauth/token", &[&usual, more].concat()).await
    }

    /// Who asks with this access token, as the API sees it.
    async fn who(&self, tokens: &Value) -> String {
        let mut somebody = self.app.anonymous();
        somebody.token = Some(text(tokens, "/access_token"));
        text(&somebody.query("{ authenticatedUser { email } }").await, "/authenticatedUser/email")
    }
}

/// What a client asks for, with these parameters in the place of the usual ones.
fn authorize_url(base: &str, changed: &[(&str, &str)]) -> Url {
    let challenge = challenge();
    let usual = [
        ("response_type", "code"),
        ("client_id", "marquetry"),
        ("redirect_uri", REDIRECT),
        ("scope", "openid profile email offline_access"),
        ("state", "a-state"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let mut url = Url::parse(&format!("{base}/authorize")).unwrap();
    for (name, value) in usual {
        let value = changed.iter().find(|(key, _)| *key == name).map_or(value, |it| it.1);
        url.query_pairs_mut().append_pair(name, value);
    }
    for (name, value) in changed.iter().filter(|it| usual.iter().all(|(key, _)| *key != it.0)) {
        url.query_pairs_mut().append_pair(name, value);
    }
    url
}

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

/// What a page carries from one request to the next.
fn request_of(page: &Page) -> String {
    let (_, rest) = page.body.split_once("name=\"request\" value=\"").expect("a form");
    rest.split_once('"').expect("a value").0.to_owned()
}

/// What a JWT says.
fn claims(token: &str) -> Value {
    let said = token.split('.').nth(1).expect("a JWT");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(said).unwrap()).unwrap()
}
