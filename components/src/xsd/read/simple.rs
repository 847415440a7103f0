//! Types of texts: narrower ones, lists and unions.

use std::collections::HashSet;

use super::super::pattern;
use super::super::schema::{ANY_SIMPLE_TYPE, Methods, Type, TypeId};
use super::super::simple::{Bound, Facets, Role, SimpleType, Variety, White};
use super::super::source::Node;
use super::super::value::Primitive;
use super::element::no_name;
use super::syntax::{count, methods, part, parts, required, unknown, wrong};
use super::{Read, Reader, State};

/// Values that a type lists.
const VALUES_MAX: usize = 100_000;

impl<'a> Reader<'a> {
    pub fn simple_type(&mut self, node: Node<'a, 'a>) -> Read<SimpleType> {
        let _: Methods = methods(node, "final", self.last)?;
        let Some(way) = part(node, &["restriction", "list", "union"])? else {
            return Err(wrong(node, "it is neither a restriction, a list nor a union"));
        };
        self.deeper(node, |reader| match way.tag_name().name() {
            "list" => reader.list_type(way),
            "union" => reader.union_type(way),
            _ => {
                let is_own = |name: &str| name == "simpleType" || is_facet(name);
                if let Some(other) = parts(way).find(|part| !is_own(part.tag_name().name())) {
                    let name = other.tag_name().name();
                    let message = format!("\"{name}\" does not belong in a type of texts");
                    return Err(wrong(other, &message));
                }
                let base = reader.one_type(way, "base")?;
                reader.narrowed(way, base)
            }
        })
    }

    /// The type that an attribute names or that stands inside.
    fn one_type(&mut self, node: Node<'a, 'a>, attribute: &str) -> Read<TypeId> {
        let id = match (node.attribute(attribute), part(node, &["simpleType"])?) {
            (Some(text), None) => self.type_named(node, text)?,
            (None, Some(own)) => {
                no_name(own)?;
                self.new_type(own)
            }
            _ => {
                let message = format!("it needs either \"{attribute}\" or a \"simpleType\"");
                return Err(wrong(node, &message));
            }
        };
        self.text_ready(id, node)?;
        Ok(id)
    }

    fn text_ready(&mut self, id: TypeId, node: Node<'a, 'a>) -> Read<()> {
        self.ready(id, node)?;
        match self.schema.simple(id) {
            Some(_) => Ok(()),
            None => Err(wrong(node, "the type is not one of texts")),
        }
    }

    fn list_type(&mut self, node: Node<'a, 'a>) -> Read<SimpleType> {
        let item = self.one_type(node, "itemType")?;
        if self.is_list(item) {
            return Err(wrong(node, "a list holds lists"));
        }
        Ok(made(Variety::List(item), White::Collapsed))
    }

    /// Whether a type is a list, or may be one.
    fn is_list(&self, id: TypeId) -> bool {
        let is_list = |id: &TypeId| {
            self.schema.simple(*id).is_some_and(|it| matches!(it.variety, Variety::List(_)))
        };
        let members = self.schema.simple(id).map_or(&[][..], SimpleType::members);
        is_list(&id) || members.iter().any(is_list)
    }

    fn union_type(&mut self, node: Node<'a, 'a>) -> Read<SimpleType> {
        let mut members = Vec::new();
        for name in node.attribute("memberTypes").unwrap_or_default().split_whitespace() {
            members.push(self.type_named(node, name)?);
        }
        for own in parts(node) {
            no_name(own)?;
            members.push(self.new_type(own));
        }
        if members.is_empty() {
            return Err(wrong(node, "a union of no types"));
        }
        for member in &members {
            self.text_ready(*member, node)?;
        }
        Ok(made(Variety::Union(members), White::Kept))
    }

    /// The type of the text in a type that narrows another one; the text of that one may have no
    /// type of its own yet.
    pub fn narrowed_text(&mut self, way: Node<'a, 'a>, base: Option<TypeId>) -> Read<TypeId> {
        let base = match (part(way, &["simpleType"])?, base) {
            (None, Some(base)) => base,
            (None, None) => return Err(wrong(way, "it needs a \"simpleType\" for its text")),
            (Some(own), base) => {
                no_name(own)?;
                let id = self.new_type(own);
                self.text_ready(id, own)?;
                if base.is_some_and(|base| self.schema.derivation(id, base).is_none()) {
                    return Err(wrong(own, "it is not made of the type of the text"));
                }
                id
            }
        };
        let narrowed = self.narrowed(way, base)?;
        let id = self.new_type(way);
        self.schema.types[id] = Type::Simple(narrowed);
        self.types[id] = State::Done;
        Ok(id)
    }

