//! One call, from text to answer, in an engine of its own.

use std::cell::Cell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{io, thread};

use flow::{Map, Value};
use rquickjs::context::EvalOptions;
use rquickjs::promise::PromiseState;
use rquickjs::runtime::InterruptHandler;
use rquickjs::{
    Array, Context, Ctx, FromJs, Function, Object, Persistent, Promise, Runtime, TypedArray,
    Value as Js,
};

use super::convert::Reader;
use super::fetches::{Fetches, Settled};
use super::host::{self, Logs};
use super::link::Link;
use super::wire::{Answer, Call, Failure, Head, OUTPUT_BYTES_MAX, Outcome};

/// How the tenant's code is called in stack lines.
pub(super) const FILE: &str = "code.js";
/// Native stack the engine may use.
const STACK_BYTES: usize = 1 << 20;
const CORE: &str = include_str!("js/core.js");
/// Context keys whose objects a call may change in place.
const STATES: [&str; 4] = ["instanceState", "crossFlowState", "integrationState", "executionState"];

/// An engine in which nothing has run yet; good for one call.
pub(super) struct Engine {
    // Dropped before the context it belongs to.
    tools: Persistent<Object<'static>>,
    context: Context,
    outside: Outside,
    heap_bytes: usize,
}

/// What leaves the engine while it runs; shared with the functions it calls.
#[derive(Clone, Default)]
pub(super) struct Outside {
    logs: Arc<Mutex<Logs>>,
    fetches: Arc<Mutex<Fetches>>,
}

impl Outside {
    pub fn logs(&self) -> MutexGuard<'_, Logs> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn fetches(&self) -> MutexGuard<'_, Fetches> {
        self.fetches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    pub fn start(heap_bytes: usize) -> rquickjs::Result<Self> {
        let runtime = Runtime::new()?;
        runtime.set_memory_limit(heap_bytes);
        runtime.set_max_stack_size(STACK_BYTES);
        let context = Context::full(&runtime)?;
        let outside = Outside::default();
        let tools = context.with(|ctx| {
            let core: Function = strict(&ctx, "core", CORE)?;
            let tools: Object = core.call((host::create(&ctx, &outside)?,))?;
            Ok::<_, rquickjs::Error>(Persistent::save(&ctx, tools))
        })?;
        Ok(Self { tools, context, outside, heap_bytes })
    }

    /// Without a link nobody answers requests.
    pub fn run(self, call: &Call, link: Option<&mut Link>) -> Answer {
        let Self { tools, context, outside, heap_bytes } = self;
        outside.fetches().are_answered = call.with_fetch && link.is_some();
        let time_limit = call.time_limit;
        let deadline = Instant::now() + time_limit;
        let overtime: InterruptHandler = Box::new(move || Instant::now() >= deadline);
        context.runtime().set_interrupt_handler(Some(overtime));
        let mut states = Map::new();
        let outcome = context.with(|ctx| {
            let tools = tools.restore(&ctx).map_err(|error| Failure::new(error.to_string()))?;
            let describing = Cell::new(false);
            let outside = outside.clone();
            Scope { ctx, tools, outside, deadline, time_limit, heap_bytes, describing }.run(
                call,
                &mut states,
                link,
            )
        });
        let logs = outside.logs().take();
        Answer { outcome: outcome.unwrap_or_else(Outcome::Failed), logs, states }
    }
}

/// Evaluates a part of the environment.
pub(super) fn strict<'js, T: FromJs<'js>>(
    ctx: &Ctx<'js>,
    name: &str,
    source: &str,
) -> rquickjs::Result<T> {
    let mut options = EvalOptions::default();
    options.filename = Some(format!("marquetry:{name}"));
    ctx.eval_with_options(source, options)
}

/// The engine of one call.
pub(super) struct Scope<'js> {
    pub ctx: Ctx<'js>,
    /// What `core.js` offers.
    pub tools: Object<'js>,
    pub outside: Outside,
    pub deadline: Instant,
    pub time_limit: Duration,
    pub heap_bytes: usize,
    /// Set while an error is put into words, so that a hostile error cannot ask for that again.
    pub describing: Cell<bool>,
}

impl<'js> Scope<'js> {
    fn run(
        &self,
        call: &Call,
        states: &mut Map,
        link: Option<&mut Link>,
    ) -> Result<Outcome, Failure> {
        let arguments = self.arguments(call)?;
        let callee = self.callee(&call.code)?;
        let returned = self.settle(&callee, &arguments, link);
        let mut reader = Reader::new(self, OUTPUT_BYTES_MAX);
        let outcome = match returned {
            Ok(value) => reader.read("the returned value", &value),
            Err(failure) => Err(failure),
        };
        if call.with_context && Instant::now() < self.deadline {
            let context: Object = self.caught(arguments.get(0))?;
            for key in STATES {
                let state: Js = self.caught(context.get(key))?;
                if let Some(state) = state.is_object().then(|| reader.read(key, &state)) {
                    states.extend(state?.map(|state| (key.into(), state)));
                }
            }
        }
        Ok(outcome?.map_or(Outcome::Nothing, Outcome::Returned))
    }

