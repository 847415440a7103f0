//! Schemas, and documents that do or do not fit them.

use proptest::prelude::*;

use super::{PROBLEMS_MAX, Unchecked, validate};

const CASES: &str = include_str!("cases.txt");

fn schema(attributes: &str, body: &str) -> String {
    format!(
        "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"{attributes}>{body}</xs:schema>"
    )
}

/// A case begins with its name behind `#`, perhaps with attributes of the schema behind a bar.
/// Then come the schema, documents that fit behind `+`, and others behind `-`. A schema that is
/// refused has a part of the reason behind `!`.
#[test]
fn documents_are_told_apart() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in CASES.split("\n# ").skip(1) {
        let (head, rest) = case.split_once('\n').unwrap();
        let (name, attributes) = head.split_once('|').unwrap_or((head, ""));
        let is_schema = |line: &&str| !["+ ", "- ", "! "].iter().any(|mark| line.starts_with(mark));
        let body: String = rest.lines().take_while(is_schema).collect();
        let schema = schema(attributes, &body);
        for line in rest.lines().skip_while(is_schema).filter(|line| !line.is_empty()) {
            count += 1;
            let (mark, text) = line.split_once(' ').unwrap();
            let document = if mark == "!" { "<r/>" } else { text };
            let found = validate(document, &schema);
            let is_right = match (&found, mark) {
                (Ok(problems), "+") => problems.is_empty(),
                (Ok(problems), "-") => !problems.is_empty(),
                (Err(Unchecked::Document(_)), "-") => true,
                (Err(Unchecked::Schema(problem)), "!") => problem.message.contains(text),
                _ => false,
            };
            if !is_right {
                wrong.push(format!("{name}: {line}\n    {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 200, "{count}");
}

const ITEM: &str = "<xs:element name=\"i\" type=\"xs:int\" maxOccurs=\"unbounded\"/>";

fn element_of(content: &str) -> String {
    let body = format!(
        "<xs:element name=\"r\"><xs:complexType><xs:sequence>{content}</xs:sequence>\
         </xs:complexType></xs:element>"
    );
    schema("", &body)
}

#[test]
fn problems_say_where_they_are() {
    let problems = validate("<r>\n <i>1</i>\n <i>x</i></r>", &element_of(ITEM)).unwrap();
    let [problem] = &problems[..] else { panic!("{problems:?}") };
    assert_eq!((problem.line, problem.column, &*problem.path), (3, 2, "/r/i[2]"));
    assert_eq!(problem.message, "\"x\" is not a decimal number");
    let Err(Unchecked::Schema(problem)) = validate("<r/>", "<a>\n <b></a>") else { panic!() };
    assert_eq!(problem.line, 2);
    let missing = validate("<r/>", &element_of(ITEM)).unwrap();
    assert!(missing[0].message.contains("expected: \"i\""), "{missing:?}");
}

#[test]
fn everything_has_an_end() {
    let schema = element_of(ITEM);
    let many = format!("<r>{}</r>", "<i/>".repeat(1000));
    assert_eq!(validate(&many, &schema).unwrap().len(), PROBLEMS_MAX);
    let deep = "<r>".repeat(300) + &"</r>".repeat(300);
    let large = format!("<r>{}</r>", " ".repeat(17_000_000));
    let attributes: Vec<_> = (0..600).map(|number| format!(" a{number}=''")).collect();
    let broad = format!("<r{}/>", attributes.concat());
    for document in [&deep, &large, &broad] {
        let found = validate(document, &schema);
        assert!(matches!(found, Err(Unchecked::Document(_))), "{found:?}");
    }
}

/// Models that take exponential time or memory when they are walked or unrolled naively.
#[test]
fn nasty_models_take_no_longer_than_others() {
    let nested = (0..8).fold("<xs:element name=\"a\" minOccurs=\"0\"/>".to_owned(), |inner, _| {
        format!("<xs:sequence minOccurs=\"0\" maxOccurs=\"99999\">{inner}</xs:sequence>")
    });
    let pairs = (0..6).fold(nested.replace("99999", "40"), |inner, level| {
        format!(
            "<xs:sequence minOccurs=\"2\" maxOccurs=\"50\">{inner}\
             <xs:element name=\"b{level}\" minOccurs=\"0\"/></xs:sequence>"
        )
    });
    let document = format!("<r>{}</r>", "<a/>".repeat(3000));
    assert_eq!(validate(&document, &element_of(&nested)), Ok(Vec::new()));
    // Whatever comes of it, it comes soon.
    let _ = validate(&document, &element_of(&pairs));
    let groups: Vec<_> = (0..60)
        .map(|level| {
            let next = format!("<xs:group ref=\"g{}\"/>", level + 1);
            format!(
                "<xs:group name=\"g{level}\"><xs:sequence>{next}{next}</xs:sequence></xs:group>"
            )
        })
        .collect();
    let last =
        "<xs:group name=\"g60\"><xs:sequence><xs:element name=\"a\"/></xs:sequence></xs:group>";
    let body = format!(
        "{}{last}<xs:element name=\"r\"><xs:complexType><xs:group ref=\"g0\"/>\
         </xs:complexType></xs:element>",
        groups.concat()
    );
    assert!(matches!(validate("<r/>", &schema("", &body)), Err(Unchecked::Schema(_))));
    let unions: Vec<_> = (0..60)
        .map(|level| {
            let next = level + 1;
            let union = format!("<xs:union memberTypes=\"u{next} u{next}\"/>");
            format!("<xs:simpleType name=\"u{level}\">{union}</xs:simpleType>")
        })
        .collect();
    let body = format!(
        "{}<xs:simpleType name=\"u60\"><xs:restriction base=\"xs:int\"/></xs:simpleType>\
         <xs:element name=\"r\" type=\"u0\"/>",
        unions.concat()
    );
    let found = validate("<r>x</r>", &schema("", &body));
    assert!(matches!(found, Err(Unchecked::Document(_))), "{found:?}");
}

/// A particle of a model, and what it takes written out as a regular expression.
fn model() -> impl Strategy<Value = (String, String)> {
    let leaf = prop::sample::select(vec!["a", "b", "c"])
        .prop_map(|name| (format!("<xs:element name=\"{name}\" OCCURS/>"), name.to_owned()));
    let occurs = || (0..3_u32, 0..3_u32).prop_map(|(least, more)| (least, (least + more).max(1)));
    let with = |(text, pattern): (String, String), (least, most): (u32, u32)| {
        let occurs = format!("minOccurs=\"{least}\" maxOccurs=\"{most}\"");
        (text.replace("OCCURS", &occurs), format!("(?:{pattern}){{{least},{most}}}"))
    };
    let leaf = (leaf, occurs()).prop_map(move |(leaf, occurs)| with(leaf, occurs));
    leaf.prop_recursive(3, 12, 3, move |inner| {
        let items = prop::collection::vec(inner, 1..4);
        (items, any::<bool>(), occurs()).prop_map(move |(items, is_choice, occurs)| {
            let (tag, join) = if is_choice { ("choice", "|") } else { ("sequence", "") };
            let (texts, patterns): (Vec<_>, Vec<_>) = items.into_iter().unzip();
            let text = format!("<xs:{tag} OCCURS>{}</xs:{tag}>", texts.concat());
            let patterns: Vec<_> = patterns.iter().map(|it| format!("(?:{it})")).collect();
            with((text, patterns.join(join)), occurs)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Models take what the same regular expressions take, unless they are refused as unclear.
    #[test]
    fn models_agree_with_regular_expressions(
        (particle, pattern) in model(),
        words in prop::collection::vec("[abc]{0,7}", 8),
    ) {
        let schema = element_of(&particle);
        let pattern = regex::Regex::new(&format!("^(?:{pattern})$")).unwrap();
        for word in words {
            let children: Vec<_> = word.chars().map(|name| format!("<{name}/>")).collect();
            match validate(&format!("<r>{}</r>", children.concat()), &schema) {
                Ok(problems) => prop_assert_eq!(problems.is_empty(), pattern.is_match(&word)),
                Err(Unchecked::Schema(problem)) => {
                    prop_assert!(problem.message.contains("not clear"), "{:?}", problem);
                }
                Err(other) => prop_assert!(false, "{:?}", other),
            }
        }
    }

    /// Cases with parts of others in them, or cut: there is always an answer.
    #[test]
    fn nothing_panics(
        from in any::<prop::sample::Index>(),
        length in 0..400_usize,
        to in any::<prop::sample::Index>(),
    ) {
        let text: Vec<char> = CASES.chars().filter(|part| *part != '\n').collect();
        let start = from.index(text.len());
        let part: String = text[start..(start + length).min(text.len())].iter().collect();
        let place = to.index(text.len());
        let mut body: String = text[place..(place + 600).min(text.len())].iter().collect();
        body.push_str(&part);
        let _ = validate(&part, &schema("", &body));
        let _ = validate(&body, &body);
        let opened = body.find('<').map_or("", |start| &body[start..]);
        let closed = opened.rfind('>').map_or("", |end| &opened[..=end]);
        let _ = validate("<r/>", &schema("", closed));
    }
}