    /// A type with the facets that stand in a restriction.
    fn narrowed(&mut self, node: Node<'a, 'a>, base: TypeId) -> Read<SimpleType> {
        let Some(simple) = self.schema.simple(base) else {
            return Err(wrong(node, "the type is not one of texts"));
        };
        let (variety, role, mut white) = (simple.variety.clone(), simple.role, simple.white);
        let (mut facets, mut patterns, mut values) = (Facets::default(), Vec::new(), None);
        for facet in parts(node) {
            let name = facet.tag_name().name();
            if !is_facet(name) {
                continue;
            }
            let text = required_value(facet)?;
            if !applies(name, &variety) || base == ANY_SIMPLE_TYPE {
                return Err(wrong(facet, &format!("\"{name}\" does not go with the type")));
            }
            match name {
                "pattern" => patterns.push(text),
                "enumeration" => {
                    let values = values.get_or_insert_with(HashSet::new);
                    values.insert(self.facet_value(facet, base, text)?);
                    if values.len() > VALUES_MAX {
                        return Err(wrong(facet, "the type lists too many values"));
                    }
                }
                "whiteSpace" => white = narrower_white(facet, white, text)?,
                _ => self.add_facet(&mut facets, facet, base, text)?,
            }
        }
        facets.enumeration = values;
        if !patterns.is_empty() {
            self.patterns += 1;
            if self.patterns > super::PATTERNS_MAX {
                return Err(wrong(node, "the schema has too many patterns"));
            }
            let pattern = pattern::compile(&patterns).map_err(|message| wrong(node, &message))?;
            facets.pattern = Some(pattern.into());
            facets.pattern_text = patterns.join("|");
        }
        Ok(SimpleType { base: Some(base), variety, white, facets, role })
    }

    fn facet_value(
        &self,
        node: Node,
        base: TypeId,
        text: &str,
    ) -> Read<super::super::value::Value> {
        let scope = |prefix: Option<&str>| node.lookup_namespace_uri(prefix).map(str::to_owned);
        self.schema.value(base, text, &scope).map_err(|message| wrong(node, &message))
    }

    /// A facet that stands once.
    fn add_facet(&self, facets: &mut Facets, node: Node, base: TypeId, text: &str) -> Read<()> {
        let name = node.tag_name().name();
        let number = || {
            let number = count(text).and_then(|number| usize::try_from(number).ok());
            number.ok_or_else(|| unknown(node, "value", text))
        };
        let place = match name {
            "length" => &mut facets.length,
            "minLength" => &mut facets.length_min,
            "maxLength" => &mut facets.length_max,
            "totalDigits" => &mut facets.digits_max,
            "fractionDigits" => &mut facets.fraction_digits_max,
            _ => {
                let facet = BOUNDS.into_iter().find(|bound| *bound == name).unwrap_or_default();
                let value = self.facet_value(node, base, text)?;
                if facets.bounds.iter().any(|bound| bound.facet[..3] == facet[..3]) {
                    return Err(wrong(node, "there are two limits on one side"));
                }
                facets.bounds.push(Bound { facet, text: text.to_owned(), value });
                return Ok(());
            }
        };
        if name == "totalDigits" && number()? == 0 {
            return Err(unknown(node, "value", text));
        }
        match place.replace(number()?) {
            Some(_) => Err(wrong(node, &format!("there are two of \"{name}\""))),
            None => Ok(()),
        }
    }
}

const BOUNDS: [&str; 4] = ["minInclusive", "maxInclusive", "minExclusive", "maxExclusive"];

pub fn is_facet(name: &str) -> bool {
    let sizes = ["length", "minLength", "maxLength", "totalDigits", "fractionDigits"];
    let others = ["pattern", "enumeration", "whiteSpace"];
    BOUNDS.contains(&name) || sizes.contains(&name) || others.contains(&name)
}

fn required_value<'a>(node: Node<'a, 'a>) -> Read<&'a str> {
    required(node, "value")?;
    Ok(node.attribute("value").unwrap_or_default())
}

/// Whether a facet has a meaning for a type.
fn applies(facet: &str, variety: &Variety) -> bool {
    let is_length = ["length", "minLength", "maxLength"].contains(&facet);
    let is_common = ["pattern", "enumeration", "whiteSpace"].contains(&facet);
    match variety {
        Variety::List(_) => is_length || is_common,
        Variety::Union(_) => ["pattern", "enumeration"].contains(&facet),
        Variety::Atomic(primitive) => match primitive {
            Primitive::Any
            | Primitive::Text
            | Primitive::Uri
            | Primitive::Hex
            | Primitive::Base64
            | Primitive::Name => is_length || is_common,
            Primitive::Boolean => ["pattern", "whiteSpace"].contains(&facet),
            Primitive::Decimal => !is_length,
            Primitive::Float | Primitive::Double | Primitive::Duration | Primitive::Moment(_) => {
                is_common || BOUNDS.contains(&facet)
            }
        },
    }
}

/// White space is handled at least as the base does it.
fn narrower_white(node: Node, base: White, text: &str) -> Read<White> {
    let white = match text.trim() {
        "preserve" => White::Kept,
        "replace" => White::Replaced,
        "collapse" => White::Collapsed,
        other => return Err(unknown(node, "value", other)),
    };
    if white < base {
        Err(wrong(node, "white space is kept that the base leaves out"))
    } else {
        Ok(white)
    }
}

fn made(variety: Variety, white: White) -> SimpleType {
    let facets = Facets::default();
    SimpleType { base: Some(ANY_SIMPLE_TYPE), variety, white, facets, role: Role::None }
}
