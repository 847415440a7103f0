//! The shared connections of what uses them.

use domain::reuse;
use entity::{
    Id, InstanceId, IntegrationId, customer_variable, instance, integration, scoped_variable,
};
use uuid::Uuid;

use super::{scoped, value};
use crate::graphql::builder::Type;

pub fn of_integration(of: Type<integration::Model>) -> Type<integration::Model> {
    of.connection::<scoped_variable::Entity>(
        "scopedConfigVariables",
        "The shared connections that it refers to.",
        scoped::listing(),
        |it| it.id.uuid(),
        |id| reuse::scoped_of_integration(IntegrationId(id)),
    )
    .connection::<customer_variable::Entity>(
        "customerConfigVariables",
        "What was entered for the shared connections that it refers to.",
        value::listing(),
        |it| it.id.uuid(),
        |id| reuse::values_of_integration(IntegrationId(id)),
    )
}

pub fn of_instance(of: Type<instance::Model>) -> Type<instance::Model> {
    scoped_of(of, |it| it.id).connection::<customer_variable::Entity>(
        "customerConfigVariables",
        "The connections of its customer that it is configured with, or runs with.",
        value::listing(),
        |it| it.id.uuid(),
        |id| reuse::values_of_instance(InstanceId(id)),
    )
}

/// The list of shared connections of something that belongs to an instance.
pub fn scoped_of<T: Send + Sync + 'static>(
    of: Type<T>,
    instance: impl Fn(&T) -> InstanceId + Send + Sync + 'static,
) -> Type<T> {
    of.connection::<scoped_variable::Entity>(
        "scopedConfigVariables",
        "The shared connections that the version of the instance refers to.",
        scoped::listing(),
        move |it| -> Uuid { instance(it).uuid() },
        |id| reuse::scoped_of_instance(InstanceId(id)),
    )
}
