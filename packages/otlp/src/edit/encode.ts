import { pointFields } from "../view/point-fields.ts";
import { MetricType } from "../view/tables.ts";
import type { LogView, MetricView, TraceView } from "../view/views.ts";
import { planAttributes } from "./attribute-plan.ts";
import type { AttributePlan } from "./attribute-plan.ts";
import type { AttributeEdit, Edits, FieldValue, MessageKind, OwnerKind } from "./edits.ts";
import { encodeMessage } from "./encode-message.ts";
import { type FieldPlan, itemFieldOf, metricTypeField, ownSchema, planFields, schemaOf } from "./field-plan.ts";
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
  attributes: readonly AttributeEdit[] | undefined;
  fields: FieldPlan | undefined;
  /** Of a resource or scope: what the message inside it, which says what it is, has set. */
  ownFields: FieldPlan | undefined;
  /** Of a metric: the field its data is to be in instead of the one it was in, and what is set of its data. */
  type: number | undefined;
  data: FieldPlan | undefined;
  /** Of a scope: items to write after the others. */
  added: readonly Uint8Array[] | undefined;
  row: number;
}

/** `wrapper` is `Gauge`, `Sum` and so on; `own` the `Resource` or `InstrumentationScope`. */
type Level = "request" | OwnerKind | "wrapper" | "own";

interface Shape {
  readonly level: Level;
  readonly attributes: number;
  readonly children: Readonly<Record<number, Shape>>;
}

const event: Shape = { level: "event", attributes: 3, children: {} };
const link: Shape = { level: "link", attributes: 4, children: {} };
const span: Shape = { level: "span", attributes: 9, children: { 11: event, 13: link } };
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

/** What changes in one message, apart from the messages in it. */
interface Changes {
  readonly attributes: AttributePlan | undefined;
  readonly fields: FieldPlan | undefined;
  /** Whether what is new goes into this piece of it. */
  readonly isLast: boolean;
}

interface OwnPlan {
  readonly attributes: AttributePlan | undefined;
  readonly fields: FieldPlan | undefined;
  /** Where the last piece starts; -1 if it was not sent at all. */
  readonly lastChunk: number;
}

const unchanged: Changes = { attributes: undefined, fields: undefined, isLast: true };

/** A gauge has neither temporality nor monotonicity. */
const sumOnly: FieldPlan = new Map([2, 3].map((number) => [number, new Uint8Array(0)]));

const untouched: Omit<Touch, "row"> = {
  drop: false,
  attributes: undefined,
  fields: undefined,
  ownFields: undefined,
  type: undefined,
  data: undefined,
  added: undefined,
};

/** Levels that go when nothing is left in them of what they hold. */
const containers = new Set<Level>(["resource", "scope", "metric", "wrapper"]);

class Encoder {
  readonly #view: TraceView | LogView | MetricView;
  readonly #edits: Edits;
  readonly #out: ProtoWriter;
  /** By where the message's content starts, which no two messages share. */
  readonly #touched = new Map<number, Touch>();

  constructor(view: TraceView | LogView | MetricView, edits: Edits) {
    this.#view = view;
    this.#edits = edits;
    this.#out = new ProtoWriter(view.size + 256);
    for (const [kind, rows] of edits.attributes) {
      for (const [row, list] of rows) this.#touch(kind, row).attributes = list;
    }
    for (const [kind, rows] of edits.fields) for (const [row, values] of rows) this.#plan(kind, row, values);
    for (const [kind, rows] of edits.dropped) for (const row of rows) this.#touch(kind, row).drop = true;
    for (const [row, items] of edits.added) {
      const { message } = itemFieldOf(view);
      this.#touch("scope", row).added = items.map((item) => encodeMessage(message, item));
    }
  }

