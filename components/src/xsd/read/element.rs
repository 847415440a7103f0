//! Elements: those with a name everywhere, and those within types.

use super::super::schema::{ANY_TYPE, Element, ElementId, Methods, Name, Preset, Schema, Type};
use super::super::simple::Role;
use super::super::source::Node;
use super::super::value::is_colonless;
use super::syntax::{flag, methods, part, required, unknown, wrong};
use super::{Read, Reader};

/// An element of which something is still to be done.
pub struct Pending<'a> {
    pub id: ElementId,
    pub node: Node<'a, 'a>,
    /// Its type is that of the element it stands for.
    inherits: bool,
    last: Methods,
}

impl<'a> Reader<'a> {
    /// A number for an element.
    pub fn new_element(&mut self, node: Node<'a, 'a>, name: Name) -> ElementId {
        let id = self.schema.elements.len();
        self.schema.elements.push(Element {
            name,
            type_id: ANY_TYPE,
            is_nillable: false,
            is_abstract: false,
            block: Methods::default(),
            preset: None,
            head: None,
        });
        let last = Methods::default();
        self.elements.push(Pending { id, node, inherits: false, last });
        id
    }

    /// An element in a type or a group.
    pub fn local_element(&mut self, node: Node<'a, 'a>) -> Read<ElementId> {
        if let Some(text) = node.attribute("ref") {
            let refused = ["name", "type", "default", "fixed", "nillable", "block", "form"];
            let is_more = refused.iter().any(|attribute| node.has_attribute(*attribute));
            if is_more || super::parts(node).next().is_some() {
                return Err(wrong(node, "an element is either described or referred to"));
            }
            return self.element_named(node, text);
        }
        for place in ["abstract", "substitutionGroup", "final"] {
            if node.has_attribute(place) {
                return Err(wrong(node, &format!("\"{place}\" has no meaning here")));
            }
        }
        let local = required(node, "name")?;
        if !is_colonless(local) {
            return Err(wrong(node, &format!("\"{local}\" is not a name")));
        }
        let is_qualified = is_qualified(node, self.are_elements_qualified)?;
        let space = if is_qualified { self.target.as_str() } else { "" };
        let name = Name::new(space, local);
        let id = self.new_element(node, name);
        self.declare(id, node)?;
        Ok(id)
    }

    /// Notes what an element says of itself.
    pub fn declare(&mut self, id: ElementId, node: Node<'a, 'a>) -> Read<()> {
        if let Some(rule) = super::parts(node)
            .find(|part| ["key", "unique", "keyref"].contains(&part.tag_name().name()))
        {
            let name = rule.tag_name().name();
            return Err(wrong(rule, &format!("\"{name}\" is not supported")));
        }
        let head = node.attribute("substitutionGroup");
        let head = head.map(|text| self.element_named(node, text)).transpose()?;
        let own = part(node, &["simpleType", "complexType"])?;
        let type_id = match (node.attribute("type"), own) {
            (Some(_), Some(_)) => return Err(wrong(node, "an element has two types")),
            (Some(text), None) => self.type_named(node, text)?,
            (None, Some(own)) => {
                no_name(own)?;
                self.new_type(own)
            }
            (None, None) => ANY_TYPE,
        };
        self.elements[id].inherits =
            head.is_some() && node.attribute("type").or(own.map(|_| "")).is_none();
        self.elements[id].last = methods(node, "final", self.last)?;
        let element = &mut self.schema.elements[id];
        element.type_id = type_id;
        element.is_nillable = flag(node, "nillable")?;
        element.is_abstract = flag(node, "abstract")?;
        element.block = methods(node, "block", self.block)?;
        element.head = head;
        element.preset = preset(node)?;
        Ok(())
    }

