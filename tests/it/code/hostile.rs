//! Code that means harm, or does harm by mistake.

use serde_json::{Value, json};

use crate::harness::{Instance, TestApp, TestProcess, User, definition, eventually, list, text};

/// How long code runs in these stories.
pub(super) const TIME_LIMIT_SECONDS: u64 = 1;
pub(super) const OVERTIME: &str = "The code ran longer than 1s and was stopped";

/// An owner, and an instance of the same integration for each of two customers.
pub(super) async fn neighbours(app: &TestApp) -> (User, Instance, Instance) {
    let owner = app.organization("acme").await;
    let (hostile, other) = of_two_customers(&owner).await;
    (owner, hostile, other)
}

pub(super) async fn of_two_customers(owner: &User) -> (Instance, Instance) {
    let version = owner.publish(&owner.import(&definition("hostile")).await).await;
    let mut instances = Vec::new();
    for customer in ["Initech", "Globex"] {
        let customer = owner.create_customer(customer).await;
        let instance = owner.create_instance(&version, &customer, &[]).await;
        owner.deploy(&instance).await;
        instances.push(instance);
    }
    let [hostile, other] = instances.try_into().unwrap();
    (hostile, other)
}

pub(super) async fn start(owner: &User, instance: &Instance, code: &str) -> String {
    let answer = owner.trigger(instance.url("Run"), &json!({ "code": code })).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.header("prismatic-executionid").to_owned()
}

/// What a code step returns to a caller who waits.
pub(super) async fn answer(owner: &User, instance: &Instance, code: &str) -> Value {
    let answer = owner.trigger(instance.url("Answer"), &json!({ "code": code })).await;
    assert_eq!(answer.status, 303, "{code}: {answer:?}");
    owner.get(answer.header("location")).await.json()
}

pub(super) async fn error_of(owner: &User, instance: &Instance, code: &str) -> String {
    let end = owner.ended(&start(owner, instance, code).await).await;
    end["error"].as_str().unwrap_or_default().to_owned()
}

/// Each of these takes all the time it gets; the other customer's code answers meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn code_without_an_end_is_stopped_and_holds_up_no_other_customer() {
    let app = TestApp::start_with(|options| {
        options.code_time_limit = std::time::Duration::from_secs(TIME_LIMIT_SECONDS);
    })
    .await;
    let (owner, hostile, other) = neighbours(&app).await;
    let endless = [
        "module.exports = () => { while (true); }",
        "while (true);",
        "module.exports = async () => { while (true) await null; }",
        "module.exports = () => /^(a+)+$/.test('a'.repeat(40) + '!')",
        "module.exports = () => new Array(4e9).indexOf(1)",
        "module.exports = () => new Promise((done) => setTimeout(done, 1e9))",
        "module.exports = () => new Promise(() => setInterval(() => 1, 1))",
        "module.exports = () => ({ get data() { while (true); } })",
        "module.exports = () => ({ toJSON() { while (true); } })",
        "module.exports = () => { throw { get message() { while (true); } }; }",
        "module.exports = (context) => { for (;;) context.logger.info('again'); }",
    ];
    let mut executions = Vec::new();
    for code in endless {
        executions.push((code, start(&owner, &hostile, code).await));
    }
    for _ in 0..10 {
        assert_eq!(answer(&owner, &other, "module.exports = () => ({ data: 7 })").await, 7);
    }
    let document = "query ($id: ID!) { executionResults(instance: $id, endedAt_Isnull: true) {
        totalCount } }";
    let running = owner.query_with(document, &json!({ "id": hostile.id })).await;
    assert_ne!(running["executionResults"]["totalCount"], 0, "nothing ran meanwhile");
    for (code, execution) in executions {
        let end = owner.ended(&execution).await;
        let error = end["error"].as_str().unwrap_or_default();
        assert!(error.contains(OVERTIME), "{code}: {end}");
    }
    assert_eq!(answer(&owner, &hostile, "module.exports = () => ({ data: 8 })").await, 8);
}

