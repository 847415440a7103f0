//! People who sign in, and the roles they can have.

mod role;

use entity::invitation::Purpose;
use entity::user::Role;
use entity::{CustomerId, UserId, customer, user};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, PaginatorTrait,
    QueryFilter, Set,
};

use crate::alert;
use crate::env::Env;
use crate::error::{Error, OnUnique, Problem, Unique};
use crate::event::{self, EventType, Slots};
use crate::input::Problems;
use crate::policy::{Action, Noun};
use crate::sign_in::invitation;
use crate::user_level;
use crate::viewer::Viewer;
use crate::{rows, token};

pub use role::{ROLES, RoleInfo, Scope, role_by_id, role_info};

#[derive(Clone, Debug)]
pub struct Create {
    pub email: String,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub external_id: Option<String>,
    pub role: Role,
}

/// What is not given stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Update {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub external_id: Option<String>,
    pub role: Option<Role>,
    pub dark_mode: Option<bool>,
    pub dark_mode_sync_with_os: Option<bool>,
}

/// Creates somebody who signs in: they get a link by mail where mail can be sent.
pub async fn create_for_organization(
    env: &Env,
    viewer: &Viewer,
    input: Create,
) -> Result<user::Model, Error> {
    let tx = env.db.begin().await?;
    let created = create_within(env, &tx, viewer, input).await?;
    invitation::ask(env, &tx, &created, Purpose::Invitation).await?;
    tx.commit().await?;
    env.deliveries_arrived();
    invitation::asked(env);
    Ok(created)
}

pub async fn create_for_customer(
    env: &Env,
    viewer: &Viewer,
    customer: CustomerId,
    input: Create,
) -> Result<user::Model, Error> {
    let tx = env.db.begin().await?;
    viewer.permit_within::<customer::Entity>(&tx, Noun::CustomerUser, customer).await?;
    let row = new_row(env, viewer, &input, Some(customer))?;
    let created = insert(&tx, row).await?;
    record(env, &tx, viewer, EventType::UserCreated, &created).await?;
    tx.commit().await?;
    env.deliveries_arrived();
    Ok(created)
}

/// As [`create_for_organization`], for somebody who is at the door: they need no link. To be called
/// within a transaction, after whose commit there are deliveries.
pub(crate) async fn create_within(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    input: Create,
) -> Result<user::Model, Error> {
    viewer.permit_in_organization(tx, Noun::OrganizationUser).await?;
    let created = insert(tx, new_row(env, viewer, &input, None)?).await?;
    record(env, tx, viewer, EventType::UserCreated, &created).await?;
    Ok(created)
}

/// A user of a customer whom the organization's own product vouches for, and who does not sign in.
pub(crate) async fn create_embedded(
    env: &Env,
    viewer: &Viewer,
    customer: CustomerId,
    input: Create,
) -> Result<user::Model, Error> {
    let tx = env.db.begin().await?;
    viewer.permit_within::<customer::Entity>(&tx, Noun::CustomerUser, customer).await?;
    let row = new_row(env, viewer, &input, Some(customer))?;
    let created = insert(&tx, user::Model { is_embedded: true, ..row }).await?;
    record(env, &tx, viewer, EventType::UserCreated, &created).await?;
    tx.commit().await?;
    env.deliveries_arrived();
    Ok(created)
}

