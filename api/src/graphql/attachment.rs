//! Documents beside customers and integrations: a name and where it is.

use async_graphql::dynamic::InputObject;
use domain::attachment::{Change, Rename};
use entity::{Attachment, Attachments};
use std::sync::Arc;

use super::Arguments;
use super::builder::{Parameter, Registry, Type, parameter};
use crate::ApiError;

/// What inputs take to change the documents of a row.
pub const INPUTS: [Parameter; 3] = [
    ("addAttachment", "AttachmentInput", "Adds a document; its name must be new."),
    ("renameAttachment", "AttachmentRenameInput", "Gives a document another name."),
    ("removeAttachment", "AttachmentInput", "Takes a document away."),
];

pub fn register(registry: &mut Registry) {
    registry.add(
        Type::<Attachment>::new("Attachment", "A document that is kept elsewhere.")
            .field("name", "String!", "The name; the list has it once.", |it| it.name.clone())
            .field("url", "String!", "Where the document is.", |it| it.url.clone()),
    );
    let fields = [("name", "String!", "The name."), ("url", "String!", "Where the document is.")];
    let input = InputObject::new("AttachmentInput").description("A document kept elsewhere.");
    registry.add(fields.into_iter().map(parameter).fold(input, InputObject::field));
    let fields = [
        ("oldName", "String!", "The name so far."),
        ("name", "String!", "The new name."),
        ("url", "String!", "Where the document is."),
    ];
    let input = InputObject::new("AttachmentRenameInput").description("Another name.");
    registry.add(fields.into_iter().map(parameter).fold(input, InputObject::field));
}

/// Reads [`INPUTS`].
pub fn read(input: &Arguments) -> Result<Change, ApiError> {
    let given = |name| input.value(name).map(|_| input.object(name)).transpose();
    let attachment = |fields: Arguments| {
        Ok::<_, ApiError>(Attachment {
            name: fields.require_text("name")?,
            url: fields.require_text("url")?,
        })
    };
    let rename = |fields: Arguments| {
        let old_name = fields.require_text("oldName")?;
        Ok::<_, ApiError>(Rename { old_name, new: attachment(fields)? })
    };
    Ok(Change {
        add: given("addAttachment")?.map(attachment).transpose()?,
        rename: given("renameAttachment")?.map(rename).transpose()?,
        remove: given("removeAttachment")?.map(attachment).transpose()?,
    })
}

/// The documents as a field shows them.
pub fn shown(attachments: &Attachments) -> Vec<Arc<Attachment>> {
    attachments.0.iter().cloned().map(Arc::new).collect()
}
