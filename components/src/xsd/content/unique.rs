//! Whether it is clear for each element which part of a model it belongs to.

use std::collections::HashMap;

use super::super::schema::{ElementId, Name, Schema};
use super::{Kind, Leaf, Model, Tree};

/// Refuses models in which two parts could take the same element, and those that give one name
/// two types.
pub fn check(schema: &Schema, model: &Model) -> Result<(), String> {
    let mut types = HashMap::new();
    for leaf in model.leaves() {
        for id in names(schema, leaf) {
            let element = &schema.elements[id];
            let known = types.entry(&element.name).or_insert(element.type_id);
            if *known != element.type_id {
                let name = &element.name.local;
                return Err(format!("the element \"{name}\" has two types in the same place"));
            }
        }
    }
    let Model::Ordered(tree) = model else {
        let leaves = model.leaves();
        return Taken::default().add(schema, leaves.into_iter().enumerate());
    };
    if tree.parts.is_empty() {
        return Ok(());
    }
    let mut first = Vec::new();
    tree.first(0, &mut first);
    distinct(schema, tree, &first)?;
    for (number, part) in tree.parts.iter().enumerate() {
        if part.leaf().is_some() {
            check_behind(schema, tree, number)?;
        }
    }
    Ok(())
}

/// What may come behind a part. A repetition that is done a fixed number of times either goes on
/// or ends: these are never both possible.
fn check_behind(schema: &Schema, tree: &Tree, part: usize) -> Result<(), String> {
    let (mut at, mut behind) = (part, Vec::new());
    while let Some((parent, index)) = tree.parts[at].parent {
        match &tree.parts[parent].kind {
            Kind::Sequence(items) => {
                for item in &items[index + 1..] {
                    tree.first(*item, &mut behind);
                    if !tree.parts[*item].is_nullable {
                        return distinct(schema, tree, &behind);
                    }
                }
            }
            Kind::Choice(_) | Kind::Leaf(_) | Kind::Repeat { most: 0 | 1, .. } => {}
            Kind::Repeat { body, least, most } => {
                let before = behind.len();
                tree.first(*body, &mut behind);
                if least == most {
                    distinct(schema, tree, &behind)?;
                    behind.truncate(before);
                }
            }
        }
        at = parent;
    }
    distinct(schema, tree, &behind)
}

fn distinct(schema: &Schema, tree: &Tree, parts: &[usize]) -> Result<(), String> {
    let leaf = |part: &usize| tree.parts[*part].leaf().map(|leaf| (*part, leaf));
    Taken::default().add(schema, parts.iter().filter_map(leaf))
}

impl Tree {
    /// Parts that may take the first element of a part.
    fn first(&self, part: usize, out: &mut Vec<usize>) {
        match &self.parts[part].kind {
            Kind::Leaf(_) => out.push(part),
            Kind::Sequence(items) => {
                for item in items {
                    self.first(*item, out);
                    if !self.parts[*item].is_nullable {
                        break;
                    }
                }
            }
            Kind::Choice(items) => items.iter().for_each(|item| self.first(*item, out)),
            Kind::Repeat { body, .. } => self.first(*body, out),
        }
    }
}

/// Which part takes what, of those that compete.
#[derive(Default)]
struct Taken<'a> {
    names: HashMap<&'a Name, usize>,
    others: Vec<(usize, &'a Leaf)>,
}

impl<'a> Taken<'a> {
    fn add(
        mut self,
        schema: &'a Schema,
        leaves: impl Iterator<Item = (usize, &'a Leaf)>,
    ) -> Result<(), String> {
        for (part, leaf) in leaves {
            schema.steps.take(1)?;
            for id in names(schema, leaf) {
                schema.steps.take(1)?;
                let name = &schema.elements[id].name;
                if *self.names.entry(name).or_insert(part) != part {
                    return Err(unclear(&format!("\"{}\"", name.local)));
                }
            }
            if matches!(leaf, Leaf::Any(_)) && !self.others.iter().any(|other| other.0 == part) {
                self.others.push((part, leaf));
            }
        }
        for (number, (part, leaf)) in self.others.iter().enumerate() {
            let Leaf::Any(wildcard) = leaf else { continue };
            schema.steps.take(self.names.len() + self.others.len())?;
            let held = self.names.keys().find(|name| wildcard.spaces.hold(&name.space));
            if let Some(name) = held {
                return Err(unclear(&format!("\"{}\"", name.local)));
            }
            let meets = |other: &(usize, &Leaf)| {
                matches!(other.1, Leaf::Any(any) if any.spaces.meet(&wildcard.spaces))
                    && other.0 != *part
            };
            if self.others[number + 1..].iter().any(meets) {
                return Err(unclear("of any name"));
            }
        }
        Ok(())
    }
}

fn unclear(name: &str) -> String {
    format!("it is not clear which part of the content an element {name} belongs to")
}

/// The elements that a place names, with those that may stand for them.
fn names(schema: &Schema, leaf: &Leaf) -> Vec<ElementId> {
    match leaf {
        Leaf::Any(_) => Vec::new(),
        Leaf::Element(id) => {
            let others = schema.substitutes.get(id).into_iter().flatten();
            std::iter::once(*id).chain(others.copied()).collect()
        }
    }
}