/// Changes a user; everybody may change their own name and phone.
pub async fn update(
    env: &Env,
    viewer: &Viewer,
    id: UserId,
    input: Update,
) -> Result<user::Model, Error> {
    let tx = env.db.begin().await?;
    let own = viewer.permit_self().filter(|permit| permit.row().id == id);
    let is_own = own.is_some();
    let permit = match own {
        Some(permit) => permit,
        None => viewer.permit::<user::Entity>(&tx, Action::Modify, id).await?,
    };
    let row = permit.row();
    let mut problems = Problems::default();
    let mut edit = permit.edit();
    if let Some(name) = &input.name {
        edit.name = Set(problems.line("name", name));
    }
    if let Some(phone) = &input.phone {
        edit.phone = Set(problems.line("phone", phone));
    }
    if let Some(external_id) = &input.external_id {
        edit.external_id = Set(problems.external_id(Some(external_id)));
    }
    if let Some(dark) = input.dark_mode {
        edit.dark_mode = Set(dark);
    }
    if let Some(sync) = input.dark_mode_sync_with_os {
        edit.dark_mode_sync_with_os = Set(sync);
    }
    if let Some(role) = input.role.filter(|role| *role != row.role) {
        if is_own {
            problems.add("role", "Nobody changes their own role.");
        }
        check_scope(&mut problems, role, row.customer_id);
        edit.role = Set(role);
    }
    problems.finish()?;
    require_level(viewer, row.role)?;
    if let Some(role) = input.role {
        require_level(viewer, role)?;
    }
    if input.role.is_some_and(|role| role != row.role) {
        keep_an_owner(&tx, row).await?;
    }
    edit.updated_at = Set(env.now());
    let updated = edit.update(&tx).await.on_unique(&CONFLICTS)?;
    let before = permit.into_row();
    if updated != (user::Model { updated_at: updated.updated_at, ..before }) {
        record(env, &tx, viewer, EventType::UserUpdated, &updated).await?;
    }
    tx.commit().await?;
    env.deliveries_arrived();
    Ok(updated)
}

/// Removes a user; nobody removes themselves.
pub async fn delete(env: &Env, viewer: &Viewer, id: UserId) -> Result<user::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<user::Entity>(&tx, Action::Remove, id).await?;
    let row = permit.into_row();
    if viewer.user().is_some_and(|own| own.id == id) {
        return Err(Error::invalid("id", "Nobody deletes their own user."));
    }
    require_level(viewer, row.role)?;
    keep_an_owner(&tx, &row).await?;
    alert::forget_one(&tx, row.organization_id, id).await?;
    user_level::go_with_user(env, &tx, &row).await?;
    rows::delete::<user::Entity>(row.organization_id)
        .filter(user::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    record(env, &tx, viewer, EventType::UserDeleted, &row).await?;
    tx.commit().await?;
    env.deliveries_arrived();
    Ok(row)
}

/// Writes an event about an account.
async fn record(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    event_type: EventType,
    row: &user::Model,
) -> Result<(), Error> {
    let customer = match row.customer_id {
        Some(id) => {
            let system = Viewer::System(row.organization_id);
            Some(system.find::<customer::Entity>(tx, id).await?)
        }
        None => None,
    };
    let slots = Slots::of_user(row, customer.as_ref());
    event::record(env, tx, viewer, event_type, slots).await
}

/// The user who signs in with this address. For the command line and the login page.
pub async fn by_email(env: &Env, email: &str) -> Result<Option<user::Model>, Error> {
    token::user_by_email(env.db.read(), email).await
}

pub(crate) async fn insert(
    db: &impl ConnectionTrait,
    row: user::Model,
) -> Result<user::Model, Error> {
    rows::insert::<user::Entity>(db, row).await.on_unique(&CONFLICTS)
}

const CONFLICTS: [Unique; 2] = [
    Unique { index: "user_email", field: "email", message: "Another user has this address." },
    Unique {
        index: "user_customer_id_external_id",
        field: "externalId",
        message: "Another user of this customer has this external id.",
    },
];

fn new_row(
    env: &Env,
    viewer: &Viewer,
    input: &Create,
    customer: Option<CustomerId>,
) -> Result<user::Model, Error> {
    let mut problems = Problems::default();
    let now = env.now();
    let row = user::Model {
        id: env.ids.next(),
        organization_id: viewer.signed_in()?,
        customer_id: customer,
        email: problems.email(&input.email),
        name: problems.line("name", input.name.as_deref().unwrap_or_default()),
        phone: problems.line("phone", input.phone.as_deref().unwrap_or_default()),
        external_id: problems.external_id(input.external_id.as_deref()),
        role: input.role,
        is_embedded: false,
        dark_mode: false,
        dark_mode_sync_with_os: true,
        created_at: now,
        updated_at: now,
    };
    check_scope(&mut problems, input.role, customer);
    problems.finish()?;
    require_level(viewer, input.role)?;
    Ok(row)
}

fn check_scope(problems: &mut Problems, role: Role, customer: Option<CustomerId>) {
    let info = role_info(role);
    match (info.scope, customer) {
        (Scope::Organization, None) | (Scope::Customer, Some(_)) => {}
        (Scope::Organization, Some(_)) => {
            problems.add("role", "This is a role of the organization, not of a customer.");
        }
        (Scope::Customer, None) => {
            problems.add("role", "This is a role of customers, not of the organization.");
        }
    }
}

