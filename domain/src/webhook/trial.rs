//! Trying an endpoint, now.

use entity::{DeliveryId, WebhookEndpointId, webhook_endpoint};
use serde_json::json;

use super::addressee;
use crate::delivery::{Answer, Content};
use crate::env::Env;
use crate::error::Error;
use crate::event::EventType;
use crate::global_id;
use crate::policy::Action;
use crate::viewer::Viewer;

/// What came of trying an endpoint.
#[derive(Clone, Debug)]
pub struct Trial {
    pub is_success: bool,
    /// For people.
    pub message: String,
    pub endpoint: webhook_endpoint::Model,
}

/// Sends a test event once, the way any event is sent, and waits for the answer.
pub async fn test(env: &Env, viewer: &Viewer, id: WebhookEndpointId) -> Result<Trial, Error> {
    let db = env.db.read();
    let permit = viewer.permit::<webhook_endpoint::Entity>(db, Action::Run, id).await?;
    let row = permit.into_row();
    let user = viewer
        .user()
        .map(|user| json!({ "id": global_id(user.id), "email": user.email, "name": user.name }));
    let event_type = EventType::WebhookTest.name();
    let mut body = Content::frame(event_type, env.now(), user.as_ref());
    body.insert("organization_id".into(), json!(global_id(row.organization_id)));
    body.insert("message".into(), json!("This is a test of your webhook endpoint."));
    body.insert("webhook_endpoint".into(), json!({ "id": global_id(row.id), "name": row.name }));
    let message_id = env.ids.next::<DeliveryId>().0;
    let content = Content { message_id, event_type: event_type.to_owned(), body };
    let request = content.to(&addressee(env, db, &row).await?, env.now())?;
    let answer = request.send(env).await;
    Ok(Trial { is_success: answer.is_success(), message: told(&answer), endpoint: row })
}

fn told(answer: &Answer) -> String {
    let milliseconds = answer.latency.as_millis();
    match (answer.status, &answer.error) {
        (Some(status), _) => format!("It answered with status {status} in {milliseconds} ms."),
        (None, Some(error)) => error.clone(),
        (None, None) => "It did not answer.".to_owned(),
    }
}
