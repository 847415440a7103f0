//! Changing endpoints, and sending again.

use std::sync::Arc;

use crate::ApiError;
use crate::graphql::argument::time;
use crate::graphql::builder::{Parameter, Registry};
use crate::graphql::mutation::Mutation;

const PAYLOAD: Parameter = ("webhookEndpoint", "WebhookEndpoint", "The endpoint; null on errors.");

const ID: Parameter = ("id", "ID", "The endpoint.");

const HEADERS: Parameter =
    ("headers", "String", "Headers to send along: JSON text of an object, name to text.");

const SECRET: Parameter =
    ("secret", "String", "What requests are signed with; it cannot be read back.");

pub fn register(registry: &mut Registry) {
    create(registry);
    update(registry);
    Mutation::new("deleteWebhookEndpoint", "Deletes a webhook endpoint.", PAYLOAD)
        .inputs([ID])
        .run(registry, |input, ask| async move {
            let id = input.require_id("id")?;
            Ok(Arc::new(domain::webhook::delete(ask.env(), ask.viewer(), id).await?))
        });
    test(registry);
    rotate(registry);
    resend(registry);
}

fn create(registry: &mut Registry) {
    Mutation::new("createWebhookEndpoint", "Adds a URL that is told of events.", PAYLOAD)
        .inputs([
            ("name", "String!", "The name."),
            ("description", "String", "What it is for."),
            ("url", "String!", "Where events are sent to."),
            ("eventTypes", "[String]!", "The types of events it is told of, at least one."),
            ("enabled", "Boolean", "Whether anything is sent to it; true unless given."),
            HEADERS,
            SECRET,
        ])
        .run(registry, |input, ask| async move {
            let create = domain::webhook::Create {
                name: input.require_text("name")?,
                description: input.text("description")?,
                url: input.require_text("url")?,
                event_types: input.texts("eventTypes")?.unwrap_or_default(),
                enabled: input.flag("enabled")?,
                headers: input.text("headers")?,
                secret: input.text("secret")?,
            };
            Ok(Arc::new(domain::webhook::create(ask.env(), ask.viewer(), create).await?))
        });
}

fn update(registry: &mut Registry) {
    Mutation::new("updateWebhookEndpoint", "Changes what is given of an endpoint.", PAYLOAD)
        .inputs([
            ID,
            ("name", "String", "The name."),
            ("description", "String", "What it is for."),
            ("url", "String", "Where events are sent to."),
            ("eventTypes", "[String]", "The types of events it is told of; replaces all of them."),
            ("enabled", "Boolean", "Whether anything is sent to it."),
            HEADERS,
            ("secret", "String", "What requests are signed with from now on; empty for nothing."),
        ])
        .run(registry, |input, ask| async move {
            let update = domain::webhook::Update {
                name: input.text("name")?,
                description: input.text("description")?,
                url: input.text("url")?,
                event_types: input.texts("eventTypes")?,
                enabled: input.flag("enabled")?,
                headers: input.text("headers")?,
                secret: input.text("secret")?,
            };
            let id = input.require_id("id")?;
            Ok(Arc::new(domain::webhook::update(ask.env(), ask.viewer(), id, update).await?))
        });
}

fn test(registry: &mut Registry) {
    let payload = (
        "testWebhookEndpointResult",
        "TestWebhookEndpointResult",
        "What came of it; null on errors.",
    );
    let about = "Sends a test event to an endpoint, once, and waits for the answer.";
    Mutation::new("testWebhookEndpoint", about, payload).inputs([ID]).run(
        registry,
        |input, ask| async move {
            let id = input.require_id("id")?;
            Ok(Arc::new(domain::webhook::test(ask.env(), ask.viewer(), id).await?))
        },
    );
}

fn rotate(registry: &mut Registry) {
    let about = "Signs with another secret from now on, and for 24 hours with the one before too.";
    Mutation::new("rotateWebhookEndpointSecret", about, PAYLOAD)
        .inputs([ID, ("secret", "String!", "The new secret.")])
        .run(registry, |input, ask| async move {
            let (id, secret) = (input.require_id("id")?, input.require_text("secret")?);
            let (env, viewer) = (ask.env(), ask.viewer());
            Ok(Arc::new(domain::webhook::rotate_secret(env, viewer, id, &secret).await?))
        });
}

fn resend(registry: &mut Registry) {
    let payload = ("webhookDelivery", "WebhookDelivery", "The delivery; null on errors.");
    let about = "Sends an event again, whatever came of it before.";
    Mutation::new("resendWebhookDelivery", about, payload)
        .inputs([("id", "ID!", "The delivery.")])
        .run(registry, |input, ask| async move {
            let id = input.require_id("id")?;
            Ok(Arc::new(domain::webhook::resend(ask.env(), ask.viewer(), id).await?))
        });
    let about = "Sends everything to an endpoint again that did not arrive.";
    Mutation::new("resendFailedWebhookDeliveries", about, PAYLOAD)
        .inputs([
            ("id", "ID!", "The endpoint."),
            ("since", "DateTime!", "Only what was first to be sent at this time or later."),
        ])
        .run(registry, |input, ask| async move {
            let id = input.require_id("id")?;
            let since = input.value("since").map(|value| time("since", value)).transpose()?;
            let missing = || ApiError::problem("since", "This field is required.");
            let since = since.ok_or_else(missing)?;
            let (env, viewer) = (ask.env(), ask.viewer());
            Ok(Arc::new(domain::webhook::resend_failed(env, viewer, id, since).await?))
        });
}
