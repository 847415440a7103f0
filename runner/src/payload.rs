//! The payload of a trigger: how a request becomes the data that a flow starts with.

use bytes::Bytes;
use components::RunInfo;
use flow::{Map, Value};

/// An HTTP request as it is stored with its execution.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// In the sender's spelling and order.
    pub headers: Vec<(String, String)>,
    pub query: Vec<(String, String)>,
    /// What follows the endpoint's id in the path.
    pub path_fragment: String,
    pub body: Bytes,
    pub content_type: Option<String>,
    pub url: String,
}

/// Why a body cannot be taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BodyError {
    #[error("Received malformed JSON payload.")]
    MalformedJson,
    #[error("Received malformed multipart payload: {0}.")]
    MalformedMultipart(String),
}

impl Request {
    /// The payload to store. The parsed body is left out: it is made from the raw one again.
    pub fn into_payload(self) -> Map {
        let kind = self.content_type.map_or(Value::Null, Value::from);
        let raw = Value::object([("data", Value::Bytes(self.body)), ("contentType", kind)]);
        Map::from_iter([
            ("headers".into(), joined(self.headers)),
            ("queryParameters".into(), joined(self.query)),
            ("rawBody".into(), raw),
            ("pathFragment".into(), self.path_fragment.into()),
            ("invokeUrl".into(), self.url.into()),
        ])
    }
}

/// Repeated names are joined by commas, in the spelling that came first.
fn joined(entries: Vec<(String, String)>) -> Value {
    let mut map = Map::new();
    for (name, value) in entries {
        let known = map.keys().find(|key| key.eq_ignore_ascii_case(&name)).cloned();
        match known {
            Some(key) => {
                let joined = format!("{}, {value}", map[&key].to_text());
                map.insert(key, joined.into());
            }
            None => {
                map.insert(name.into(), value.into());
            }
        }
    }
    map.into()
}

/// Adds what the execution knows to a stored payload: the trigger's full input.
pub async fn complete(mut payload: Map, info: &RunInfo) -> Result<Map, BodyError> {
    if !payload.contains_key("body") {
        let body = body(payload.get("rawBody")).await?;
        payload.insert("body".into(), body);
    }
    let context = [
        ("webhookUrls", Value::from(info.webhook_urls.clone())),
        ("webhookApiKeys", info.webhook_api_keys.clone().into()),
        ("invokeUrl", info.invoke_url.as_str().into()),
        ("executionId", info.execution_id.as_str().into()),
        ("customer", with_external_id(&info.customer)),
        ("instance", named(&info.instance)),
        ("user", user(&info.user)),
        ("integration", named(&info.integration)),
        ("flow", named(&info.flow)),
        ("startedAt", info.started_at.as_str().into()),
        ("globalDebug", info.debug.into()),
    ];
    payload.extend(context.map(|(key, value)| (key.into(), value)));
    Ok(payload)
}

fn named(named: &components::Named) -> Value {
    Value::object([("id", named.id.as_str()), ("name", named.name.as_str())])
}

fn with_external_id(named: &components::Named) -> Value {
    Value::object([
        ("id", named.id.as_str()),
        ("externalId", named.external_id.as_str()),
        ("name", named.name.as_str()),
    ])
}

fn user(named: &components::Named) -> Value {
    Value::object([
        ("id", named.id.as_str()),
        ("email", ""),
        ("name", named.name.as_str()),
        ("externalId", named.external_id.as_str()),
    ])
}

/// Adds the parsed body, with the content type of the raw one.
pub fn insert_body(payload: &mut Map, data: Value) {
    let kind = payload.get("rawBody").and_then(|raw| raw.get("contentType")).cloned();
    let body = Value::object([("data", data), ("contentType", kind.unwrap_or_default())]);
    payload.insert("body".into(), body);
}

/// The parsed body: `{data, contentType}`.
async fn body(raw: Option<&Value>) -> Result<Value, BodyError> {
    let bytes = raw.and_then(|raw| raw.get("data")).and_then(Value::as_bytes).cloned();
    let bytes = bytes.unwrap_or_default();
    let kind = raw.and_then(|raw| raw.get("contentType")).and_then(Value::as_str);
    let data = parse(&bytes, kind.unwrap_or_default()).await?;
    Ok(Value::object([("data", data), ("contentType", kind.into())]))
}

/// What a body means by its content type; unknown kinds stay bytes.
pub async fn parse(bytes: &Bytes, content_type: &str) -> Result<Value, BodyError> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    let essence = essence(content_type);
    if is_json(&essence) {
        return serde_json::from_slice(bytes).map_err(|_| BodyError::MalformedJson);
    }
    if essence == "multipart/form-data" {
        return multipart(bytes, content_type).await;
    }
    if is_text(&essence) {
        return Ok(String::from_utf8_lossy(bytes).into_owned().into());
    }
    Ok(Value::Bytes(bytes.clone()))
}

