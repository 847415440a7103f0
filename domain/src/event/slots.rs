//! What an event is about, as it was when it happened.

use entity::{Id, Timestamp, WorkflowId, customer, instance, integration, user};
use serde_json::{Map, Value as Json, json};

use crate::global_id;

macro_rules! slots {
    ($($(#[$doc:meta])* $slot:ident = $name:literal,)*) => {
        /// A place in the body of an event for one kind of object.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum Slot {
            $($(#[$doc])* $slot,)*
        }

        impl Slot {
            pub const ALL: &[Self] = &[$(Self::$slot,)*];

            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$slot => $name,)*
                }
            }
        }
    };
}

slots! {
    Integration = "integration",
    /// What an integration was forked from.
    ParentIntegration = "parent_integration",
    Customer = "customer",
    Instance = "instance",
    Workflow = "workflow",
    Component = "component",
    Connection = "connection",
    AlertMonitor = "alert_monitor",
    AlertGroup = "alert_group",
    LogStream = "log_stream",
    /// Whose account an event is about; who acted stands elsewhere.
    AffectedUser = "affected_user",
}

/// The filled slots of an event.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Slots(Map<String, Json>);

/// An object in a slot. Never put secrets or configuration values into one.
#[derive(Clone, Debug)]
pub struct Subject(Map<String, Json>);

impl Subject {
    pub fn new<T: Id>(id: T, name: &str, created_at: Timestamp, updated_at: Timestamp) -> Self {
        let fields = [
            ("id", json!(global_id(id))),
            ("name", json!(name)),
            ("created_at", time(Some(created_at))),
            ("updated_at", time(Some(updated_at))),
        ];
        Self(fields.map(|(key, value)| (key.to_owned(), value)).into_iter().collect())
    }

    #[must_use]
    pub fn field(mut self, key: &str, value: impl Into<Json>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// A time, as all times of events are written.
    #[must_use]
    pub fn time(self, key: &str, value: Option<Timestamp>) -> Self {
        self.field(key, time(value))
    }
}

/// ISO 8601 with microseconds and offset.
pub(crate) fn time(value: Option<Timestamp>) -> Json {
    value.map_or(Json::Null, |time| json!(time.to_datetime().format("%FT%T%.6f+00:00").to_string()))
}

impl Slots {
    pub fn of(slot: Slot, subject: Subject) -> Self {
        Self::default().with(slot, subject)
    }

    #[must_use]
    pub fn with(mut self, slot: Slot, subject: Subject) -> Self {
        self.0.insert(slot.name().to_owned(), Json::Object(subject.0));
        self
    }

    /// With another field beside the slots.
    #[must_use]
    pub fn extra(mut self, key: &str, value: impl Into<Json>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    #[must_use]
    pub fn with_customer(self, row: &customer::Model) -> Self {
        let subject = Subject::new(row.id, &row.name, row.created_at, row.updated_at)
            .field("external_id", row.external_id.clone())
            .field("description", row.description.clone());
        self.with(Slot::Customer, subject)
    }

    #[must_use]
    pub fn with_integration(self, row: &integration::Model) -> Self {
        self.with(Slot::Integration, integration_subject(row))
    }

    #[must_use]
    pub fn with_parent_integration(self, row: &integration::Model) -> Self {
        self.with(Slot::ParentIntegration, integration_subject(row))
    }

    /// With a workflow as its draft is: all that happens to a workflow names it by the same id.
    #[must_use]
    pub fn with_workflow(self, draft: &integration::Model) -> Self {
        let id = WorkflowId(draft.id.0);
        let subject = Subject::new(id, &draft.name, draft.created_at, draft.updated_at)
            .field("external_id", draft.external_id.clone());
        self.with(Slot::Workflow, versioned(subject, draft))
    }

    /// With an instance alone; [`super::of_instance`] fills what belongs to it too.
    #[must_use]
    pub fn with_instance(self, row: &instance::Model) -> Self {
        let subject = Subject::new(row.id, &row.name, row.created_at, row.updated_at)
            .field("description", row.description.clone())
            .field("enabled", row.enabled)
            .field("deployed_version", row.deployed_version)
            .time("last_deployed_at", row.last_deployed_at);
        self.with(Slot::Instance, subject)
    }

    #[must_use]
    pub fn with_affected_user(self, row: &user::Model) -> Self {
        let subject = Subject::new(row.id, &row.name, row.created_at, row.updated_at)
            .field("email", row.email.clone())
            .field("external_id", row.external_id.clone());
        self.with(Slot::AffectedUser, subject)
    }

    /// An account, with the customer it belongs to.
    pub(crate) fn of_user(row: &user::Model, customer: Option<&customer::Model>) -> Self {
        let slots = Self::default().with_affected_user(row);
        match customer {
            Some(customer) => slots.with_customer(customer),
            None => slots,
        }
    }

    pub(crate) fn to_json(&self) -> String {
        Json::Object(self.0.clone()).to_string()
    }
}

fn integration_subject(row: &integration::Model) -> Subject {
    versioned(Subject::new(row.id, &row.name, row.created_at, row.updated_at), row)
}

fn versioned(subject: Subject, row: &integration::Model) -> Subject {
    subject
        .field("description", row.description.clone())
        .field("category", row.category.clone())
        .field("has_unpublished_changes", row.has_unpublished_changes)
        .field("version_number", row.version_number)
}
