//! A document against a schema.

use std::borrow::Cow;
use std::collections::HashMap;

use super::PROBLEMS_MAX;
use super::builtin::{INSTANCE, XML};
use super::content::{Found, Model, Walk};
use super::schema::{
    ANY_TYPE, Attributes, ComplexType, Content, ElementId, Methods, Name, Preset, Process, Schema,
    Type, TypeId,
};
use super::simple::{Role, Variety};
use super::source::{Document, Node, Problem};
use super::value::{Value, shown};

pub fn check(schema: &Schema, document: &Document) -> Result<Vec<Problem>, Problem> {
    let mut check = Check { schema, problems: Vec::new(), ids: HashMap::new(), named: Vec::new() };
    let root = document.root_element();
    let tag = root.tag_name();
    let name = Name::new(tag.namespace().unwrap_or_default(), tag.name());
    match schema.global_elements.get(&name) {
        Some(id) => check.element(root, *id),
        None => check.wrong(root, format!("the schema has no element \"{}\"", shown(tag.name()))),
    }
    for (node, id) in std::mem::take(&mut check.named) {
        if !check.ids.contains_key(&id) {
            check.wrong(node, format!("there is no element of the id \"{}\"", shown(&id)));
        }
    }
    if schema.steps.are_used_up() {
        return Err(Problem::at(root, "checking it against this schema takes too many steps"));
    }
    Ok(check.problems)
}

struct Check<'s, 'd> {
    schema: &'s Schema,
    problems: Vec<Problem>,
    /// Ids, and which element has them.
    ids: HashMap<String, Node<'d, 'd>>,
    /// References to ids.
    named: Vec<(Node<'d, 'd>, String)>,
}

