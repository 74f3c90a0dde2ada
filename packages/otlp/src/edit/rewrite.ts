import { isUtf8 } from "node:buffer";
import { OtlpError } from "../errors.ts";
import { isReadable } from "../json/normalize.ts";
import { logsRequest, metricsRequest, traceRequest } from "../json/schema.ts";
import type { FieldSchema, MessageSchema } from "../json/schema.ts";
import { Signal } from "../signal.ts";
import type { AnyValue } from "../view/any-value.ts";
import { readDouble, readInt, readString } from "../view/read-scalar.ts";
import { readAnyValue } from "../view/read-value.ts";
import { createField, readField } from "./fields.ts";
import type { Field } from "./fields.ts";
import { ProtoWriter } from "./proto-writer.ts";

/** What looks at everything in a request that somebody could have written something into. */
export interface Rewriter {
  /**
   * Any text, wherever it stands: attributes at any depth, keys, names, messages, log bodies. `name` is the attribute's or map's key it stands under, or the
   * field's own name in OTLP/JSON; a key has none. What is given back stands in its place.
   */
  text(text: string, name: string | undefined): string;
  /** A whole number as an attribute's value, at any depth, also one sent as a double; a text stands in its place. */
  integer?(value: bigint, name: string | undefined): string | undefined;
  /** Before an attribute is looked into: `"drop"` leaves it out, a text stands in place of its value. */
  attribute?(key: string, value: () => AnyValue): "drop" | { readonly text: string } | undefined;
  /** Fields that no version of OTLP known here has were left out, since nothing can be said of what is in them. */
  unknown?(count: number): void;
}

const requests = { [Signal.traces]: traceRequest, [Signal.logs]: logsRequest, [Signal.metrics]: metricsRequest };
const maxDepth = 256;
/** Field of `AnyValue`. */
const bytesValue = 7;

/**
 * The request with every text passed through a {@link Rewriter}; the same bytes if nothing changed. Numbers, ids and times are copied. Bytes are texts, those
 * that are no UTF-8 by Latin-1, so that what is readable in them is read. The request must have been indexed.
 *
 * @throws OtlpError `invalid-argument` if values nest deeper than any limit allows.
 */
export function rewrite(signal: Signal, request: Uint8Array, rewriter: Rewriter): Uint8Array {
  const run = new Run(rewriter, request.length);
  run.message(request, 0, request.length, planOf(requests[signal]), undefined);
  return run.changed ? run.finish() : request;
}

interface Plan {
  readonly isPair: boolean;
  readonly fields: readonly (FieldSchema | undefined)[];
  readonly children: (Plan | undefined)[];
  /** Whether any text can be in it: other messages are copied whole. */
  readonly isValue: boolean;
}

const plans = new Map<MessageSchema, Plan>();

function planOf(schema: MessageSchema): Plan {
  const known = plans.get(schema);
  if (known !== undefined) return known;
  const fields: (FieldSchema | undefined)[] = [];
  for (const field of schema.fields) fields[field.number] = field;
  const plan: Plan = {
    isPair: schema.name === "KeyValue",
    isValue: schema.name === "AnyValue",
    fields: Array.from(fields),
    children: [],
  };
  plans.set(schema, plan);
  for (const field of schema.fields)
    if (field.message !== undefined) plan.children[field.number] = planOf(field.message());
  return plan;
}

class Run extends ProtoWriter {
  changed = false;
  readonly #rewriter: Rewriter;
  readonly #cursors: Field[] = [];
  #depth = 0;

  constructor(rewriter: Rewriter, size: number) {
    super(size + (size >> 3) + 64);
    this.#rewriter = rewriter;
  }

