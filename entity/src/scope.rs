//! Where a row says whose it is.

use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition};
use sea_orm::{ColumnTrait, Condition, EntityTrait};

use crate::CustomerId;

/// A table whose rows belong to an organization.
pub trait TenantOwned: EntityTrait {
    /// The column that names the organization.
    const ORGANIZATION: Self::Column;

    /// The column that names the customer, where rows belong to one.
    const CUSTOMER: Option<Self::Column>;

    /// Rows that a user of this customer may come across at all. Policy narrows this further.
    fn of_customer(customer: CustomerId) -> Condition {
        match Self::CUSTOMER {
            Some(column) => column.eq(customer).into_condition(),
            None => Expr::val(false).eq(true).into_condition(),
        }
    }
}
