//! Where an organization may be embedded, and what its embedded pages need to know.

use entity::{Origins, RequiredComponent, RequiredComponents, organization};
use sea_orm::{ActiveModelTrait, Set};
use url::{Host, Url};

use crate::env::Env;
use crate::error::Error;
use crate::input::Problems;
use crate::policy::Noun;
use crate::viewer::Viewer;

/// Origins that an organization may name.
pub const ORIGINS_MAX: usize = 100;

const COMPONENTS_MAX: usize = 500;

const ELEMENTS_BYTES_MAX: usize = 64 * 1024;

/// What is not given stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// JSON text of an object; empty text for none.
    pub branded_elements: Option<String>,
    pub required_components: Option<Vec<RequiredComponent>>,
    /// Empty lets every page embed.
    pub origins: Option<Vec<String>>,
}

pub async fn update_settings(
    env: &Env,
    viewer: &Viewer,
    input: Settings,
) -> Result<organization::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit_in_organization(&tx, Noun::Embedding).await?;
    let mut problems = Problems::default();
    let mut edit = permit.edit();
    if let Some(elements) = &input.branded_elements {
        edit.branded_elements = Set(branded_elements(&mut problems, elements));
    }
    if let Some(components) = input.required_components {
        if components.len() > COMPONENTS_MAX {
            let message = format!("There are more than {COMPONENTS_MAX} components.");
            problems.add("requiredComponents", message);
        }
        edit.required_components = Set(RequiredComponents(components));
    }
    if let Some(origins) = &input.origins {
        edit.embedded_origins = Set(check_origins(&mut problems, origins));
    }
    problems.finish()?;
    edit.updated_at = Set(env.now());
    let updated = edit.update(&tx).await?;
    tx.commit().await?;
    env.embedding.forget(updated.id);
    Ok(updated)
}

/// Whether an origin is that of our own pages, which ask on behalf of those that embed them.
pub(super) fn is_own(env: &Env, origin: &str) -> bool {
    let own = Url::parse(&env.public_url).map(|url| url.origin().ascii_serialization());
    own.is_ok_and(|own| own.eq_ignore_ascii_case(origin))
}

fn check_origins(problems: &mut Problems, origins: &[String]) -> Origins {
    const FIELD: &str = "embeddedOrigins";
    let mut kept: Vec<String> = Vec::new();
    for text in origins {
        match origin(text.trim()) {
            Some(origin) if !kept.contains(&origin) => kept.push(origin),
            Some(_) => {}
            None => {
                let message = "This is not an origin such as https://app.example.com or \
                    http://localhost:3000.";
                problems.add(FIELD, message);
            }
        }
    }
    if kept.len() > ORIGINS_MAX {
        problems.add(FIELD, format!("There are more than {ORIGINS_MAX} origins."));
    }
    Origins(kept)
}

/// An origin as browsers write it.
fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    // A star would be a domain to the parser, and a promise to the reader.
    let is_plain = match url.host()? {
        Host::Domain(domain) => !domain.contains('*'),
        Host::Ipv4(_) | Host::Ipv6(_) => true,
    };
    let is_web = matches!(url.scheme(), "http" | "https");
    (is_bare && is_plain && is_web).then(|| url.origin().ascii_serialization())
}

/// JSON text of an object; none where it is empty.
pub(crate) fn branded_elements(problems: &mut Problems, text: &str) -> Option<String> {
    const FIELD: &str = "brandedElements";
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if text.len() > ELEMENTS_BYTES_MAX {
        problems.add(FIELD, format!("This is longer than {ELEMENTS_BYTES_MAX} bytes."));
    }
    let is_object = serde_json::from_str::<serde_json::Value>(text).is_ok_and(|it| it.is_object());
    if !is_object {
        problems.add(FIELD, "This is not the JSON text of an object.");
    }
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_do() {
        for (text, expected) in [
            ("https://App.Example.com", Some("https://app.example.com")),
            ("https://app.example.com:443/", Some("https://app.example.com")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("https://bücher.example", Some("https://xn--bcher-kva.example")),
            ("https://app.example.com/page", None),
            ("https://app.example.com/?a", None),
            ("https://me@app.example.com", None),
            ("https://*.example.com", None),
            ("app.example.com", None),
            ("file:///tmp", None),
            ("null", None),
            ("", None),
        ] {
            assert_eq!(origin(text).as_deref(), expected, "{text}");
        }
    }
}
