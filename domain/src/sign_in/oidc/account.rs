//! Which user somebody is whom the provider vouches for.
//!
//! Once linked, the provider's own name for a person decides, and nothing else: addresses are given
//! to other people when somebody leaves. The first time, the address has to do.

use entity::invitation::{self, Purpose};
use entity::{linked_identity, user};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, QueryFilter};

use super::identity::Person;
use super::state::State;
use super::{NewUsers, Refused, Settings};
use crate::env::Env;
use crate::error::Error;
use crate::viewer::Viewer;
use crate::{rows, spent, token, user as users};

/// The longest name that is taken over.
const NAME_CHARS_MAX: usize = 100;

/// Signs somebody in: everything that follows from it is written at once, or nothing.
pub(super) async fn arrive(
    env: &Env,
    settings: &Settings,
    state: &State,
    person: &Person,
) -> Result<user::Model, Refused> {
    let is_allowed = |domain: &str| settings.allowed_domains.iter().any(|it| it == domain);
    if !settings.allowed_domains.is_empty() && !person.domain().is_some_and(is_allowed) {
        return Err(if person.email.is_some() {
            Refused::DomainNotAllowed
        } else {
            Refused::EmailMissing
        });
    }
    let tx = env.db.begin().await?;
    match settle(env, &tx, settings, state, person).await {
        Ok(user) => {
            tx.commit().await?;
            env.deliveries_arrived();
            Ok(user)
        }
        Err(refused) => {
            tx.rollback().await?;
            Err(refused)
        }
    }
}

async fn settle(
    env: &Env,
    tx: &DatabaseTransaction,
    settings: &Settings,
    state: &State,
    person: &Person,
) -> Result<user::Model, Refused> {
    let link = token::sign_in::identity(tx, &settings.issuer, &person.subject).await?;
    let linked = link.as_ref().and_then(|link| Some((link.organization_id, link.user_id?)));
    let user = if let Some((organization, id)) = linked {
        Viewer::System(organization).find::<user::Entity>(tx, id).await?
    } else {
        let user = by_address(env, tx, settings, person, link.is_some()).await?;
        self::link(env, tx, settings, person, &user).await?;
        user
    };
    let is_first =
        spent::spend(env, tx, user.organization_id, state.nonce, state.expires_at()).await?;
    if !is_first {
        return Err(Refused::Spent);
    }
    // Whoever is in has accepted.
    rows::delete::<invitation::Entity>(user.organization_id)
        .filter(invitation::Column::UserId.eq(user.id))
        .filter(invitation::Column::Purpose.eq(Purpose::Invitation))
        .exec(tx)
        .await?;
    Ok(user)
}

/// The user of the organization with this address; somebody new where that is wanted, unless they
/// were here before and somebody has deleted them.
async fn by_address(
    env: &Env,
    tx: &DatabaseTransaction,
    settings: &Settings,
    person: &Person,
    was_deleted: bool,
) -> Result<user::Model, Refused> {
    let email = person.email.as_deref().ok_or(Refused::EmailMissing)?;
    if settings.require_verified_email && !person.is_email_verified {
        return Err(Refused::EmailNotVerified);
    }
    match (token::user_by_email(tx, email).await?, settings.new_users) {
        // People of customers come in through the organization's own product.
        (Some(user), _) if user.customer_id.is_none() => Ok(user),
        (None, Some(new)) if !was_deleted => create(env, tx, new, person, email).await,
        (Some(_) | None, _) => Err(Refused::Unknown),
    }
}

async fn create(
    env: &Env,
    tx: &DatabaseTransaction,
    new: NewUsers,
    person: &Person,
    email: &str,
) -> Result<user::Model, Refused> {
    let name = person.name.as_deref().unwrap_or_default();
    let name = name.chars().filter(|sign| !sign.is_control()).take(NAME_CHARS_MAX).collect();
    let input = users::Create {
        email: email.to_owned(),
        name: Some(name),
        phone: None,
        external_id: None,
        role: new.role,
    };
    let created = users::create_within(env, tx, &Viewer::System(new.organization), input).await;
    created.map_err(|error| match error {
        // Not an address that a user can have.
        Error::Invalid(_) => Refused::EmailMissing,
        error => Refused::Internal(error),
    })
}

/// Remembers who this is. A user is one person at the provider: an address that was given to
/// somebody else there does not lead to the account of whoever had it before.
async fn link(
    env: &Env,
    tx: &DatabaseTransaction,
    settings: &Settings,
    person: &Person,
    user: &user::Model,
) -> Result<(), Refused> {
    use linked_identity::Column as C;
    let organization = user.organization_id;
    let row = linked_identity::Model {
        issuer: settings.issuer.clone(),
        subject: person.subject.clone(),
        organization_id: organization,
        user_id: Some(user.id),
        created_at: env.now(),
    };
    rows::insert_new::<linked_identity::Entity>(tx, vec![row]).await?;
    // Who was deleted, and added again by somebody, is there already.
    rows::update::<linked_identity::Entity>(organization)
        .col_expr(C::UserId, Expr::val(user.id))
        .filter(C::Issuer.eq(&settings.issuer))
        .filter(C::Subject.eq(&person.subject))
        .filter(C::UserId.is_null())
        .exec(tx)
        .await?;
    let of_user = Viewer::System(organization)
        .rows::<linked_identity::Entity>()
        .filter(C::Issuer.eq(&settings.issuer))
        .filter(C::UserId.eq(user.id))
        .all(tx)
        .await?;
    let is_only = matches!(of_user.as_slice(), [one] if one.subject == person.subject);
    if is_only { Ok(()) } else { Err(Refused::LinkedElsewhere) }
}
