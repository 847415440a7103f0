//! Sequences, choices and groups of elements.

use std::rc::Rc;

use super::super::content::{Particle, Term};
use super::super::schema::{Name, Process, Spaces, Wildcard};
use super::super::source::Node;
use super::syntax::{occurrence, part, parts, unknown, wrong};
use super::{Read, Reader};

impl<'a> Reader<'a> {
    /// What stands in a type or a group; nothing if it may not occur.
    pub fn particle(&mut self, node: Node<'a, 'a>) -> Read<Option<Rc<Particle>>> {
        let (least, most) = occurrence(node)?;
        let term = self.deeper(node, |reader| reader.term(node, (least, most)))?;
        Ok((most > 0).then(|| Particle { least, most, term }.into()))
    }

    fn term(&mut self, node: Node<'a, 'a>, occurs: (u32, u32)) -> Read<Term> {
        Ok(match node.tag_name().name() {
            "element" => Term::Element(self.local_element(node)?),
            "any" => Term::Any(self.wildcard(node)?.into()),
            "sequence" => Term::Sequence(self.items(node)?),
            "choice" => Term::Choice(self.items(node)?),
            "all" if occurs.1 > 1 => {
                return Err(wrong(node, "\"all\" occurs at most once"));
            }
            "all" => Term::All(self.items(node)?),
            _ => {
                let text = super::required(node, "ref")?;
                let name = Self::name(node, text)?;
                let Some(group) = self.named.get(&("group", name.clone())).copied() else {
                    return Err(self.missing(node, "group", text, &name));
                };
                let group = self.group(group, name)?;
                if occurs == (1, 1) || !matches!(group.term, Term::All(_)) {
                    group.term.clone()
                } else {
                    return Err(wrong(node, "a group of \"all\" occurs once"));
                }
            }
        })
    }

    fn items(&mut self, node: Node<'a, 'a>) -> Read<Vec<Rc<Particle>>> {
        let mut items = Vec::new();
        for part in parts(node) {
            items.extend(self.particle(part)?);
        }
        Ok(items)
    }

    /// A group that has a name.
    pub fn group(&mut self, node: Node<'a, 'a>, name: Name) -> Read<Rc<Particle>> {
        if let Some(group) = self.groups.get(&name) {
            return Ok(group.clone());
        }
        if !self.open.insert(("group", name.clone())) {
            return Err(wrong(node, "a group is made of itself"));
        }
        let Some(inside) = part(node, &["all", "choice", "sequence"])? else {
            return Err(wrong(node, "a group holds a sequence, a choice or \"all\""));
        };
        if inside.has_attribute("minOccurs") || inside.has_attribute("maxOccurs") {
            return Err(wrong(inside, "how often a group occurs stands where it is used"));
        }
        let group = self.particle(inside)?;
        let group = group.unwrap_or_else(|| Particle::once(Term::Sequence(Vec::new())).into());
        self.open.remove(&("group", name.clone()));
        self.groups.insert(name, group.clone());
        Ok(group)
    }

    pub fn wildcard(&self, node: Node) -> Read<Wildcard> {
        let process = match node.attribute("processContents") {
            None | Some("strict") => Process::Strict,
            Some("lax") => Process::Lax,
            Some("skip") => Process::Skip,
            Some(other) => return Err(unknown(node, "processContents", other)),
        };
        let spaces = match node.attribute("namespace").unwrap_or("##any").trim() {
            "##any" => Spaces::all(),
            "##other" => Spaces::Except([self.target.clone(), String::new()].into()),
            list => Spaces::Listed(
                list.split_whitespace()
                    .map(|space| match space {
                        "##targetNamespace" => Ok(self.target.clone()),
                        "##local" => Ok(String::new()),
                        other if other.starts_with("##") => Err(unknown(node, "namespace", other)),
                        other => Ok(other.to_owned()),
                    })
                    .collect::<Read<_>>()?,
            ),
        };
        Ok(Wildcard { spaces, process })
    }
}
