//! The way through a model.

use std::collections::BTreeSet;

use super::super::schema::{ElementId, Process, Schema};
use super::{Kind, Leaf, Model, Tree, UNBOUNDED};

/// How many names a message lists.
const NAMES_MAX: usize = 5;

/// Remembering a place takes about as long as passing so many parts.
const PLACE_STEPS: usize = 50;

/// What an element in a document is.
#[derive(Clone, Copy, Debug)]
pub enum Found {
    Element(ElementId),
    Any(Process),
}

/// Where a walk may be after the elements so far.
pub struct Walk<'a> {
    schema: &'a Schema,
    model: &'a Model,
    places: Vec<Place>,
    /// Which items of an unordered model were there.
    seen: Vec<bool>,
    /// More turns than there are elements.
    turns_max: u32,
}

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Place {
    /// The part that took the last element; none before the first.
    part: Option<usize>,
    /// Turns of the repetitions around it that are done, outermost first.
    turns: Vec<u32>,
}

type Visit<'v> = &'v mut dyn FnMut(usize, &Leaf, &[u32]);

impl<'a> Walk<'a> {
    /// For an element with this many elements in it.
    pub fn new(schema: &'a Schema, model: &'a Model, elements: usize) -> Self {
        let turns_max = u32::try_from(elements).unwrap_or(UNBOUNDED).saturating_add(1);
        let seen = if let Model::All { items, .. } = model { items.len() } else { 0 };
        let places = vec![Place { part: None, turns: Vec::new() }];
        Self { schema, model, places, seen: vec![false; seen], turns_max }
    }

    /// Goes on to the next element; nothing if it may not be there.
    pub fn step(&mut self, space: &str, local: &str) -> Result<Option<Found>, String> {
        match self.model {
            Model::All { items, .. } => {
                self.schema.steps.take(items.len())?;
                let mut fitting = items.iter().enumerate().filter(|(place, _)| !self.seen[*place]);
                let found = fitting.find_map(|(place, (leaf, _))| {
                    self.schema.accepts(leaf, space, local).map(|found| (place, found))
                });
                Ok(found.map(|(place, found)| {
                    self.seen[place] = true;
                    found
                }))
            }
            Model::Ordered(tree) => {
                let (mut next, mut taken) = (BTreeSet::new(), None);
                for place in &self.places {
                    let mut made = 0;
                    self.follow(tree, place, &mut |part, leaf, turns| {
                        let Some(found) = self.schema.accepts(leaf, space, local) else { return };
                        let place = Place { part: Some(part), turns: turns.to_vec() };
                        next.insert(place);
                        made += PLACE_STEPS;
                        taken.get_or_insert(found);
                    })?;
                    self.schema.steps.take(made)?;
                }
                if taken.is_some() {
                    self.places = next.into_iter().collect();
                }
                Ok(taken)
            }
        }
    }

    /// Whether no more element is needed.
    pub fn may_end(&self) -> Result<bool, String> {
        match self.model {
            Model::All { items, is_optional } => {
                let is_untouched = !self.seen.contains(&true);
                let is_missing = |(item, seen): (&(Leaf, bool), &bool)| item.1 && !seen;
                let is_whole = !items.iter().zip(&self.seen).any(is_missing);
                Ok(is_whole || *is_optional && is_untouched)
            }
            Model::Ordered(tree) => {
                for place in &self.places {
                    if self.follow(tree, place, &mut |_, _, _| {})? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }

    /// Names that could come next, as messages list them.
    pub fn expected(&self) -> String {
        let mut names = Vec::new();
        let mut add = |leaf: &Leaf| {
            let name = match leaf {
                Leaf::Element(id) => format!("\"{}\"", self.schema.elements[*id].name.local),
                Leaf::Any(_) => "any of certain namespaces".to_owned(),
            };
            if !names.contains(&name) && names.len() <= NAMES_MAX {
                names.push(name);
            }
        };
        match self.model {
            Model::All { items, .. } => {
                let missing = items.iter().zip(&self.seen).filter(|(_, seen)| !**seen);
                missing.for_each(|((leaf, _), _)| add(leaf));
            }
            Model::Ordered(tree) => {
                for place in &self.places {
                    // Without steps left there is another message anyway.
                    let _ = self.follow(tree, place, &mut |_, leaf, _| add(leaf));
                }
            }
        }
        if names.len() > NAMES_MAX {
            names.truncate(NAMES_MAX);
            names.push("others".to_owned());
        }
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }

    /// Visits what may take the next element; gives whether the walk may end here.
    fn follow(&self, tree: &Tree, place: &Place, visit: Visit) -> Result<bool, String> {
        let mut turns = place.turns.clone();
        let Some(mut at) = place.part else {
            let Some(root) = tree.parts.first() else { return Ok(true) };
            self.enter(tree, 0, &mut turns, visit)?;
            return Ok(root.is_nullable);
        };
        while let Some((parent, index)) = tree.parts[at].parent {
            self.schema.steps.take(1)?;
            match &tree.parts[parent].kind {
                Kind::Sequence(items) => {
                    for item in &items[index + 1..] {
                        self.enter(tree, *item, &mut turns, visit)?;
                        if !tree.parts[*item].is_nullable {
                            return Ok(false);
                        }
                    }
                }
                Kind::Choice(_) | Kind::Leaf(_) => {}
                Kind::Repeat { body, least, most } => {
                    let done = turns.pop().unwrap_or_default() + 1;
                    if done < *most {
                        let is_endless = *most >= self.turns_max;
                        turns.push(if is_endless { done.min(*least) } else { done });
                        self.enter(tree, *body, &mut turns, visit)?;
                        turns.pop();
                    }
                    if done < *least {
                        return Ok(false);
                    }
                }
            }
            at = parent;
        }
        Ok(true)
    }

    fn enter(
        &self,
        tree: &Tree,
        part: usize,
        turns: &mut Vec<u32>,
        visit: Visit,
    ) -> Result<(), String> {
        self.schema.steps.take(1)?;
        match &tree.parts[part].kind {
            Kind::Leaf(leaf) => visit(part, leaf, turns),
            Kind::Sequence(items) => {
                for item in items {
                    self.enter(tree, *item, turns, visit)?;
                    if !tree.parts[*item].is_nullable {
                        break;
                    }
                }
            }
            Kind::Choice(items) => {
                items.iter().try_for_each(|item| self.enter(tree, *item, turns, visit))?;
            }
            Kind::Repeat { body, .. } => {
                turns.push(0);
                self.enter(tree, *body, turns, visit)?;
                turns.pop();
            }
        }
        Ok(())
    }
}

impl Schema {
    /// What an element of this name is in a place.
    pub fn accepts(&self, leaf: &Leaf, space: &str, local: &str) -> Option<Found> {
        match leaf {
            Leaf::Any(wildcard) => {
                wildcard.spaces.hold(space).then_some(Found::Any(wildcard.process))
            }
            Leaf::Element(id) => {
                let others = self.substitutes.get(id).map_or(&[][..], |others| others);
                let mut all = std::iter::once(id).chain(others);
                all.find(|id| self.elements[**id].name.is(space, local))
                    .map(|id| Found::Element(*id))
            }
        }
    }
}
