//! Which elements may stand in an element, and in which order.
//!
//! A model is a tree of sequences, choices and repetitions. Walking it keeps the set of places
//! where the walk may be, each with how often the repetitions around it were done: the numbers of a
//! schema cost nothing, however large.

mod unique;
mod walk;

use std::rc::Rc;

pub use unique::check;
pub use walk::{Found, Walk};

use super::schema::{ElementId, Wildcard};
use super::source::Steps;

/// Without an end.
pub const UNBOUNDED: u32 = u32::MAX;
/// Parts of one model.
const PARTS_MAX: usize = 10_000;

/// Elements as a schema describes them.
#[derive(Debug)]
pub struct Particle {
    pub least: u32,
    pub most: u32,
    pub term: Term,
}

#[derive(Clone, Debug)]
pub enum Term {
    Element(ElementId),
    Any(Rc<Wildcard>),
    Sequence(Vec<Rc<Particle>>),
    Choice(Vec<Rc<Particle>>),
    All(Vec<Rc<Particle>>),
}

impl Particle {
    pub fn once(term: Term) -> Self {
        Self { least: 1, most: 1, term }
    }

    /// Holds nothing, whatever stands in it.
    pub fn is_empty(&self) -> bool {
        match &self.term {
            Term::Sequence(items) | Term::All(items) => items.is_empty(),
            Term::Choice(items) => items.is_empty() && self.least == 0,
            Term::Element(_) | Term::Any(_) => false,
        }
    }
}

/// What a place in a model takes.
#[derive(Clone, Debug)]
pub enum Leaf {
    Element(ElementId),
    Any(Rc<Wildcard>),
}

#[derive(Debug)]
pub enum Model {
    Ordered(Tree),
    /// Each in any order, at most once.
    All {
        items: Vec<(Leaf, bool)>,
        is_optional: bool,
    },
}

#[derive(Debug, Default)]
pub struct Tree {
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    /// Its number, and the place in it.
    parent: Option<(usize, usize)>,
    kind: Kind,
    /// Nothing fits it, too.
    is_nullable: bool,
}

#[derive(Debug)]
enum Kind {
    Leaf(Leaf),
    Sequence(Vec<usize>),
    Choice(Vec<usize>),
    Repeat { body: usize, least: u32, most: u32 },
}

impl Default for Model {
    fn default() -> Self {
        Self::Ordered(Tree::default())
    }
}

impl Model {
    pub fn of(particle: Option<&Particle>, steps: &Steps) -> Result<Self, String> {
        let Some(particle) = particle.filter(|particle| !particle.is_empty()) else {
            return Ok(Self::default());
        };
        // What was extended by nothing, or extends nothing.
        if let Term::Sequence(items) = &particle.term
            && let [only] = &items[..]
            && matches!(only.term, Term::All(_))
            && (particle.least, particle.most) == (1, 1)
        {
            return Self::of(Some(only), steps);
        }
        let Term::All(items) = &particle.term else {
            let mut tree = Tree::default();
            tree.add(particle, None, steps)?;
            return Ok(Self::Ordered(tree));
        };
        if particle.most > 1 || items.iter().any(|item| item.most > 1) {
            return Err("what stands in \"all\" occurs at most once".to_owned());
        }
        let item = |item: &Rc<Particle>| match &item.term {
            Term::Element(id) => Ok((Leaf::Element(*id), item.least > 0)),
            _ => Err("only elements stand in \"all\"".to_owned()),
        };
        let items = items.iter().map(item).collect::<Result<_, _>>()?;
        Ok(Self::All { items, is_optional: particle.least == 0 })
    }

    /// Takes no elements at all.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Ordered(tree) if tree.parts.is_empty())
    }

    /// Fits an element without content.
    pub fn is_nullable(&self) -> bool {
        match self {
            Self::Ordered(tree) => tree.parts.first().is_none_or(|root| root.is_nullable),
            Self::All { items, is_optional } => *is_optional || items.iter().all(|item| !item.1),
        }
    }

    pub fn leaves(&self) -> Vec<&Leaf> {
        match self {
            Self::All { items, .. } => items.iter().map(|item| &item.0).collect(),
            Self::Ordered(tree) => {
                let leaf = |part: &'_ Part| matches!(part.kind, Kind::Leaf(_));
                let parts = tree.parts.iter().filter(|part| leaf(part));
                parts.filter_map(Part::leaf).collect()
            }
        }
    }
}

