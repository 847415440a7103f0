//! Which elements and attributes of the language may stand where, and reading single attributes.

use super::super::builtin::{XML, XSD};
use super::super::content::UNBOUNDED;
use super::super::schema::Methods;
use super::super::source::{Node, Problem};
use super::Read;

struct Rule {
    name: &'static str,
    attributes: &'static str,
    children: &'static str,
}

const fn rule(name: &'static str, attributes: &'static str, children: &'static str) -> Rule {
    Rule { name, attributes, children }
}

/// Every element may have an id and annotations.
const RULES: &[Rule] = &[
    rule(
        "schema",
        "targetNamespace version elementFormDefault attributeFormDefault blockDefault finalDefault",
        "import element complexType simpleType group attributeGroup attribute",
    ),
    rule("import", "namespace schemaLocation", ""),
    rule(
        "element",
        "name type ref minOccurs maxOccurs default fixed nillable abstract substitutionGroup block \
         final form",
        "simpleType complexType key unique keyref",
    ),
    rule("key", "name", "selector field"),
    rule("unique", "name", "selector field"),
    rule("keyref", "name refer", "selector field"),
    rule("selector", "xpath", ""),
    rule("field", "xpath", ""),
    rule(
        "complexType",
        "name mixed abstract block final",
        "simpleContent complexContent group all choice sequence attribute attributeGroup \
         anyAttribute",
    ),
    rule("simpleContent", "", "restriction extension"),
    rule("complexContent", "mixed", "restriction extension"),
    rule("extension", "base", "group all choice sequence attribute attributeGroup anyAttribute"),
    rule(
        "restriction",
        "base",
        "group all choice sequence attribute attributeGroup anyAttribute simpleType length \
         minLength maxLength pattern enumeration whiteSpace minInclusive maxInclusive \
         minExclusive maxExclusive totalDigits fractionDigits",
    ),
    rule("group", "name ref minOccurs maxOccurs", "all choice sequence"),
    rule("all", "minOccurs maxOccurs", "element"),
    rule("choice", "minOccurs maxOccurs", "element group choice sequence any"),
    rule("sequence", "minOccurs maxOccurs", "element group choice sequence any"),
    rule("any", "namespace processContents minOccurs maxOccurs", ""),
    rule("attribute", "name type ref use default fixed form", "simpleType"),
    rule("attributeGroup", "name ref", "attribute attributeGroup anyAttribute"),
    rule("anyAttribute", "namespace processContents", ""),
    rule("simpleType", "name final", "restriction list union"),
    rule("list", "itemType", "simpleType"),
    rule("union", "memberTypes", "simpleType"),
    rule("length", "value fixed", ""),
    rule("minLength", "value fixed", ""),
    rule("maxLength", "value fixed", ""),
    rule("pattern", "value", ""),
    rule("enumeration", "value", ""),
    rule("whiteSpace", "value fixed", ""),
    rule("minInclusive", "value fixed", ""),
    rule("maxInclusive", "value fixed", ""),
    rule("minExclusive", "value fixed", ""),
    rule("maxExclusive", "value fixed", ""),
    rule("totalDigits", "value fixed", ""),
    rule("fractionDigits", "value fixed", ""),
];

/// What schemas may say, but not here.
const REFUSED: &[&str] = &["include", "redefine", "override", "notation"];