#[tokio::test]
async fn code_that_asks_for_too_much_hears_what_was_too_much() {
    const MEMORY: &str = "more than 64 MiB of memory";
    let app = TestApp::start().await;
    let (owner, hostile, other) = neighbours(&app).await;
    for (code, expected) in [
        ("new ArrayBuffer(2 ** 31)", "invalid array buffer length"),
        ("new Uint8Array(2 ** 30)", MEMORY),
        ("'x'.repeat(2 ** 29)", MEMORY),
        ("{ const all = []; for (;;) all.push(new Array(1000).fill(all.length)); }", MEMORY),
        ("{ const next = () => Promise.resolve().then(next); return next(); }", MEMORY),
        (
            "{ const keys = {}; for (let i = 0; i < 1e6; i++) keys['k' + i] = i; return keys; }",
            MEMORY,
        ),
        ("new Array(5e6).fill('0123456789')", MEMORY),
        ("{ const dive = () => 1 + dive(); return dive(); }", "Maximum call stack size exceeded"),
        ("JSON.parse('['.repeat(1e6))", "Maximum call stack size exceeded"),
        (
            "{ let deep = 1; for (let i = 0; i < 101; i++) deep = [deep]; return deep; }",
            "100 levels",
        ),
        ("{ const own = {}; own.own = own; return own; }", "contains itself and cannot leave"),
        ("({ data: { run() {} } })", "data.run is a function and cannot leave the code"),
        ("process.exit(1)", "process is not defined"),
        ("require('fs')", "The module \"fs\" is not available in code steps"),
        ("require('child_process')", "The module \"child_process\" is not available"),
        ("require('node:net')", "The module \"node:net\" is not available"),
        ("import('fs')", "could not load module 'fs'"),
        ("fetch('http://169.254.169.254/latest/meta-data')", "address 169.254.169.254 is not"),
        ("globalThis['fe' + 'tch']('http://a.test')", "in whose text the word fetch stands"),
        ("{ throw null; }", "The code threw null"),
        ("{ throw new Proxy({}, { get() { throw 1; } }); }", "an object that says nothing"),
    ] {
        let error = error_of(&owner, &hostile, &format!("module.exports = () => {code}")).await;
        assert!(error.contains(expected), "{code}: {error}");
    }
    // What JSON has no word for becomes what JSON makes of it.
    let code = "module.exports = () => [1n, Symbol('s'), NaN, Infinity, undefined, new Date(0)]";
    let found = answer(&owner, &other, code).await;
    assert_eq!(found, json!(["1", null, null, null, null, "1970-01-01T00:00:00.000Z"]));
}

/// One process serves all calls here, one after the other.
#[tokio::test]
async fn what_code_does_to_its_world_ends_with_it() {
    let app = TestApp::start_with(|options| options.code_processes_max = 1).await;
    let (owner, hostile, other) = neighbours(&app).await;
    for code in [
        "Object.prototype.x = 1; Array.prototype.map = null; globalThis.left = 2; \
         JSON.parse = JSON.stringify = () => 'fake'; Math.random = () => 4; Promise = null; \
         console.log = null; Object.defineProperty(globalThis, 'Buffer', { value: 3 }); \
         Object.freeze(Object.prototype); module.exports = () => ({ data: 1 })",
        "module.exports = (context) => { context.logger = null; context.configVars = 5; \
         Object.setPrototypeOf(context, null); context.executionId = 'fake'; return { data: 1 } }",
        "module.exports = (context) => { context.__proto__.polluted = 1; return { data: 1 } }",
        "Function.prototype.call = Function.prototype.bind = null; Reflect = null; \
         module.exports = () => ({ data: 1 })",
    ] {
        assert_eq!(answer(&owner, &hostile, code).await, 1, "{code}");
        let look = "module.exports = (context, steps) => { context.logger.info('whole'); return { \
            data: [{}.x, {}.polluted, typeof left, [1].map(String), JSON.parse('[1]'), \
            JSON.stringify({}), Math.random() < 1, typeof console.log, typeof Buffer.from, \
            context.executionId.length > 8, typeof Promise.all, typeof Reflect.get, \
            Object.keys(steps).length] } }";
        let expected = json!([
            null,
            null,
            "undefined",
            ["1"],
            [1],
            "{}",
            true,
            "function",
            "function",
            true,
            "function",
            "function",
            1
        ]);
        assert_eq!(answer(&owner, &other, look).await, expected, "after {code}");
    }
}

/// What code writes to its log is cut, line by line and in all.
#[tokio::test]
async fn endless_logs_take_bounded_memory() {
    const GROWTH_BYTES_MAX: u64 = 64 << 20;
    let process = TestProcess::start().await;
    let owner = process.init().await;
    let (hostile, _) = of_two_customers(&owner).await;
    assert_eq!(answer(&owner, &hostile, "module.exports = () => ({ data: 1 })").await, 1);
    let before = process.resident_bytes();
    let long = "const line = 'x'.repeat(1e7); const lines = [line, line, line, line, line, line, \
                line, line, line, line]; module.exports = () => { console.log(...lines); }";
    let end = owner.ended(&start(&owner, &hostile, long).await).await;
    let cut = list(&end, "/logs/nodes").iter().map(|line| text(line, "/message").len()).max();
    assert_eq!((&end["error"], cut), (&json!(null), Some(4_096)));

    let many = "module.exports = () => { for (let i = 0; i < 1e7; i++) console.log('line', i); }";
    let execution = start(&owner, &hostile, many).await;
    let document = "query ($id: ID!) { executionResult(id: $id) { endedAt error
        logs { totalCount } dropped: logs(message_Icontains: \"were dropped\") { totalCount } } }";
    let variables = json!({ "id": execution });
    let result = eventually("the end of many lines", async || {
        let data = owner.query_with(document, &variables).await;
        let result = data["executionResult"].clone();
        (!result["endedAt"].is_null()).then_some(result)
    })
    .await;
    // The platform's own lines come on top: two about the execution and one about the step.
    assert_eq!(
        (&result["error"], &result["logs"]["totalCount"], &result["dropped"]["totalCount"]),
        (&json!(null), &json!(10_000 + 1 + 3), &json!(1))
    );
    let growth = process.resident_bytes().saturating_sub(before);
    assert!(growth < GROWTH_BYTES_MAX, "the server grew by {growth} bytes");
}
