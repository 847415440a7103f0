//! `math`: arithmetic. Numbers may come as text; results that are none fail the step.

mod expression;

use flow::Value;

use crate::{Action, Component, Input, InputKind, Inputs, Output, Perform, Run, StepError};

pub fn component() -> Component {
    let mut actions = list_actions();
    actions.extend(rounding_actions());
    actions.extend(function_actions());
    actions.push(
        Action::new("log", "Logarithm", "Finds the power of a base", Perform::Pure(logarithm))
            .inputs([
                NUMBER,
                Input::new("base", "Base")
                    .comments("The base.")
                    .default("10")
                    .aliases(&["logBase"]),
            ]),
    );
    actions.push(
        Action::new("pow", "Power", "Raises a base to a power", Perform::Pure(power)).inputs([
            Input::new("base", "Base").comments("The number to raise.").required(),
            Input::new("exponent", "Exponent")
                .comments("The power to raise it to.")
                .required()
                .aliases(&["power"]),
        ]),
    );
    actions.extend(drawing_actions());
    actions.push(
        Action::new(
            "evaluate",
            "Evaluate Expression",
            "Calculates an expression with numbers, operators and functions",
            Perform::Pure(|inputs| {
                finite(expression::evaluate(&inputs.require_text("expression")?)?)
            }),
        )
        .inputs([Input::new("expression", "Expression")
            .comments("For example (2 + 3) * sqrt(16) / 2 ^ 3.")
            .required()
            .aliases(&["expressionInput", "value"])]),
    );
    Component { actions, ..Component::new("math", "Math", "Calculates", "Helpers") }
}

type Pure = fn(&Inputs) -> Result<Output, StepError>;

const NUMBERS: Input =
    Input::new("numbers", "Numbers").comments("The numbers, in order.").value_list();
const DYNAMIC: Input = Input::new("dynamicNumbers", "Dynamic numbers")
    .kind(InputKind::Data)
    .comments("A list from an earlier step; taken instead of the numbers.")
    .aliases(&["dynamicNumbersInput"]);
const NUMBER: Input = Input::new("number", "Number")
    .comments("The number to start from.")
    .required()
    .aliases(&["value", "numberInput"]);

fn list_actions() -> Vec<Action> {
    let action = |key, label, description, perform: Pure, inputs: &[Input]| {
        Action::new(key, label, description, Perform::Pure(perform)).inputs(inputs)
    };
    let all = [NUMBERS.required()];
    vec![
        action("add", "Add", "Adds numbers up", |i| fold(i, |a, b| a + b), &all),
        action("subtract", "Subtract", "Subtracts from the first", |i| fold(i, |a, b| a - b), &all),
        action("multiply", "Multiply", "Multiplies numbers", |i| fold(i, |a, b| a * b), &all),
        action(
            "divide",
            "Divide",
            "Divides the first by the others",
            |i| fold(i, |a, b| a / b),
            &all,
        ),
        action("hypot", "Hypotenuse", "Root of the sum of squares", |i| fold(i, f64::hypot), &all),
        action("max", "Maximum", "Gives the largest", |i| fold(i, f64::max), &[NUMBERS, DYNAMIC]),
        action("min", "Minimum", "Gives the smallest", |i| fold(i, f64::min), &[NUMBERS, DYNAMIC]),
    ]
}

fn unary(
    key: &'static str,
    label: &'static str,
    description: &'static str,
    perform: Pure,
) -> Action {
    Action::new(key, label, description, Perform::Pure(perform)).inputs([NUMBER])
}

fn rounding_actions() -> Vec<Action> {
    vec![
        unary("abs", "Absolute Value", "Leaves out the sign", |i| apply(i, f64::abs)),
        unary("ceil", "Ceiling", "Rounds up", |i| apply(i, f64::ceil)),
        unary("floor", "Floor", "Rounds down", |i| apply(i, f64::floor)),
        unary("round", "Round", "Rounds to the nearest whole number", |i| apply(i, round)),
        unary("trunc", "Truncate", "Leaves out what is behind the point", |i| apply(i, f64::trunc)),
        unary("fround", "Round to Float", "Rounds to 32 bits", |i| apply(i, to_single)),
    ]
}

