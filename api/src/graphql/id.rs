//! Ids as clients see them: base64 of `<type>:<uuid>`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entity::Id;
use uuid::Uuid;

use crate::ApiError;

/// The global id of a row.
pub fn encode<I: Id>(id: I) -> String {
    domain::global_id(id)
}

/// The global id of something that has no row of its own.
pub fn encode_as(type_name: &str, id: Uuid) -> String {
    encode_key(type_name, &id.to_string())
}

/// The global id of something that is known by a name.
pub fn encode_key(type_name: &str, key: &str) -> String {
    STANDARD.encode(format!("{type_name}:{key}"))
}

/// Reads the id of a row. An id of another type leads to no row, as does any other text.
pub fn decode<I: Id>(text: &str) -> Result<I, ApiError> {
    let by_alias = |missing| I::ALIAS.map_or(Err(missing), |alias| decode_key(alias, text));
    let key = decode_key(I::TYPE_NAME, text).or_else(by_alias)?;
    Uuid::parse_str(&key).map(I::from).map_err(|_| ApiError::NotFound)
}

/// Reads what [`encode_key`] wrote.
pub fn decode_key(type_name: &str, text: &str) -> Result<String, ApiError> {
    let bytes = STANDARD.decode(text).map_err(|_| ApiError::NotFound)?;
    let text = String::from_utf8(bytes).map_err(|_| ApiError::NotFound)?;
    match text.split_once(':') {
        Some((found, key)) if found == type_name => Ok(key.to_owned()),
        _ => Err(ApiError::NotFound),
    }
}

#[cfg(test)]
mod tests {
    use entity::{CustomerId, UserId};

    use super::*;

    #[test]
    fn only_an_id_of_the_right_type_is_read_back() {
        let id = CustomerId(Uuid::from_u128(7));
        assert_eq!(decode::<CustomerId>(&encode(id)).unwrap(), id);
        assert!(matches!(decode::<UserId>(&encode(id)), Err(ApiError::NotFound)));
        for text in ["", "x", "Q3VzdG9tZXI6", "Q3VzdG9tZXI6eA=="] {
            assert!(matches!(decode::<CustomerId>(text), Err(ApiError::NotFound)), "{text}");
        }
    }
}
