import type { PlainAttributes, SpanInit } from "@genscope/otlp/testing";
import { aTraceRequest, testStartTime } from "@genscope/otlp/testing";

/** A span as case files write it. Ids are short names. */
export interface SpanCase {
  readonly service?: string;
  readonly resource?: PlainAttributes;
  readonly scope?: { readonly name: string; readonly version?: string };
  readonly trace?: string;
  readonly id?: string;
  readonly parent?: string;
  readonly name?: string;
  readonly kind?: number;
  readonly status?: number;
  readonly ms?: number;
  readonly traceState?: string;
  readonly attributes?: PlainAttributes;
  readonly events?: SpanInit["events"];
  /** How often; with ids of their own. */
  readonly times?: number;
}

/** The id that a short name stands for. */
export function hex(name: string, digits: number): string {
  return Buffer.from(name).toString("hex").padStart(digits, "0").slice(-digits);
}

let next = 1;

function spanOf(one: SpanCase): SpanInit {
  const ms = one.ms ?? 10;
  return {
    traceId: hex(one.trace ?? "trace", 32),
    spanId: one.id === undefined ? (0xf000_0000 + next++).toString(16).padStart(16, "0") : hex(one.id, 16),
    ...(one.parent === undefined ? {} : { parentSpanId: hex(one.parent, 16) }),
    name: one.name ?? "step",
    kind: one.kind ?? 1,
    startTime: testStartTime,
    endTime: testStartTime + BigInt(Math.round(ms * 1e6)),
    status: { code: one.status ?? 0 },
    ...(one.traceState === undefined ? {} : { traceState: one.traceState }),
    ...(one.attributes === undefined ? {} : { attributes: one.attributes }),
    ...(one.events === undefined ? {} : { events: one.events }),
  };
}

/** A request for every run of spans of one resource and scope. */
export function requestsOf(spans: readonly SpanCase[]): readonly Uint8Array[] {
  return spans.map((one) =>
    aTraceRequest({
      resource: { ...(one.service === "" ? {} : { "service.name": one.service ?? "shop" }), ...one.resource },
      scope: one.scope ?? { name: "test" },
      spans: Array.from({ length: one.times ?? 1 }, () => spanOf(one)),
    }),
  );
}
