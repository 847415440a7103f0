//! Users and their roles.

use std::sync::Arc;

use domain::Action;
use domain::user::{ROLES, RoleInfo, Scope, role_by_id, role_info};
use entity::user::Role;
use entity::{Id, UserId, customer, organization, user};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, Query};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use super::argument::{flag, text};
use super::builder::{Registry, Type};
use super::connection::Listing;
use super::filter::Filter;
use super::mutation::Mutation;
use super::order::Order;
use super::page::RowKey;
use super::{Arguments, id, page};
use crate::ApiError;

impl page::Noun for user::Entity {
    type Id = UserId;
    const ID: user::Column = user::Column::Id;

    fn id(row: &user::Model) -> UserId {
        row.id
    }
}

pub fn listing() -> Listing<user::Entity> {
    use user::Column as C;
    Listing::new("User")
        .filters([
            Filter::since("createdAt_Gte", C::CreatedAt),
            Filter::until("createdAt_Lte", C::CreatedAt),
            Filter::id::<entity::CustomerId>("customer", C::CustomerId),
            Filter::is_null("customer_Isnull", C::CustomerId),
            Filter::text("email", C::Email),
            Filter::contains("email_Icontains", C::Email),
            Filter::text("externalId", C::ExternalId),
            Filter::is_null("externalId_Isnull", C::ExternalId),
            Filter::new(
                (
                    "includeMarketplaceUsers",
                    "Boolean",
                    "False leaves out users of the marketplace.",
                ),
                |value| {
                    let marketplace = [Role::MarketplaceAdmin, Role::MarketplaceUser];
                    let all = flag("includeMarketplaceUsers", value)?;
                    let others = || C::Role.is_not_in(marketplace).into_condition();
                    Ok(if all { Condition::all() } else { others() })
                },
            ),
            Filter::text("name", C::Name),
            Filter::contains("name_Icontains", C::Name),
            Filter::since("updatedAt_Gte", C::UpdatedAt),
            Filter::until("updatedAt_Lte", C::UpdatedAt),
        ])
        .orders([
            Order::number("CREATED_AT", "When they were added.", C::CreatedAt),
            Order::text_of("CUSTOMER", "The name of their customer.", || {
                customer_name(Expr::col((user::Entity, C::CustomerId)))
            }),
            Order::text("EMAIL", "Their email address.", C::Email),
            Order::text("NAME", "Their name.", C::Name),
            Order::text("ROLE", "Their role.", C::Role),
            Order::number("UPDATED_AT", "When they were changed last.", C::UpdatedAt),
        ])
}

/// The name of the customer with this id, for sorting.
pub fn customer_name(id: Expr) -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column((customer::Entity, customer::Column::Name))
        .from(customer::Entity)
        .and_where(Expr::col((customer::Entity, customer::Column::Id)).eq(id))
        .take()
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.add(object());
    registry.query(|query| {
        query
            .resolve("authenticatedUser", "User!", "You.", |_, ask| async move {
                ask.viewer().user().cloned().map(Arc::new).ok_or(ApiError::NotFound)
            })
            .by_id::<user::Entity>("user", "User", "One user.")
            .list("users", "The users you may see.", listing())
            .resolve_with(
                ("userExists", "Boolean!", "Whether your organization knows the address."),
                &[("email", "String!", "The email address.")],
                |_, ask| async move {
                    let email = ask.args.require_text("email")?;
                    let found = domain::user::by_email(ask.env(), &email).await?;
                    let own = ask.viewer().organization_id();
                    Ok(found.is_some_and(|user| Some(user.organization_id) == own))
                },
            )
            .resolve(
                "organizationRoles",
                "[Role]!",
                "The roles that users of the organization can have.",
                |_, _| async { Ok(roles(Scope::Organization)) },
            )
            .resolve(
                "customerRoles",
                "[Role]!",
                "The roles that users of customers can have.",
                |_, _| async { Ok(roles(Scope::Customer)) },
            )
    });
    create(registry);
    update(registry);
    delete(registry);
}

fn roles(scope: Scope) -> Vec<Arc<RoleInfo>> {
    ROLES.iter().filter(|role| role.scope == scope).map(|role| Arc::new(*role)).collect()
}

