//! The simple types that come with the language.

use super::schema::{ANY_SIMPLE_TYPE, Attribute, Name, Schema, Type, TypeId};
use super::simple::{Bound, Facets, Form, Role, SimpleType, Variety, White};
use super::value::{MomentKind, Primitive};

/// Namespace of the language itself.
pub const XSD: &str = "http://www.w3.org/2001/XMLSchema";
/// Namespace of what documents say about their schema.
pub const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// Namespace of `xml:lang` and its like.
pub const XML: &str = "http://www.w3.org/XML/1998/namespace";

const PRIMITIVES: [(&str, Primitive); 19] = [
    ("anySimpleType", Primitive::Any),
    ("string", Primitive::Text),
    ("boolean", Primitive::Boolean),
    ("decimal", Primitive::Decimal),
    ("float", Primitive::Float),
    ("double", Primitive::Double),
    ("duration", Primitive::Duration),
    ("dateTime", Primitive::Moment(MomentKind::DateTime)),
    ("time", Primitive::Moment(MomentKind::Time)),
    ("date", Primitive::Moment(MomentKind::Date)),
    ("gYearMonth", Primitive::Moment(MomentKind::YearMonth)),
    ("gYear", Primitive::Moment(MomentKind::Year)),
    ("gMonthDay", Primitive::Moment(MomentKind::MonthDay)),
    ("gDay", Primitive::Moment(MomentKind::Day)),
    ("gMonth", Primitive::Moment(MomentKind::Month)),
    ("hexBinary", Primitive::Hex),
    ("base64Binary", Primitive::Base64),
    ("anyURI", Primitive::Uri),
    ("QName", Primitive::Name),
];

/// Name, base and form.
const FORMS: [(&str, &str, Option<Form>); 10] = [
    ("normalizedString", "string", None),
    ("token", "normalizedString", None),
    ("language", "token", Some(Form::Language)),
    ("NMTOKEN", "token", Some(Form::NameToken)),
    ("Name", "token", Some(Form::Name)),
    ("NCName", "Name", Some(Form::Colonless)),
    ("ID", "NCName", None),
    ("IDREF", "NCName", None),
    ("ENTITY", "NCName", Some(Form::Undeclared)),
    ("integer", "decimal", Some(Form::Integer)),
];

const LISTS: [(&str, &str); 3] =
    [("NMTOKENS", "NMTOKEN"), ("IDREFS", "IDREF"), ("ENTITIES", "ENTITY")];

/// Name, base, and the least and the greatest value where they are its own.
const RANGES: [(&str, &str, &str, &str); 12] = [
    ("nonPositiveInteger", "integer", "", "0"),
    ("negativeInteger", "nonPositiveInteger", "", "-1"),
    ("long", "integer", "-9223372036854775808", "9223372036854775807"),
    ("int", "long", "-2147483648", "2147483647"),
    ("short", "int", "-32768", "32767"),
    ("byte", "short", "-128", "127"),
    ("nonNegativeInteger", "integer", "0", ""),
    ("unsignedLong", "nonNegativeInteger", "", "18446744073709551615"),
    ("unsignedInt", "unsignedLong", "", "4294967295"),
    ("unsignedShort", "unsignedInt", "", "65535"),
    ("unsignedByte", "unsignedShort", "", "255"),
    ("positiveInteger", "nonNegativeInteger", "1", ""),
];

/// Adds the types behind the type of everything.
pub fn add(schema: &mut Schema) {
    for (name, primitive) in PRIMITIVES {
        let white = if primitive == Primitive::Text || primitive == Primitive::Any {
            White::Kept
        } else {
            White::Collapsed
        };
        let base = (name != "anySimpleType").then_some(ANY_SIMPLE_TYPE);
        let variety = Variety::Atomic(primitive);
        add_one(schema, name, SimpleType { base, variety, white, ..plain() });
    }
    for (name, base, form) in FORMS {
        let base = id(schema, base);
        let white = match name {
            "normalizedString" => White::Replaced,
            _ => White::Collapsed,
        };
        let role = match name {
            "ID" => Role::Id,
            "IDREF" => Role::IdRef,
            _ => Role::None,
        };
        let variety = variety(schema, base);
        let facets = Facets { form, ..Facets::default() };
        add_one(schema, name, SimpleType { base: Some(base), variety, white, facets, role });
    }
    for (name, item) in LISTS {
        let variety = Variety::List(id(schema, item));
        let facets = Facets { length_min: Some(1), ..Facets::default() };
        add_one(schema, name, SimpleType { variety, facets, ..plain() });
    }
    for (name, base, least, greatest) in RANGES {
        let base = id(schema, base);
        let variety = variety(schema, base);
        let limits = [("minInclusive", least), ("maxInclusive", greatest)];
        let bounds =
            limits.into_iter().filter(|(_, text)| !text.is_empty()).filter_map(|(facet, text)| {
                let value = Primitive::Decimal.read(text, &|_| None).ok()?;
                Some(Bound { facet, text: text.to_owned(), value })
            });
        let facets = Facets { bounds: bounds.collect(), ..Facets::default() };
        add_one(schema, name, SimpleType { base: Some(base), variety, facets, ..plain() });
    }
    add_attributes(schema);
}

/// Attributes that schemas may refer to without describing them.
fn add_attributes(schema: &mut Schema) {
    for (local, kind) in [("lang", "token"), ("space", "NCName"), ("base", "anyURI"), ("id", "ID")]
    {
        let (name, type_id) = (Name::new(XML, local), id(schema, kind));
        let attribute = Attribute { name: name.clone(), type_id, preset: None };
        schema.global_attributes.insert(name, attribute.into());
    }
}

fn plain() -> SimpleType {
    SimpleType {
        base: Some(ANY_SIMPLE_TYPE),
        variety: Variety::Atomic(Primitive::Any),
        white: White::Collapsed,
        facets: Facets::default(),
        role: Role::None,
    }
}

fn id(schema: &Schema, name: &str) -> TypeId {
    schema.named_types.get(&Name::new(XSD, name)).copied().unwrap_or(ANY_SIMPLE_TYPE)
}

fn variety(schema: &Schema, base: TypeId) -> Variety {
    let fallback = Variety::Atomic(Primitive::Any);
    schema.simple(base).map_or(fallback, |base| base.variety.clone())
}

fn add_one(schema: &mut Schema, name: &str, simple: SimpleType) {
    schema.named_types.insert(Name::new(XSD, name), schema.types.len());
    schema.types.push(Type::Simple(simple));
}
