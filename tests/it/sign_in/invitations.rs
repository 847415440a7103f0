//! Links with which people set their passwords.

use crate::harness::{MailServer, Page};
use crate::sign_in::{PASSWORD, Story, request_of};

const ANOTHER: &str = "another password of theirs";

/// A story in which mail arrives.
async fn with_mail() -> (Story, MailServer) {
    let mail = MailServer::start().await;
    let url = mail.url();
    let story = Story::begins_with(|options| {
        options.messages.smtp_url = Some(url.into());
        options.messages.mail_from = Some("Marquetry <marquetry@acme.test>".to_owned());
    })
    .await;
    (story, mail)
}

/// The path of the link in a mail.
fn link(mail: &str) -> String {
    let text = mail.replace("=\n", "").replace("=3D", "=");
    let (_, rest) = text.split_once("/invitation/").unwrap_or_else(|| panic!("{mail}"));
    let secret: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
    format!("/invitation/{secret}")
}

impl Story {
    async fn accept(&self, link: &str, password: &str, repeated: &str) -> Page {
        self.post(link, &[("password", password), ("repeated", repeated)]).await
    }

    async fn forget(&self, email: &str) -> Page {
        let request = request_of(&self.page().await);
        self.post("/forgot", &[("request", &request), ("email", email)]).await
    }
}

#[tokio::test]
async fn who_is_invited_sets_a_password_once() {
    let (story, mail) = with_mail().await;
    let colleague = story.app.colleague(&story.owner, "Admin").await;
    let mails = mail.wait_for(1).await;
    let first = link(&mails[0]);
    let page = story.get(&story.url(&first)).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains(&colleague.email));
    assert_eq!(story.type_in(&colleague.email, PASSWORD).await.status, 403);

    assert_eq!(story.accept(&first, "short", "short").await.status, 422);
    assert_eq!(story.accept(&first, PASSWORD, ANOTHER).await.status, 422);
    let page = story.accept(&first, PASSWORD, PASSWORD).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert_eq!(story.type_in(&colleague.email, PASSWORD).await.status, 303);
    assert_eq!(story.accept(&first, ANOTHER, ANOTHER).await.status, 404);
    assert_eq!(story.get(&story.url(&first)).await.status, 404);
}

#[tokio::test]
async fn a_newer_link_ends_the_one_before_and_all_end_by_themselves() {
    let story = Story::begins().await;
    let env = story.app.env();
    let user = domain::user::by_email(env, &story.owner.email).await.unwrap().unwrap();
    let first = domain::sign_in::invitation::link(env, &user).await.unwrap();
    let second = domain::sign_in::invitation::link(env, &user).await.unwrap();
    assert_eq!(story.get(&story.url(&first)).await.status, 404);
    assert_eq!(story.get(&story.url(&second)).await.status, 200);
    story.clock.advance_seconds(7 * 24 * 60 * 60);
    assert_eq!(story.accept(&second, ANOTHER, ANOTHER).await.status, 404);
    assert_eq!(story.type_in(&story.owner.email, PASSWORD).await.status, 303);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_and_tells_nothing() {
    let (story, mail) = with_mail().await;
    let token = crate::harness::text(&story.tokens().await, "/refresh_token");
    assert!(story.page().await.body.contains("Forgot password?"));
    let (known, unknown) =
        (story.forget(&story.owner.email).await, story.forget("nobody@acme.test").await);
    assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    assert_eq!(known.status, 200);
    let mails = mail.wait_for(1).await;
    let path = link(&mails[0]);
    assert_eq!(story.accept(&path, ANOTHER, ANOTHER).await.status, 200);
    assert_eq!(story.type_in(&story.owner.email, PASSWORD).await.status, 403);
    assert_eq!(story.type_in(&story.owner.email, ANOTHER).await.status, 303);
    assert_eq!(story.refresh(&token, &[]).await.status, 403, "clients ask again");

    // Nobody fills the mailbox of somebody else.
    for _ in 0..2 {
        assert_eq!(story.forget(&story.owner.email).await.status, 200);
    }
    let page = story.forget(&story.owner.email).await;
    assert_eq!(page.status, 429);
    assert!(!page.header("retry-after").is_empty());
    assert_eq!(story.post("/forgot", &[("email", "a@acme.test")]).await.status, 400);
}
