//! Reading a schema out of its document. The first thing wrong with it ends the reading.
//!
//! What has a name is built when it is first needed; what is needed to build itself is refused.
//! Types of elements are built later, so that elements may hold themselves.

mod attribute;
mod complex;
mod element;
mod particle;
mod simple;
mod syntax;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::builtin::{self, XML, XSD};
use super::content::{self, Model, Particle, Term, UNBOUNDED};
use super::schema::{
    ANY_SIMPLE_TYPE, ANY_TYPE, Attributes, ComplexType, Content, ElementId, Methods, Name, Process,
    Schema, Spaces, Type, TypeId, Wildcard,
};
use super::simple::{Facets, Role, SimpleType, Variety, White};
use super::source::{self, Node, Problem, SCHEMA_BYTES_MAX, Steps};
use super::value::{Primitive, is_colonless};
use syntax::{methods, parts, required, wrong};

type Read<T> = Result<T, Problem>;

/// Steps from one thing of a schema to what it is made of.
const DEPTH_MAX: usize = 200;
/// Patterns of a schema.
const PATTERNS_MAX: usize = 400;

/// A schema under construction.
struct Reader<'a> {
    schema: Schema,
    target: String,
    are_elements_qualified: bool,
    are_attributes_qualified: bool,
    block: Methods,
    last: Methods,
    /// What has a name, by the sort of thing it is.
    named: HashMap<(&'static str, Name), Node<'a, 'a>>,
    types: Vec<State<'a>>,
    /// What elements the types hold.
    particles: HashMap<TypeId, Option<Rc<Particle>>>,
    groups: HashMap<Name, Rc<Particle>>,
    attribute_groups: HashMap<Name, Rc<Attributes>>,
    /// Groups and attributes that are being built.
    open: HashSet<(&'static str, Name)>,
    elements: Vec<element::Pending<'a>>,
    patterns: usize,
    depth: usize,
}

#[derive(Clone, Copy)]
enum State<'a> {
    Todo(Node<'a, 'a>),
    Open,
    Done,
}

/// Sorts of things with names of their own.
const SORTS: [&str; 5] = ["type", "element", "attribute", "group", "attributeGroup"];

pub fn read(text: &str) -> Read<Schema> {
    let document = source::parse(text, SCHEMA_BYTES_MAX)?;
    let root = document.root_element();
    if root.tag_name().name() != "schema" || root.tag_name().namespace() != Some(XSD) {
        return Err(wrong(root, "the outermost element is not \"schema\" of XML Schema"));
    }
    syntax::check(root)?;
    let is_qualified = |attribute: &str| match root.attribute(attribute) {
        None | Some("unqualified") => Ok(false),
        Some("qualified") => Ok(true),
        Some(other) => Err(syntax::unknown(root, attribute, other)),
    };
    let mut reader = Reader {
        schema: Schema::default(),
        target: root.attribute("targetNamespace").unwrap_or_default().to_owned(),
        are_elements_qualified: is_qualified("elementFormDefault")?,
        are_attributes_qualified: is_qualified("attributeFormDefault")?,
        block: methods(root, "blockDefault", Methods::default())?,
        last: methods(root, "finalDefault", Methods::default())?,
        named: HashMap::new(),
        types: Vec::new(),
        particles: HashMap::new(),
        groups: HashMap::new(),
        attribute_groups: HashMap::new(),
        open: HashSet::new(),
        elements: Vec::new(),
        patterns: 0,
        depth: 0,
    };
    reader.add_builtins();
    reader.list(root)?;
    reader.build(root)?;
    reader.finish()?;
    reader.schema.steps = Steps::default();
    Ok(reader.schema)
}

impl<'a> Reader<'a> {
    fn add_builtins(&mut self) {
        let any = Wildcard { spaces: Spaces::all(), process: Process::Lax };
        let attributes = Attributes { others: Some(any.clone()), ..Attributes::default() };
        let items = Particle { least: 0, most: UNBOUNDED, term: Term::Any(any.into()) };
        let particle = Particle::once(Term::Sequence(vec![items.into()]));
        let model = Model::of(Some(&particle), &self.schema.steps).unwrap_or_default();
        let anything = ComplexType {
            base: ANY_TYPE,
            derivation: Methods::default(),
            is_abstract: false,
            block: Methods::default(),
            last: Methods::default(),
            is_mixed: true,
            content: Content::Elements(model),
            attributes: attributes.into(),
        };
        self.schema.types.push(Type::Complex(anything));
        self.schema.named_types.insert(Name::new(XSD, "anyType"), ANY_TYPE);
        self.particles.insert(ANY_TYPE, Some(particle.into()));
        builtin::add(&mut self.schema);
        self.types = vec![State::Done; self.schema.types.len()];
    }

    /// Notes everything that has a name.
    fn list(&mut self, root: Node<'a, 'a>) -> Read<()> {
        for node in parts(root) {
            let tag = node.tag_name().name();
            let sort = match tag {
                "import" => continue,
                "simpleType" | "complexType" => "type",
                _ => SORTS.into_iter().find(|sort| *sort == tag).unwrap_or("element"),
            };
            let local = required(node, "name")?;
            if !is_colonless(local) {
                return Err(wrong(node, &format!("\"{local}\" is not a name")));
            }
            for place in ["ref", "minOccurs", "maxOccurs", "form", "use"] {
                if node.has_attribute(place) {
                    return Err(wrong(node, &format!("\"{place}\" has no meaning here")));
                }
            }
            let name = Name::new(&self.target, local);
            if self.named.insert((sort, name.clone()), node).is_some() {
                return Err(wrong(node, &format!("there are two of the name \"{local}\"")));
            }
            if sort == "type" {
                let id = self.new_type(node);
                self.schema.named_types.insert(name, id);
            } else if sort == "element" {
                let id = self.new_element(node, name.clone());
                self.schema.global_elements.insert(name, id);
            }
        }
        Ok(())
    }

