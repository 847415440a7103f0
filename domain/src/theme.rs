//! Colours and other properties of the pages that customers see.

use entity::{Theme, ThemeValue, organization};
use sea_orm::{ActiveModelTrait, Set};

use crate::env::Env;
use crate::error::Error;
use crate::input::Problems;
use crate::policy::Noun;
use crate::viewer::Viewer;

/// What can have a colour, and what that is.
pub const COLORS: &[(&str, &str)] = &[
    ("ACCENT", "What stands out."),
    ("BACKGROUND", "Behind everything."),
    ("DEBUG", "Log lines for developers."),
    ("DESIGNER_SHELL", "Around the designer."),
    ("ERROR", "What failed."),
    ("ICON_COLOR", "Icons."),
    ("INFO", "What is worth knowing."),
    ("LINK_COLOR", "Links."),
    ("METRIC", "Log lines with measurements."),
    ("NEUTRAL", "What does not matter."),
    ("OTHER01", "Anything else."),
    ("PRIMARY", "The main actions."),
    ("SECONDARY", "The other actions."),
    ("SIDEBAR", "The navigation."),
    ("SUCCESS", "What went well."),
    ("TRACE", "Log lines with every detail."),
    ("WARNING", "What may fail."),
];

/// What can be set besides colours.
pub const PROPERTIES: &[(&str, &str)] = &[
    ("BORDER_RADIUS", "How round corners are, in pixels."),
    ("DISABLE_ELEVATION", "Whether nothing has a shadow: true or false."),
];

/// Where a colour or property holds.
pub const VARIANTS: &[(&str, &str)] = &[
    ("DARK", "On dark pages."),
    ("EMBEDDED_DARK", "On dark pages that are embedded; goes before `DARK` there."),
    ("EMBEDDED_LIGHT", "On light pages that are embedded; goes before `LIGHT` there."),
    ("LIGHT", "On light pages."),
];

const RADIUS_MAX: u32 = 64;

/// Colours and properties to set; an empty value takes one away, and what is not named stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub colors: Vec<ThemeValue>,
    pub properties: Vec<ThemeValue>,
}

pub async fn update(
    env: &Env,
    viewer: &Viewer,
    change: Change,
) -> Result<organization::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit_in_organization(&tx, Noun::Embedding).await?;
    let mut problems = Problems::default();
    let Theme { mut colors, mut properties } = permit.row().theme.clone();
    for color in change.colors {
        set(&mut colors, check_color(&mut problems, color));
    }
    for property in change.properties {
        set(&mut properties, check_property(&mut problems, property));
    }
    problems.finish()?;
    let mut edit = permit.edit();
    edit.theme = Set(Theme { colors, properties });
    edit.updated_at = Set(env.now());
    let updated = edit.update(&tx).await?;
    tx.commit().await?;
    Ok(updated)
}

/// Each of them is there once, so a theme can only have so many.
fn set(values: &mut Vec<ThemeValue>, new: ThemeValue) {
    values.retain(|known| (&known.kind, &known.variant) != (&new.kind, &new.variant));
    if !new.value.is_empty() {
        values.push(new);
        values.sort_by(|a, b| (&a.variant, &a.kind).cmp(&(&b.variant, &b.kind)));
    }
}

fn check_color(problems: &mut Problems, color: ThemeValue) -> ThemeValue {
    const FIELD: &str = "colors";
    let mut color = check_names(problems, FIELD, COLORS, color);
    if color.variant.is_none() {
        problems.add(FIELD, "A colour needs a variant.");
    }
    if !color.value.is_empty() && !is_hex(&color.value) {
        let message = format!("{}: This is not a colour such as #1a2b3c.", color.kind);
        problems.add(FIELD, message);
    }
    color.value.make_ascii_lowercase();
    color
}

fn check_property(problems: &mut Problems, property: ThemeValue) -> ThemeValue {
    const FIELD: &str = "properties";
    let property = check_names(problems, FIELD, PROPERTIES, property);
    let (kind, value) = (property.kind.as_str(), property.value.as_str());
    if value.is_empty() {
        return property;
    }
    if kind == "DISABLE_ELEVATION" && !matches!(value, "true" | "false") {
        problems.add(FIELD, format!("{kind}: This is neither true nor false."));
    }
    let is_radius = || value.parse().is_ok_and(|pixels: u32| pixels <= RADIUS_MAX);
    if kind == "BORDER_RADIUS" && !is_radius() {
        problems.add(FIELD, format!("{kind}: This is not a number from 0 to {RADIUS_MAX}."));
    }
    property
}

fn check_names(
    problems: &mut Problems,
    field: &str,
    kinds: &[(&str, &str)],
    value: ThemeValue,
) -> ThemeValue {
    let is_known = |names: &[(&str, &str)], name: &str| names.iter().any(|(it, _)| *it == name);
    if !is_known(kinds, &value.kind) {
        problems.add(field, format!("{:?}: There is no such type.", value.kind));
    }
    if let Some(variant) = &value.variant
        && !is_known(VARIANTS, variant)
    {
        problems.add(field, format!("{variant:?}: There is no such variant."));
    }
    ThemeValue { value: value.value.trim().to_owned(), ..value }
}

/// Only this goes into a style sheet.
fn is_hex(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or_default();
    matches!(digits.len(), 3 | 4 | 6 | 8) && digits.bytes().all(|it| it.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, problems};

    fn value(kind: &str, variant: Option<&str>, value: &str) -> ThemeValue {
        ThemeValue {
            kind: kind.to_owned(),
            variant: variant.map(str::to_owned),
            value: value.to_owned(),
        }
    }

    #[tokio::test]
    async fn a_theme_is_changed_value_by_value() {
        let world = World::new().await;
        let (env, owner) = (&world.env, &world.owner);
        let set = async |colors: &[ThemeValue], properties: &[ThemeValue]| {
            let change = Change { colors: colors.to_vec(), properties: properties.to_vec() };
            update(env, owner, change).await
        };
        let primary = value("PRIMARY", Some("LIGHT"), " #1A2B3C ");
        let dark = value("PRIMARY", Some("DARK"), "#fff");
        let radius = value("BORDER_RADIUS", None, "8");
        let theme =
            set(&[primary, dark.clone()], std::slice::from_ref(&radius)).await.unwrap().theme;
        let light = value("PRIMARY", Some("LIGHT"), "#1a2b3c");
        assert_eq!(theme.colors, [dark, light.clone()]);
        assert_eq!(theme.properties, [radius]);
        let theme = set(&[value("PRIMARY", Some("DARK"), "")], &[]).await.unwrap().theme;
        assert_eq!((theme.colors, theme.properties.len()), (vec![light], 1));

        for color in ["red", "#12", "#12345g", "#fff;}", "url(x)", "#"] {
            let wrong = set(&[value("ERROR", Some("DARK"), color)], &[]).await;
            assert_eq!(problems(wrong), ["colors: ERROR: This is not a colour such as #1a2b3c."]);
        }
        let wrong = [value("PRIMARY", None, "#fff"), value("primary", Some("GREY"), "#fff")];
        assert_eq!(problems(set(&wrong, &[]).await).len(), 3);
        let wrong = [value("BORDER_RADIUS", None, "65"), value("DISABLE_ELEVATION", None, "1")];
        assert_eq!(problems(set(&[], &wrong).await).len(), 2);
    }
}
