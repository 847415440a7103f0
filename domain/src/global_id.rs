//! Ids as clients see them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entity::Id;

/// Base64 of `<type name>:<uuid>`: opaque to clients, and good for one type only.
pub fn global_id<T: Id>(id: T) -> String {
    STANDARD.encode(format!("{}:{}", T::TYPE_NAME, id.uuid()))
}
