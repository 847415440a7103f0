// Timers, in the order in which they are due. The host asks for the next one when nothing else
// runs.
(function ({ host }) {
  const timers = [];
  let timerId = 0;

  function schedule(callback, delay, values, repeat) {
    if (typeof callback !== "function") throw new TypeError("The callback is not a function");
    const wait = delay >= 1 ? Number(delay) : 1;
    const timer = { id: ++timerId, due: host.now() + wait, callback, values };
    if (repeat) timer.wait = wait;
    insert(timer);
    return timer.id;
  }

  function insert(timer) {
    const later = timers.findIndex((other) => other.due > timer.due);
    timers.splice(later < 0 ? timers.length : later, 0, timer);
  }

  function cancel(id) {
    const index = timers.findIndex((timer) => timer.id === id);
    if (index >= 0) timers.splice(index, 1);
  }

  // Runs the first timer when it is due. Returns the milliseconds to wait, or -1 without timers.
  function runTimer() {
    if (timers.length === 0) return -1;
    const wait = timers[0].due - host.now();
    if (wait > 0) return wait;
    const timer = timers.shift();
    if (timer.wait) insert(Object.assign(timer, { due: host.now() + timer.wait }));
    timer.callback(...timer.values);
    return 0;
  }

  return {
    runTimer,
    setTimeout: (callback, delay, ...values) => schedule(callback, delay, values, false),
    setInterval: (callback, delay, ...values) => schedule(callback, delay, values, true),
    setImmediate: (callback, ...values) => schedule(callback, 0, values, false),
    clearTimeout: cancel,
    clearInterval: cancel,
    clearImmediate: cancel,
  };
});
