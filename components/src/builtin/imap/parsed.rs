//! Mails in their parts.

use bytes::Bytes;
use flow::Value;
use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders};

/// Who wrote to whom about what, of the headers of a mail.
pub fn envelope(headers: &[u8]) -> Value {
    let parsed = MessageParser::default().parse_headers(headers);
    parsed.map_or(Value::Null, |message| Value::object(heads(&message)))
}

/// A whole mail; nothing if it is none.
pub fn message(bytes: &[u8]) -> Option<Value> {
    let message = MessageParser::default().parse(bytes)?;
    let mut entries = heads(&message);
    // The parser makes one of the other; only what was sent counts.
    let text = message.text_part(0).filter(|part| part.is_text() && !part.is_text_html());
    let html = message.html_part(0).filter(|part| part.is_text_html());
    let content = |part: Option<&MessagePart<'_>>| {
        part.and_then(MessagePart::text_contents).map_or(Value::Null, Value::from)
    };
    entries.push(("text", content(text)));
    entries.push(("html", content(html)));
    entries.push(("attachments", message.attachments().map(attachment).collect::<Vec<_>>().into()));
    Some(Value::object(entries))
}

fn heads(message: &Message<'_>) -> Vec<(&'static str, Value)> {
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    let date = message.date().map(mail_parser::DateTime::to_rfc3339);
    vec![
        ("date", text(date.as_deref())),
        ("subject", text(message.subject())),
        ("from", addresses(message.from())),
        ("to", addresses(message.to())),
        ("cc", addresses(message.cc())),
        ("replyTo", addresses(message.reply_to())),
        ("messageId", text(message.message_id())),
    ]
}

fn addresses(list: Option<&Address<'_>>) -> Value {
    let value = |name: Option<&str>, address: Option<&str>| {
        let text = |text: Option<&str>| Value::from(text.unwrap_or_default());
        Value::object([("name", text(name)), ("address", text(address))])
    };
    let all = list.into_iter().flat_map(Address::iter);
    Value::from(all.map(|one| value(one.name(), one.address())).collect::<Vec<_>>())
}

fn attachment(part: &MessagePart<'_>) -> Value {
    let kind = part.content_type().map_or_else(
        || "application/octet-stream".to_owned(),
        |kind| match kind.subtype() {
            Some(subtype) => format!("{}/{subtype}", kind.ctype()),
            None => kind.ctype().to_owned(),
        },
    );
    let name = part.attachment_name().map_or(Value::Null, Value::from);
    let data = Value::Bytes(Bytes::copy_from_slice(part.contents()));
    Value::object([("fileName", name), ("data", data), ("contentType", kind.into())])
}
