import { pointFields } from "../view/point-fields.ts";
import type { LogView, MetricView, TraceView } from "../view/views.ts";
import { planAttributes } from "./attribute-plan.ts";
import type { AttributePlan } from "./attribute-plan.ts";
import type { AttributeEdit, Edits, ItemKind, OwnerKind } from "./edits.ts";
import { createField, readField } from "./fields.ts";
import type { Field } from "./fields.ts";
import { ProtoWriter } from "./proto-writer.ts";

/**
 * The request with the edits applied. Messages that are not touched are copied byte for byte, those that are keep everything else that is in
 * them, unknown fields included. Without edits these are the bytes that were indexed themselves.
 */
export function encode(view: TraceView | LogView | MetricView, edits: Edits): Uint8Array {
  const request = view.bytes.length === view.size ? view.bytes : view.bytes.subarray(0, view.size);
  if (edits.isEmpty) return request;
  return new Encoder(view, edits).encode();
}

/** What happens to one message; one that has touched messages in it is touched itself. */
interface Touch {
  drop: boolean;
  name: string | undefined;
  attributes: readonly AttributeEdit[] | undefined;
  row: number;
}

/** `wrapper` is `Gauge`, `Sum` and so on; `own` the `Resource` or `InstrumentationScope`. */
type Level = "request" | OwnerKind | "wrapper" | "own";

interface Shape {
  readonly level: Level;
  readonly attributes: number;
  readonly name?: number;
  readonly children: Readonly<Record<number, Shape>>;
}

const event: Shape = { level: "event", attributes: 3, children: {} };
const link: Shape = { level: "link", attributes: 4, children: {} };
const span: Shape = { level: "span", attributes: 9, name: 5, children: { 11: event, 13: link } };
const log: Shape = { level: "log", attributes: 6, children: {} };
const exemplar: Shape = { level: "exemplar", attributes: 7, children: {} };

function wrapper(type: number): Shape {
  const { attributes, exemplars } = pointFields(type);
  const point: Shape = { level: "point", attributes, children: { [exemplars]: exemplar } };
  return { level: "wrapper", attributes: 0, children: { 1: point } };
}

const metric: Shape = {
  level: "metric",
  attributes: 12,
  children: { 5: wrapper(5), 7: wrapper(7), 9: wrapper(9), 10: wrapper(10), 11: wrapper(11) },
};
const ownResource: Shape = { level: "own", attributes: 1, children: {} };
const ownScope: Shape = { level: "own", attributes: 3, children: {} };

function requestOf(item: Shape): Shape {
  const scope: Shape = { level: "scope", attributes: 0, children: { 1: ownScope, 2: item } };
  const resource: Shape = { level: "resource", attributes: 0, children: { 1: ownResource, 2: scope } };
  return { level: "request", attributes: 0, children: { 1: resource } };
}

const traces = requestOf(span);
const logs = requestOf(log);
const metrics = requestOf(metric);

class Encoder {
  readonly #view: TraceView | LogView | MetricView;
  readonly #out: ProtoWriter;
  /** By where the message's content starts, which no two messages share. */
  readonly #touched = new Map<number, Touch>();

  constructor(view: TraceView | LogView | MetricView, edits: Edits) {
    this.#view = view;
    this.#out = new ProtoWriter(view.size + 256);
    for (const [kind, rows] of edits.attributes) {
      for (const [row, list] of rows) this.#touch(kind, row).attributes = list;
    }
    for (const [row, name] of edits.spanNames) this.#touch("span", row).name = name;
    for (const [kind, rows] of edits.dropped) for (const row of rows) this.#touch(kind, row).drop = true;
  }

  encode(): Uint8Array {
    const shape = "spans" in this.#view ? traces : "logs" in this.#view ? logs : metrics;
    this.#message(shape, 0, this.#view.size, undefined, undefined);
    return this.#out.finish();
  }