    fn arguments(&self, call: &Call) -> Result<Array<'js>, Failure> {
        let arguments = self.caught(Array::new(self.ctx.clone()))?;
        for (index, argument) in call.arguments.iter().enumerate() {
            self.caught(self.to_js(argument).and_then(|value| arguments.set(index, value)))?;
        }
        if call.with_context {
            if !matches!(call.arguments.first(), Some(Value::Object(_))) {
                self.caught(arguments.set(0, self.caught(Object::new(self.ctx.clone()))?))?;
            }
            let context: Object = self.caught(arguments.get(0))?;
            self.tool::<()>("withLogger", (context,))?;
        }
        Ok(arguments)
    }

    /// The function that the code exports, or that it is.
    fn callee(&self, code: &str) -> Result<Function<'js>, Failure> {
        let module = self.caught(Object::new(self.ctx.clone()))?;
        let exports = self.caught(Object::new(self.ctx.clone()))?;
        self.caught(module.set("exports", exports.clone()))?;
        let require: Function = self.caught(self.tools.get("require"))?;
        let environment = (exports.clone(), require, module.clone());

        let mut refused = None;
        match self.compile(&format!("(function (exports, require, module) {{{code}\n}})")) {
            Ok(body) => {
                self.caught(body.call::<_, ()>(environment.clone()))?;
                let exported: Js = self.caught(module.get("exports"))?;
                if let Some(function) = self.function(&exported)? {
                    return Ok(function);
                }
            }
            Err(failure) => refused = Some(failure),
        }
        let expression = code.trim_end().trim_end_matches(';');
        let source = format!("(function (exports, require, module) {{return ({expression}\n)}})");
        if let Ok(body) = self.compile(&source) {
            let value = self.caught(body.call(environment))?;
            if let Some(function) = self.function(&value)? {
                return Ok(function);
            }
        }
        Err(refused.unwrap_or_else(|| {
            Failure::new("The code exports no function: assign one to module.exports")
        }))
    }

    /// Compiles without running anything, so a failure is one of syntax.
    fn compile(&self, source: &str) -> Result<Function<'js>, Failure> {
        let mut options = EvalOptions::default();
        options.strict = false;
        options.filename = Some(FILE.to_owned());
        self.caught(self.ctx.eval_with_options(source, options))
    }

    fn function(&self, exported: &Js<'js>) -> Result<Option<Function<'js>>, Failure> {
        if let Some(function) = exported.as_function() {
            return Ok(Some(function.clone()));
        }
        let Some(exported) = exported.as_object() else {
            return Ok(None);
        };
        let default: Js = self.caught(exported.get("default"))?;
        Ok(default.into_function())
    }

    /// Calls, then lets promises, timers and requests run until the call has its result.
    fn settle(
        &self,
        callee: &Function<'js>,
        arguments: &Array<'js>,
        mut link: Option<&mut Link>,
    ) -> Result<Js<'js>, Failure> {
        let promise: Promise = self.tool("call", (callee.clone(), arguments.clone()))?;
        loop {
            while self.ctx.execute_pending_job() {
                self.in_time()?;
            }
            if promise.state() != PromiseState::Pending {
                break;
            }
            self.in_time()?;
            let wait_ms: f64 = self.tool("runTimer", ())?;
            let rest = self.deadline.saturating_duration_since(Instant::now());
            let wait = Duration::try_from_secs_f64(wait_ms / 1000.0).unwrap_or(rest).min(rest);
            let is_fetching = match &mut link {
                Some(link) => self.fetch(link, wait)?,
                None => false,
            };
            if !is_fetching && wait_ms < 0.0 {
                return Err(Failure::new("The code waits for something that never happens"));
            }
            if !is_fetching {
                thread::sleep(wait);
            }
        }
        self.caught(promise.result().unwrap_or(Err(rquickjs::Error::WouldBlock)))
    }

    /// Sends requests and waits for what comes of them; at once false if there are none.
    fn fetch(&self, link: &mut Link, wait: Duration) -> Result<bool, Failure> {
        let mut fetches = self.outside.fetches();
        if !fetches.send(link).map_err(broken)? {
            return Ok(false);
        }
        let (settled, lines) = fetches.receive(link, wait).map_err(broken)?;
        drop(fetches);
        for line in lines {
            self.outside.logs().push(line.severity, line.message);
        }
        match settled {
            None => {}
            Some(Settled { id, answer: Err(reason) }) => {
                self.tool::<()>("settleFetch", (id, None::<i32>, None::<i32>, reason))?;
            }
            Some(Settled { id, answer: Ok((head, body)) }) => {
                let head = self.caught(self.head(head))?;
                let body = self.caught(TypedArray::<u8>::new(self.ctx.clone(), body))?;
                self.tool::<()>("settleFetch", (id, head, body))?;
            }
        }
        Ok(true)
    }

    fn head(&self, head: Head) -> rquickjs::Result<Object<'js>> {
        let object = Object::new(self.ctx.clone())?;
        object.set("status", head.status)?;
        object.set("statusText", head.status_text)?;
        object.set("url", head.url)?;
        object.set("redirected", head.is_redirected)?;
        let headers = head.headers.into_iter().map(|(name, value)| vec![name, value]);
        object.set("headers", headers.collect::<Vec<_>>())?;
        Ok(object)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "a map_err function takes the error")]
fn broken(error: io::Error) -> Failure {
    Failure::new(format!("The code lost its connection: {error}"))
}