/// Refuses what stands where the language has no place for it, all through a schema.
pub fn check(node: Node) -> Read<()> {
    let name = node.tag_name().name();
    let Some(rule) = RULES.iter().find(|rule| rule.name == name) else {
        return Err(wrong(node, &format!("the element \"{name}\" is not known")));
    };
    for attribute in node.attributes() {
        let name = attribute.name();
        let is_own = attribute.namespace().is_none();
        let is_known = name == "id" || rule.attributes.split(' ').any(|known| known == name);
        if is_own && !is_known || attribute.namespace() == Some(XSD) {
            let message = format!("\"{}\" has no attribute \"{name}\"", rule.name);
            return Err(wrong(node, &message));
        }
    }
    if node
        .children()
        .any(|child| child.is_text() && !child.text().unwrap_or_default().trim().is_empty())
    {
        return Err(wrong(node, &format!("text stands in \"{}\"", rule.name)));
    }
    for child in node.children().filter(Node::is_element) {
        let name = child.tag_name().name();
        let is_own = child.tag_name().namespace() == Some(XSD);
        if is_own && name == "annotation" {
            continue;
        }
        if is_own && REFUSED.contains(&name) {
            return Err(wrong(child, &format!("\"{name}\" is not supported")));
        }
        if !is_own || !rule.children.split(' ').any(|known| known == name) {
            let message = format!("the element \"{name}\" does not belong in \"{}\"", rule.name);
            return Err(wrong(child, &message));
        }
        check(child)?;
    }
    let is_foreign = |place: &str| place != XML && !place.is_empty();
    match node.attribute("schemaLocation") {
        Some(place)
            if name == "import" && is_foreign(node.attribute("namespace").unwrap_or("-")) =>
        {
            Err(wrong(node, &format!("other schemas are not read: \"{place}\" is imported")))
        }
        _ => Ok(()),
    }
}

pub fn wrong(node: Node, message: &str) -> Problem {
    Problem { path: String::new(), ..Problem::at(node, message) }
}

/// The elements in an element that are part of the schema.
pub fn parts<'a>(node: Node<'a, 'a>) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(|child| child.is_element() && child.tag_name().name() != "annotation")
}

pub fn part<'a>(node: Node<'a, 'a>, names: &[&str]) -> Read<Option<Node<'a, 'a>>> {
    let mut found = parts(node).filter(|part| names.contains(&part.tag_name().name()));
    let first = found.next();
    match found.next() {
        Some(second) => {
            let name = second.tag_name().name();
            Err(wrong(second, &format!("there is no place for another \"{name}\"")))
        }
        None => Ok(first),
    }
}

pub fn required<'a>(node: Node<'a, 'a>, attribute: &str) -> Read<&'a str> {
    let name = node.tag_name().name();
    node.attribute(attribute)
        .map(str::trim)
        .ok_or_else(|| wrong(node, &format!("\"{name}\" needs \"{attribute}\"")))
}

pub fn flag(node: Node, attribute: &str) -> Read<bool> {
    match node.attribute(attribute).map(str::trim) {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(other) => Err(unknown(node, attribute, other)),
    }
}

pub fn unknown(node: Node, attribute: &str, value: &str) -> Problem {
    wrong(node, &format!("\"{attribute}\" cannot be \"{value}\""))
}

/// How often something occurs, at least and at most.
pub fn occurrence(node: Node) -> Read<(u32, u32)> {
    let number = |attribute: &str| match node.attribute(attribute).map(str::trim) {
        None => Ok(1),
        Some("unbounded") if attribute == "maxOccurs" => Ok(UNBOUNDED),
        Some(text) => count(text).ok_or_else(|| unknown(node, attribute, text)),
    };
    let (least, most) = (number("minOccurs")?, number("maxOccurs")?);
    if least > most {
        return Err(wrong(node, "\"minOccurs\" is greater than \"maxOccurs\""));
    }
    Ok((least, most))
}

/// A number from 0; what is beyond four thousand millions is without an end.
pub fn count(text: &str) -> Option<u32> {
    let text = text.trim();
    let digits = text.strip_prefix('+').unwrap_or(text);
    let are_digits = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    are_digits.then(|| digits.parse().unwrap_or(UNBOUNDED))
}

/// A set of methods; that of the whole schema if there is none.
pub fn methods(node: Node, attribute: &str, default: Methods) -> Read<Methods> {
    let Some(text) = node.attribute(attribute) else { return Ok(default) };
    text.split_whitespace().try_fold(Methods::default(), |set, word| {
        let one = match word {
            "#all" => Methods::ALL,
            "extension" => Methods::EXTENSION,
            "restriction" => Methods::RESTRICTION,
            "substitution" => Methods::SUBSTITUTION,
            "list" => Methods::LIST,
            "union" => Methods::UNION,
            other => return Err(unknown(node, attribute, other)),
        };
        Ok(set.with(one))
    })
}
