//! Documents that people keep beside customers and integrations.

use entity::{Attachment, Attachments};

use crate::input::Problems;

const ATTACHMENTS_MAX: usize = 100;
const URL_CHARS_MAX: usize = 2_048;

/// Changes to a list of documents, made in this order. Names tell documents apart.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub add: Option<Attachment>,
    pub rename: Option<Rename>,
    pub remove: Option<Attachment>,
}

/// Another name, and perhaps another place, for a document.
#[derive(Clone, Debug)]
pub struct Rename {
    pub old_name: String,
    pub new: Attachment,
}

impl Change {
    pub(crate) fn is_empty(&self) -> bool {
        self.add.is_none() && self.rename.is_none() && self.remove.is_none()
    }

    /// The list after the change.
    pub(crate) fn apply(&self, old: &Attachments, problems: &mut Problems) -> Attachments {
        let mut list = old.0.clone();
        if let Some(added) = &self.add {
            let added = checked(problems, "addAttachment", added);
            if list.iter().any(|known| known.name == added.name) {
                problems.add("addAttachment", "Another attachment has this name.");
            } else if list.len() >= ATTACHMENTS_MAX {
                let message = format!("There are {ATTACHMENTS_MAX} attachments already.");
                problems.add("addAttachment", message);
            }
            list.push(added);
        }
        if let Some(rename) = &self.rename {
            let new = checked(problems, "renameAttachment", &rename.new);
            let is_other = |known: &Attachment| known.name != rename.old_name;
            if list.iter().any(|known| known.name == new.name && is_other(known)) {
                problems.add("renameAttachment", "Another attachment has this name.");
            }
            match list.iter_mut().find(|known| known.name == rename.old_name) {
                Some(known) => *known = new,
                None => problems.add("renameAttachment", "There is no attachment with this name."),
            }
        }
        if let Some(removed) = &self.remove {
            let before = list.len();
            list.retain(|known| known != removed);
            if list.len() == before {
                let message = "There is no attachment with this name and URL.";
                problems.add("removeAttachment", message);
            }
        }
        Attachments(list)
    }
}

/// A document whose address a browser can follow without running anything.
fn checked(problems: &mut Problems, field: &str, attachment: &Attachment) -> Attachment {
    let url = attachment.url.trim();
    let has_host = ["https://", "http://"].iter().any(|scheme| {
        url.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
    });
    if !has_host || url.contains(|sign: char| sign.is_whitespace() || sign.is_control()) {
        problems.add(field, "The URL must start with `https://` or `http://`.");
    }
    if url.chars().count() > URL_CHARS_MAX {
        problems.add(field, format!("The URL is longer than {URL_CHARS_MAX} characters."));
    }
    Attachment { name: problems.name(field, &attachment.name), url: url.to_owned() }
}
