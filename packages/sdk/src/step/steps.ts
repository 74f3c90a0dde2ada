import { runStep } from "./run-step.ts";
import type { StepKindName, StepOptions } from "./step-kinds.ts";

type AnyFunction = (...parameters: never[]) => unknown;

/** What a decorator of the standard flavour is told; the legacy flavour has a property descriptor instead. */
interface DecoratorContext {
  readonly kind: string;
  readonly name: string | symbol;
}

/** A decorator for methods and for fields that hold functions, standard or legacy (`experimentalDecorators`). */
export interface StepDecorator {
  <Method extends AnyFunction>(method: Method, context: ClassMethodDecoratorContext): Method;
  <Value extends AnyFunction>(
    value: undefined,
    context: ClassFieldDecoratorContext<unknown, Value>,
  ): (initial: Value) => Value;
  <Method>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): TypedPropertyDescriptor<Method>;
}

/**
 * Makes a function a step of its kind. With a function, wraps it: the result has its type, its `this`, and stays sync, async or a generator. Without one, or
 * in front of a method, it is a decorator.
 */
export interface Step {
  <Wrapped extends AnyFunction>(wrapped: Wrapped): Wrapped;
  <Wrapped extends AnyFunction>(nameOrOptions: string | StepOptions, wrapped: Wrapped): Wrapped;
  (nameOrOptions?: string | StepOptions): StepDecorator;
  <Method extends AnyFunction>(method: Method, context: ClassMethodDecoratorContext): Method;
  <Method>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): TypedPropertyDescriptor<Method>;
}

function isDecoratorContext(value: unknown): value is DecoratorContext {
  return typeof value === "object" && value !== null && "kind" in value && "addInitializer" in value;
}

function optionsOf(nameOrOptions: unknown): StepOptions {
  if (typeof nameOrOptions === "string") return { name: nameOrOptions };
  return typeof nameOrOptions === "object" && nameOrOptions !== null ? nameOrOptions : {};
}

function wrap<Wrapped extends AnyFunction>(
  kind: StepKindName,
  options: StepOptions,
  wrapped: Wrapped,
  key?: string,
): Wrapped {
  const name = options.name ?? (wrapped.name !== "" ? wrapped.name : (key ?? kind));
  const step = function (this: unknown, ...parameters: readonly unknown[]): unknown {
    return runStep(kind, name, options, this, parameters, wrapped);
  };
  Object.defineProperty(step, "name", { value: wrapped.name, configurable: true });
  Object.defineProperty(step, "length", { value: wrapped.length, configurable: true });
  return step as unknown as Wrapped;
}

function decorate(kind: StepKindName, options: StepOptions, parameters: readonly unknown[]): unknown {
  const [target, where, descriptor] = parameters;
  if (isDecoratorContext(where)) {
    const key = String(where.name);
    if (where.kind === "method") return wrap(kind, options, target as AnyFunction, key);
    if (where.kind === "field") {
      return (initial: unknown) =>
        typeof initial === "function" ? wrap(kind, options, initial as AnyFunction, key) : initial;
    }
    throw new TypeError(`@${kind} is for methods and fields; ${key} is a ${where.kind}`);
  }
  const key = String(where);
  const { value } = (descriptor ?? {}) as PropertyDescriptor;
  if (typeof value !== "function") throw new TypeError(`@${kind} is for methods; ${key} is none`);
  return { ...(descriptor as PropertyDescriptor), value: wrap(kind, options, value as AnyFunction, key) };
}

function createStep(kind: StepKindName): Step {
  const step = (...parameters: readonly unknown[]): unknown => {
    const [first, second] = parameters;
    if (parameters.length === 3 || isDecoratorContext(second)) return decorate(kind, {}, parameters);
    if (typeof first === "function") return wrap(kind, {}, first as AnyFunction);
    const options = optionsOf(first);
    if (typeof second === "function") return wrap(kind, options, second as AnyFunction);
    return (...decorated: readonly unknown[]): unknown => decorate(kind, options, decorated);
  };
  return step as Step;
}

/** A whole run with a beginning and an end, as seen by a user: `invoke_workflow`. */
export const workflow: Step = createStep("workflow");
/** A part of a run that is none of the other kinds. */
export const task: Step = createStep("task");
/** An agent's run: `invoke_agent`. Inferences and tool calls below count as its own. */
export const agent: Step = createStep("agent");
/** A tool's execution: `execute_tool`. */
export const tool: Step = createStep("tool");
/** A search for documents; its result, if it is a list, is the documents. */
export const retrieval: Step = createStep("retrieval");
/** A new order for documents. */
export const rerank: Step = createStep("rerank");
/** Vectors from texts, where no instrumented library makes them. */
export const embedding: Step = createStep("embedding");
/** A check of what goes in or comes out. */
export const guardrail: Step = createStep("guardrail");
