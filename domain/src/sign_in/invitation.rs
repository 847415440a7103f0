//! Links with which people set their passwords, once.
//!
//! A link that goes out by mail is made when it is sent: what waits in the database is only that
//! somebody should get one.

use std::net::IpAddr;

use entity::invitation::{self, Purpose};
use entity::{Timestamp, UserId, user};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};
use uuid::Uuid;

use super::attempts::TooMany;
use super::password;
use crate::env::Env;
use crate::error::{Error, Kind};
use crate::viewer::Viewer;
use crate::{rows, token};

/// How long a link is good for.
const INVITATION_SECONDS_MAX: i64 = 7 * 24 * 60 * 60;
const RESET_SECONDS_MAX: i64 = 60 * 60;

/// Mails that one round takes.
const MAILS_AT_ONCE: u64 = 50;

/// How long a sender may take before somebody else tries.
const CLAIM_SECONDS: i64 = 120;

/// Seconds before the second try, the third, and so on; after the last, a mail is given up.
const PAUSES: [i64; 4] = [5, 300, 1_800, 7_200];

/// A link on its way to somebody.
#[derive(Debug)]
pub struct Mail {
    /// Another one for each try.
    pub id: Uuid,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    user: user::Model,
    hash: String,
    attempts: i32,
}

/// Writes that a user should get a link by mail, where they can have one.
pub(crate) async fn ask(
    env: &Env,
    db: &impl ConnectionTrait,
    user: &user::Model,
    purpose: Purpose,
) -> Result<(), Error> {
    if !env.sign_in.sends_links() {
        return Ok(());
    }
    replace(db, row(env, user, purpose, None)).await
}

/// To be called after the commit.
pub(crate) fn asked(env: &Env) {
    env.sign_in.mail_written.notify_one();
}

/// Somebody says that they have forgotten their password. Nobody learns whether there is such a
/// user: the link goes to their address.
pub async fn ask_for_reset(env: &Env, email: &str) -> Result<(), Error> {
    let tx = env.db.begin().await?;
    if let Some(user) = token::user_by_email(&tx, email).await? {
        ask(env, &tx, &user, Purpose::Reset).await?;
    }
    tx.commit().await?;
    asked(env);
    Ok(())
}

/// Counts what [`ask_for_reset`] is asked for.
pub fn may_ask(env: &Env, address: Option<IpAddr>, email: &str) -> Result<(), TooMany> {
    let account = email.trim().to_lowercase();
    env.sign_in.attempts.ask_for_link(env.now(), &account, address)
}

/// The path of a new link for somebody who is new; the one they had is no longer good.
pub async fn link(env: &Env, user: &user::Model) -> Result<String, Error> {
    let secret = super::secret(env);
    let tx = env.db.begin().await?;
    replace(&tx, row(env, user, Purpose::Invitation, Some(super::hash(&secret)))).await?;
    tx.commit().await?;
    Ok(path(&secret))
}

/// Whose link this is.
pub async fn find(env: &Env, secret: &str) -> Result<user::Model, Error> {
    let (user, _) = current(env, env.db.read(), secret).await?;
    Ok(user)
}

/// Uses a link: sets the password of whoever it belongs to.
pub async fn accept(env: &Env, secret: &str, password: &str) -> Result<user::Model, Error> {
    current(env, env.db.read(), secret).await?;
    let hash = password::new_hash(env, password).await?;
    let tx = env.db.begin().await?;
    let (user, row) = current(env, &tx, secret).await?;
    let deleted = rows::delete::<invitation::Entity>(user.organization_id)
        .filter(invitation::Column::UserId.eq(user.id))
        .filter(invitation::Column::Hash.eq(row.hash))
        .exec(&tx)
        .await?;
    if deleted.rows_affected != 1 {
        tx.rollback().await?;
        return Err(Error::NotFound(Kind::User));
    }
    password::write(env, &tx, &user, hash).await?;
    tx.commit().await?;
    Ok(user)
}

