//! What there is of others and what there never was are answered alike, word for word.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use uuid::Uuid;

use super::fields::{Field, Fields};
use super::prey;
use crate::harness::{TestApp, User};

/// Proves R182.
#[tokio::test]
async fn nobody_learns_what_there_is_of_others() {
    let app = TestApp::start().await;
    let acme = app.organization("acme").await;
    let prey = prey(&app, &acme).await;
    let neighbour = acme.create_customer("Neighbour").await;
    let neighbour = app.customer_user(&acme, &neighbour, "Admin").await;
    let stranger = app.organization("other").await;
    let fields = Fields::read(&acme, &prey.known).await;
    let fields = fields.queries.iter().chain(&fields.mutations);
    let fields: Vec<_> = fields.filter(|field| field.takes_id()).collect();
    let mut kinds = HashSet::new();
    for id in &prey.ids {
        let Some((kind, nowhere)) = nowhere(id) else { continue };
        if !kinds.insert(kind.clone()) {
            continue;
        }
        for field in &fields {
            for (who, user) in [("neighbour", &neighbour), ("stranger", &stranger)] {
                let (there, not) = (answer(user, field, id), answer(user, field, &nowhere));
                let (there, not) = tokio::join!(there, not);
                assert_eq!(there, not, "{who} learns of the {kind} by {}", field.name);
            }
        }
    }
}

/// The whole answer, but for the id that was asked for.
async fn answer(user: &User, field: &Field, id: &str) -> String {
    let reply = user.ask(&field.document("alike"), &json!({ "id": id })).await;
    reply.body.to_string().replace(id, "it")
}

/// The kind of an id, and one of the same kind that nobody ever had; none for what has no row of
/// its own.
fn nowhere(id: &str) -> Option<(String, String)> {
    let plain = String::from_utf8(STANDARD.decode(id).ok()?).ok()?;
    let (kind, key) = plain.split_once(':')?;
    let other = Uuid::from_u128(Uuid::parse_str(key).ok()?.as_u128() ^ 1);
    Some((kind.to_owned(), STANDARD.encode(format!("{kind}:{other}"))))
}
