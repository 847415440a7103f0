//! What a schema says, once it is read.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::content::Model;
use super::simple::SimpleType;
use super::source::Steps;
use super::value::Value;

/// A name with its namespace, which is empty if it has none.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Name {
    pub space: String,
    pub local: String,
}

impl Name {
    pub fn new(space: &str, local: &str) -> Self {
        Self { space: space.to_owned(), local: local.to_owned() }
    }

    pub fn is(&self, space: &str, local: &str) -> bool {
        self.local == local && self.space == space
    }
}

pub type TypeId = usize;
pub type ElementId = usize;

/// The type of everything, and that of all texts.
pub const ANY_TYPE: TypeId = 0;
pub const ANY_SIMPLE_TYPE: TypeId = 1;

#[derive(Default)]
pub struct Schema {
    pub types: Vec<Type>,
    pub elements: Vec<Element>,
    pub named_types: HashMap<Name, TypeId>,
    pub global_elements: HashMap<Name, ElementId>,
    pub global_attributes: HashMap<Name, Rc<Attribute>>,
    /// What may stand in the place of an element, also at second hand.
    pub substitutes: HashMap<ElementId, Vec<ElementId>>,
    pub steps: Steps,
}

pub enum Type {
    Simple(SimpleType),
    Complex(ComplexType),
}

pub struct ComplexType {
    pub base: TypeId,
    pub derivation: Methods,
    pub is_abstract: bool,
    pub block: Methods,
    pub last: Methods,
    pub is_mixed: bool,
    pub content: Content,
    pub attributes: Rc<Attributes>,
}

pub enum Content {
    Text(TypeId),
    Elements(Model),
}

/// How types are made of others, as a set.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Methods(pub u8);

impl Methods {
    pub const EXTENSION: Self = Self(1);
    pub const RESTRICTION: Self = Self(2);
    pub const SUBSTITUTION: Self = Self(4);
    pub const LIST: Self = Self(8);
    pub const UNION: Self = Self(16);
    pub const ALL: Self = Self(31);

    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

pub struct Element {
    pub name: Name,
    pub type_id: TypeId,
    pub is_nillable: bool,
    pub is_abstract: bool,
    pub block: Methods,
    pub preset: Option<Preset>,
    pub head: Option<ElementId>,
}

/// A value that is there unless another one is given.
#[derive(Clone)]
pub struct Preset {
    pub text: String,
    /// Of simple types.
    pub value: Option<Value>,
    /// No other one may be given.
    pub is_fixed: bool,
}

pub struct Attribute {
    pub name: Name,
    pub type_id: TypeId,
    pub preset: Option<Preset>,
}

#[derive(Clone)]
pub struct AttributeUse {
    pub attribute: Rc<Attribute>,
    pub is_required: bool,
    pub preset: Option<Preset>,
}

#[derive(Clone, Default)]
pub struct Attributes {
    pub uses: HashMap<Name, AttributeUse>,
    pub others: Option<Wildcard>,
}

/// Elements or attributes of namespaces.
#[derive(Clone, Debug)]
pub struct Wildcard {
    pub spaces: Spaces,
    pub process: Process,
}

#[derive(Clone, Debug)]
pub enum Spaces {
    Except(BTreeSet<String>),
    Listed(BTreeSet<String>),
}

impl Spaces {
    pub fn all() -> Self {
        Self::Except(BTreeSet::new())
    }

    pub fn hold(&self, space: &str) -> bool {
        match self {
            Self::Except(spaces) => !spaces.contains(space),
            Self::Listed(spaces) => spaces.contains(space),
        }
    }

    /// What is in both.
    pub fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Except(one), Self::Except(two)) => Self::Except(one | two),
            (Self::Listed(one), Self::Listed(two)) => Self::Listed(one & two),
            (Self::Listed(listed), Self::Except(not))
            | (Self::Except(not), Self::Listed(listed)) => Self::Listed(listed - not),
        }
    }

    /// What is in any of them.
    pub fn or(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Except(one), Self::Except(two)) => Self::Except(one & two),
            (Self::Listed(one), Self::Listed(two)) => Self::Listed(one | two),
            (Self::Listed(listed), Self::Except(not))
            | (Self::Except(not), Self::Listed(listed)) => Self::Except(not - listed),
        }
    }

    pub fn meet(&self, other: &Self) -> bool {
        !matches!(self.and(other), Self::Listed(spaces) if spaces.is_empty())
    }

    /// Names of namespaces that are kept.
    pub fn size(&self) -> usize {
        match self {
            Self::Except(spaces) | Self::Listed(spaces) => spaces.len(),
        }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Process {
    Skip,
    Lax,
    Strict,
}

impl Schema {
    pub fn simple(&self, id: TypeId) -> Option<&SimpleType> {
        match self.types.get(id) {
            Some(Type::Simple(simple)) => Some(simple),
            _ => None,
        }
    }

    fn base(&self, id: TypeId) -> Option<(TypeId, Methods)> {
        match self.types.get(id)? {
            Type::Complex(complex) if id != ANY_TYPE => Some((complex.base, complex.derivation)),
            Type::Complex(_) => None,
            Type::Simple(simple) => Some((simple.base.unwrap_or(ANY_TYPE), Methods::RESTRICTION)),
        }
    }

    /// The ways that lead from a type to another one it is made of; nothing if there are none.
    pub fn derivation(&self, from: TypeId, to: TypeId) -> Option<Methods> {
        let (mut at, mut methods) = (from, Methods::default());
        loop {
            if at == to {
                return Some(methods);
            }
            let Some((base, method)) = self.base(at) else { break };
            (at, methods) = (base, methods.with(method));
        }
        let members = self.simple(to)?.members();
        let fits = |member: &TypeId| self.derivation(from, *member).is_some();
        members.iter().any(fits).then_some(Methods::RESTRICTION)
    }

    /// What a type forbids of those that are made of it.
    pub fn block(&self, id: TypeId) -> Methods {
        match &self.types[id] {
            Type::Complex(complex) => complex.block,
            Type::Simple(_) => Methods::default(),
        }
    }

    /// The type of the text in elements of a type; nothing if they hold elements.
    pub fn text_type(&self, id: TypeId) -> Option<TypeId> {
        match &self.types[id] {
            Type::Simple(_) => Some(id),
            Type::Complex(ComplexType { content: Content::Text(text), .. }) => Some(*text),
            Type::Complex(_) => None,
        }
    }
}
