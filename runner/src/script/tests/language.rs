//! What tenants can write, and what comes out of it.

use std::time::{Duration, Instant};

use flow::Value;

use crate::script::engine::Engine;
use crate::script::wire::{Answer, Call, Failure, Outcome};

fn run(code: &str, arguments: Vec<Value>, with_context: bool) -> Answer {
    let time_limit = Duration::from_secs(5);
    call(&Call { code: code.into(), arguments, with_context, with_fetch: false, time_limit })
}

fn call(call: &Call) -> Answer {
    Engine::start(64 << 20).unwrap().run(call, None)
}

fn returned(code: &str, arguments: Vec<Value>) -> String {
    match run(code, arguments, false).outcome {
        Outcome::Nothing => "undefined".into(),
        Outcome::Returned(value) => value.to_json(),
        Outcome::Failed(failure) => format!("failed: {}", failure.message),
    }
}

fn failure(code: &str) -> Failure {
    match run(code, vec![], true).outcome {
        Outcome::Failed(failure) => failure,
        other => panic!("{other:?}"),
    }
}

fn lines(answer: &Answer) -> Vec<&str> {
    answer.logs.iter().map(|line| line.message.as_str()).collect()
}

/// What an expression evaluates to, as JSON.
#[track_caller]
fn check(expression: &str, expected: &str) {
    let code = format!("module.exports = async (a, b) => ({expression})");
    let file = Value::object([
        ("data", Value::Bytes(vec![104, 105, 255].into())),
        ("headers", Value::object([("Content-Type", Value::from("text/plain"))])),
    ]);
    assert_eq!(returned(&code, vec![file, 2_i64.into()]), expected, "{expression}");
}

/// Proves R137.
#[test]
fn a_module_is_called_however_it_exports_its_function() {
    for code in [
        "module.exports = async (a, b) => a + b",
        "module.exports = (a, b) => Promise.resolve(a + b);",
        "exports.default = function (a, b) { return a + b }",
        "module.exports = { default: async (a, b) => a + b }",
        "async function (a, b) { return a + b }",
        "(a, b) => a + b;",
        "const { inspect } = require('node:util'); module.exports = (a, b) => +inspect(a + b)",
        "module.exports = (a, b) => new Promise((go) => setTimeout(go, 5, a + b))",
    ] {
        assert_eq!(returned(code, vec![1_i64.into(), 2_i64.into()]), "3", "{code}");
    }
    assert_eq!(
        returned("const a = 1", vec![]),
        "failed: The code exports no function: assign one to module.exports",
    );
}