impl<'d> Check<'_, 'd> {
    fn wrong(&mut self, node: Node, message: impl Into<String>) {
        if !self.is_over() {
            self.problems.push(Problem::at(node, message));
        }
    }

    fn is_over(&self) -> bool {
        self.problems.len() >= PROBLEMS_MAX || self.schema.steps.are_used_up()
    }

    /// An element that the schema describes.
    fn element(&mut self, node: Node<'d, 'd>, id: ElementId) {
        let schema = self.schema;
        let element = &schema.elements[id];
        if self.is_over() {
            return;
        }
        if element.is_abstract {
            return self.wrong(node, "only elements that stand for this one may be used");
        }
        let Some(type_id) = self.type_of(node, element.type_id, element.block) else { return };
        let nil = node.attribute((INSTANCE, "nil")).map(str::trim);
        if nil.is_some() && !element.is_nillable {
            return self.wrong(node, "the element may not be \"nil\"");
        }
        let is_nil = match nil {
            None | Some("false" | "0") => false,
            Some("true" | "1") => true,
            Some(_) => return self.wrong(node, "\"nil\" is neither true nor false"),
        };
        if is_nil && element.preset.as_ref().is_some_and(|preset| preset.is_fixed) {
            return self.wrong(node, "an element with a fixed value may not be \"nil\"");
        }
        self.typed(node, type_id, element.preset.as_ref(), is_nil);
    }

    /// The type that a document chooses in place of the one in the schema.
    fn type_of(&mut self, node: Node, declared: TypeId, block: Methods) -> Option<TypeId> {
        let schema = self.schema;
        let chosen = match node.attribute((INSTANCE, "type")) {
            None => declared,
            Some(text) => {
                let found = self.type_named(node, text.trim());
                let Some(chosen) = found else {
                    self.wrong(node, format!("there is no type \"{}\"", shown(text)));
                    return None;
                };
                let ways = schema.derivation(chosen, declared);
                let block = block.with(schema.block(declared));
                if ways.is_none_or(|ways| ways.meets(block)) {
                    self.wrong(node, format!("the type \"{}\" may not be used here", shown(text)));
                    return None;
                }
                chosen
            }
        };
        let is_abstract =
            matches!(&schema.types[chosen], Type::Complex(complex) if complex.is_abstract);
        if is_abstract {
            self.wrong(node, "its type is abstract: the document must choose one made of it");
        }
        (!is_abstract).then_some(chosen)
    }

    fn type_named(&self, node: Node, text: &str) -> Option<TypeId> {
        let (prefix, local) = match text.split_once(':') {
            Some((prefix, local)) => (Some(prefix), local),
            None => (None, text),
        };
        let space = node.lookup_namespace_uri(prefix);
        let space = space.or_else(|| prefix.is_none().then_some(""))?;
        self.schema.named_types.get(&Name::new(space, local)).copied()
    }

    fn typed(&mut self, node: Node<'d, 'd>, id: TypeId, preset: Option<&Preset>, is_nil: bool) {
        let schema = self.schema;
        let no_attributes = Attributes::default();
        let complex = match &schema.types[id] {
            Type::Simple(_) => None,
            Type::Complex(complex) => Some(complex),
        };
        self.attributes(node, complex.map_or(&no_attributes, |complex| &complex.attributes));
        if is_nil {
            if node.children().any(|child| child.is_element() || child.is_text()) {
                self.wrong(node, "an element that is \"nil\" holds nothing");
            }
            return;
        }
        match complex {
            None => self.text(node, id, preset),
            Some(ComplexType { content: Content::Text(text), .. }) => {
                self.text(node, *text, preset);
            }
            Some(ComplexType { content: Content::Elements(model), is_mixed, .. }) => {
                self.mixed_value(node, preset);
                self.text_between(node, model, *is_mixed);
                self.elements(node, model);
            }
        }
    }

    /// The text of an element without elements.
    fn text(&mut self, node: Node<'d, 'd>, id: TypeId, preset: Option<&Preset>) {
        if let Some(inside) = node.children().find(Node::is_element) {
            let name = shown(inside.tag_name().name());
            return self.wrong(inside, format!("\"{name}\" stands where only text may be"));
        }
        let text = text_of(node);
        let text = match preset {
            Some(preset) if text.is_empty() => Cow::Borrowed(preset.text.as_str()),
            _ => text,
        };
        let Some(value) = self.value(node, id, &text, None) else { return };
        let fixed = preset.filter(|preset| preset.is_fixed);
        if let Some(fixed) = fixed.filter(|fixed| fixed.value.as_ref() != Some(&value)) {
            self.wrong(node, format!("the value must be \"{}\"", shown(&fixed.text)));
        }
    }

    /// The fixed value of an element that may hold elements, too.
    fn mixed_value(&mut self, node: Node, preset: Option<&Preset>) {
        let Some(fixed) = preset.filter(|preset| preset.is_fixed) else { return };
        let text = text_of(node);
        let has_elements = node.children().any(|child| child.is_element());
        if has_elements || !text.is_empty() && *text != *fixed.text {
            self.wrong(node, format!("the value must be \"{}\"", shown(&fixed.text)));
        }
    }

    fn text_between(&mut self, node: Node, model: &Model, is_mixed: bool) {
        let is_refused = |text: &str| model.is_empty() || !text.trim().is_empty();
        let mut texts = node.children().filter(Node::is_text);
        if !is_mixed && texts.any(|text| is_refused(text.text().unwrap_or_default())) {
            let reason = if model.is_empty() { "nothing" } else { "only elements" };
            self.wrong(node, format!("text stands where {reason} may be"));
        }
    }

    fn elements(&mut self, node: Node<'d, 'd>, model: &Model) {
        let count = node.children().filter(Node::is_element).count();
        let mut walk = Walk::new(self.schema, model, count);
        for child in node.children().filter(Node::is_element) {
            if self.is_over() {
                return;
            }
            let tag = child.tag_name();
            match walk.step(tag.namespace().unwrap_or_default(), tag.name()) {
                Ok(Some(Found::Element(id))) => self.element(child, id),
                Ok(Some(Found::Any(process))) => self.other(child, process),
                Ok(None) => {
                    let (name, expected) = (shown(tag.name()), walk.expected());
                    let message = format!("\"{name}\" may not stand here; expected: {expected}");
                    return self.wrong(child, message);
                }
                Err(message) => return self.wrong(child, message),
            }
        }
        if walk.may_end() == Ok(false) {
            let expected = walk.expected();
            self.wrong(node, format!("the content ends too early; expected: {expected}"));
        }
    }

    /// An element that a wildcard takes.
    fn other(&mut self, node: Node<'d, 'd>, process: Process) {
        if process == Process::Skip || self.is_over() {
            return;
        }
        let tag = node.tag_name();
        let name = Name::new(tag.namespace().unwrap_or_default(), tag.name());
        if let Some(id) = self.schema.global_elements.get(&name) {
            return self.element(node, *id);
        }
        let chosen = node.attribute((INSTANCE, "type"));
        if chosen.is_some_and(|text| self.type_named(node, text.trim()).is_some()) {
            if let Some(id) = self.type_of(node, ANY_TYPE, Methods::default()) {
                self.typed(node, id, None, false);
            }
        } else if process == Process::Strict {
            let name = shown(&name.local);
            self.wrong(node, format!("the schema has no element \"{name}\""));
        } else {
            self.typed(node, ANY_TYPE, None, false);
        }
    }

    fn attributes(&mut self, node: Node<'d, 'd>, allowed: &Attributes) {
        let is_instance = |local: &str| {
            ["type", "nil", "schemaLocation", "noNamespaceSchemaLocation"].contains(&local)
        };
        let mut required = 0;
        if self.schema.steps.take(1 + allowed.uses.len() / 4).is_err() {
            return;
        }
        for attribute in node.attributes() {
            let (space, local) = (attribute.namespace().unwrap_or_default(), attribute.name());
            if space == INSTANCE && is_instance(local) {
                continue;
            }
            let name = Name::new(space, local);
            let (described, preset) = if let Some(used) = allowed.uses.get(&name) {
                required += usize::from(used.is_required);
                (&used.attribute, used.preset.as_ref())
            } else {
                let others = allowed.others.as_ref();
                let Some(others) = others.filter(|others| others.spaces.hold(space)) else {
                    self.wrong(node, format!("the attribute \"{}\" may not be here", shown(local)));
                    continue;
                };
                match self.schema.global_attributes.get(&name) {
                    _ if others.process == Process::Skip => continue,
                    Some(known) => (known, known.preset.as_ref()),
                    None => {
                        if others.process == Process::Strict {
                            let name = shown(local);
                            self.wrong(node, format!("the schema has no attribute \"{name}\""));
                        }
                        continue;
                    }
                }
            };
            let found = self.value(node, described.type_id, attribute.value(), Some(local));
            let fixed = preset.filter(|preset| preset.is_fixed);
            if let Some((value, fixed)) = found.zip(fixed)
                && fixed.value.as_ref() != Some(&value)
            {
                let (local, text) = (shown(local), shown(&fixed.text));
                self.wrong(node, format!("the attribute \"{local}\" must be \"{text}\""));
            }
        }
        self.missing(node, allowed, required);
    }

    fn missing(&mut self, node: Node, allowed: &Attributes, there: usize) {
        let mut needed: Vec<_> = allowed
            .uses
            .iter()
            .filter(|(_, used)| used.is_required)
            .map(|(name, _)| name)
            .collect();
        if needed.len() == there {
            return;
        }
        needed.sort_by(|one, two| one.local.cmp(&two.local));
        for name in needed {
            let space = Some(name.space.as_str()).filter(|space| !space.is_empty());
            let is_there =
                node.attributes().any(|it| it.namespace() == space && it.name() == name.local);
            if !is_there {
                self.wrong(node, format!("the attribute \"{}\" is missing", name.local));
            }
        }
    }

    /// The value of an element or of one of its attributes.
    fn value(
        &mut self,
        node: Node<'d, 'd>,
        id: TypeId,
        text: &str,
        attribute: Option<&str>,
    ) -> Option<Value> {
        let scope = |prefix: Option<&str>| match prefix {
            Some("xml") => Some(XML.to_owned()),
            prefix => node.lookup_namespace_uri(prefix).map(str::to_owned),
        };
        match self.schema.value(id, text, &scope) {
            Ok(value) => {
                self.note(node, id, &value);
                Some(value)
            }
            Err(message) => {
                let message = match attribute {
                    Some(name) => format!("the attribute \"{}\": {message}", shown(name)),
                    None => message,
                };
                self.wrong(node, message);
                None
            }
        }
    }

    /// Remembers ids and references to them.
    fn note(&mut self, node: Node<'d, 'd>, id: TypeId, value: &Value) {
        let Some(simple) = self.schema.simple(id) else { return };
        match (value, simple.role, &simple.variety) {
            (Value::List(items), _, Variety::List(item)) => {
                for value in items {
                    self.note(node, *item, value);
                }
            }
            (Value::Text(text), Role::Id, _) => {
                let known = self.ids.insert(text.clone(), node);
                if known.is_some() {
                    self.wrong(node, format!("the id \"{}\" is there twice", shown(text)));
                }
            }
            (Value::Text(text), Role::IdRef, _) => self.named.push((node, text.clone())),
            _ => {}
        }
    }
}

/// The text in an element, without that of the elements in it.
fn text_of<'d>(node: Node<'d, 'd>) -> Cow<'d, str> {
    let mut texts = node.children().filter(Node::is_text).filter_map(|text| text.text());
    let first = texts.next().unwrap_or_default();
    match texts.next() {
        None => Cow::Borrowed(first),
        Some(second) => Cow::Owned([first, second].into_iter().chain(texts).collect()),
    }
}