  #touch(kind: OwnerKind | ItemKind, row: number): Touch {
    const view = this.#view;
    const { resources, scopes } = view;
    if (kind === "resource") return this.#mark(resources.start, row, resources.count, kind);
    if (kind === "scope") {
      const touch = this.#mark(scopes.start, row, scopes.count, kind);
      this.#touch("resource", scopes.resource[row]!);
      return touch;
    }
    if ("spans" in view) {
      const { spans, events, links } = view;
      if (kind === "span") return this.#item(spans, row, kind);
      const table = kind === "event" ? events : kind === "link" ? links : undefined;
      if (table !== undefined) {
        const touch = this.#mark(table.start, row, table.count, kind);
        this.#item(spans, enclosing(spans, table.start[row]!), "span");
        return touch;
      }
    } else if ("logs" in view) {
      if (kind === "log") return this.#item(view.logs, row, kind);
    } else {
      const { metrics: table, points, exemplars } = view;
      if (kind === "metric") return this.#item(table, row, kind);
      if (kind === "point") {
        const touch = this.#mark(points.start, row, points.count, kind);
        this.#item(table, points.metric[row]!, "metric");
        return touch;
      }
      if (kind === "exemplar") {
        const touch = this.#mark(exemplars.start, row, exemplars.count, kind);
        this.#touch("point", enclosing(points, exemplars.start[row]!));
        return touch;
      }
    }
    throw new TypeError(`a view of this signal has no ${kind}`);
  }

  #item(
    table: { readonly count: number; readonly start: Int32Array; readonly scope: Int32Array },
    row: number,
    kind: string,
  ): Touch {
    const touch = this.#mark(table.start, row, table.count, kind);
    this.#touch("scope", table.scope[row]!);
    return touch;
  }

  #mark(start: Int32Array, row: number, count: number, kind: string): Touch {
    if (!(row >= 0 && row < count)) throw new RangeError(`there is no ${kind} in row ${row}`);
    const key = start[row]!;
    let touch = this.#touched.get(key);
    if (touch === undefined) {
      touch = { drop: false, name: undefined, attributes: undefined, row };
      this.#touched.set(key, touch);
    }
    return touch;
  }

  /** Writes a message's content. False if it is to go because all the items it had were dropped. */
  #message(
    shape: Shape,
    from: number,
    end: number,
    touch: Touch | undefined,
    plan: AttributePlan | undefined,
  ): boolean {
    const { bytes } = this.#view;
    const out = this.#out;
    const field = createField();
    const own =
      shape.level === "resource" || shape.level === "scope" ? this.#planOwn(shape, from, end, touch) : undefined;
    const attributes =
      plan ??
      (own === undefined && touch?.attributes
        ? planAttributes(bytes, [[from, end]], shape.attributes, touch.attributes)
        : undefined);
    let copied = from;
    let kept = 0;
    let dropped = 0;
    let named = false;
    for (let p = from; p < end; p = field.end) {
      readField(bytes, p, field);
      const { at, number, wireType } = field;
      if (wireType !== 2) continue;
      if (attributes !== undefined && number === shape.attributes) {
        const replacement = attributes.replaced.get(at);
        if (replacement === undefined) continue;
        out.raw(bytes, copied, at);
        copied = field.end;
        if (replacement !== null) out.blob(number, replacement);
      } else if (touch?.name !== undefined && number === shape.name) {
        out.raw(bytes, copied, at);
        copied = field.end;
        if (!named) out.string(number, touch.name);
        named = true;
      } else {
        const child = shape.children[number];
        if (child === undefined) continue;
        const written = this.#child(child, field, copied, own, touch);
        if (written === "untouched") {
          if (child.level !== "own") kept++;
          continue;
        }
        copied = field.end;
        if (written === "dropped") dropped++;
        else if (child.level !== "own") kept++;
      }
    }
    if (dropped > 0 && kept === 0 && shape.level !== "request") return false;
    out.raw(bytes, copied, end);
    if (touch?.name !== undefined && shape.name !== undefined && !named) out.string(shape.name, touch.name);
    if (attributes !== undefined && attributes.lastChunk === from) {
      for (const added of attributes.added) out.blob(shape.attributes, added);
    }
    if (own !== undefined && own.lastChunk === -1 && own.added.length > 0) {
      out.tag(1, 2);
      const start = out.beginMessage(2);
      for (const added of own.added) out.blob(shape.children[1]!.attributes, added);
      out.endMessage(start, 2);
    }
    return true;
  }

  #child(
    shape: Shape,
    field: Field,
    copied: number,
    own: AttributePlan | undefined,
    parent: Touch | undefined,
  ): "untouched" | "written" | "dropped" {
    const { bytes } = this.#view;
    const out = this.#out;
    const touch = this.#touched.get(field.start);
    if (shape.level === "own") {
      if (own === undefined) return "untouched";
    } else if (shape.level === "wrapper") {
      // Of several kinds of data the last one counted; the others must not come back when that one is dropped.
      if ("metrics" in this.#view && field.number !== this.#view.metrics.type[parent?.row ?? 0]) {
        out.raw(bytes, copied, field.at);
        return "dropped";
      }
    } else if (touch === undefined) return "untouched";
    out.raw(bytes, copied, field.at);
    if (touch?.drop === true) return "dropped";
    const before = out.position;
    out.raw(bytes, field.at, field.tagEnd);
    const lengthBytes = field.end - field.start < 0x80 ? 1 : 2;
    const start = out.beginMessage(lengthBytes);
    const plan = shape.level === "own" ? own : undefined;
    if (!this.#message(shape, field.start, field.end, touch, plan)) {
      out.position = before;
      return "dropped";
    }
    out.endMessage(start, lengthBytes);
    return "written";
  }

  /** The `Resource` of a `ResourceSpans`, the `InstrumentationScope` of a `ScopeSpans`: usually one message, but it may come in pieces. */
  #planOwn(shape: Shape, from: number, end: number, touch: Touch | undefined): AttributePlan | undefined {
    if (touch?.attributes === undefined) return undefined;
    const { bytes } = this.#view;
    const chunks: [number, number][] = [];
    const field = createField();
    for (let p = from; p < end; p = field.end) {
      readField(bytes, p, field);
      if (field.number === 1 && field.wireType === 2) chunks.push([field.start, field.end]);
    }
    return planAttributes(bytes, chunks, shape.children[1]!.attributes, touch.attributes);
  }
}

/** The row whose message the offset lies in: rows are in the order of the bytes. */
function enclosing(table: { readonly count: number; readonly start: Int32Array }, offset: number): number {
  let low = 0;
  let high = table.count - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (table.start[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