    /// Builds everything that has a name, and then the types of the elements in it.
    fn build(&mut self, root: Node<'a, 'a>) -> Read<()> {
        for node in parts(root) {
            let name = Name::new(&self.target, node.attribute("name").unwrap_or_default().trim());
            match node.tag_name().name() {
                "element" => {
                    let id = self.schema.global_elements[&name];
                    self.declare(id, node)?;
                }
                "attribute" => drop(self.global_attribute(node, name)?),
                "group" => drop(self.group(node, name)?),
                "attributeGroup" => drop(self.attribute_group(node, name)?),
                _ => {}
            }
        }
        let mut next = 0;
        while next < self.types.len() {
            self.ready(next, root)?;
            next += 1;
        }
        Ok(())
    }

    /// Does what needs the whole: elements that stand for others, and the order of elements.
    fn finish(&mut self) -> Read<()> {
        self.finish_elements()?;
        let held: Vec<_> = self.particles.drain().collect();
        let mut models = Vec::new();
        for (id, particle) in held {
            let steps = &self.schema.steps;
            let model = Model::of(particle.as_deref(), steps)
                .and_then(|model| content::check(&self.schema, &model).map(|()| model));
            models.push((id, model));
        }
        // The first one that is wrong, in the order of the schema.
        models.sort_by_key(|(id, _)| *id);
        for (id, model) in models {
            let model = model.map_err(|message| self.at_type(id, &message))?;
            if let Type::Complex(complex) = &mut self.schema.types[id] {
                complex.content = Content::Elements(model);
            }
        }
        self.finish_presets()
    }

    fn at_type(&self, id: TypeId, message: &str) -> Problem {
        let names = &self.schema.named_types;
        let name = names.iter().find(|(_, known)| **known == id).map(|(name, _)| name);
        let node = name.and_then(|name| self.named.get(&("type", name.clone())));
        let position = node.copied().or_else(|| self.holder(id));
        match position {
            Some(node) => wrong(node, message),
            None => {
                Problem { message: message.to_owned(), line: 1, column: 1, path: String::new() }
            }
        }
    }

    fn holder(&self, id: TypeId) -> Option<Node<'a, 'a>> {
        let holds = |it: &element::Pending<'a>| self.schema.elements[it.id].type_id == id;
        self.elements.iter().find(|it| holds(it)).map(|it| it.node)
    }

    /// A number for a type that is built later.
    fn new_type(&mut self, node: Node<'a, 'a>) -> TypeId {
        self.types.push(State::Todo(node));
        self.schema.types.push(Type::Simple(SimpleType {
            base: Some(ANY_SIMPLE_TYPE),
            variety: Variety::Atomic(Primitive::Any),
            white: White::Kept,
            facets: Facets::default(),
            role: Role::None,
        }));
        self.types.len() - 1
    }

    /// Builds a type unless it is built.
    fn ready(&mut self, id: TypeId, at: Node<'a, 'a>) -> Read<()> {
        let node = match self.types[id] {
            State::Done => return Ok(()),
            State::Open => return Err(wrong(at, "a type is made of itself")),
            State::Todo(node) => node,
        };
        self.types[id] = State::Open;
        let built = self.deeper(at, |reader| {
            if node.tag_name().name() == "complexType" {
                reader.complex_type(id, node).map(Type::Complex)
            } else {
                reader.simple_type(node).map(Type::Simple)
            }
        })?;
        self.schema.types[id] = built;
        self.types[id] = State::Done;
        Ok(())
    }

    /// Goes one step on to what something is made of.
    fn deeper<T>(&mut self, at: Node, work: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.depth += 1;
        self.schema.steps.take(10).map_err(|message| wrong(at, &message))?;
        if self.depth > DEPTH_MAX {
            return Err(wrong(at, &format!("the schema is nested deeper than {DEPTH_MAX}")));
        }
        let done = work(self)?;
        self.depth -= 1;
        Ok(done)
    }

    /// The name that an attribute, or a word in one, stands for.
    fn name(node: Node, text: &str) -> Read<Name> {
        let text = text.trim();
        let (prefix, local) = match text.split_once(':') {
            Some((prefix, local)) => (Some(prefix), local),
            None => (None, text),
        };
        let space = node.lookup_namespace_uri(prefix);
        if !is_colonless(local) || prefix.is_some() && space.is_none() {
            return Err(wrong(node, &format!("\"{text}\" is not a name in a known namespace")));
        }
        Ok(Name::new(space.unwrap_or_default(), local))
    }

    /// A type by its name, perhaps not built yet.
    fn type_named(&self, node: Node, text: &str) -> Read<TypeId> {
        let name = Self::name(node, text)?;
        let id = self.schema.named_types.get(&name).copied();
        id.ok_or_else(|| self.missing(node, "type", text, &name))
    }

    fn element_named(&self, node: Node, text: &str) -> Read<ElementId> {
        let name = Self::name(node, text)?;
        let id = self.schema.global_elements.get(&name).copied();
        id.ok_or_else(|| self.missing(node, "element", text, &name))
    }

    fn missing(&self, node: Node, sort: &str, text: &str, name: &Name) -> Problem {
        let is_known = [&self.target, XSD, XML].contains(&name.space.as_str());
        let reason = if is_known { "" } else { ": other schemas are not read" };
        wrong(node, &format!("there is no {sort} \"{}\"{reason}", text.trim()))
    }
}