  /** `name` is the key that values in the message stand under. */
  message(bytes: Uint8Array, from: number, end: number, plan: Plan, name: string | undefined): void {
    if (this.#depth === maxDepth) throw new OtlpError("invalid-argument", `values nest too deep at byte ${from}`);
    const field = (this.#cursors[this.#depth++] ??= createField());
    for (let p = from; p < end; p = field.end) {
      readField(bytes, p, field);
      const known = plan.fields[field.number];
      if (known === undefined || !isReadable(known, field.wireType)) {
        this.changed = true;
        this.#rewriter.unknown?.(1);
        continue;
      }
      if (known.kind === "message") {
        const child = plan.children[field.number]!;
        if (child.isPair) this.#pair(bytes, field, child);
        else this.#nested(bytes, field, child, name);
      } else if (known.kind === "string" || (known.kind === "bytes" && plan.isValue)) {
        this.#text(bytes, field, plan.isValue ? name : plan.isPair ? undefined : known.name);
      } else if (known.kind === "int64" && plan.isValue)
        this.#integer(bytes, field, name, readInt({ bytes }, field.start));
      else if (known.kind === "double" && plan.isValue) this.#double(bytes, field, name);
      else this.raw(bytes, field.at, field.end);
    }
    this.#depth--;
  }

  #nested(bytes: Uint8Array, field: Field, plan: Plan, name: string | undefined): void {
    this.raw(bytes, field.at, field.tagEnd);
    const lengthBytes = field.start - field.tagEnd;
    const start = this.beginMessage(lengthBytes);
    this.message(bytes, field.start, field.end, plan, name);
    this.endMessage(start, lengthBytes);
  }

  /** An attribute, or an entry of a map. */
  #pair(bytes: Uint8Array, field: Field, plan: Plan): void {
    const inner = (this.#cursors[this.#depth] ??= createField());
    let key = "";
    let valueStart = 0;
    let valueEnd = 0;
    for (let p = field.start; p < field.end; p = inner.end) {
      readField(bytes, p, inner);
      if (inner.wireType !== 2) continue;
      if (inner.number === 1) key = readString({ bytes }, inner.start, inner.end - inner.start);
      if (inner.number === 2) [valueStart, valueEnd] = [inner.start, inner.end];
    }
    const verdict = this.#rewriter.attribute?.(key, () => readAnyValue(bytes, valueStart, valueEnd));
    if (verdict === undefined) {
      this.#nested(bytes, field, plan, key);
      return;
    }
    this.changed = true;
    if (verdict === "drop") return;
    this.raw(bytes, field.at, field.tagEnd);
    const pair = this.beginMessage(1);
    this.string(1, this.#rewriter.text(key, undefined));
    this.tag(2, 2);
    const value = this.beginMessage(1);
    this.string(1, verdict.text);
    this.endMessage(value, 1);
    this.endMessage(pair, 1);
  }

  #text(bytes: Uint8Array, field: Field, name: string | undefined): void {
    const isValid = isText(bytes, field.start, field.end);
    if (!isValid && field.number === bytesValue) {
      this.#bytes(bytes, field, name);
      return;
    }
    const text = readString({ bytes }, field.start, field.end - field.start);
    const rewritten = this.#rewriter.text(text, name);
    if (rewritten === text && isValid) {
      this.raw(bytes, field.at, field.end);
      return;
    }
    this.changed = true;
    this.string(field.number, rewritten);
  }

  #bytes(bytes: Uint8Array, field: Field, name: string | undefined): void {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + field.start, field.end - field.start).toString("latin1");
    const rewritten = this.#rewriter.text(text, name);
    if (rewritten === text) {
      this.raw(bytes, field.at, field.end);
      return;
    }
    this.changed = true;
    // what was put in may have other characters than Latin-1
    const content = Buffer.concat(
      (rewritten.match(/[\0-\xff]+|[^\0-\xff]+/gu) ?? []).map((part) =>
        Buffer.from(part, part.charCodeAt(0) > 0xff ? "utf8" : "latin1"),
      ),
    );
    this.tag(bytesValue, 2);
    this.varint(content.length);
    this.raw(content);
  }

  #double(bytes: Uint8Array, field: Field, name: string | undefined): void {
    const value = readDouble({ bytes }, field.start);
    if (Number.isSafeInteger(value)) this.#integer(bytes, field, name, BigInt(value));
    else this.raw(bytes, field.at, field.end);
  }

  #integer(bytes: Uint8Array, field: Field, name: string | undefined, value: bigint): void {
    const text = this.#rewriter.integer?.(value, name);
    if (text === undefined) this.raw(bytes, field.at, field.end);
    else {
      this.changed = true;
      this.string(1, text);
    }
  }
}

/** Whether it is UTF-8. Most texts are short and ASCII, for which a loop beats the call. */
function isText(bytes: Uint8Array, from: number, end: number): boolean {
  if (end - from > 24) return isUtf8(bytes.subarray(from, end));
  for (let i = from; i < end; i++) if (bytes[i]! >= 0x80) return isUtf8(bytes.subarray(from, end));
  return true;
}
