//! Who or what code is told of.

use entity::user;

/// Somebody or something that code is told of.
#[derive(Clone, Debug, Default)]
pub struct Whom {
    pub id: String,
    pub name: String,
    pub external_id: String,
}

impl Whom {
    /// A person.
    pub fn of(user: &user::Model) -> Self {
        Self {
            id: crate::global_id(user.id),
            name: user.name.clone(),
            external_id: user.external_id.clone().unwrap_or_default(),
        }
    }
}
