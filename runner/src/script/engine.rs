//! One call, from text to answer, in an engine of its own.

use std::cell::Cell;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use flow::{Map, Value};
use rquickjs::context::EvalOptions;
use rquickjs::promise::PromiseState;
use rquickjs::runtime::InterruptHandler;
use rquickjs::{
    Array, Context, Ctx, FromJs, Function, Object, Persistent, Promise, Runtime, Value as Js,
};

use super::convert::Reader;
use super::host::{self, Logs};
use super::wire::{Answer, Call, Failure, OUTPUT_BYTES_MAX, Outcome};

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
    logs: Arc<Mutex<Logs>>,
    heap_bytes: usize,
}

impl Engine {
    pub fn start(heap_bytes: usize) -> rquickjs::Result<Self> {
        let runtime = Runtime::new()?;
        runtime.set_memory_limit(heap_bytes);
        runtime.set_max_stack_size(STACK_BYTES);
        let context = Context::full(&runtime)?;
        let logs = Arc::new(Mutex::new(Logs::default()));
        let tools = context.with(|ctx| {
            let core: Function = strict(&ctx, "core", CORE)?;
            let tools: Object = core.call((host::create(&ctx, logs.clone())?,))?;
            Ok::<_, rquickjs::Error>(Persistent::save(&ctx, tools))
        })?;
        Ok(Self { tools, context, logs, heap_bytes })
    }

    pub fn run(self, call: &Call) -> Answer {
        let Self { tools, context, logs, heap_bytes } = self;
        let time_limit = call.time_limit;
        let deadline = Instant::now() + time_limit;
        let overtime: InterruptHandler = Box::new(move || Instant::now() >= deadline);
        context.runtime().set_interrupt_handler(Some(overtime));
        let mut states = Map::new();
        let outcome = context.with(|ctx| {
            let tools = tools.restore(&ctx).map_err(|error| Failure::new(error.to_string()))?;
            let describing = Cell::new(false);
            Scope { ctx, tools, deadline, time_limit, heap_bytes, describing }
                .run(call, &mut states)
        });
        let logs = logs.lock().unwrap_or_else(PoisonError::into_inner).take();
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
    pub deadline: Instant,
    pub time_limit: Duration,
    pub heap_bytes: usize,
    /// Set while an error is put into words, so that a hostile error cannot ask for that again.
    pub describing: Cell<bool>,
}

impl<'js> Scope<'js> {
    fn run(&self, call: &Call, states: &mut Map) -> Result<Outcome, Failure> {
        let arguments = self.arguments(call)?;
        let callee = self.callee(&call.code)?;
        let returned = self.settle(&callee, &arguments);
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

    /// Calls, then lets promises and timers run until the call has its result.
    fn settle(&self, callee: &Function<'js>, arguments: &Array<'js>) -> Result<Js<'js>, Failure> {
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
            if wait_ms < 0.0 {
                return Err(Failure::new("The code waits for something that never happens"));
            }
            let rest = self.deadline.saturating_duration_since(Instant::now());
            thread::sleep(Duration::try_from_secs_f64(wait_ms / 1000.0).unwrap_or(rest).min(rest));
        }
        self.caught(promise.result().unwrap_or(Err(rquickjs::Error::WouldBlock)))
    }
}
