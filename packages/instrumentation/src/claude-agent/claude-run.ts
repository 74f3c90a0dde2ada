import { type Context, context as contextApi, createContextKey } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import { observeIterator } from "../core/observe-stream.ts";
import { isObject, objectOf, stringOf } from "../core/read.ts";
import { isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { type AgentStart, AgentTurn, type Totals } from "./agent-turn.ts";
import { serverOf } from "./claude-data.ts";

const runKey = createContextKey("genscope.claude-run");

/** A conversation with the agent: one question, or one after the other. */
export class ClaudeRun {
  readonly context: Context;
  readonly #telemetry: Telemetry;
  readonly #parent: Context;
  readonly #start: AgentStart;
  readonly #signal: AbortSignal | undefined;
  #turn: AgentTurn | undefined;
  #told: Totals = { outputTokens: 0, costUsd: 0 };
  #isOver = false;

  /** `parameters`: those of `query`. */
  constructor(telemetry: Telemetry, parameters: unknown) {
    const { prompt, options } = objectOf(parameters);
    const about = objectOf(options);
    this.#telemetry = telemetry;
    this.#parent = contextApi.active();
    this.#start = {
      name: stringOf(about["agent"]),
      model: stringOf(about["model"]),
      server: serverOf(objectOf(about["env"] ?? process.env)),
      prompt: stringOf(prompt),
      before: this.#told,
    };
    const { signal } = objectOf(about["abortController"]);
    this.#signal = signal instanceof AbortSignal ? signal : undefined;
    this.#turn = new AgentTurn(telemetry, this.#parent, this.#start);
    this.context = this.#turn.context.setValue(runKey, this);
  }

  /** Watches what `query` gave, in place: its messages are read through one iterator, whichever way they are. */
  watch(query: unknown): void {
    if (!isObject(query) || !(Symbol.asyncIterator in query)) return;
    const messages: unknown = (query as unknown as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    if (typeof messages !== "object" || messages === null) return;
    observeIterator(messages, {
      item: (message) => this.#push(message),
      done: () => this.#end((turn) => turn.leave()),
      left: () => this.#end((turn) => turn.leave()),
      failed: (error) => this.fail(error),
    });
  }

  fail(error: unknown): void {
    this.#end((turn) => turn.fail(error, this.#signal?.aborted === true ? "AbortError" : failureType(error)));
  }

  contextOf(toolUseId: unknown): Context {
    return this.#turn?.contextOf(toolUseId) ?? this.context;
  }

  #push(message: unknown): void {
    if (!isObject(message) || this.#isOver) return;
    if (this.#turn === undefined && startsTurn(message)) {
      const { prompt: _prompt, ...start } = this.#start;
      const next = { ...start, prompt: undefined, before: this.#told };
      this.#turn = new AgentTurn(this.#telemetry, this.#parent, next);
    }
    const told = this.#turn?.push(message);
    if (told === undefined) return;
    this.#told = told;
    this.#turn = undefined;
  }

  #end(end: (turn: AgentTurn) => void): void {
    this.#isOver = true;
    const turn = this.#turn;
    this.#turn = undefined;
    if (turn !== undefined) end(turn);
  }
}

/** The SDK is minified: its classes have no names, and some errors a word of their own. */
function failureType(error: unknown): string {
  const { errorClass, name } = objectOf(error);
  return stringOf(errorClass) ?? stringOf(name) ?? "_OTHER";
}

/** What is told between two questions belongs to neither. */
function startsTurn({ type, subtype }: Readonly<Record<string, unknown>>): boolean {
  return (
    type === "assistant" || type === "user" || type === "stream_event" || (type === "system" && subtype === "init")
  );
}

type AnyFunction = (...parameters: never[]) => unknown;

/** `query` with each conversation traced. What it gives is the library's own. */
export function tracedQuery<Query extends AnyFunction>(query: Query, telemetry: Telemetry): Query {
  const traced = (...parameters: unknown[]): unknown => {
    const call = (): unknown => Reflect.apply(query, undefined, parameters);
    if (isRecordedElsewhere(contextApi.active())) return call();
    const run = guard("starting an agent", () => new ClaudeRun(telemetry, parameters[0]));
    if (run === undefined) return call();
    try {
      const result = contextApi.with(run.context, call);
      guard("watching an agent", () => run.watch(result));
      return result;
    } catch (error) {
      run.fail(error);
      throw error;
    }
  };
  Object.defineProperty(traced, "name", { value: query.name, configurable: true });
  Object.defineProperty(traced, "length", { value: query.length, configurable: true });
  return traced as unknown as Query;
}

/** `tool` whose handlers run within the span of the tool's call. */
export function tracedTool<Tool extends AnyFunction>(tool: Tool): Tool {
  const traced = (...parameters: unknown[]): unknown => {
    const made: unknown = Reflect.apply(tool, undefined, parameters);
    const { handler } = objectOf(made);
    if (!isObject(made) || typeof handler !== "function") return made;
    (made as { handler: unknown }).handler = (...given: unknown[]): unknown => {
      const run = contextApi.active().getValue(runKey);
      const id = objectOf(objectOf(given[1])["_meta"])["claudecode/toolUseId"];
      const context = run instanceof ClaudeRun ? run.contextOf(id) : contextApi.active();
      return contextApi.with(context, () => Reflect.apply(handler, undefined, given) as unknown);
    };
    return made;
  };
  Object.defineProperty(traced, "name", { value: tool.name, configurable: true });
  Object.defineProperty(traced, "length", { value: tool.length, configurable: true });
  return traced as unknown as Tool;
}