/// Nobody raises anybody, themselves included, above their own level.
fn require_level(viewer: &Viewer, role: Role) -> Result<(), Error> {
    let Some(own) = viewer.user().map(|user| role_info(user.role)) else {
        return viewer.signed_in().map(|_| ());
    };
    let info = role_info(role);
    if own.scope == info.scope && own.level < info.level {
        return Err(Error::Forbidden);
    }
    Ok(())
}

/// An organization without an owner could never change itself again.
async fn keep_an_owner(db: &impl ConnectionTrait, row: &user::Model) -> Result<(), Error> {
    if row.role != Role::Owner {
        return Ok(());
    }
    let owners = Viewer::System(row.organization_id)
        .rows::<user::Entity>()
        .filter(user::Column::Role.eq(Role::Owner))
        .count(db)
        .await?;
    if owners > 1 {
        return Ok(());
    }
    Err(Error::Conflict(Problem::new("role", "The organization needs an owner.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, problems, viewer};

    fn new(email: &str, role: Role) -> Create {
        let email = email.to_owned();
        Create { email, name: None, phone: None, external_id: None, role }
    }

    #[tokio::test]
    async fn nobody_rises_above_their_own_level() {
        let world = World::new().await;
        let (env, owner) = (&world.env, &world.owner);
        let admin = create_for_organization(env, owner, new("Admin@acme.test", Role::Admin)).await;
        let admin = viewer(admin.unwrap());
        let raised = create_for_organization(env, &admin, new("b@acme.test", Role::Owner)).await;
        assert!(matches!(raised, Err(Error::Forbidden)));
        let owner_id = owner.user().unwrap().id;
        let deleted = delete(env, &admin, owner_id).await;
        assert!(matches!(deleted, Err(Error::Forbidden)));
        let role = Update { role: Some(Role::Owner), ..Update::default() };
        let own = update(env, &admin, admin.user().unwrap().id, role).await;
        assert_eq!(problems(own), ["role: Nobody changes their own role."]);
        let own = delete(env, owner, owner_id).await;
        assert_eq!(problems(own), ["id: Nobody deletes their own user."]);

        let guest = create_for_organization(env, &admin, new("g@acme.test", Role::Guest)).await;
        let guest = viewer(guest.unwrap());
        let name = Update { name: Some("Gus".into()), ..Update::default() };
        let own = update(env, &guest, guest.user().unwrap().id, name.clone()).await;
        assert_eq!(own.unwrap().name, "Gus");
        let other = update(env, &guest, owner_id, name).await;
        assert!(matches!(other, Err(Error::Forbidden)));
    }

    /// Proves R173.
    #[tokio::test]
    async fn customers_have_users_with_roles_of_customers() {
        let world = World::new().await;
        let (env, owner) = (&world.env, &world.owner);
        let customer = world.customer("Initech").await;
        let other = world.customer("Hooli").await;
        let input = new("a@initech.test", Role::CustomerAdmin);
        let admin = viewer(create_for_customer(env, owner, customer.id, input).await.unwrap());
        let input = new("b@initech.test", Role::CustomerMember);
        create_for_customer(env, &admin, customer.id, input.clone()).await.unwrap();
        let taken = create_for_customer(env, &admin, customer.id, input.clone()).await;
        assert_eq!(problems(taken), ["email: Another user has this address."]);
        let elsewhere = create_for_customer(env, &admin, other.id, input).await;
        assert!(matches!(elsewhere, Err(Error::NotFound(crate::Kind::Customer))));
        let wrong = new("c@initech.test", Role::Admin);
        let wrong = create_for_customer(env, owner, customer.id, wrong).await;
        assert_eq!(
            problems(wrong),
            ["role: This is a role of the organization, not of a customer."]
        );
        assert!(by_email(env, "A@Initech.test").await.unwrap().is_some());
    }

    #[test]
    fn every_role_has_an_id_of_its_own() {
        for info in &ROLES {
            assert_eq!(role_by_id(info.id), Some(info.role));
            assert_eq!(role_info(info.role).id, info.id);
        }
    }
}
