//! Fields that tell a client what it may do, so that it need not find out by failing.

use std::sync::Arc;

use domain::{Action, Governed, Noun};

use super::builder::Type;

impl<T: Send + Sync + 'static> Type<T> {
    /// Whether the viewer may do this with the row.
    pub fn allows<E: Governed<Model = T>>(self, name: &str, action: Action, about: &str) -> Self {
        self.resolve(name, "Boolean!", about, move |row: Arc<T>, ask| async move {
            Ok(ask.viewer().can_on::<E>(action, &row))
        })
    }

    /// As [`Self::allows`] where the contract lets the answer be null.
    pub fn may_allow<E: Governed<Model = T>>(
        self,
        name: &str,
        action: Action,
        about: &str,
    ) -> Self {
        self.resolve(name, "Boolean", about, move |row: Arc<T>, ask| async move {
            Ok(ask.viewer().can_on::<E>(action, &row))
        })
    }

    /// Whether the viewer may do this with rows of the noun at all.
    pub fn allows_noun(self, name: &str, noun: Noun, action: Action, about: &str) -> Self {
        self.resolve(name, "Boolean!", about, move |_, ask| async move {
            Ok(ask.viewer().can(noun, action))
        })
    }

    /// `allowUpdate` and `allowRemove` of a row that the policy speaks of.
    pub fn editable<E: Governed<Model = T>>(self) -> Self {
        self.allows::<E>("allowUpdate", Action::Modify, "Whether you may change this.").allows::<E>(
            "allowRemove",
            Action::Remove,
            "Whether you may delete this.",
        )
    }

    /// `allowUpdate` and `allowRemove` of something that nobody changes directly.
    pub fn fixed(self) -> Self {
        self.field("allowUpdate", "Boolean!", "Whether you may change this.", |_| false).field(
            "allowRemove",
            "Boolean!",
            "Whether you may delete this.",
            |_| false,
        )
    }
}