  #plan(kind: MessageKind, row: number, values: ReadonlyMap<string, FieldValue>): void {
    const view = this.#view;
    const touch = this.#touch(kind === "data" ? "metric" : kind, row);
    const schema = schemaOf(view, kind, this.#metricType(kind, row));
    const { plan, rest } = planFields(schema, values);
    if (kind === "data") touch.data = plan;
    else touch.fields = plan;
    let unknown = [...rest.keys()];
    if (kind === "resource" || kind === "scope") {
      const own = planFields(ownSchema(schema), rest);
      touch.ownFields = own.plan;
      unknown = [...own.rest.keys()];
    } else if (kind === "metric" && rest.has(metricTypeField)) {
      touch.type = this.#newType(row, rest.get(metricTypeField));
      unknown = unknown.filter((name) => name !== metricTypeField);
    }
    if (unknown.length > 0) throw new TypeError(`${schema.name} has no field ${unknown.join(", ")}`);
  }

  #metricType(kind: MessageKind, row: number): number {
    const view = this.#view;
    if (!("metrics" in view)) return 0;
    if (kind === "data") return Number(this.#edits.field("metric", row, metricTypeField) ?? view.metrics.type[row]);
    return kind === "point" ? view.metrics.type[view.points.metric[row] ?? 0]! : 0;
  }

  #newType(row: number, wanted: FieldValue | undefined): number {
    const type = "metrics" in this.#view ? this.#view.metrics.type[row] : undefined;
    const same = wanted === type;
    const alike = [type, wanted].every((one) => one === MetricType.gauge || one === MetricType.sum);
    const isReplaced = (this.#edits.field("data", row, "dataPoints") ?? null) !== null;
    if (typeof wanted !== "number" || !(same || alike || isReplaced)) {
      throw new TypeError(`a metric of type ${type} cannot become one of type ${JSON.stringify(wanted)}`);
    }
    return wanted;
  }

  encode(): Uint8Array {
    const shape = "spans" in this.#view ? traces : "logs" in this.#view ? logs : metrics;
    this.#message(shape, 0, this.#view.size, undefined, unchanged);
    return this.#out.finish();
  }

