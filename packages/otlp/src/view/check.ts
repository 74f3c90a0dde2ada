import { Edits } from "../edit/edits.ts";
import type { ItemKind } from "../edit/edits.ts";
import { createField, readField } from "../edit/fields.ts";
import type { ReceiveLimits } from "../limits.ts";
import { defaultReceiveLimits } from "../limits.ts";
import { misroutedHint } from "./looks-like.ts";
import { ItemProblem, MetricType } from "./tables.ts";
import type { LogView, MetricView, TraceView } from "./views.ts";

/** Why single items are left out of a request. */
export const rejectReasons = [
  "invalid-trace-id",
  "invalid-span-id",
  "too-many-attributes",
  "nested-too-deep",
  "wrong-signal",
] as const;
export type RejectReason = (typeof rejectReasons)[number];

/** Which items of a request can be taken. `edits` drops the others; `message` is for the sender: "" if there is nothing to say. */
export interface Check<V extends TraceView | LogView | MetricView = TraceView | LogView | MetricView> {
  readonly view: V;
  readonly accepted: number;
  readonly rejected: number;
  readonly reasons: Readonly<Partial<Record<RejectReason, number>>>;
  /** Says what was rejected and why. With nothing rejected it is a warning (OTLP, "Partial Success"). */
  readonly message: string;
  readonly edits: Edits;
}

/**
 * A span needs a trace id and a span id that are valid by the specification. A parent id of a wrong length makes it a root and is warned of; a
 * link with invalid ids is kept as it is.
 */
export function checkTraces(view: TraceView, limits: ReceiveLimits = defaultReceiveLimits): Check<TraceView> {
  const { spans } = view;
  const verdict = new Verdict("span", spans.count, limits);
  let oddParents = 0;
  for (let row = 0; row < spans.count; row++) {
    const hasTrace = spans.traceIdOffset[row] !== -1;
    const hasSpan = spans.spanIdOffset[row] !== -1;
    if (!hasTrace) verdict.reject(row, "invalid-trace-id");
    else if (!hasSpan) verdict.reject(row, "invalid-span-id");
    else if (!verdict.rejectProblem(row, spans.problem[row]!) && spans.parentSpanIdOffset[row] === -1) {
      if (hasOddParent(view, row)) oddParents++;
    }
  }
  if (oddParents > 0)
    verdict.warn(`${count(oddParents, "span")} had a parent_span_id that is not 8 bytes: kept as roots`);
  // What another signal's items decode to as spans never has both ids.
  if (spans.count > 0 && verdict.rejected === spans.count) verdict.warn(misroutedHint(view.bytes, "traces"));
  return verdict.done(view);
}

/** A log record can be without ids, time, body, anything. */
export function checkLogs(view: LogView, limits: ReceiveLimits = defaultReceiveLimits): Check<LogView> {
  const { logs } = view;
  const verdict = new Verdict("log", logs.count, limits);
  let bare = 0;
  for (let row = 0; row < logs.count; row++) {
    if (logs.timeOffset[row] === -1 && logs.observedTimeOffset[row] === -1 && logs.bodyType[row] === 0) bare++;
  }
  const hint = bare > 0 && bare === logs.count ? misroutedHint(view.bytes, "logs") : undefined;
  if (hint !== undefined) {
    for (let row = 0; row < logs.count; row++) verdict.reject(row, "wrong-signal");
    verdict.warn(hint);
  } else for (let row = 0; row < logs.count; row++) verdict.rejectProblem(row, logs.problem[row]!);
  return verdict.done(view);
}

/** A data point can be without anything. */
export function checkMetrics(view: MetricView, limits: ReceiveLimits = defaultReceiveLimits): Check<MetricView> {
  const { metrics, points } = view;
  const verdict = new Verdict("point", points.count, limits);
  for (let row = 0; row < points.count; row++) verdict.rejectProblem(row, points.problem[row]!);
  let empty = 0;
  for (let row = 0; row < metrics.count; row++) if (metrics.type[row] === MetricType.none) empty++;
  if (empty > 0 && empty === metrics.count) {
    const hint = misroutedHint(view.bytes, "metrics");
    verdict.warn(hint ?? `${count(empty, "metric")} had no data of a kind known here`);
    if (hint !== undefined) verdict.rejectAll("wrong-signal", metrics.count);
  }
  return verdict.done(view);
}

const said: Record<RejectReason, (limits: ReceiveLimits) => string> = {
  "invalid-trace-id": () => "trace_id is not 16 bytes, or all zero",
  "invalid-span-id": () => "span_id is not 8 bytes, or all zero",
  "too-many-attributes": (limits) => `more than ${limits.attributesPerItem} attributes`,
  "nested-too-deep": (limits) => `an attribute or body nested deeper than ${limits.depth} levels`,
  "wrong-signal": () => "of another signal",
};

const plural: Record<string, string> = { span: "spans", log: "log records", point: "data points", metric: "metrics" };
const singular: Record<string, string> = { log: "log record", point: "data point" };

function count(n: number, kind: string): string {
  return `${n} ${n === 1 ? (singular[kind] ?? kind) : plural[kind]}`;
}

class Verdict {
  readonly edits = new Edits();
  readonly #reasons: Partial<Record<RejectReason, number>> = {};
  readonly #kind: ItemKind;
  readonly #limits: ReceiveLimits;
  readonly #said: string[] = [];
  readonly #total: number;
  #rejected = 0;

  constructor(kind: ItemKind, total: number, limits: ReceiveLimits) {
    this.#kind = kind;
    this.#total = total;
    this.#limits = limits;
  }

  reject(row: number, reason: RejectReason): void {
    this.rejectAll(reason, 1);
    this.edits.drop(this.#kind, row);
  }

  /** For items that there need not be an edit for: either it is made, or nothing of the request is taken. */
  rejectAll(reason: RejectReason, items: number): void {
    this.#rejected += items;
    this.#reasons[reason] = (this.#reasons[reason] ?? 0) + items;
  }

  rejectProblem(row: number, problem: number): boolean {
    if (problem === ItemProblem.none) return false;
    this.reject(row, problem === ItemProblem.tooDeep ? "nested-too-deep" : "too-many-attributes");
    return true;
  }

  get rejected(): number {
    return this.#rejected;
  }

  warn(message: string | undefined): void {
    if (message !== undefined) this.#said.push(message);
  }

  done<V extends TraceView | LogView | MetricView>(view: V): Check<V> {
    const reasons: string[] = [];
    for (const reason of rejectReasons) {
      const items = this.#reasons[reason];
      if (items === undefined) continue;
      const text = said[reason](this.#limits);
      reasons.push(items === this.#rejected ? text : `${text} (${items})`);
    }
    if (reasons.length > 0) this.#said.unshift(`${count(this.#rejected, this.#kind)} rejected: ${reasons.join("; ")}`);
    return {
      view,
      accepted: Math.max(0, this.#total - this.#rejected),
      rejected: this.#rejected,
      reasons: this.#reasons,
      message: this.#said.join(". "),
      edits: this.edits,
    };
  }
}

/** Whether a span that shows as a root was sent a parent id that is neither empty, nor zero, nor 8 bytes. Only roots are looked through. */
function hasOddParent({ bytes, spans }: TraceView, row: number): boolean {
  const field = createField();
  let odd = false;
  for (let p = spans.start[row]!; p < spans.end[row]!; p = field.end) {
    readField(bytes, p, field);
    if (field.number !== 4 || field.wireType !== 2) continue;
    const length = field.end - field.start;
    odd = length !== 0 && length !== 8;
  }
  return odd;
}
