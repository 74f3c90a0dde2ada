import {
  type Attributes,
  type AttributeValue,
  type Exception,
  type HrTime,
  type Link,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
} from "@opentelemetry/api";
import { cleanAttributes, cleanSimpleAttributes } from "@opentelemetry/core";
import type { Span } from "../setup/extensions.ts";
import { epochMs, epochMsOf, hrTimeBetween, hrTimeOf, hrTimeOfInput } from "./clock.ts";
import type { SpanIdentity } from "./span-identity.ts";
import type { SpanLimits } from "./span-limits.ts";

export interface Resource {
  readonly attributes: Attributes;
}

/** What made a span. Source: OpenTelemetry specification, "Instrumentation Scope". */
export interface Scope {
  readonly name: string;
  readonly version?: string;
  readonly schemaUrl?: string;
}

/** What all spans of one tracer have in common. */
export interface SpanOwner {
  readonly limits: SpanLimits;
  readonly resource: Resource;
  readonly scope: Scope;
  ending(span: RecordedSpan): void;
  ended(span: RecordedSpan): void;
}

/** Something that happened during a span. */
export interface SpanEvent {
  readonly name: string;
  readonly time: HrTime;
  readonly attributes?: Attributes;
  readonly droppedAttributesCount?: number;
}

/** A link as it is kept. */
export interface SpanLink extends Link {
  readonly droppedAttributesCount?: number;
}

const never: HrTime = [0, 0];
const none: readonly never[] = [];
const unset: SpanStatus = Object.freeze({ code: SpanStatusCode.UNSET });

/**
 * A span while it is recorded, and what processors read of it. Takes what OpenTelemetry's SDK takes, within the same limits; what comes after its end changes
 * nothing. Source: OpenTelemetry specification, "Tracing API, Span" and "Tracing SDK, Span Limits".
 */
export class RecordedSpan implements Span {
  name: string;
  status: SpanStatus = unset;
  readonly kind: SpanKind;
  readonly parentSpanContext: SpanContext | undefined;
  readonly startTime: HrTime;
  endTime: HrTime = never;
  ended = false;
  droppedAttributesCount = 0;
  droppedEventsCount = 0;
  droppedLinksCount = 0;
  readonly identity: SpanIdentity;
  readonly #owner: SpanOwner;
  /** By `performance.now()`: how long it takes is no matter of the wall clock. `undefined` where somebody else says when it began. */
  readonly #startedMs: number | undefined = undefined;
  readonly #keys: string[] = [];
  readonly #values: AttributeValue[] = [];
  /** Made when somebody asks for it: what is in it then counts, also what a processor changes. */
  #attributes: Attributes | undefined;
  #events: SpanEvent[] | undefined;
  #links: SpanLink[] | undefined;

