//! Types of elements that hold elements or attributes.

use std::rc::Rc;

use super::super::content::{Model, Particle, Term};
use super::super::schema::{
    ANY_TYPE, Attributes, ComplexType, Content, Methods, Name, Spaces, Type, TypeId,
};
use super::super::source::Node;
use super::attribute::both;
use super::simple::is_facet;
use super::syntax::{flag, methods, part, parts, required, wrong};
use super::{Read, Reader};

const PARTICLES: [&str; 4] = ["group", "all", "choice", "sequence"];

/// What a type takes over from the one it is made of.
struct Base {
    id: TypeId,
    method: Methods,
    attributes: Rc<Attributes>,
}

impl<'a> Reader<'a> {
    pub fn complex_type(&mut self, id: TypeId, node: Node<'a, 'a>) -> Read<ComplexType> {
        let built = match part(node, &["simpleContent", "complexContent"])? {
            Some(content) if parts(node).count() > 1 => {
                return Err(wrong(content, "nothing stands beside the content of a type"));
            }
            Some(content) => self.derived(id, node, content)?,
            None => {
                let attributes = Rc::default();
                let base = Base { id: ANY_TYPE, method: Methods::RESTRICTION, attributes };
                let particle = self.own_particle(node)?;
                self.particles.insert(id, particle);
                let is_mixed = flag(node, "mixed")?;
                let content = Content::Elements(Model::default());
                self.assembled(node, base, content, is_mixed)?
            }
        };
        Ok(ComplexType {
            is_abstract: flag(node, "abstract")?,
            block: methods(node, "block", self.block)?,
            last: methods(node, "final", self.last)?,
            ..built
        })
    }

    fn own_particle(&mut self, node: Node<'a, 'a>) -> Read<Option<Rc<Particle>>> {
        match part(node, &PARTICLES)? {
            Some(inside) => self.particle(inside),
            None => Ok(None),
        }
    }

    /// A type that is made of another one.
    fn derived(
        &mut self,
        id: TypeId,
        node: Node<'a, 'a>,
        content: Node<'a, 'a>,
    ) -> Read<ComplexType> {
        let Some(way) = part(content, &["extension", "restriction"])? else {
            return Err(wrong(content, "it is neither an extension nor a restriction"));
        };
        let base = self.type_named(way, required(way, "base")?)?;
        self.ready(base, way)?;
        let is_extension = way.tag_name().name() == "extension";
        let method = if is_extension { Methods::EXTENSION } else { Methods::RESTRICTION };
        let (last, attributes) = match &self.schema.types[base] {
            Type::Complex(complex) => (complex.last, complex.attributes.clone()),
            Type::Simple(_) => (Methods::default(), Rc::default()),
        };
        if last.meets(method) {
            return Err(wrong(way, "the type it is made of does not allow that"));
        }
        let base = Base { id: base, method, attributes };
        if content.tag_name().name() == "simpleContent" {
            let text = self.text_content(way, base.id, is_extension)?;
            return self.assembled(way, base, Content::Text(text), false);
        }
        let is_mixed = if content.has_attribute("mixed") { content } else { node };
        let is_mixed = flag(is_mixed, "mixed")?;
        let particle = self.element_content(way, base.id, is_mixed)?;
        self.particles.insert(id, particle);
        let content = Content::Elements(Model::default());
        self.assembled(way, base, content, is_mixed)
    }

    /// The type of the text in a type that holds text.
    fn text_content(
        &mut self,
        way: Node<'a, 'a>,
        base: TypeId,
        is_extension: bool,
    ) -> Read<TypeId> {
        let is_simple = self.schema.simple(base).is_some();
        if part(way, &PARTICLES)?.is_some() {
            return Err(wrong(way, "a type that holds text holds no elements"));
        }
        let text = self.schema.text_type(base);
        match text {
            Some(text) if is_extension => Ok(text),
            Some(text) if !is_simple => self.narrowed_text(way, Some(text)),
            None if !is_extension && self.takes_text(base) => self.narrowed_text(way, None),
            _ => Err(wrong(way, "the type it is made of does not hold text alone")),
        }
    }

    /// Whether a type may hold text without elements, although it takes them.
    fn takes_text(&self, id: TypeId) -> bool {
        let is_mixed = matches!(&self.schema.types[id], Type::Complex(complex) if complex.is_mixed);
        let particle = self.particles.get(&id).and_then(Option::as_deref);
        let model = Model::of(particle, &self.schema.steps);
        is_mixed && model.is_ok_and(|model| model.is_nullable())
    }

    /// The elements of a type that is made of another one.
    fn element_content(
        &mut self,
        way: Node<'a, 'a>,
        base: TypeId,
        is_mixed: bool,
    ) -> Read<Option<Rc<Particle>>> {
        let own = self.own_particle(way)?;
        let is_textual = |name: &str| name == "simpleType" || is_facet(name);
        if let Some(other) = parts(way).find(|part| is_textual(part.tag_name().name())) {
            return Err(wrong(other, "a type that holds elements says nothing of texts"));
        }
        let Type::Complex(complex) = &self.schema.types[base] else {
            return Err(wrong(way, "the type it is made of holds no elements"));
        };
        if matches!(complex.content, Content::Text(_)) {
            return Err(wrong(way, "the type it is made of holds no elements"));
        }
        if way.tag_name().name() == "restriction" {
            return Ok(own);
        }
        let held = self.particles.get(&base).cloned().flatten();
        let held = held.filter(|particle| !particle.is_empty());
        let Some(held) = held else { return Ok(own) };
        if complex.is_mixed != is_mixed {
            let message =
                "text between elements is allowed in only one of a type and its extension";
            return Err(wrong(way, message));
        }
        let Some(own) = own.filter(|own| !own.is_empty()) else { return Ok(Some(held)) };
        Ok(Some(Particle::once(Term::Sequence(vec![held, own])).into()))
    }

    /// Puts the attributes of a type together with those it takes over.
    fn assembled(
        &mut self,
        node: Node<'a, 'a>,
        base: Base,
        content: Content,
        is_mixed: bool,
    ) -> Read<ComplexType> {
        let (own, gone) = self.attributes(node)?;
        let is_extension = base.method == Methods::EXTENSION;
        let spaces = base.attributes.others.as_ref().map_or(0, |others| others.spaces.size());
        self.steps(node, base.attributes.uses.len() + spaces)?;
        let attributes = if own.uses.is_empty() && own.others.is_none() && is_extension {
            base.attributes
        } else {
            let others = base.attributes.others.clone();
            let mut all = Attributes {
                uses: base.attributes.uses.clone(),
                others: if is_extension {
                    both(own.others, others, Spaces::or)
                } else {
                    own.others
                },
            };
            for (name, used) in own.uses {
                if all.uses.insert(name, used).is_some() && is_extension {
                    return Err(wrong(node, "it describes an attribute that is there already"));
                }
            }
            let is_gone = |name: &Name| !is_extension && gone.contains(name);
            all.uses.retain(|name, _| !is_gone(name));
            Rc::new(all)
        };
        Ok(ComplexType {
            base: base.id,
            derivation: base.method,
            is_abstract: false,
            block: Methods::default(),
            last: Methods::default(),
            is_mixed,
            content,
            attributes,
        })
    }
}
