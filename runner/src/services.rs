//! What the outside looks like to actions, and to the checks of definitions.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use components::InputKind;
use entity::{Clock, Ids};
use flow::definition::ComponentRef;
use flow::{ActionShape, InputShape, OAuth2Grant, OAuth2Shape};

use crate::CATALOG;

/// The server's clock, with sleeping.
#[derive(Clone)]
pub struct TokioClock(pub Arc<dyn Clock>);

#[async_trait]
impl components::Clock for TokioClock {
    fn now_micros(&self) -> i64 {
        self.0.now().0
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// Chance as the server has it for its ids.
pub struct DrawnBits(pub Ids);

impl components::Randomness for DrawnBits {
    fn draw(&self) -> u128 {
        self.0.bits()
    }
}

/// The built-in components as definitions are checked against them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vocabulary;

impl flow::Vocabulary for Vocabulary {
    fn component(&self, component: &ComponentRef) -> bool {
        built_in(component).is_some()
    }

    fn inputs(
        &self,
        component: &ComponentRef,
        action: &str,
        is_trigger: bool,
    ) -> Option<ActionShape> {
        let component = built_in(component)?.key;
        if is_trigger {
            let trigger = CATALOG.trigger(component, action)?;
            return Some(ActionShape {
                inputs: inputs(&trigger.inputs),
                needs_schedule: trigger.schedule == components::ScheduleSupport::Required,
                branches: names(trigger.branches),
                ..ActionShape::default()
            });
        }
        let action = CATALOG.action(component, action)?;
        Some(ActionShape {
            inputs: inputs(&action.inputs),
            loops: matches!(action.perform, components::Perform::Loop(_)),
            branches_by: action.branches_by.map(ToOwned::to_owned),
            needs_schedule: false,
            branches: names(action.branches),
        })
    }

    fn components(&self) -> Vec<String> {
        CATALOG.iter().map(|component| component.key.to_owned()).collect()
    }

    fn actions(&self, component: &ComponentRef, triggers: bool) -> Vec<String> {
        let Some(component) = built_in(component) else { return Vec::new() };
        if triggers {
            return component.triggers.iter().map(|trigger| trigger.key.to_owned()).collect();
        }
        component.actions.iter().map(|action| action.key.to_owned()).collect()
    }

    fn connections(&self, component: &ComponentRef) -> Vec<String> {
        let component = built_in(component);
        let connections = component.into_iter().flat_map(|component| &component.connections);
        connections.map(|connection| connection.key.to_owned()).collect()
    }

    fn connection_inputs(&self, component: &str, connection: &str) -> Vec<InputShape> {
        let component = CATALOG.component(component);
        let connections = component.into_iter().flat_map(|component| &component.connections);
        let found = connections.filter(|known| known.key == connection);
        found.flat_map(|known| inputs(&known.inputs)).collect()
    }

    fn oauth2(&self, component: &str, connection: &str) -> Option<OAuth2Shape> {
        let connections = &CATALOG.component(component)?.connections;
        let found = connections.iter().find(|known| known.key == connection)?;
        let grant = match found.grant? {
            components::Grant::AuthorizationCode => OAuth2Grant::AuthorizationCode,
            components::Grant::ClientCredentials => OAuth2Grant::ClientCredentials,
        };
        let defaults = found.inputs.iter().filter(|input| !input.default.is_empty());
        let defaults = defaults.map(|input| (input.key.to_owned(), input.default.to_owned()));
        Some(OAuth2Shape { defaults: defaults.collect(), ..OAuth2Shape::new(grant) })
    }

    fn open_inputs(&self, component: &str, key: &str) -> Vec<String> {
        let Some(component) = CATALOG.component(component) else { return Vec::new() };
        let connections = component.connections.iter().filter(|known| known.key == key);
        // Lists and data hold whatever somebody needed to write somewhere.
        let is_line = |input: &&components::Input| {
            matches!(input.kind, InputKind::String | InputKind::Text | InputKind::Boolean)
                && input.collection.is_none()
        };
        let of_connections = connections.flat_map(|it| it.inputs.iter().filter(is_line));
        let sources = component.data_sources.iter().filter(|known| known.key == key);
        let is_value = |input: &&components::Input| {
            !matches!(input.kind, InputKind::Code | InputKind::Connection | InputKind::Password)
        };
        let of_sources = sources.flat_map(|it| it.inputs.iter().filter(is_value));
        of_connections.chain(of_sources).map(|input| input.key.to_owned()).collect()
    }

    fn data_sources(&self, component: &ComponentRef) -> Vec<String> {
        let component = built_in(component);
        let sources = component.into_iter().flat_map(|component| &component.data_sources);
        sources.map(|source| source.key.to_owned()).collect()
    }
}

fn built_in(component: &ComponentRef) -> Option<&'static components::Component> {
    CATALOG.component(&component.key).filter(|_| component.is_public)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn inputs(inputs: &[components::Input]) -> Vec<InputShape> {
    let shape = |input: &components::Input| InputShape {
        key: input.key.to_owned(),
        aliases: input.aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        required: input.required,
    };
    inputs.iter().map(shape).collect()
}

#[cfg(test)]
mod tests {
    use flow::{Definition, validate};

    use super::Vocabulary;

    #[test]
    fn branches_that_an_action_fixes_are_known_to_the_checks() {
        let check = |branches: &str| {
            let text = format!(
                "{{definitionVersion: 7, name: Test, flows: [{{name: Flow, steps: [{{name: Call, \
                 isTrigger: true, action: {{key: webhook, component: {{key: webhook-triggers, \
                 isPublic: true, version: LATEST}}}}, inputs: {{}}}}, {{name: Turn, action: {{key: \
                 processInOrder, component: {{key: collection-tools, isPublic: true, version: \
                 LATEST}}}}, inputs: {{collectionId: {{type: value, value: a}}, length: {{type: \
                 value, value: '2'}}, index: {{type: value, value: '0'}}}}, branches: \
                 [{branches}]}}]}}]}}"
            );
            let definition = Definition::parse(&text).unwrap();
            let problems = validate(&definition, &Vocabulary);
            problems.iter().map(|problem| problem.message.clone()).collect::<Vec<_>>()
        };
        let known = "{name: Process, steps: []}, {name: Skip, steps: []}";
        assert_eq!(check(known), [""; 0]);
        let wrong = check(&known.replace("Skip", "Skipped"));
        assert!(wrong.iter().any(|message| message.contains("`Skipped`")), "{wrong:?}");
    }
}