  constructor(
    owner: SpanOwner,
    name: string,
    kind: SpanKind,
    identity: SpanIdentity,
    parent: SpanContext | undefined,
    time: TimeInput | undefined,
  ) {
    this.#owner = owner;
    this.identity = identity;
    this.name = name;
    this.kind = kind;
    this.parentSpanContext = parent;
    if (time === undefined) {
      this.#startedMs = performance.now();
      this.startTime = hrTimeOf(epochMsOf(this.#startedMs));
    } else this.startTime = hrTimeOfInput(time);
  }

  get resource(): Resource {
    return this.#owner.resource;
  }

  get instrumentationScope(): Scope {
    return this.#owner.scope;
  }

  get attributes(): Attributes {
    if (this.#attributes === undefined) {
      const all: Attributes = {};
      for (let i = 0; i < this.#keys.length; i++) all[this.#keys[i]!] = this.#values[i]!;
      this.#attributes = all;
    }
    return this.#attributes;
  }

  /** Of all attributes, in the order they came. */
  get attributeKeys(): readonly string[] {
    return this.#attributes === undefined ? this.#keys : Object.keys(this.#attributes);
  }

  /** Those of {@link attributeKeys}. */
  get attributeValues(): readonly unknown[] {
    return this.#attributes === undefined ? this.#values : Object.values(this.#attributes);
  }

  get events(): SpanEvent[] {
    this.#events ??= [];
    return this.#events;
  }

  get links(): SpanLink[] {
    this.#links ??= [];
    return this.#links;
  }

  /** As {@link events}, without making a list where there is none. */
  get recordedEvents(): readonly SpanEvent[] {
    return this.#events ?? none;
  }

  /** As {@link links}, without making a list where there is none. */
  get recordedLinks(): readonly SpanLink[] {
    return this.#links ?? none;
  }

  get duration(): HrTime {
    return this.ended ? hrTimeBetween(this.startTime, this.endTime) : [-1, -1];
  }

  /** OpenTelemetry's older lines have it by this name. */
  get parentSpanId(): string | undefined {
    return this.parentSpanContext?.spanId;
  }

  spanContext(): SpanContext {
    return this.identity.context;
  }

  isRecording(): boolean {
    return !this.ended;
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (!this.ended) this.#set(key, value);
    return this;
  }

  setAttributes(attributes: Attributes): this {
    if (this.ended) return this;
    for (const key in attributes) {
      if (Object.hasOwn(attributes, key)) this.#set(key, attributes[key]);
    }
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.ended) return this;
    const { limits } = this.#owner;
    const hasAttributes = attributesOrTime !== undefined && !isTimeInput(attributesOrTime);
    const at = time ?? (hasAttributes ? undefined : attributesOrTime);
    const { events } = this;
    if (events.length >= limits.events) {
      this.droppedEventsCount++;
      if (limits.events === 0) return this;
      events.shift();
    }
    const limited = { attributeCountLimit: limits.attributesPerEvent, attributeValueLengthLimit: limits.valueLength };
    events.push({
      name,
      time: at === undefined ? this.#now() : hrTimeOfInput(at),
      ...(hasAttributes ? (cleanSimpleAttributes(attributesOrTime, limited) as object) : undefined),
    });
    return this;
  }

  addLink(link: Link): this {
    if (this.ended) return this;
    const { limits } = this.#owner;
    const { links } = this;
    if (links.length >= limits.links) {
      this.droppedLinksCount++;
      if (limits.links === 0) return this;
      links.shift();
    }
    const limited = { attributeCountLimit: limits.attributesPerLink, attributeValueLengthLimit: limits.valueLength };
    links.push({ context: link.context, ...(cleanAttributes(link.attributes, limited) as object) });
    return this;
  }

  addLinks(links: readonly Link[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  /** `OK` is final, and `UNSET` changes nothing. */
  setStatus({ code, message }: SpanStatus): this {
    if (this.ended || code === SpanStatusCode.UNSET || this.status.code === SpanStatusCode.OK) return this;
    const isToldWhy = code === SpanStatusCode.ERROR && typeof message === "string";
    this.status = isToldWhy ? { code, message } : { code };
    return this;
  }

  updateName(name: string): this {
    if (!this.ended) this.name = name;
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    const { code, name, message, stack } =
      typeof exception === "string" ? ({ message: exception } as ExceptionParts) : (exception as ExceptionParts);
    const type = code || name;
    if (!type && !message) return;
    const attributes: Attributes = {};
    if (type) attributes["exception.type"] = String(type);
    if (message) attributes["exception.message"] = message;
    if (stack) attributes["exception.stacktrace"] = stack;
    this.addEvent("exception", attributes, time);
  }

  end(time?: TimeInput): void {
    if (this.ended) return;
    const end = time === undefined ? this.#now() : hrTimeOfInput(time);
    const [seconds, nanos] = this.startTime;
    const isEarlier = end[0] < seconds || (end[0] === seconds && end[1] < nanos);
    this.endTime = isEarlier ? [seconds, nanos] : end;
    this.#owner.ending(this);
    this.ended = true;
    this.#owner.ended(this);
  }

  #now(): HrTime {
    if (this.#startedMs === undefined) return hrTimeOf(epochMs());
    const [seconds, nanos] = this.startTime;
    const sum = nanos + Math.round((performance.now() - this.#startedMs) * 1e6);
    return sum < 1e9 ? [seconds, sum] : [seconds + Math.floor(sum / 1e9), sum % 1e9];
  }

  #set(key: string, value: unknown): void {
    // an object that processors read cannot have the latter
    if (value === undefined || key === "" || key === "__proto__") return;
    const { limits } = this.#owner;
    const all = this.#attributes;
    const at = indexIn(this.#keys, key);
    const isNew = all === undefined ? at < 0 : !Object.hasOwn(all, key);
    if (isNew && (all === undefined ? this.#keys.length : Object.keys(all).length) >= limits.attributes) {
      this.droppedAttributesCount++;
      return;
    }
    const taken = kept(key, value, limits.valueLength);
    if (taken === undefined) return;
    if (all !== undefined) all[key] = taken;
    else if (isNew) {
      this.#keys.push(key);
      this.#values.push(taken);
    } else this.#values[at] = taken;
  }
}

/** As `indexOf`, which costs more than to compare the few names a span has. */
function indexIn(keys: readonly string[], key: string): number {
  for (let i = 0; i < keys.length; i++) if (keys[i] === key) return i;
  return -1;
}

/** What is thrown, as an application may tell it. */
interface ExceptionParts {
  readonly code?: string | number;
  readonly name?: string;
  readonly message?: string;
  readonly stack?: string;
}

/** A value as it is kept: within the limit, and no list that could change afterwards. `undefined` for what is no attribute's value. */
function kept(key: string, value: unknown, maxLength: number): AttributeValue {
  if (isShort(value, maxLength)) return value;
  if (Array.isArray(value) && value.every((item) => isShort(item, maxLength))) return value.slice();
  const limits = { attributeCountLimit: 1, attributeValueLengthLimit: maxLength };
  return Object.values(cleanAttributes({ [key]: value }, limits).attributes ?? {})[0];
}

function isShort(value: unknown, maxLength: number): value is string | number | boolean {
  return typeof value === "string"
    ? value.length <= maxLength
    : typeof value === "number" || typeof value === "boolean";
}

function isTimeInput(value: Attributes | TimeInput): value is TimeInput {
  return typeof value === "number" || value instanceof Date || Array.isArray(value);
}