/// Whether something of this type can be shown as text.
pub fn is_text_like(content_type: &str) -> bool {
    let essence = essence(content_type);
    is_json(&essence) || is_text(&essence)
}

/// A content type without its parameters.
fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_lowercase()
}

fn is_json(essence: &str) -> bool {
    essence == "application/json" || essence.ends_with("+json")
}

fn is_text(essence: &str) -> bool {
    essence.starts_with("text/")
        || essence.ends_with("+xml")
        || matches!(
            essence,
            "application/xml"
                | "application/csv"
                | "application/yaml"
                | "application/javascript"
                | "application/x-www-form-urlencoded"
        )
}

/// Part name to `{data, contentType}`; a JSON part is parsed, a part without a type is text.
async fn multipart(bytes: &Bytes, content_type: &str) -> Result<Value, BodyError> {
    let malformed = |error: multer::Error| BodyError::MalformedMultipart(error.to_string());
    let boundary = multer::parse_boundary(content_type).map_err(malformed)?;
    let whole = bytes.clone();
    let stream = futures::stream::once(async { Ok::<_, std::convert::Infallible>(whole) });
    let mut parts = multer::Multipart::new(stream, boundary);
    let mut map = Map::new();
    while let Some(part) = parts.next_field().await.map_err(malformed)? {
        let name: std::sync::Arc<str> = part.name().unwrap_or_default().into();
        let kind = part.content_type().map(ToString::to_string);
        let file_name = part.file_name().map(ToOwned::to_owned);
        let data = part.bytes().await.map_err(malformed)?;
        map.insert(name, part_value(data, kind, file_name)?);
    }
    Ok(map.into())
}

fn part_value(
    data: Bytes,
    kind: Option<String>,
    file_name: Option<String>,
) -> Result<Value, BodyError> {
    let Some(kind) = kind else {
        if file_name.is_none() {
            let text = String::from_utf8_lossy(&data).into_owned();
            return Ok(Value::object([("data", text.as_str()), ("contentType", "text/plain")]));
        }
        return Ok(Value::file(data, "application/octet-stream"));
    };
    if is_json(&essence(&kind)) {
        let parsed: Value = serde_json::from_slice(&data).map_err(|_| BodyError::MalformedJson)?;
        return Ok(Value::object([("data", parsed), ("contentType", kind.into())]));
    }
    let mut file = vec![("data", Value::Bytes(data)), ("contentType", kind.into())];
    if let Some(name) = file_name {
        file.push(("fileName", name.into()));
    }
    Ok(Value::object(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves R068, R070, R072.
    #[tokio::test]
    async fn a_body_is_what_its_content_type_says() {
        let cases: [(&[u8], &str, Value); 7] = [
            (b"{\"a\":1}", "application/json; charset=utf-8", Value::object([("a", 1_i64)])),
            (b"[1]", "application/vnd.api+json", vec![1_i64].into()),
            (b"hello", "text/plain", "hello".into()),
            (b"a=1&b=2", "application/x-www-form-urlencoded", "a=1&b=2".into()),
            (b"<a/>", "application/xml", "<a/>".into()),
            (
                b"\x00\x01",
                "application/octet-stream",
                Value::Bytes(Bytes::from_static(b"\x00\x01")),
            ),
            (b"", "application/json", Value::Null),
        ];
        for (bytes, kind, expected) in cases {
            let parsed = parse(&Bytes::from_static(bytes), kind).await.unwrap();
            assert_eq!(parsed, expected, "{kind}");
        }
        let broken = parse(&Bytes::from_static(b"{"), "application/json").await;
        assert_eq!(broken, Err(BodyError::MalformedJson));
    }

    /// Proves R071.
    #[tokio::test]
    async fn parts_are_addressed_by_name() {
        let body = "--X\r\ncontent-disposition: form-data; name=\"order\"\r\n\
            content-type: application/json; charset=utf-8\r\n\r\n{\"id\":7}\r\n--X\r\n\
            content-disposition: form-data; name=\"scan\"; filename=\"a.png\"\r\n\
            content-type: image/png\r\n\r\nPNG\r\n--X--\r\n";
        let parsed =
            parse(&Bytes::from_static(body.as_bytes()), "multipart/form-data; boundary=X").await;
        let parsed = parsed.unwrap();
        assert_eq!(parsed.get("order").unwrap().get("data").unwrap().to_json(), "{\"id\":7}");
        let scan = parsed.get("scan").unwrap();
        assert_eq!(scan.get("data"), Some(&Value::Bytes(Bytes::from_static(b"PNG"))));
        assert_eq!(scan.get("contentType"), Some(&"image/png".into()));
        let broken = parse(&Bytes::from_static(b"--X"), "multipart/form-data; boundary=X").await;
        assert!(matches!(broken, Err(BodyError::MalformedMultipart(_))));
    }
}