fn function_actions() -> Vec<Action> {
    vec![
        unary("sqrt", "Square Root", "Finds the square root", |i| apply(i, f64::sqrt)),
        unary("cbrt", "Cube Root", "Finds the cube root", |i| apply(i, f64::cbrt)),
        unary("exp", "Exponential", "Raises e to a power", |i| apply(i, f64::exp)),
        unary("naturalLog", "Natural Logarithm", "Finds the power of e", |i| apply(i, f64::ln)),
        unary("sin", "Sine", "Of an angle in radians", |i| apply(i, f64::sin)),
        unary("cos", "Cosine", "Of an angle in radians", |i| apply(i, f64::cos)),
        unary("tan", "Tangent", "Of an angle in radians", |i| apply(i, f64::tan)),
        unary("asin", "Arc Sine", "Angle in radians", |i| apply(i, f64::asin)),
        unary("acos", "Arc Cosine", "Angle in radians", |i| apply(i, f64::acos)),
        unary("atan", "Arc Tangent", "Angle in radians", |i| apply(i, f64::atan)),
        unary("sinh", "Hyperbolic Sine", "Of a number", |i| apply(i, f64::sinh)),
        unary("cosh", "Hyperbolic Cosine", "Of a number", |i| apply(i, f64::cosh)),
        unary("tanh", "Hyperbolic Tangent", "Of a number", |i| apply(i, f64::tanh)),
        unary("asinh", "Hyperbolic Arc Sine", "Of a number", |i| apply(i, f64::asinh)),
        unary("acosh", "Hyperbolic Arc Cosine", "Of a number", |i| apply(i, f64::acosh)),
        unary("atanh", "Hyperbolic Arc Tangent", "Of a number", |i| apply(i, f64::atanh)),
    ]
}

fn drawing_actions() -> [Action; 2] {
    [
        Action::new(
            "random",
            "Random Number",
            "Draws a number from 0 up to, but not including, 1",
            Perform::WithRun(|run, _| finite(draw(run))),
        ),
        Action::new(
            "randomInt",
            "Random Integer",
            "Draws a whole number between two others, both included",
            Perform::WithRun(draw_integer),
        )
        .inputs([
            Input::new("min", "Minimum")
                .comments("The smallest number to draw.")
                .default("0")
                .aliases(&["minimum", "minInput"]),
            Input::new("max", "Maximum")
                .comments("The largest number to draw.")
                .required()
                .aliases(&["maximum", "maxInput"]),
        ]),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
fn draw(run: &Run) -> f64 {
    let bits = run.services.randomness.draw() >> (128 - 53);
    bits as f64 / (1_u64 << 53) as f64
}

fn draw_integer(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let (min, max) = (inputs.number("min")?.unwrap_or_default().ceil(), required(inputs, "max")?);
    if min > max.floor() {
        return Err(StepError::new("There is no whole number from the minimum to the maximum."));
    }
    finite(min + (draw(run) * (max.floor() - min + 1.0)).floor())
}

/// Halves go up, also below zero, as in JavaScript.
fn round(number: f64) -> f64 {
    let down = number.floor();
    if number - down >= 0.5 { down + 1.0 } else { down }
}

#[expect(clippy::cast_possible_truncation, reason = "losing precision is what it is for")]
fn to_single(number: f64) -> f64 {
    f64::from(number as f32)
}

fn apply(inputs: &Inputs, function: fn(f64) -> f64) -> Result<Output, StepError> {
    finite(function(required(inputs, "number")?))
}

fn fold(inputs: &Inputs, function: fn(f64, f64) -> f64) -> Result<Output, StepError> {
    let dynamic = inputs.list("dynamicNumbers")?;
    let given = if dynamic.is_empty() { inputs.list("numbers")? } else { dynamic };
    let numbers = given.iter().map(number).collect::<Result<Vec<f64>, _>>()?;
    match numbers.into_iter().reduce(function) {
        Some(result) => finite(result),
        None => Err(StepError::new("There are no numbers to calculate with.")),
    }
}

fn number(value: &Value) -> Result<f64, StepError> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        other => other.to_text().trim().parse().ok(),
    };
    number.ok_or_else(|| {
        let shown: String = value.to_json().chars().take(80).collect();
        StepError::new(format!("{shown} is not a number."))
    })
}

