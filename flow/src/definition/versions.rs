//! Changes the versions of the components that a definition uses, for exports and publications.

use std::cell::RefCell;

use serde_json::Value as Json;

use super::fields::Fields;
use super::{ComponentRef, Definition, Version};
use crate::problem::Problems;

impl Definition {
    /// Everything that names a component, in the order of the document.
    pub fn components(&self) -> Vec<ComponentRef> {
        let found = RefCell::new(Vec::new());
        let mut document = self.document.clone();
        visit(&mut document, &|component| {
            found.borrow_mut().push(component.clone());
            component.version.clone()
        });
        found.into_inner()
    }

    /// The same definition with the versions that `version_of` gives for its components.
    #[must_use]
    pub fn with_versions(&self, version_of: &dyn Fn(&ComponentRef) -> Version) -> Self {
        let mut document = self.document.clone();
        visit(&mut document, version_of);
        self.with_document(document).expect("every version can be read")
    }
}

fn visit(json: &mut Json, version_of: &dyn Fn(&ComponentRef) -> Version) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(|item| visit(item, version_of)),
        Json::Object(map) => {
            for (key, value) in map.iter_mut() {
                match key.as_str() {
                    "action" | "connection" | "dataSource" => {
                        if let Some(component) = value.get_mut("component") {
                            set(component, version_of);
                        }
                    }
                    "supplementalComponents" => {
                        let components = value.as_array_mut().into_iter().flatten();
                        components.for_each(|component| set(component, version_of));
                    }
                    "requiredConfigVars" | "flows" | "steps" | "branches" => {
                        visit(value, version_of);
                    }
                    _ => {}
                }
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn set(json: &mut Json, version_of: &dyn Fn(&ComponentRef) -> Version) {
    let problems = Problems::default();
    let component = Fields::new(json, "", &problems).as_ref().map(ComponentRef::read);
    let (Some(component), Json::Object(map)) = (component, json) else { return };
    let (key, other, value) = match version_of(&component) {
        Version::Latest => ("version", "signature", "LATEST".into()),
        Version::Pinned(number) => ("version", "signature", number.into()),
        Version::Signature(signature) => ("signature", "version", signature.into()),
    };
    map.shift_remove(other);
    map.insert(key.to_owned(), value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_pinned_and_floated_wherever_components_are_used() {
        let step = "{name: a, action: {key: k, component: {key: one, version: 1}}, inputs: {x: \
                    {type: value, value: {action: {component: {key: one, version: 5}}}}}}";
        let text = format!(
            "{{definitionVersion: 7, name: x, requiredConfigVars: [{{key: c, dataType: connection, \
             connection: {{key: k, component: {{key: two, signature: s}}}}}}], flows: [{{name: f, \
             supplementalComponents: [{{key: three}}], steps: [{step}, {{name: b, action: {{key: \
             k, component: {{key: one}}}}, branches: [{{name: y, steps: [{step}]}}]}}]}}]}}"
        );
        let definition = Definition::parse(&text).unwrap();
        let named = definition.components();
        let keys: Vec<_> = named.iter().map(|component| &*component.key).collect();
        assert_eq!(keys, ["two", "three", "one", "one", "one"]);
        let floating = definition.with_versions(&|_| Version::Latest);
        assert_eq!(floating.to_json().matches(r#""version":"LATEST""#).count(), 5);
        assert!(!floating.to_json().contains("signature"));
        let pinned = floating.with_versions(&|component| match component.key.as_str() {
            "one" => Version::Pinned(9),
            _ => Version::Signature("t".to_owned()),
        });
        assert_eq!(pinned.to_json().matches(r#""version":9"#).count(), 3);
        assert_eq!(pinned.to_json().matches(r#""signature":"t""#).count(), 2);
        assert_eq!(pinned.to_json().matches(r#""version":5"#).count(), 2);
    }
}