    /// Finds what may stand for what.
    pub fn finish_elements(&mut self) -> Read<()> {
        let count = self.elements.len();
        for number in 0..count {
            let (id, node) = (self.elements[number].id, self.elements[number].node);
            let mut heads = Vec::new();
            let mut at = self.schema.elements[id].head;
            while let Some(head) = at {
                self.schema.steps.take(1).map_err(|message| wrong(node, &message))?;
                if head == id || heads.len() > super::DEPTH_MAX {
                    return Err(wrong(node, "an element stands for itself, or for too many"));
                }
                heads.push(head);
                at = self.schema.elements[head].head;
            }
            if self.elements[number].inherits {
                let described = heads.iter().find(|head| !self.elements[**head].inherits);
                self.schema.elements[id].type_id =
                    described.map_or(ANY_TYPE, |head| self.schema.elements[*head].type_id);
            }
            for (distance, head) in heads.into_iter().enumerate() {
                let ways = self.substitution(id, head);
                let last = self.elements[head].last;
                if distance == 0 && ways.is_none_or(|ways| ways.meets(last)) {
                    let name = &self.schema.elements[head].name.local;
                    let message = format!("its type does not let it stand for \"{name}\"");
                    return Err(wrong(node, &message));
                }
                let block = self.schema.elements[head].block;
                let block = block.with(self.schema.block(self.schema.elements[head].type_id));
                let is_blocked =
                    block.meets(Methods::SUBSTITUTION) || ways.is_none_or(|ways| ways.meets(block));
                if !is_blocked {
                    self.schema.substitutes.entry(head).or_default().push(id);
                }
            }
        }
        Ok(())
    }

    fn substitution(&self, id: ElementId, head: ElementId) -> Option<Methods> {
        let type_of = |id: ElementId| {
            // Those that come later may not have inherited theirs yet.
            let mut at = id;
            while self.elements[at].inherits
                && let Some(head) = self.schema.elements[at].head
            {
                at = head;
            }
            self.schema.elements[at].type_id
        };
        self.schema.derivation(type_of(id), type_of(head))
    }

    /// Checks the values that elements have by themselves.
    pub fn finish_presets(&mut self) -> Read<()> {
        for number in 0..self.elements.len() {
            let (id, node) = (self.elements[number].id, self.elements[number].node);
            let element = &self.schema.elements[id];
            let Some(mut preset) = element.preset.clone() else { continue };
            if let Some(text) = self.schema.text_type(element.type_id) {
                preset.value = Some(self.preset_value(node, text, &preset)?);
            } else if let Type::Complex(complex) = &self.schema.types[element.type_id]
                && !is_text_enough(&self.schema, complex)
            {
                return Err(wrong(node, "an element that needs elements has no value"));
            }
            self.schema.elements[id].preset = Some(preset);
        }
        Ok(())
    }

    /// The value of a text in the schema.
    pub fn preset_value(
        &self,
        node: Node,
        type_id: usize,
        preset: &Preset,
    ) -> Read<super::super::value::Value> {
        if self.schema.simple(type_id).is_some_and(|simple| simple.role == Role::Id) {
            return Err(wrong(node, "an \"ID\" has no value by itself"));
        }
        let scope = |prefix: Option<&str>| node.lookup_namespace_uri(prefix).map(str::to_owned);
        let read = self.schema.value(type_id, &preset.text, &scope);
        read.map_err(|message| wrong(node, &message))
    }
}

fn is_text_enough(schema: &Schema, complex: &super::ComplexType) -> bool {
    match &complex.content {
        super::Content::Text(text) => schema.simple(*text).is_some(),
        super::Content::Elements(model) => complex.is_mixed && model.is_nullable(),
    }
}

/// Whether the names of elements or attributes in types belong to the schema's namespace.
pub fn is_qualified(node: Node, default: bool) -> Read<bool> {
    match node.attribute("form") {
        None => Ok(default),
        Some("qualified") => Ok(true),
        Some("unqualified") => Ok(false),
        Some(other) => Err(unknown(node, "form", other)),
    }
}

/// The value that something has by itself, as text.
pub fn preset(node: Node) -> Read<Option<Preset>> {
    let of = |text: &str, is_fixed| Some(Preset { text: text.to_owned(), value: None, is_fixed });
    match (node.attribute("default"), node.attribute("fixed")) {
        (Some(_), Some(_)) => Err(wrong(node, "a value is either a default or fixed")),
        (Some(text), None) => Ok(of(text, false)),
        (None, Some(text)) => Ok(of(text, true)),
        (None, None) => Ok(None),
    }
}

/// Types within other things have none.
pub fn no_name(node: Node) -> Read<()> {
    if node.has_attribute("name") {
        Err(wrong(node, "a type in another thing has no name"))
    } else {
        Ok(())
    }
}
