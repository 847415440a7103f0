//! Who asks, and the proof that they may.

mod governed;
mod seen;
mod table;

use entity::{CustomerId, OrganizationId, TenantOwned, UserId, instance, organization, user};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Select,
};

use crate::error::Error;
use crate::policy::{self, Action, Noun, Permission};

pub use governed::Governed;
pub(crate) use seen::is_for_customers;
use seen::{
    attempts_of_endpoints, integrations_of, is_configured_by, is_filled_by_customers,
    is_to_endpoint, part_of_integrations, scoped_variables_of,
};
use table::Table;

/// Who asks.
#[derive(Clone, Debug)]
pub enum Viewer {
    /// Nobody known: no rights, no rows.
    Anonymous,
    User(UserViewer),
    /// The platform itself, at work for one organization.
    System(OrganizationId),
}

/// A person or program that signed in.
#[derive(Clone, Debug)]
pub struct UserViewer {
    pub user: user::Model,
}

impl Viewer {
    /// The rows of a table that this viewer may see. Every read starts here.
    pub fn rows<E: TenantOwned>(&self) -> Select<E> {
        E::find().filter(self.visible::<E>())
    }

    /// The condition behind [`Viewer::rows`], for subqueries and counts.
    pub fn visible<E: TenantOwned>(&self) -> Condition {
        match self {
            Self::Anonymous => nothing(),
            Self::System(organization) => E::ORGANIZATION.eq(*organization).into_condition(),
            Self::User(viewer) => Condition::all()
                .add(E::ORGANIZATION.eq(viewer.user.organization_id))
                .add(viewer.visible::<E>()),
        }
    }

    /// Whether the viewer's role has the permission, on whatever rows they see.
    pub fn may(&self, permission: Permission) -> bool {
        match self {
            Self::Anonymous => false,
            Self::System(_) => true,
            Self::User(viewer) => policy::allows(viewer.user.role, permission),
        }
    }

    /// Whether the viewer's role allows the action, on whatever rows they see.
    pub fn can(&self, noun: Noun, action: Action) -> bool {
        match self {
            Self::Anonymous => false,
            Self::System(_) => true,
            Self::User(viewer) => policy::may(viewer.user.role, noun, action),
        }
    }

    /// Whether the viewer may do this with a row they see.
    pub fn can_on<E: Governed>(&self, action: Action, row: &E::Model) -> bool {
        let is_own = match (self.customer_id(), E::customer_of(row)) {
            (None, _) => true,
            (Some(own), owner) => owner == Some(own),
        };
        is_own && self.can(E::noun_of(row), action)
    }

