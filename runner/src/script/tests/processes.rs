//! What a call can do to other calls: nothing.

use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, Instant};

use components::{Script, ScriptOutput, Scripts as _, StepError};

use crate::script::{Options, Pool, worker};

/// Set for the processes that the tests below start.
const IS_WORKER: &str = "MARQUETRY_TEST_WORKER";

/// Claims nothing: run with the variable, it is the process that the pool talks to. The test
/// harness writes to standard output, so the answers go out through another descriptor.
#[test]
fn worker_process() {
    if std::env::var_os(IS_WORKER).is_some() {
        let output = File::options().write(true).open("/dev/fd/3").unwrap();
        worker::main(std::io::stdin(), output).unwrap();
    }
}

fn options(workers_max: usize) -> Options {
    let program = std::env::current_exe().unwrap();
    let test = module_path!().split_once("::").unwrap().1;
    let command = format!(
        "{IS_WORKER}=1 exec {} {test}::worker_process --exact --nocapture 3>&1 1>/dev/null",
        program.display()
    );
    let args = ["-c".into(), command.into()];
    Options { workers_max, ..Options::new("/bin/sh", args) }
}

fn pool(workers_max: usize) -> Arc<Pool> {
    Arc::new(Pool::new(options(workers_max)))
}

fn script(code: &str, time_limit_ms: u64) -> Script {
    Script {
        code: code.into(),
        arguments: vec![],
        with_context: false,
        network: None,
        customer: "acme".to_owned(),
        time_limit: Some(Duration::from_millis(time_limit_ms)),
    }
}

fn json(output: Result<ScriptOutput, StepError>) -> Result<String, String> {
    let returned = output.map_err(|error| error.message)?.returned.unwrap();
    Ok(returned.map_err(|error| error.message)?.unwrap_or_default().to_json())
}

async fn run(pool: &Pool, code: &str) -> Result<String, String> {
    json(pool.run(script(code, 20_000)).await)
}

#[tokio::test]
async fn calls_know_nothing_of_each_other() {
    let pool = pool(1);
    let pollute = "module.exports = () => { Object.prototype.leak = 1; globalThis.leak = 2; \
                   JSON.stringify = () => 'leak'; return crypto.randomUUID().length }";
    assert_eq!(run(&pool, pollute).await.unwrap(), "36");
    let look = "module.exports = () => [{}.leak, typeof leak, JSON.stringify(1)]";
    assert_eq!(run(&pool, look).await.unwrap(), r#"[null,"undefined","1"]"#);
}

#[tokio::test]
async fn a_lost_process_takes_only_its_own_call_along() {
    let pool = pool(2);
    pool.warm_up().await;
    let stuck = pool.clone();
    // Searching runs in the engine's own code, which does not look at the clock.
    let code = "module.exports = () => new Array(4e9).indexOf(1)";
    let stuck = tokio::spawn(async move { json(stuck.run(script(code, 300)).await) });
    let started = Instant::now();
    for _ in 0..20 {
        assert_eq!(run(&pool, "module.exports = () => 7").await.unwrap(), "7");
    }
    let error = stuck.await.unwrap().unwrap_err();
    assert_eq!(error, "The code ran longer than 300ms and was stopped");
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(run(&pool, "module.exports = () => 8").await.unwrap(), "8");
}

#[tokio::test]
async fn the_address_space_is_the_border_behind_the_heap() {
    let pool = Pool::new(Options { address_space_bytes: 56 << 20, ..options(1) });
    let code = "module.exports = () => 'x'.repeat(3e7)";
    let error = run(&pool, code).await.unwrap_err();
    assert!(error.contains("memory, or crashed"), "{error}");
    assert_eq!(run(&pool, "module.exports = () => 9").await.unwrap(), "9");
}

#[tokio::test]
async fn a_cancelled_call_frees_its_place() {
    let pool = pool(1);
    let endless = pool.run(script("module.exports = () => { while (true); }", 60_000));
    tokio::time::timeout(Duration::from_millis(200), endless).await.unwrap_err();
    assert_eq!(run(&pool, "module.exports = () => 1").await.unwrap(), "1");
}

#[tokio::test]
async fn endless_code_holds_up_nobody_elses() {
    let pool = pool(2);
    let of = |customer: &str, code: &str| Script {
        customer: customer.to_owned(),
        ..script(code, 1_500)
    };
    let endless = || {
        let (pool, call) = (pool.clone(), of("endless", "module.exports = () => { for (;;); }"));
        tokio::spawn(async move { json(pool.run(call).await) })
    };
    let started = Instant::now();
    let first = endless();
    let later = [endless(), endless(), endless()];
    for _ in 0..20 {
        let answer = pool.run(of("other", "module.exports = () => 7")).await;
        assert_eq!(json(answer).unwrap(), "7");
    }
    assert!(started.elapsed() < Duration::from_millis(1_500), "it waited for code without an end");
    assert_eq!(first.await.unwrap().unwrap_err(), "The code ran longer than 1.5s and was stopped");
    later.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn processes_end_when_they_are_not_needed_any_more() {
    let idle_time = Duration::from_secs(1);
    let pool = Arc::new(Pool::new(Options { warm: 1, idle_time, ..options(4) }));
    let calls: Vec<_> = ["a", "b", "c"]
        .map(|customer| {
            let (pool, customer) = (pool.clone(), customer.to_owned());
            let code = "module.exports = () => new Promise((done) => setTimeout(done, 300))";
            tokio::spawn(async move { pool.run(Script { customer, ..script(code, 5_000) }).await })
        })
        .into();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(pool.ready(), 3);
    let end = Instant::now() + Duration::from_secs(10);
    while pool.ready() > 1 {
        assert!(Instant::now() < end, "processes stay without a call");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
