import type { TraceSkeleton } from "@genscope/server/contract";
import type { SpanType } from "@genscope/semconv";

export interface SpanSketch {
  id?: string;
  /** Position of the parent; omitted for a root, an id for one that was not received. */
  parent?: number | string;
  name?: string;
  service?: string;
  type?: SpanType;
  status?: 0 | 1 | 2;
  start?: number;
  duration?: number;
  label?: string;
  documents?: number;
}

/** A skeleton as the server would answer it, from the few fields a test is about. */
export function aSkeleton(sketches: readonly SpanSketch[]): TraceSkeleton {
  const names = dictionary(sketches.map((s, i) => s.name ?? `span ${i}`));
  const services = dictionary(sketches.map((s) => s.service ?? "svc"));
  const labels = dictionary(sketches.map((s) => s.label));
  const nothing = sketches.map(() => 0);
  return {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    summary: {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      name: sketches[0]?.name ?? "span 0",
      service: "svc",
      hasRoot: true,
      services: [],
      startUnixNano: "1795444265000000000",
      durationNano: 0,
      spanCount: sketches.length,
      errorCount: 0,
      status: "unset",
      models: [],
      inputTokens: null,
      outputTokens: null,
      modelCalls: 0,
      toolCalls: 0,
      retrievals: 0,
    },
    totalSpans: sketches.length,
    startUnixNano: "1795444265000000000",
    services,
    names,
    labels,
    spans: {
      id: sketches.map((s, i) => s.id ?? (i + 1).toString(16).padStart(16, "0")),
      parent: sketches.map((s) => (typeof s.parent === "number" ? s.parent : s.parent === undefined ? -1 : -2)),
      missingParents: Object.fromEntries(
        sketches.flatMap((s, i) => (typeof s.parent === "string" ? [[String(i), s.parent]] : [])),
      ),
      name: sketches.map((s, i) => names.indexOf(s.name ?? `span ${i}`)),
      service: sketches.map((s) => services.indexOf(s.service ?? "svc")),
      type: sketches.map((s) => s.type ?? "internal"),
      kind: nothing,
      status: sketches.map((s) => s.status ?? 0),
      start: sketches.map((s, i) => s.start ?? i),
      duration: sketches.map((s) => s.duration ?? 1),
      label: sketches.map((s) => (s.label === undefined ? -1 : labels.indexOf(s.label))),
      inputTokens: sketches.map(() => null),
      outputTokens: sketches.map(() => null),
      documents: sketches.map((s) => s.documents ?? null),
      events: nothing,
      links: nothing,
    },
  };
}

function dictionary(values: (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}