  #touch(kind: OwnerKind, row: number): Touch {
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
      touch = { ...untouched, row };
      this.#touched.set(key, touch);
    }
    return touch;
  }

  /** Writes a message's content. False if it is to go because all the items it had were dropped. */
  #message(shape: Shape, from: number, end: number, touch: Touch | undefined, changes: Changes): boolean {
    const { bytes } = this.#view;
    const out = this.#out;
    const field = createField();
    const own =
      shape.level === "resource" || shape.level === "scope" ? this.#planOwn(shape, from, end, touch) : undefined;
    const { fields, attributes } = changes;
    const written = fields === undefined ? undefined : new Set<number>();
    let copied = from;
    let kept = touch?.added?.length ?? 0;
    let dropped = 0;
    for (let p = from; p < end; p = field.end) {
      readField(bytes, p, field);
      const { at, number, wireType } = field;
      const replacement = fields?.get(number);
      if (replacement !== undefined) {
        out.raw(bytes, copied, at);
        copied = field.end;
        if (!written!.has(number)) out.raw(replacement);
        written!.add(number);
        continue;
      }
      if (wireType !== 2) continue;
      if (attributes !== undefined && number === shape.attributes) {
        const replaced = attributes.replaced.get(at);
        if (replaced === undefined) continue;
        out.raw(bytes, copied, at);
        copied = field.end;
        if (replaced !== null) out.blob(number, replaced);
      } else {
        const child = shape.children[number];
        if (child === undefined) continue;
        const result = this.#child(child, field, copied, own, touch);
        if (result === "untouched") {
          if (child.level !== "own") kept++;
          continue;
        }
        copied = field.end;
        if (result === "dropped") dropped++;
        else if (child.level !== "own") kept++;
      }
    }
    if (dropped > 0 && kept === 0 && containers.has(shape.level)) return false;
    out.raw(bytes, copied, end);
    // An owner that came in pieces gets what is new in the last of them.
    if (changes.isLast) {
      for (const [number, content] of fields ?? []) if (!written!.has(number)) out.raw(content);
      for (const added of attributes?.added ?? []) out.blob(shape.attributes, added);
    }
    if (own !== undefined && own.lastChunk === -1) this.#newOwn(shape.children[1]!, own);
    for (const item of touch?.added ?? []) out.blob(2, item);
    return true;
  }

  /** The `Resource` or `InstrumentationScope` of a message that had none. */
  #newOwn(shape: Shape, { attributes, fields }: OwnPlan): void {
    const out = this.#out;
    out.tag(1, 2);
    const start = out.beginMessage(2);
    for (const content of fields?.values() ?? []) out.raw(content);
    for (const added of attributes?.added ?? []) out.blob(shape.attributes, added);
    out.endMessage(start, 2);
  }

  #child(
    shape: Shape,
    field: Field,
    copied: number,
    own: OwnPlan | undefined,
    parent: Touch | undefined,
  ): "untouched" | "written" | "dropped" {
    const { bytes } = this.#view;
    const out = this.#out;
    const touch = this.#touched.get(field.start);
    let tag = 0;
    if (shape.level === "own") {
      if (own === undefined) return "untouched";
    } else if (shape.level === "wrapper") {
      // Of several kinds of data the last one counted; the others must not come back when that one is dropped.
      if ("metrics" in this.#view && field.number !== this.#view.metrics.type[parent?.row ?? 0]) {
        out.raw(bytes, copied, field.at);
        return "dropped";
      }
      tag = parent?.type ?? 0;
    } else if (touch === undefined) return "untouched";
    out.raw(bytes, copied, field.at);
    if (touch?.drop === true) return "dropped";
    const before = out.position;
    if (tag === 0) out.raw(bytes, field.at, field.tagEnd);
    else out.tag(tag, 2);
    const lengthBytes = field.end - field.start < 0x80 ? 1 : 2;
    const start = out.beginMessage(lengthBytes);
    if (!this.#message(shape, field.start, field.end, touch, this.#changes(shape, field, own, touch, parent))) {
      out.position = before;
      return "dropped";
    }
    out.endMessage(start, lengthBytes);
    return "written";
  }

  #changes(
    shape: Shape,
    field: Field,
    own: OwnPlan | undefined,
    touch: Touch | undefined,
    parent: Touch | undefined,
  ): Changes {
    if (shape.level === "own") {
      return { attributes: own?.attributes, fields: own?.fields, isLast: own?.lastChunk === field.start };
    }
    if (shape.level === "wrapper") {
      const toGauge = parent?.type === MetricType.gauge && field.number === MetricType.sum;
      const data = parent?.data;
      return { attributes: undefined, fields: toGauge ? new Map([...(data ?? []), ...sumOnly]) : data, isLast: true };
    }
    const isOutside = shape.level === "resource" || shape.level === "scope";
    const attributes =
      touch?.attributes === undefined || isOutside
        ? undefined
        : planAttributes(this.#view.bytes, [[field.start, field.end]], shape.attributes, touch.attributes);
    return { attributes, fields: touch?.fields, isLast: true };
  }

  /** The `Resource` of a `ResourceSpans`, the `InstrumentationScope` of a `ScopeSpans`: usually one message, but it may come in pieces. */
  #planOwn(shape: Shape, from: number, end: number, touch: Touch | undefined): OwnPlan | undefined {
    if (touch?.attributes === undefined && (touch?.ownFields?.size ?? 0) === 0) return undefined;
    const { bytes } = this.#view;
    const chunks: [number, number][] = [];
    const field = createField();
    for (let p = from; p < end; p = field.end) {
      readField(bytes, p, field);
      if (field.number === 1 && field.wireType === 2) chunks.push([field.start, field.end]);
    }
    const attributes =
      touch?.attributes && planAttributes(bytes, chunks, shape.children[1]!.attributes, touch.attributes);
    return { attributes, fields: touch?.ownFields, lastChunk: chunks.at(-1)?.[0] ?? -1 };
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