#[test]
fn values_leave_as_json_would_write_them() {
    check("undefined", "undefined");
    check("null", "null");
    check("{ a: undefined, b: [undefined, Symbol()], c: null }", r#"{"b":[null,null],"c":null}"#);
    check("new Date(0)", r#""1970-01-01T00:00:00.000Z""#);
    check("{ when: new Date(NaN) }", r#"{"when":null}"#);
    check("[1.5, 1e21, 2 ** 40, NaN, -0]", "[1.5,1e+21,1099511627776,null,0]");
    check("10n ** 20n", r#""100000000000000000000""#);
    check("[new Map([[1, 2]]), new Set([1]), new Error('x')]", "[{},{},{}]");
    check("{ toJSON: () => ({ b: 1 }) }", r#"{"b":1}"#);
    check("'a\\ud800b'", "\"a\u{fffd}b\"");
    check("{ ['__proto__']: 1, 'x\\ud800': 2 }", "{\"__proto__\":1,\"x\u{fffd}\":2}");
    check("((x) => [x, x])({ a: 1 })", r#"[{"a":1},{"a":1}]"#);
    check(
        "{ a: [1, { f() {} }] }",
        "failed: the returned value.a[1].f is a function and cannot leave the code",
    );
    check(
        "((x) => { x.self = { x }; return x })({})",
        "failed: the returned value.self.x contains itself and cannot leave the code",
    );
}

#[test]
fn bytes_are_buffers() {
    check("Buffer.isBuffer(a.data) && a.data.toString('hex')", r#""6869ff""#);
    check("a.data", r#"{"type":"Buffer","data":[104,105,255]}"#);
    check("new Uint8Array([1]).buffer", r#"{"type":"Buffer","data":[1]}"#);
    check("a.data.toString()", "\"hi\u{fffd}\"");
    check("Buffer.from('aGk_-w', 'base64').equals(Buffer.from([104, 105, 63, 251]))", "true");
    check("Buffer.from('aGk=', 'base64').toString() + Buffer.from('6869zz', 'hex')", r#""hihi""#);
    check("Buffer.concat([Buffer.from('ä'), Buffer.alloc(1)]).toString('latin1')", r#""Ã¤\u0000""#);
    check("Buffer.from('hé').toString('base64url')", r#""aMOp""#);
    check("Buffer.from('hi', 'utf16le').toString('utf16le') + Buffer.byteLength('ä')", r#""hi2""#);
    check(
        "JSON.stringify(Buffer.from('a').slice(0, 1))",
        r#""{\"type\":\"Buffer\",\"data\":[97]}""#,
    );
    check("Buffer.from(JSON.parse(JSON.stringify(a.data))).indexOf('i')", "1");
    check("((x) => (x.writeUInt16BE(258), [...x]))(Buffer.alloc(2))", "[1,2]");
    check(
        "new TextDecoder().decode(new TextEncoder().encode('€')) + btoa(atob('YQ=='))",
        r#""€YQ==""#,
    );
}

#[test]
fn the_usual_globals_are_there() {
    check("a.headers['content-type'] + Object.keys(a.headers)", r#""text/plainContent-Type""#);
    check("({ ...a.headers, b })", r#"{"Content-Type":"text/plain","b":2}"#);
    check("(a.headers['CONTENT-TYPE'] = 'x', a.headers)", r#"{"Content-Type":"x"}"#);
    check(
        "new URL('../c?x=1#h', 'https://u:p@ex.org:8080/a/b').href",
        r#""https://u:p@ex.org:8080/c?x=1#h""#,
    );
    check(
        "((u) => { u.searchParams.append('q', 'a b'); u.port = 81; return u })(\
         new URL('http://a/?p=1'))",
        r#""http://a:81/?p=1&q=a+b""#,
    );
    check("Object.fromEntries(new URLSearchParams('?a=1&b=%20'))", r#"{"a":"1","b":" "}"#);
    check("String(new URLSearchParams({ a: 'ü', b: 1 }))", r#""a=%C3%BC&b=1""#);
    check("URL.canParse('nope')", "false");
    check(
        "require('crypto').createHmac('sha256', 'key').update('data').digest('hex')",
        r#""5031fe3d989c6d1537a013fa6e739da23463fdaec3b70137d828e36ace221bd0""#,
    );
    check("crypto.createHash('md5').update('').digest('base64')", r#""1B2M2Y8AsgTpgAmY7PhCfg==""#);
    check("/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/.test(crypto.randomUUID())", "true");
    check(
        "structuredClone({ d: new Date(0), m: [...structuredClone(new Set([b]))] })",
        r#"{"d":"1970-01-01T00:00:00.000Z","m":[2]}"#,
    );
    check("require('util').format('%s-%j', 1, { a: 1 }, 'x')", r#""1-{\"a\":1} x""#);
    check(
        "require('fs')",
        "failed: The module \"fs\" is not available in code steps \
         (there are buffer, crypto, jsonata, url, util)",
    );
    check("[typeof process, typeof std, typeof os]", r#"["undefined","undefined","undefined"]"#);
}

#[test]
fn requests_and_answers_are_those_of_the_standard() {
    check("[...new Headers([['B', ' 1 '], ['a', 2], ['b', 3]])]", r#"[["a","2"],["b","1, 3"]]"#);
    check(
        "((h) => (h.set('X-A', 1), [h.get('x-a'), h.has('y')]))(new Headers())",
        r#"["1",false]"#,
    );
    check("new Headers({ 'a b': 1 })", "failed: A header name is not valid");
    check("new Headers({ a: '€' })", "failed: The value of the header \"a\" is not valid");
    check("new Response('{\"a\":1}', { status: 404 }).ok", "false");
    check("await Response.json({ a: 'ü' }).clone().json()", r#"{"a":"ü"}"#);
    check("await new Response(Buffer.from([239, 187, 191, 97])).text()", r#""a""#);
    check("Buffer.from(await new Response('hi').arrayBuffer()).toString('hex')", r#""6869""#);
    // Text is decoded in pieces, none of which ends within a character.
    let split = "'a' + '€'.repeat(1e6)";
    check(&format!("(await new Response(Buffer.from({split})).text()) === {split}"), "true");
    check(
        "((r) => r.text().then(() => r.json()))(new Response('1'))",
        "failed: Body is unusable: Body has already been read",
    );
    check(
        "((r) => [r.method, r.url, r.headers.get('content-type'), r.redirect])(new Request(\
         new URL('http://a/b'), { method: 'post', body: new URLSearchParams({ c: 1 }) }))",
        r#"["POST","http://a/b","application/x-www-form-urlencoded;charset=UTF-8","follow"]"#,
    );
    for (call, expected) in [
        ("'/path'", "Invalid URL"),
        ("'http://a', { body: 'x' }", "Request with GET/HEAD method cannot have body."),
        ("'http://a', { method: 'CONNECT' }", "The method of a request is not valid"),
        ("'http://a', { signal: AbortSignal.abort(new Error('enough')) }", "enough"),
        // Nobody answers here.
        ("'http://a'", "fetch failed: requests are sent only for"),
    ] {
        let told = failure(&format!("module.exports = () => fetch({call})")).message;
        assert!(told.starts_with(expected), "{call}: {told}");
    }
}

#[test]
fn errors_name_the_place_in_the_code() {
    let thrown = failure(
        "const deep = () => {\n  throw Object.assign(new TypeError('no'), \
         { status: 404, connection: 'secret' });\n};\n\
         module.exports = async () => {\n  await null;\n  deep();\n};",
    );
    assert_eq!(thrown.message, "no");
    let details = thrown.details.unwrap().to_json();
    assert_eq!(
        details,
        "{\"name\":\"TypeError\",\"stack\":\"TypeError: no\\n    at deep (code.js:2:27)\\n    \
         at <anonymous> (code.js:6:3)\",\"status\":404}",
    );
    let syntax = failure("module.exports = 1;\nconst = 5;");
    assert!(syntax.message.ends_with("(code.js:2:7)"), "{}", syntax.message);
    for (thrown, expected) in [
        ("'text'", "text"),
        ("{ message: 'm', data: { status: 500 } }", "m"),
        ("{ status: 500 }", r#"{"status":500}"#),
        ("null", "The code threw null, or needed more than 64 MiB of memory"),
        ("undefined", "The code threw undefined"),
        ("new Error()", "Error"),
        ("Object.assign(new Error('big'), { all: 'x'.repeat(1e7) })", "big"),
    ] {
        let code = format!("module.exports = () => {{ throw {thrown} }}");
        assert_eq!(failure(&code).message, expected, "{thrown}");
    }
    let long = failure("module.exports = () => { throw new Error('x'.repeat(1e7)) }");
    assert_eq!(long.message.len(), 4096);
    assert!(long.details.unwrap().to_json().len() < 10_000);
    let hostile = "class E extends Error { constructor() { super('x'); Object.defineProperty(this, \
                   'y', { enumerable: true, get() { throw new E() } }) } }\n\
                   module.exports = () => { throw new E() }";
    assert_eq!(failure(hostile).message, "x");
}

/// Proves R114.
#[test]
fn logger_and_states_of_the_context_are_reported_also_on_failure() {
    let code = "module.exports = async (context) => {
        context.logger.metric('m', 1, { a: [true] }, undefined, null);
        console.warn(10n, new Error('e'), Symbol('s'));
        context.instanceState.count++;
        context.crossFlowState = { fresh: new Date(0) };
        delete context.executionState.old;
        throw new Error('late');
    }";
    let context = Value::object([
        ("instanceState", Value::object([("count", Value::from(1_i64))])),
        ("executionState", Value::object([("old", Value::from(1_i64))])),
    ]);
    let answer = run(code, vec![context], true);
    assert_eq!(lines(&answer), [r#"m 1 {"a":[true]} undefined null"#, "10 Error: e Symbol(s)"]);
    assert_eq!(answer.logs[0].severity, 5);
    assert_eq!(
        Value::from(answer.states).to_json(),
        "{\"instanceState\":{\"count\":2},\
         \"crossFlowState\":{\"fresh\":\"1970-01-01T00:00:00.000Z\"},\"executionState\":{}}",
    );
    assert!(matches!(answer.outcome, Outcome::Failed(failure) if failure.message == "late"));
}

#[test]
fn logs_are_bounded() {
    let long = run("module.exports = () => console.log('x'.repeat(2e7), 'y')", vec![], false);
    assert_eq!(lines(&long), ["x".repeat(4096)]);
    let many = "module.exports = () => { for (let i = 0; i < 20000; i++) console.log(i) }";
    let many = run(many, vec![], false);
    assert_eq!(many.logs.len(), 10_001);
    assert_eq!(lines(&many)[10_000], "Further lines of this step were dropped");
    let large = "module.exports = () => { for (let i = 0; i < 2000; i++) \
                 console.log('x'.repeat(4096)) }";
    assert_eq!(run(large, vec![], false).logs.len(), 1025);
}

#[test]
fn hostile_code_is_stopped_with_a_clear_error() {
    for (body, expected) in [
        ("while (true);", "longer than 300ms"),
        ("/^(a+)+$/.test('a'.repeat(40) + 'b')", "longer than 300ms"),
        (
            "(async () => { while (true) await null })(); return new Promise(() => {})",
            "longer than",
        ),
        ("setInterval(() => {}, 1); return new Promise(() => {})", "longer than 300ms"),
        ("return { get a() { while (true); } }", "longer than 300ms"),
        ("return new Promise(() => {})", "never happens"),
        ("const f = () => f() + 1; f()", "call stack size exceeded"),
        ("const all = []; while (true) all.push(new Array(1e6).fill(0))", "64 MiB of memory"),
        ("new Uint8Array(2e9)", "64 MiB of memory"),
        ("return 'x'.repeat(100e6)", "64 MiB of memory"),
        ("console.log('x'.repeat(100e6))", "64 MiB of memory"),
        ("const s = 'x'.repeat(1e6); return Array(100).fill(s)", "returned more than 64 MiB"),
        ("return Array(4e9)", "returned more than 64 MiB"),
        ("let a = []; for (let i = 0; i < 5e4; i++) a = [a]; return a", "deeper than 100 levels"),
        ("return new Proxy({}, { ownKeys() { throw new Error('trap') } })", "trap"),
        ("setTimeout(() => { throw new Error('tick') }); return new Promise(() => {})", "tick"),
    ] {
        let code = format!("module.exports = () => {{ {body} }}");
        let is_slow = expected.contains("longer");
        let time_limit = Duration::from_millis(if is_slow { 300 } else { 20_000 });
        let (arguments, with_context) = (vec![], false);
        let attack = Call { code, arguments, with_context, with_fetch: false, time_limit };
        let started = Instant::now();
        let message = match call(&attack).outcome {
            Outcome::Failed(failure) => failure.message,
            other => format!("{other:?}").chars().take(200).collect(),
        };
        assert!(message.contains(expected), "{body}: {message}");
        assert!(!is_slow || started.elapsed() < Duration::from_secs(3), "{body}");
    }
}