impl Part {
    fn leaf(&self) -> Option<&Leaf> {
        match &self.kind {
            Kind::Leaf(leaf) => Some(leaf),
            Kind::Sequence(_) | Kind::Choice(_) | Kind::Repeat { .. } => None,
        }
    }
}

impl Tree {
    /// Adds a particle with all that is in it; gives its number.
    fn add(
        &mut self,
        particle: &Particle,
        parent: Option<(usize, usize)>,
        steps: &Steps,
    ) -> Result<usize, String> {
        let (least, most, term) = unwrapped(particle);
        if (least, most) == (1, 1) {
            return self.add_term(term, parent, steps);
        }
        let number = self.part(parent, steps)?;
        let body = self.add_term(term, Some((number, 0)), steps)?;
        // Empty turns add nothing: who may do without content may do without a turn.
        let is_nullable = least == 0 || self.parts[body].is_nullable;
        let least = if is_nullable { 0 } else { least };
        self.parts[number].kind = Kind::Repeat { body, least, most };
        self.parts[number].is_nullable = is_nullable;
        Ok(number)
    }

    fn add_term(
        &mut self,
        term: &Term,
        parent: Option<(usize, usize)>,
        steps: &Steps,
    ) -> Result<usize, String> {
        let number = self.part(parent, steps)?;
        let (kind, is_nullable) = match term {
            Term::Element(id) => (Kind::Leaf(Leaf::Element(*id)), false),
            Term::Any(wildcard) => (Kind::Leaf(Leaf::Any(wildcard.clone())), false),
            Term::Sequence(items) => {
                let items = self.add_all(items, number, steps)?;
                let is_nullable = items.iter().all(|item| self.parts[*item].is_nullable);
                (Kind::Sequence(items), is_nullable)
            }
            Term::Choice(items) => {
                let items = self.add_all(items, number, steps)?;
                let is_nullable = items.iter().any(|item| self.parts[*item].is_nullable);
                (Kind::Choice(items), is_nullable)
            }
            Term::All(_) => {
                return Err("\"all\" stands among other elements".to_owned());
            }
        };
        self.parts[number].kind = kind;
        self.parts[number].is_nullable = is_nullable;
        Ok(number)
    }

    fn add_all(
        &mut self,
        items: &[Rc<Particle>],
        parent: usize,
        steps: &Steps,
    ) -> Result<Vec<usize>, String> {
        let numbered = items.iter().enumerate();
        numbered.map(|(place, item)| self.add(item, Some((parent, place)), steps)).collect()
    }

    fn part(&mut self, parent: Option<(usize, usize)>, steps: &Steps) -> Result<usize, String> {
        // Memory is what parts cost most of.
        steps.take(100)?;
        if self.parts.len() == PARTS_MAX {
            return Err(format!("the content of a type has more than {PARTS_MAX} parts"));
        }
        let kind = Kind::Sequence(Vec::new());
        self.parts.push(Part { parent, kind, is_nullable: true });
        Ok(self.parts.len() - 1)
    }
}

/// Repetitions of repetitions as one, where one can say the same.
fn unwrapped(particle: &Particle) -> (u32, u32, &Term) {
    let (mut least, mut most, mut term) = (particle.least, particle.most, &particle.term);
    while let Term::Sequence(items) | Term::Choice(items) = term
        && let [only] = &items[..]
        && !matches!(only.term, Term::All(_))
        && has_no_gaps((only.least, only.most), (least, most))
    {
        least = least.saturating_mul(only.least);
        most = most.saturating_mul(only.most);
        term = &only.term;
    }
    (least, most, term)
}

/// Whether the numbers of turns that an inner and an outer repetition allow follow one another.
fn has_no_gaps(inner: (u32, u32), outer: (u32, u32)) -> bool {
    let (least, most, turns) = (u64::from(inner.0), u64::from(inner.1), u64::from(outer.0));
    let is_endless = inner.1 == UNBOUNDED && (turns > 0 || least <= 1);
    outer.0 == outer.1 || is_endless || least * (turns + 1) <= most * turns + 1
}