/// Takes mails that are due, each with a new link. Nobody else gets them until their sender has had
/// its time.
pub async fn due(env: &Env) -> Result<Vec<Mail>, Error> {
    let now = env.now();
    let mut taken = Vec::new();
    for row in token::sign_in::due_invitations(env, now, MAILS_AT_ONCE).await? {
        let secret = super::secret(env);
        let hash = super::hash(&secret);
        let tx = env.db.begin().await?;
        let moved = rows::update::<invitation::Entity>(row.organization_id)
            .col_expr(invitation::Column::Hash, Expr::val(hash.as_str()))
            .col_expr(invitation::Column::ExpiresAt, Expr::val(end(row.purpose, now)))
            .col_expr(invitation::Column::Attempts, Expr::val(row.attempts + 1))
            .col_expr(invitation::Column::MailAt, Expr::val(now.plus_seconds(CLAIM_SECONDS)))
            .filter(invitation::Column::UserId.eq(row.user_id))
            .filter(invitation::Column::MailAt.eq(row.mail_at))
            .exec(&tx)
            .await?;
        let user = of_id(&tx, &row).await?;
        tx.commit().await?;
        if moved.rows_affected > 0 {
            let url = format!("{}{}", env.public_url, path(&secret));
            let (subject, body) = texts(row.purpose, &user.email, &url);
            taken.push(Mail {
                id: Uuid::from_u128(env.ids.bits()),
                recipient: user.email.clone(),
                subject: subject.to_owned(),
                body,
                user,
                hash,
                attempts: row.attempts + 1,
            });
        }
    }
    Ok(taken)
}

/// When the next mail is due.
pub async fn next(env: &Env) -> Result<Option<Timestamp>, Error> {
    token::sign_in::next_invitation(env).await
}

/// Writes down what became of a mail. Returns whether it will be tried again.
pub async fn record(env: &Env, mail: &Mail, is_settled: bool) -> Result<bool, Error> {
    let tried = usize::try_from(mail.attempts).unwrap_or(usize::MAX);
    let pause = PAUSES.get(tried.saturating_sub(1)).filter(|_| !is_settled);
    let next = pause.map(|seconds| env.now().plus_seconds(*seconds));
    let tx = env.db.begin().await?;
    rows::update::<invitation::Entity>(mail.user.organization_id)
        .col_expr(invitation::Column::MailAt, Expr::val(next))
        .filter(invitation::Column::UserId.eq(mail.user.id))
        .filter(invitation::Column::Hash.eq(&mail.hash))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(next.is_some())
}

impl Mail {
    pub fn user(&self) -> UserId {
        self.user.id
    }
}

/// Subject and body of a mail.
fn texts(purpose: Purpose, email: &str, url: &str) -> (&'static str, String) {
    match purpose {
        Purpose::Invitation => (
            "You were invited to Marquetry",
            format!(
                "You were invited to Marquetry as {email}.\n\nSet your password here, within seven \
                 days:\n{url}\n\nIf you did not expect this, you need not do anything."
            ),
        ),
        Purpose::Reset => (
            "Set a new password for Marquetry",
            format!(
                "Somebody asked for a new password for {email}.\n\nSet it here, within an hour:\n\
                 {url}\n\nIf it was not you, you need not do anything: your password is still \
                 the old one."
            ),
        ),
    }
}

fn path(secret: &str) -> String {
    format!("/invitation/{secret}")
}

fn end(purpose: Purpose, now: Timestamp) -> Timestamp {
    now.plus_seconds(match purpose {
        Purpose::Invitation => INVITATION_SECONDS_MAX,
        Purpose::Reset => RESET_SECONDS_MAX,
    })
}

/// A link, or what becomes one when it is sent.
fn row(env: &Env, user: &user::Model, purpose: Purpose, hash: Option<String>) -> invitation::Model {
    let now = env.now();
    invitation::Model {
        user_id: user.id,
        organization_id: user.organization_id,
        purpose,
        mail_at: hash.is_none().then_some(now),
        hash,
        expires_at: end(purpose, now),
        attempts: 0,
        created_at: now,
    }
}

async fn replace(db: &impl ConnectionTrait, row: invitation::Model) -> Result<(), Error> {
    rows::delete::<invitation::Entity>(row.organization_id)
        .filter(invitation::Column::UserId.eq(row.user_id))
        .exec(db)
        .await?;
    rows::insert::<invitation::Entity>(db, row).await?;
    Ok(())
}

/// A link that is good, with its user.
async fn current(
    env: &Env,
    db: &impl ConnectionTrait,
    secret: &str,
) -> Result<(user::Model, invitation::Model), Error> {
    let found = token::sign_in::invitation(db, &super::hash(secret)).await?;
    let row = found.filter(|row| env.now() < row.expires_at && env.sign_in.settings.password);
    let row = row.ok_or(Error::NotFound(Kind::User))?;
    Ok((of_id(db, &row).await?, row))
}

async fn of_id(db: &impl ConnectionTrait, row: &invitation::Model) -> Result<user::Model, Error> {
    Viewer::System(row.organization_id).find::<user::Entity>(db, row.user_id).await
}