fn logarithm(inputs: &Inputs) -> Result<Output, StepError> {
    let number = required(inputs, "number")?;
    // The special cases are exact where the general one is not.
    finite(match inputs.number("base")?.unwrap_or(10.0) {
        10.0 => number.log10(),
        2.0 => number.log2(),
        base => number.log(base),
    })
}

fn power(inputs: &Inputs) -> Result<Output, StepError> {
    finite(required(inputs, "base")?.powf(required(inputs, "exponent")?))
}

fn required(inputs: &Inputs, key: &str) -> Result<f64, StepError> {
    inputs.require(key)?;
    Ok(inputs.number(key)?.unwrap_or_default())
}

fn finite(result: f64) -> Result<Output, StepError> {
    if result.is_finite() {
        Ok(Value::from(result).into())
    } else {
        Err(StepError::new("The result is not a finite number."))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::testing::{Stage, check};

    #[tokio::test]
    async fn calculations() {
        let list = |numbers: Json| json!({ "numbers": numbers });
        let one = |number: Json| json!({ "number": number });
        let infinite = || json!({ "error": "The result is not a finite number." });
        check(
            "math",
            [
                ("add", list(json!(["1", 2, "0.5"])), json!(3.5)),
                ("add", list(json!(["a"])), json!({ "error": "\"a\" is not a number." })),
                (
                    "add",
                    list(json!([])),
                    json!({ "error": "There are no numbers to calculate with." }),
                ),
                ("subtract", list(json!([10, 2, 3])), json!(5)),
                ("multiply", list(json!([2, "3"])), json!(6)),
                ("divide", list(json!([9, 2])), json!(4.5)),
                ("divide", list(json!([1, 0])), infinite()),
                ("hypot", list(json!([3, 4])), json!(5)),
                ("max", json!({ "numbers": [9], "dynamicNumbers": "[1, 3, 2]" }), json!(3)),
                ("min", list(json!([4, -1])), json!(-1)),
                ("round", one(json!("2.5")), json!(3)),
                ("round", one(json!(-2.5)), json!(-2)),
                ("round", one(json!(0.499_999_999_999_999_94)), json!(0)),
                ("fround", one(json!(5.5)), json!(5.5)),
                ("sqrt", one(json!(-1)), infinite()),
                ("log", one(json!(1000)), json!(3)),
                ("log", json!({ "number": 8, "base": "2" }), json!(3)),
                ("pow", json!({ "base": 2, "exponent": "10" }), json!(1024)),
                ("evaluate", json!({ "expression": "2 * (3 + 4)" }), json!(14)),
                ("evaluate", json!({ "expression": "1 / 0" }), infinite()),
                ("abs", json!({}), json!({ "error": "Input \"number\" is required." })),
            ],
        )
        .await;
    }

    #[tokio::test]
    async fn drawn_numbers_cover_the_range() {
        let mut stage = Stage::new();
        let mut drawn = std::collections::BTreeMap::new();
        for _ in 0..600 {
            let dice = json!({ "min": "1", "max": 6 });
            let number = stage.data("math", "randomInt", dice).await.unwrap().unwrap();
            *drawn.entry(number.as_i64().unwrap()).or_insert(0) += 1;
            let share = stage.data("math", "random", json!({})).await.unwrap().unwrap();
            assert!((0.0..1.0).contains(&share.as_f64().unwrap()), "{share}");
        }
        assert!(drawn.keys().eq(&[1, 2, 3, 4, 5, 6]), "{drawn:?}");
        assert!(drawn.values().all(|times| *times > 50), "{drawn:?}");
        let empty = json!({ "min": 1.2, "max": "1.8" });
        assert!(stage.data("math", "randomInt", empty).await.is_err());
    }
}
