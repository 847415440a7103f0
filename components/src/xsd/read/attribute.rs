//! Attributes and groups of them.

use std::rc::Rc;

use super::super::builtin::INSTANCE;
use super::super::schema::{
    ANY_SIMPLE_TYPE, Attribute, AttributeUse, Attributes, Name, Preset, Spaces, TypeId, Wildcard,
};
use super::super::source::Node;
use super::super::value::is_colonless;
use super::element::{is_qualified, no_name, preset};
use super::syntax::{part, parts, required, unknown, wrong};
use super::{Read, Reader};

impl<'a> Reader<'a> {
    /// The attributes that a type or a group names, and those that it takes away.
    pub fn attributes(&mut self, node: Node<'a, 'a>) -> Read<(Attributes, Vec<Name>)> {
        let (mut all, mut gone) = (Attributes::default(), Vec::new());
        for inside in parts(node) {
            match inside.tag_name().name() {
                "attribute" => {
                    let (name, used) = self.attribute_use(inside)?;
                    match used {
                        None => gone.push(name),
                        Some(used) => {
                            if all.uses.insert(name, used).is_some() {
                                return Err(wrong(inside, "an attribute is described twice"));
                            }
                        }
                    }
                }
                "attributeGroup" => {
                    let text = required(inside, "ref")?;
                    let name = Self::name(inside, text)?;
                    let group = self.named.get(&("attributeGroup", name.clone())).copied();
                    let group = group
                        .ok_or_else(|| self.missing(inside, "attribute group", text, &name))?;
                    let group = self.attribute_group(group, name)?;
                    let spaces = group.others.as_ref().map_or(0, |others| others.spaces.size());
                    self.steps(inside, group.uses.len() + spaces)?;
                    for (name, used) in &group.uses {
                        if all.uses.insert(name.clone(), used.clone()).is_some() {
                            return Err(wrong(inside, "an attribute is described twice"));
                        }
                    }
                    all.others = both(all.others.take(), group.others.clone(), Spaces::and);
                }
                _ => {}
            }
        }
        if let Some(own) = part(node, &["anyAttribute"])? {
            let own = self.wildcard(own)?;
            all.others = both(Some(own), all.others.take(), Spaces::and);
        }
        Ok((all, gone))
    }

    pub fn steps(&self, node: Node, steps: usize) -> Read<()> {
        self.schema.steps.take(10 * steps).map_err(|message| wrong(node, &message))
    }

    pub fn attribute_group(&mut self, node: Node<'a, 'a>, name: Name) -> Read<Rc<Attributes>> {
        if let Some(group) = self.attribute_groups.get(&name) {
            return Ok(group.clone());
        }
        if !self.open.insert(("attributeGroup", name.clone())) {
            return Err(wrong(node, "a group is made of itself"));
        }
        let (group, _) = self.deeper(node, |reader| reader.attributes(node))?;
        let group = Rc::new(group);
        self.attribute_groups.insert(name, group.clone());
        Ok(group)
    }

    /// An attribute that has a name everywhere.
    pub fn global_attribute(&mut self, node: Node<'a, 'a>, name: Name) -> Read<Rc<Attribute>> {
        if let Some(known) = self.schema.global_attributes.get(&name) {
            return Ok(known.clone());
        }
        if name.space == INSTANCE {
            return Err(wrong(node, "attributes of this namespace cannot be described"));
        }
        let attribute = Rc::new(self.attribute(node, name.clone())?);
        self.schema.global_attributes.insert(name, attribute.clone());
        Ok(attribute)
    }

    fn attribute(&mut self, node: Node<'a, 'a>, name: Name) -> Read<Attribute> {
        let own = part(node, &["simpleType"])?;
        let type_id = match (node.attribute("type"), own) {
            (Some(_), Some(_)) => return Err(wrong(node, "an attribute has two types")),
            (Some(text), None) => self.type_named(node, text)?,
            (None, Some(own)) => {
                no_name(own)?;
                self.new_type(own)
            }
            (None, None) => ANY_SIMPLE_TYPE,
        };
        self.ready(type_id, node)?;
        if self.schema.simple(type_id).is_none() {
            return Err(wrong(node, "the type of an attribute holds elements or attributes"));
        }
        let preset = self.attribute_preset(node, type_id)?;
        Ok(Attribute { name, type_id, preset })
    }

    fn attribute_preset(&self, node: Node, type_id: TypeId) -> Read<Option<Preset>> {
        let Some(mut preset) = preset(node)? else { return Ok(None) };
        preset.value = Some(self.preset_value(node, type_id, &preset)?);
        Ok(Some(preset))
    }

    /// An attribute of a type; nothing in place of one that is taken away.
    fn attribute_use(&mut self, node: Node<'a, 'a>) -> Read<(Name, Option<AttributeUse>)> {
        let (attribute, preset) = if let Some(text) = node.attribute("ref") {
            let refused = ["name", "type", "form"];
            if refused.iter().any(|it| node.has_attribute(*it)) || parts(node).next().is_some() {
                return Err(wrong(node, "an attribute is either described or referred to"));
            }
            let name = Self::name(node, text)?;
            let attribute = match self.named.get(&("attribute", name.clone())).copied() {
                Some(global) => self.global_attribute(global, name)?,
                None => self
                    .schema
                    .global_attributes
                    .get(&name)
                    .cloned()
                    .ok_or_else(|| self.missing(node, "attribute", text, &name))?,
            };
            let own = self.attribute_preset(node, attribute.type_id)?;
            let preset = own.or_else(|| attribute.preset.clone());
            (attribute, preset)
        } else {
            let local = required(node, "name")?;
            if !is_colonless(local) || local == "xmlns" {
                return Err(wrong(node, &format!("\"{local}\" is not a name")));
            }
            let is_qualified = is_qualified(node, self.are_attributes_qualified)?;
            let space = if is_qualified { self.target.as_str() } else { "" };
            let name = Name::new(space, local);
            let attribute = self.attribute(node, name)?;
            let preset = attribute.preset.clone();
            (Rc::new(attribute), preset)
        };
        let is_required = match node.attribute("use") {
            None | Some("optional") => false,
            Some("required") => true,
            Some("prohibited") => return Ok((attribute.name.clone(), None)),
            Some(other) => return Err(unknown(node, "use", other)),
        };
        if node.has_attribute("default") && is_required {
            return Err(wrong(node, "an attribute that is required has no default"));
        }
        let name = attribute.name.clone();
        Ok((name, Some(AttributeUse { attribute, is_required, preset })))
    }
}

/// Two sets of attributes as one, which is processed as the first is.
pub fn both(
    one: Option<Wildcard>,
    two: Option<Wildcard>,
    join: fn(&Spaces, &Spaces) -> Spaces,
) -> Option<Wildcard> {
    match (one, two) {
        (Some(one), Some(two)) => {
            Some(Wildcard { spaces: join(&one.spaces, &two.spaces), process: one.process })
        }
        (one, two) => one.or(two),
    }
}
