// Header names are found in any case; listing them shows them as they came.
(function () {
  const { keys } = Object;

  function ownKey(target, key) {
    if (typeof key !== "string" || key in target) return key;
    const wanted = key.toLowerCase();
    return keys(target).find((other) => other.toLowerCase() === wanted) ?? key;
  }

  const caseless = {
    get: (target, key) => target[ownKey(target, key)],
    has: (target, key) => ownKey(target, key) in target,
    set: (target, key, value) => Reflect.set(target, ownKey(target, key), value),
    deleteProperty: (target, key) => delete target[ownKey(target, key)],
  };

  return { headers: (target) => new Proxy(target, caseless) };
});
