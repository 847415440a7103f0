//! Ids as clients see them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entity::Id;
use uuid::Uuid;

/// Base64 of `<type name>:<uuid>`: opaque to clients, and good for one type only.
pub fn global_id<T: Id>(id: T) -> String {
    STANDARD.encode(format!("{}:{}", T::TYPE_NAME, id.uuid()))
}

/// Reads what [`global_id`] wrote. An id of another type leads to no row, as does any other text.
pub fn id_of<T: Id>(text: &str) -> Option<T> {
    let text = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
    let id = text.strip_prefix(T::TYPE_NAME)?.strip_prefix(':')?;
    Uuid::parse_str(id).ok().map(T::from)
}
