type Method = (this: unknown, ...parameters: readonly unknown[]) => unknown;

/** Marks a wrapped method with the one it wraps: no copy of this package wraps it twice, and it can be given back. */
const originalKey = Symbol.for("genscope.original");

/**
 * Wraps a method where it is, on a prototype: name and length stay. Gives back what undoes it, `undefined` if there is no such method or it is wrapped
 * already.
 */
export function wrapMethod(
  holder: unknown,
  key: PropertyKey,
  wrap: (original: Method) => Method,
): (() => void) | undefined {
  if ((typeof holder !== "object" && typeof holder !== "function") || holder === null) return undefined;
  const methods = holder as unknown as Record<PropertyKey, unknown>;
  const original = methods[key];
  if (typeof original !== "function" || originalKey in original) return undefined;
  const wrapped = wrap(original as Method);
  Object.defineProperty(wrapped, originalKey, { value: original });
  Object.defineProperty(wrapped, "name", { value: original.name, configurable: true });
  Object.defineProperty(wrapped, "length", { value: original.length, configurable: true });
  const own = Object.getOwnPropertyDescriptor(methods, key);
  Object.defineProperty(methods, key, {
    value: wrapped,
    writable: true,
    configurable: true,
    enumerable: own?.enumerable ?? false,
  });
  return () => {
    if (methods[key] !== wrapped) return;
    if (own === undefined) delete methods[key];
    else Object.defineProperty(methods, key, own);
  };
}