    pub fn require(&self, permission: Permission) -> Result<(), Error> {
        self.signed_in()?;
        if self.may(permission) { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// The organization of a viewer who is somebody.
    pub fn signed_in(&self) -> Result<OrganizationId, Error> {
        self.organization_id().ok_or(Error::Unauthenticated)
    }

    pub fn organization_id(&self) -> Option<OrganizationId> {
        match self {
            Self::Anonymous => None,
            Self::User(viewer) => Some(viewer.user.organization_id),
            Self::System(organization) => Some(*organization),
        }
    }

    pub fn customer_id(&self) -> Option<CustomerId> {
        self.user()?.customer_id
    }

    pub fn user(&self) -> Option<&user::Model> {
        match self {
            Self::User(viewer) => Some(&viewer.user),
            Self::Anonymous | Self::System(_) => None,
        }
    }

    /// A row that this viewer sees.
    pub async fn find<E: Governed>(
        &self,
        db: &impl ConnectionTrait,
        id: E::Id,
    ) -> Result<E::Model, Error> {
        self.signed_in()?;
        let row = self.rows::<E>().filter(E::ID.eq(id)).one(db).await?;
        row.ok_or(Error::NotFound(E::KIND))
    }

    /// The right to do something with a row: not found if the viewer does not even see it.
    pub async fn permit<E: Governed>(
        &self,
        db: &impl ConnectionTrait,
        action: Action,
        id: E::Id,
    ) -> Result<Permit<E>, Error> {
        let row = self.find::<E>(db, id).await?;
        if self.can_on::<E>(action, &row) { Ok(Permit { row }) } else { Err(Error::Forbidden) }
    }

    /// The right to create something that belongs to a row.
    pub async fn permit_within<E: Governed>(
        &self,
        db: &impl ConnectionTrait,
        noun: Noun,
        id: E::Id,
    ) -> Result<Permit<E>, Error> {
        let row = self.find::<E>(db, id).await?;
        let is_own = match self.customer_id() {
            None => true,
            own => E::customer_of(&row) == own,
        };
        if is_own && self.can(noun, Action::Create) {
            Ok(Permit { row })
        } else {
            Err(Error::Forbidden)
        }
    }

    /// The right to create something that belongs to the viewer's organization.
    pub async fn permit_in_organization(
        &self,
        db: &impl ConnectionTrait,
        noun: Noun,
    ) -> Result<Permit<organization::Entity>, Error> {
        let organization = self.signed_in()?;
        self.permit_within::<organization::Entity>(db, noun, organization).await
    }

    /// Everybody's right to change the row that describes them.
    pub(crate) fn permit_self(&self) -> Option<Permit<user::Entity>> {
        Some(Permit { row: self.user()?.clone() })
    }
}

impl UserViewer {
    fn visible<E: TenantOwned>(&self) -> Condition {
        let user = &self.user;
        let can_view = |noun| policy::may(user.role, noun, Action::View);
        let of_own_customer = || match user.customer_id {
            Some(customer) => E::of_customer(customer),
            None => Condition::all(),
        };
        let Some(table) = Table::of::<E>() else { return nothing() };
        let allowed = match table {
            Table::Organization => of_own_customer(),
            Table::Customer | Table::CustomerTotal if can_view(Noun::Customer) => of_own_customer(),
            Table::User if can_view(Noun::CustomerUser) => users_and(of_own_customer(), user.id),
            Table::User => users_and(nothing(), user.id),
            Table::Integration if can_view(Noun::Integration) => {
                user.customer_id.map_or_else(Condition::all, integrations_of)
            }
            Table::ConfigVariable if can_view(Noun::Integration) => match user.customer_id {
                Some(customer) => part_of_integrations::<E>("integration_id", customer)
                    .add(Expr::col(("config_variable", "org_only")).eq(false))
                    .add(is_for_customers()),
                None => Condition::all(),
            },
            Table::PartOfIntegration(column) if can_view(Noun::Integration) => {
                let of_customer = |customer| part_of_integrations::<E>(column, customer);
                user.customer_id.map_or_else(Condition::all, of_customer)
            }
            Table::TestCase if can_view(Noun::TestCase) => of_own_customer(),
            Table::Component if can_view(Noun::Component) => own_or_shared::<E>(user.customer_id),
            Table::ScopedVariable if can_view(Noun::ScopedVariable) => {
                user.customer_id.map_or_else(Condition::all, scoped_variables_of)
            }
            Table::ConnectionTemplate if can_view(Noun::ConnectionTemplate) => Condition::all(),
            Table::CustomerVariable if can_view(Noun::CustomerVariable) => user
                .customer_id
                .map_or_else(Condition::all, |_| of_own_customer().add(is_filled_by_customers())),
            Table::InstanceProfile if can_view(Noun::InstanceProfile) => of_own_customer(),
            Table::Instance | Table::PartOfInstance | Table::Log | Table::Authorization
                if can_view(Noun::Instance) =>
            {
                of_own_customer()
            }
            // Who only configures for themselves sees what there is to configure.
            Table::Instance if can_view(Noun::UserLevelConfig) => {
                of_own_customer().add(instance::Column::DeploymentId.is_not_null())
            }
            Table::Authorization | Table::Log if can_view(Noun::UserLevelConfig) => {
                of_own_customer().add(is_configured_by::<E>(user.id))
            }
            Table::PartOfUser
                if can_view(Noun::UserLevelConfig) && can_view(Noun::CustomerUser) =>
            {
                of_own_customer()
            }
            Table::PartOfUser if can_view(Noun::UserLevelConfig) => {
                of_own_customer().add(Expr::col((E::default(), "user_id")).eq(user.id))
            }
            Table::PartOfWebhooks if can_view(Noun::WebhookEndpoint) => of_own_customer(),
            Table::Delivery if can_view(Noun::WebhookEndpoint) => {
                of_own_customer().add(is_to_endpoint())
            }
            Table::DeliveryAttempt if can_view(Noun::WebhookEndpoint) => {
                of_own_customer().add(attempts_of_endpoints())
            }
            Table::PartOfMonitor if can_view(Noun::AlertMonitor) => of_own_customer(),
            Table::AlertTarget if can_view(Noun::AlertGroup) => of_own_customer(),
            Table::LogStream if can_view(Noun::LogStream) => of_own_customer(),
            Table::SigningKey if can_view(Noun::Embedding) => of_own_customer(),
            Table::OrganizationUsage if can_view(Noun::Usage) => of_own_customer(),
            _ => return nothing(),
        };
        Condition::all().add(allowed).add(table.not_removed::<E>())
    }
}

fn nothing() -> Condition {
    Expr::val(false).eq(true).into_condition()
}

/// What belongs to the customer of a user, and what belongs to none.
fn own_or_shared<E: TenantOwned>(own: Option<CustomerId>) -> Condition {
    let of_customer = |customer| {
        let is_shared = Expr::col((E::default(), "customer_id")).is_null();
        Condition::any().add(is_shared).add(E::of_customer(customer))
    };
    own.map_or_else(Condition::all, of_customer)
}

fn users_and(users: Condition, own: UserId) -> Condition {
    // Columns are named by text, because this serves a generic table that is known to be `user`.
    Condition::any().add(users).add(Expr::col(("user", "id")).eq(own))
}

/// Proof that a viewer may do what they asked with one row. Only a [`Viewer`] makes one.
#[derive(Debug)]
pub struct Permit<E: EntityTrait> {
    row: E::Model,
}

impl<E: EntityTrait> Permit<E> {
    pub fn row(&self) -> &E::Model {
        &self.row
    }

    pub fn into_row(self) -> E::Model {
        self.row
    }

    /// The row as something that can be changed.
    pub fn edit(&self) -> E::ActiveModel
    where
        E::Model: IntoActiveModel<E::ActiveModel>,
    {
        self.row.clone().into_active_model()
    }
}

#[cfg(test)]
mod tests;