fn object() -> Type<user::Model> {
    Type::<user::Model>::new("User", "A person or program that signs in.")
        .id(|user| id::encode(user.id))
        .field("name", "String!", "The name; may be empty.", |user| user.name.clone())
        .field("email", "String!", "The address they sign in with.", |user| user.email.clone())
        .field("phone", "String!", "The phone number; may be empty.", |user| user.phone.clone())
        .field("externalId", "String", "The id in the organization's own product.", |user| {
            user.external_id.clone()
        })
        .field("avatarUrl", "String", "Where their picture is.", |_| None::<String>)
        .field("appName", "String!", "The name of the platform.", |_| APP_NAME)
        .field(
            "appAvatarUrl",
            "String",
            "Where the picture of the platform is.",
            |_| None::<String>,
        )
        .resolve(
            "marketplaceName",
            "String!",
            "What stands over the marketplace: what the organization sets, or else its name.",
            |user, ask| async move {
                let of = ask.load(RowKey::<organization::Entity>(user.organization_id)).await?;
                let of = of.ok_or(ApiError::NotFound)?;
                Ok(of.marketplace_name.clone().unwrap_or_else(|| of.name.clone()))
            },
        )
        .field("darkMode", "Boolean!", "Whether they want dark pages.", |user| user.dark_mode)
        .field(
            "darkModeSyncWithOs",
            "Boolean!",
            "Whether pages follow their operating system instead.",
            |user| user.dark_mode_sync_with_os,
        )
        .field("featureFlags", "JSONString!", "What is tried out with them: nothing.", |_| "{}")
        .field("createdAt", "DateTime!", "When they were added.", |user| user.created_at)
        .field("updatedAt", "DateTime!", "When they were changed last.", |user| user.updated_at)
        .field("dateJoined", "DateTime!", "When they were added.", |user| user.created_at)
        .field("tenantId", "String!", "The tenant of the session.", |user| {
            user.organization_id.uuid()
        })
        .field("role", "Role!", "What they may do.", |user| Arc::new(*role_info(user.role)))
        .row::<organization::Entity>(
            "org",
            "Organization",
            "The organization, of users who belong to no customer.",
            |user| user.customer_id.is_none().then_some(user.organization_id),
        )
        .row::<customer::Entity>("customer", "Customer", "The customer they belong to.", |user| {
            user.customer_id
        })
        .editable::<user::Entity>()
        .allows::<user::Entity>(
            "allowChangeRoles",
            Action::Modify,
            "Whether you may give them another role.",
        )
}

/// What the platform calls itself.
const APP_NAME: &str = "Marquetry";

const PAYLOAD: (&str, &str, &str) = ("user", "User", "The user; null on errors.");

fn create(registry: &mut Registry) {
    let inputs = [
        ("email", "String!", "The address they sign in with."),
        ("role", "ID!", "What they may do."),
        ("name", "String", "Their name."),
        ("phone", "String", "Their phone number."),
        ("externalId", "String", "The id in the organization's own product."),
    ];
    Mutation::new("createOrganizationUser", "Adds a user to the organization.", PAYLOAD)
        .inputs(inputs)
        .run(registry, |input, ask| async move {
            let create = new_user(&input)?;
            let created =
                domain::user::create_for_organization(ask.env(), ask.viewer(), create).await?;
            Ok(Arc::new(created))
        });
    Mutation::new("createCustomerUser", "Adds a user to a customer.", PAYLOAD)
        .inputs(inputs)
        .inputs([("customer", "ID", "The customer; yours where you belong to one.")])
        .run(registry, |input, ask| async move {
            let create = new_user(&input)?;
            let customer = match ask.viewer().customer_id() {
                Some(own) => input.id("customer")?.unwrap_or(own),
                None => input.require_id("customer")?,
            };
            let created =
                domain::user::create_for_customer(ask.env(), ask.viewer(), customer, create)
                    .await?;
            Ok(Arc::new(created))
        });
}

fn new_user(input: &Arguments) -> Result<domain::user::Create, ApiError> {
    Ok(domain::user::Create {
        email: input.require_text("email")?,
        name: input.text("name")?,
        phone: input.text("phone")?,
        external_id: input.text("externalId")?,
        role: role(&input.require_text("role")?)?,
    })
}

/// Reads the id of a role.
fn role(text: &str) -> Result<Role, ApiError> {
    let key = id::decode_key("Role", text).ok();
    let id = key.and_then(|key| Uuid::parse_str(&key).ok());
    id.and_then(role_by_id).ok_or_else(|| ApiError::problem("role", "There is no such role."))
}

fn update(registry: &mut Registry) {
    Mutation::new("updateUser", "Changes what is given of a user.", PAYLOAD)
        .inputs([
            ("id", "ID", "The user; yourself if not given."),
            ("name", "String", "Their name."),
            ("phone", "String", "Their phone number."),
            ("externalId", "String", "The id in the organization's own product; empty for none."),
            ("role", "ID", "What they may do."),
            ("darkMode", "Boolean", "Whether they want dark pages."),
            ("darkModeSyncWithOs", "Boolean", "Whether pages follow their operating system."),
        ])
        .refuses([("avatarUrl", "String"), ("featureFlags", "String")])
        .run(registry, |input, ask| async move {
            let update = domain::user::Update {
                name: input.text("name")?,
                phone: input.text("phone")?,
                external_id: input.text("externalId")?,
                role: input.value("role").map(|id| role(&text("role", id)?)).transpose()?,
                dark_mode: input.flag("darkMode")?,
                dark_mode_sync_with_os: input.flag("darkModeSyncWithOs")?,
            };
            let id = match ask.viewer().user() {
                Some(own) => input.id("id")?.unwrap_or(own.id),
                None => input.require_id("id")?,
            };
            Ok(Arc::new(domain::user::update(ask.env(), ask.viewer(), id, update).await?))
        });
}

fn delete(registry: &mut Registry) {
    Mutation::new("deleteUser", "Removes a user.", PAYLOAD)
        .inputs([("id", "ID", "The user.")])
        .run(registry, |input, ask| async move {
            let id = input.require_id("id")?;
            Ok(Arc::new(domain::user::delete(ask.env(), ask.viewer(), id).await?))
        });
}
