//! Every operator by table, and what holds for all values by property.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::testing::Fixture;

/// An operand in a table: JSON text, or `-` for a missing value.
fn operand(text: &str) -> Option<Value> {
    (text != "-").then(|| Value::from_json(text).unwrap())
}

fn holds(name: &str, left: Option<&Value>, right: Option<&Value>) -> Result<bool, EvaluationError> {
    Operator::named(name).unwrap().holds(left, right)
}

/// Checks a row: `1`, `0` or `!` (an error), and that the opposite operator says the opposite.
fn check(operator: &str, opposite: &str, rows: &[(&str, &str, char)]) {
    for (left, right, expected) in rows {
        let (l, r) = (operand(left), operand(right));
        let shown =
            |result: Result<bool, _>| result.map_or('!', |holds| if holds { '1' } else { '0' });
        let answer = shown(holds(operator, l.as_ref(), r.as_ref()));
        assert_eq!(answer, *expected, "{operator}({left}, {right})");
        let turned = match expected {
            '1' => '0',
            '0' => '1',
            other => *other,
        };
        let answer = shown(holds(opposite, l.as_ref(), r.as_ref()));
        assert_eq!(answer, turned, "{opposite}({left}, {right})");
    }
}

/// Proves R145, R146.
#[test]
fn equal_converts_as_javascript_does() {
    check(
        "equal",
        "notEqual",
        &[
            ("5", r#""5""#, '1'),
            (r#""007""#, "7", '1'),
            (r#""""#, "0", '1'),
            (r#"" ""#, "0", '1'),
            ("false", "0", '1'),
            (r#""true""#, "1", '1'),
            ("-", "null", '1'),
            (r#""null""#, "-", '1'),
            (r#""""#, "null", '0'),
            ("0", "null", '0'),
            (r#""abc""#, r#""abc""#, '1'),
            (r#""abc""#, r#""ABC""#, '0'),
            (r#""0x10""#, "16", '1'),
            (r#""nan""#, r#""NaN""#, '0'),
            (r#"{"a":"1"}"#, r#"{"a":1}"#, '1'),
            (r#"{"a":1}"#, r#"{"a":1,"b":null}"#, '0'),
            (r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#, '1'),
            (r#""[1, 2]""#, r#"["1",2]"#, '1'),
            ("[1]", "[1,2]", '0'),
            ("[1]", "{}", '0'),
            ("[5]", "5", '1'),
            ("{}", r#""x""#, '0'),
            ("1.0", "1", '1'),
        ],
    );
}

/// Proves R147, R148, R149, R150.
#[test]
fn order_is_by_number_unless_both_are_text() {
    // Left, right, then greaterThan, greaterThanOrEqual, lessThan, lessThanOrEqual.
    for (left, right, expected) in [
        ("10", r#""9""#, "1100"),
        (r#""10""#, r#""9""#, "1100"),
        ("2", "2", "0101"),
        ("1", "2.5", "0011"),
        (r#""a""#, r#""b""#, "0011"),
        // Above the basic plane a letter is two units, which sort below the private area.
        (r#""😀""#, "\"\u{e000}\"", "0011"),
        (r#""abc""#, "5", "0000"),
        ("null", "0", "0101"),
        ("-", "0", "0000"),
        ("0", "-", "0000"),
        ("true", "0", "1100"),
        (r#""""#, "0", "0101"),
        ("[3]", "2", "1100"),
        ("{}", "2", "0000"),
        (r#""2020-02-01""#, r#""2020-01-31""#, "1100"),
    ] {
        let operators = ["greaterThan", "greaterThanOrEqual", "lessThan", "lessThanOrEqual"];
        let (l, r) = (operand(left), operand(right));
        let answers = operators.map(|name| holds(name, l.as_ref(), r.as_ref()).unwrap());
        let answers = answers.map(|holds| if holds { '1' } else { '0' });
        assert_eq!(answers.iter().collect::<String>(), expected, "{left} against {right}");
    }
}

/// Proves R151, R152.
#[test]
fn containment_looks_into_lists_objects_and_text() {
    check(
        "in",
        "notIn",
        &[
            ("2", "[1,2,3]", '1'),
            (r#""2""#, "[1,2,3]", '1'),
            (r#""2""#, r#"["2"]"#, '1'),
            ("2", r#"["2"]"#, '0'),
            ("4", "[1,2,3]", '0'),
            ("2", r#""[1,2,3]""#, '1'),
            (r#"{"a":1}"#, r#"[{"a":1}]"#, '1'),
            ("-", "[1]", '0'),
            (r#""a""#, r#"{"a":null}"#, '1'),
            (r#""b""#, r#"{"a":null}"#, '0'),
            ("1", r#"{"1":true}"#, '1'),
            (r#""ell""#, r#""hello""#, '1'),
            (r#""elo""#, r#""hello""#, '0'),
            ("5", r#""a5b""#, '1'),
            (r#""2""#, r#""123""#, '!'),
            ("2", "123", '!'),
            ("2", "null", '!'),
            ("2", "-", '!'),
            ("2", "true", '!'),
        ],
    );
}

#[test]
fn exact_matches_compare_types_too() {
    check(
        "exactlyMatches",
        "doesNotExactlyMatch",
        &[
            (r#""5""#, "5", '1'),
            (r#""\"5\"""#, "5", '0'),
            ("5", "5.0", '1'),
            ("0", "false", '0'),
            (r#""""#, "0", '0'),
            ("-", "null", '0'),
            ("-", "-", '1'),
            (r#"{"a":[1]}"#, r#"{"a":[1]}"#, '1'),
            (r#"{"a":"1"}"#, r#"{"a":1}"#, '0'),
        ],
    );
}

#[test]
fn prefixes_and_suffixes_are_on_the_left() {
    check(
        "startsWith",
        "doesNotStartWith",
        &[
            (r#""he""#, r#""hello""#, '1'),
            (r#""lo""#, r#""hello""#, '0'),
            ("1", "123", '1'),
            (r#""""#, r#""x""#, '1'),
            ("-", r#""x""#, '0'),
            (r#""x""#, "null", '0'),
        ],
    );
    check(
        "endsWith",
        "doesNotEndWith",
        &[(r#""lo""#, r#""hello""#, '1'), (r#""he""#, r#""hello""#, '0'), ("3", r#""123""#, '1')],
    );
}

#[test]
fn times_are_compared_as_instants() {
    // Left, right, then dateTimeAfter, dateTimeBefore, dateTimeSame.
    for (left, right, expected) in [
        (r#""2024-01-02""#, r#""2024-01-01""#, "100"),
        (r#""2024-01-01T00:00:00Z""#, r#""2024-01-01""#, "001"),
        (r#""2024-01-01T02:00:00+02:00""#, r#""2024-01-01 00:00""#, "001"),
        (r#""2024-01-01T02:00:00.5+0200""#, r#""2024-01-01T00:00:00.500Z""#, "001"),
        (r#""2024-01""#, r#""2024-01-01T00:00""#, "001"),
        ("1704067200", r#""2024-01-01""#, "001"),
        (r#""1704067200""#, r#""2024-01-01""#, "001"),
        (r#""2020""#, r#""1970-01-01T00:33:40Z""#, "001"),
        ("1704067200000", r#""2024-01-01""#, "100"),
        (r#""soon""#, r#""2024-01-01""#, "!!!"),
        (r#""""#, r#""2024-01-01""#, "!!!"),
        ("-", r#""2024-01-01""#, "!!!"),
        (r#""2024-01-01""#, "true", "!!!"),
        ("1e300", "0", "!!!"),
    ] {
        let (l, r) = (operand(left), operand(right));
        let operators = ["dateTimeAfter", "dateTimeBefore", "dateTimeSame"];
        let answers = operators.map(|name| match holds(name, l.as_ref(), r.as_ref()) {
            Ok(holds) => {
                if holds {
                    '1'
                } else {
                    '0'
                }
            }
            Err(_) => '!',
        });
        assert_eq!(answers.iter().collect::<String>(), expected, "{left} against {right}");
    }
}

#[test]
fn unary_operators_look_at_the_left_side_only() {
    check(
        "isTrue",
        "isFalse",
        &[
            ("true", "-", '1'),
            (r#""Yes""#, "-", '1'),
            (r#""T""#, "-", '1'),
            (r#""y""#, "-", '1'),
            (r#""no""#, "-", '0'),
            (r#""F""#, "-", '0'),
            (r#""0""#, "-", '0'),
            (r#""""#, "-", '0'),
            (r#""null""#, "-", '0'),
            ("-", "-", '0'),
            ("[]", "-", '1'),
            (r#""hello""#, "-", '1'),
            ("0.5", "-", '1'),
        ],
    );
    check(
        "exists",
        "doesNotExist",
        &[
            ("-", "-", '0'),
            ("null", "-", '0'),
            ("0", "-", '0'),
            ("false", "-", '0'),
            (r#""""#, "-", '0'),
            (r#""0""#, "-", '0'),
            (r#""false""#, "-", '0'),
            (r#""null""#, "-", '0'),
            (r#""no""#, "-", '1'),
            ("[]", "-", '1'),
            ("{}", "-", '1'),
            ("1", "-", '1'),
        ],
    );
    check(
        "isEmpty",
        "isNotEmpty",
        &[
            (r#""""#, "-", '1'),
            ("[]", "-", '1'),
            (r#""[]""#, "-", '1'),
            (r#""a""#, "-", '0'),
            ("[0]", "-", '0'),
            ("-", "-", '1'),
            ("null", "-", '1'),
            ("{}", "-", '!'),
            ("5", "-", '!'),
            (r#""5""#, "-", '!'),
            ("true", "-", '!'),
        ],
    );
}

fn condition(json: &Json) -> Condition {
    let problems = crate::problem::Problems::default();
    let condition = read(Reader::new(&problems), json, "");
    assert_eq!(problems.into_vec(), []);
    condition
}

/// Proves R153, R154.
#[test]
fn groups_nest_and_stop_early() {
    let value = |value: &str| json!({"name": "", "type": "value", "value": value});
    let order = json!({"type": "reference", "value": "call.results.total"});
    let limit = json!({"type": "configVar", "value": "Limit"});
    let (yes, no) = (json!(["isTrue", value("yes"), value("")]), json!(["isTrue", value("no")]));
    let broken = json!(["soundsLike", value("a"), value("b")]);
    let scope =
        Fixture::default().results("call", r#"{"total":12}"#).config_var("Limit", r#""10""#);
    for (json, expected) in [
        (json!(["and"]), Some(true)),
        (json!(["or"]), Some(false)),
        (json!(["and", yes, ["or", no, ["greaterThan", order, limit]]]), Some(true)),
        (json!(["and", yes, no]), Some(false)),
        (json!(["or", yes, broken]), Some(true)),
        (json!(["and", no, broken]), Some(false)),
        (json!(["or", no, broken]), None),
        (json!(["equal", order, value("12")]), Some(true)),
    ] {
        assert_eq!(condition(&json).evaluate(&scope).ok(), expected, "{json}");
    }
}

fn any_value() -> impl Strategy<Value = Option<Value>> {
    let text = prop_oneof![
        any::<String>(),
        "[0-9.eE+-]{0,8}",
        "(true|false|null|yes|no|2024-0[0-9]-01T?|\\[1\\]|\"5\"| 7 )",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
        any::<Vec<u8>>().prop_map(|bytes| Value::Bytes(bytes.into())),
    ];
    let tree = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-c]", inner), 0..4).prop_map(Value::object),
        ]
    });
    prop::option::weighted(0.9, tree)
}

proptest! {
    #[test]
    fn no_operator_panics_and_opposites_disagree(left in any_value(), right in any_value()) {
        let (left, right) = (left.as_ref(), right.as_ref());
        for operator in OPERATORS {
            let opposite = Operator { negated: !operator.negated, ..operator };
            let (answer, other) = (operator.holds(left, right), opposite.holds(left, right));
            prop_assert_eq!(answer.map(|holds| !holds), other);
        }
    }

    #[test]
    fn equality_is_symmetric(left in any_value(), right in any_value()) {
        let (left, right) = (left.as_ref(), right.as_ref());
        for name in ["equal", "exactlyMatches"] {
            prop_assert_eq!(holds(name, left, right), holds(name, right, left));
            prop_assert_eq!(holds(name, left, left), Ok(true));
        }
        let (more, less) = (holds("greaterThan", left, right), holds("lessThan", right, left));
        prop_assert_eq!(more, less);
    }

    #[test]
    fn what_was_read_as_json_is_not_read_again(value in any_value()) {
        let once = parsed(value.as_ref()).map(Cow::into_owned);
        // A quoted text becomes a text, which may look like JSON in its turn.
        if !matches!(once, Some(Value::String(_))) {
            prop_assert_eq!(parsed(once.as_ref()).map(Cow::into_owned), once);
        }
    }
}
