import { readFileSync } from "node:fs";
import { join } from "node:path";
import { aTraceRequest, type PlainAttributes, testStartTime } from "@genscope/otlp/testing";
import { parse } from "yaml";

/** A table of cases, by its name. */
export function readTailSamplingCases(name: string): unknown {
  return parse(readFileSync(join(import.meta.dirname, `../../../../cases/tail-sampling/${name}.yaml`), "utf8"));
}

/** A span of a case. */
export interface SpanCase {
  readonly name?: string;
  readonly ms?: readonly [number, number];
  readonly status?: "OK" | "ERROR";
  readonly attributes?: PlainAttributes;
  readonly resource?: PlainAttributes;
  readonly events?: readonly { readonly name: string; readonly attributes?: PlainAttributes }[];
  readonly traceState?: string;
  readonly flags?: number;
}

/** Policies, and what is to become of traces under them. */
export interface PolicyCase {
  readonly name: string;
  readonly config?: Record<string, unknown>;
  readonly policies: readonly unknown[];
  readonly traces: readonly {
    readonly id?: string;
    readonly atMs?: number;
    readonly bytes?: number;
    readonly spans: readonly SpanCase[];
    readonly kept: string | false;
    readonly by?: string;
    readonly sub?: string;
    readonly probability?: number | "none";
    readonly errors?: number;
    readonly evaluated?: number;
  }[];
}

function nano(ms: number): bigint {
  return testStartTime + BigInt(Math.round(ms * 1e6));
}

/** A request with the span. */
export function requestOf(span: SpanCase, traceId: string): Uint8Array {
  const { ms = [0, 1], status, resource, name, attributes, events, traceState, flags } = span;
  return aTraceRequest({
    ...(resource === undefined ? {} : { resource }),
    spans: [
      {
        traceId,
        startTime: nano(ms[0]),
        endTime: nano(ms[1]),
        ...(status === undefined ? {} : { status: { code: status === "OK" ? 1 : 2 } }),
        ...(name === undefined ? {} : { name }),
        ...(attributes === undefined ? {} : { attributes }),
        ...(events === undefined ? {} : { events }),
        ...(traceState === undefined ? {} : { traceState }),
        ...(flags === undefined ? {} : { flags }),
      },
    ],
  });
}

export function readPolicyCases(name: "policies" | "genai"): readonly PolicyCase[] {
  return readTailSamplingCases(name) as readonly PolicyCase[];
}
