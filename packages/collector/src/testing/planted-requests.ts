import { Signal } from "@genscope/otlp";
import {
  logsRequestObject,
  metricsRequestObject,
  type RequestObject,
  type SpanInit,
  toAnyValue,
  toAttributes,
  traceRequestObject,
} from "@genscope/otlp/testing";

/** A request in the shape of OTLP/JSON that has a text in one place of all there are. */
export interface PlantedRequest {
  readonly place: string;
  readonly signal: Signal;
  readonly request: RequestObject;
}

type Plant = readonly [place: string, signal: Signal, request: (text: string) => RequestObject];

const span =
  (init: (text: string) => SpanInit) =>
  (text: string): RequestObject =>
    traceRequestObject({ spans: [init(text)] });

const link = { traceId: "a".repeat(32), spanId: "b".repeat(16) };
const messages = (text: string): string => JSON.stringify([{ role: "user", parts: [{ type: "text", content: text }] }]);

const point = (attributes: object): RequestObject => ({ startTimeUnixNano: "1", timeUnixNano: "2", attributes });
const attribute = (text: string): object => toAttributes({ who: text });
const histogram = { count: "1", sum: 1, bucketCounts: ["1"], explicitBounds: [] };

const metric =
  (init: (text: string) => RequestObject) =>
  (text: string): RequestObject =>
    metricsRequestObject({ metrics: [{ name: "m", ...init(text) }] });

/** Keys of several dialects that hold what people and models said. */
const contentKeys = [
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.system_instructions",
  "gen_ai.tool.call.arguments",
  "gen_ai.tool.call.result",
  "gen_ai.prompt.0.content",
  "gen_ai.completion.0.content",
  "gen_ai.content.prompt",
  "llm.input_messages.0.message.content",
  "input.value",
  "output.value",
  "retrieval.documents.0.document.content",
  "traceloop.entity.input",
  "traceloop.entity.output",
  "ai.prompt.messages",
  "ai.response.text",
  "langfuse.observation.input",
  "mlflow.spanInputs",
  "genscope.input",
];

const plants: readonly Plant[] = [
  ["a span's name", Signal.traces, span((text) => ({ name: `mail ${text}` }))],
  ["a span's trace state", Signal.traces, span((text) => ({ traceState: `vendor=${text}` }))],
  ["a status message", Signal.traces, span((text) => ({ status: { code: 2, message: `no ${text}` } }))],
  ["a span's attribute", Signal.traces, span((text) => ({ attributes: { note: text } }))],
  ["a list", Signal.traces, span((text) => ({ attributes: { notes: ["a", `b ${text}`] } }))],
  ["a map in a list in a map", Signal.traces, span((text) => ({ attributes: { a: { b: [{ c: text }] } } }))],
  ["a map's key", Signal.traces, span((text) => ({ attributes: { a: { [`of ${text}`]: 1 } } }))],
  ["an attribute's key", Signal.traces, span((text) => ({ attributes: { [`of ${text}`]: 1 } }))],
  ["bytes", Signal.traces, span((text) => ({ attributes: { blob: Buffer.from(`{"to":"${text}"}`) } }))],
  [
    "bytes that are no text",
    Signal.traces,
    span((text) => ({
      attributes: { blob: Buffer.concat([Buffer.from([0xff, 0]), Buffer.from(` ${text} `), Buffer.from([0xfe])]) },
    })),
  ],
  ["JSON", Signal.traces, span((text) => ({ attributes: { request: messages(text) } }))],
  [
    "JSON in JSON, escaped",
    Signal.traces,
    span((text) => ({
      attributes: { request: JSON.stringify({ a: messages(text).replaceAll("@", "\\u0040") }) },
    })),
  ],
  ["cut JSON", Signal.traces, span((text) => ({ attributes: { request: messages(`${text} and`).slice(0, -6) } }))],
  ["an exception", Signal.traces, span((text) => ({ attributes: { "exception.stacktrace": `E: ${text}\n  at x` } }))],
  ...contentKeys.map((key): Plant => [
    key,
    Signal.traces,
    span((text) => ({ attributes: { [key]: messages(`I am ${text}`) } })),
  ]),
  ["an event's name", Signal.traces, span((text) => ({ events: [{ name: `to ${text}` }] }))],
  ["an event's attribute", Signal.traces, span((text) => ({ events: [{ attributes: { body: text } }] }))],
  ["a link's attribute", Signal.traces, span((text) => ({ links: [{ ...link, attributes: { why: text } }] }))],
  ["a link's trace state", Signal.traces, span((text) => ({ links: [{ ...link, traceState: `v=${text}` }] }))],
  ["a resource", Signal.traces, (text) => traceRequestObject({ resource: { owner: text }, spans: [{}] })],
  [
    "a resource's schema",
    Signal.traces,
    (text) => traceRequestObject({ resourceSchemaUrl: `https://x.test/${text}`, spans: [{}] }),
  ],
  ["a scope's name", Signal.traces, (text) => traceRequestObject({ scope: { name: text }, spans: [{}] })],
  ["a scope's version", Signal.traces, (text) => traceRequestObject({ scope: { version: text }, spans: [{}] })],
  [
    "a scope's attribute",
    Signal.traces,
    (text) => traceRequestObject({ scope: { attributes: { a: text } }, spans: [{}] }),
  ],
  [
    "a scope's schema",
    Signal.traces,
    (text) => traceRequestObject({ scopeSchemaUrl: `https://x.test/${text}`, spans: [{}] }),
  ],
  ["a body", Signal.logs, (text) => logsRequestObject({ logs: [{ body: `hello ${text}` }] })],
  [
    "a structured body",
    Signal.logs,
    (text) => logsRequestObject({ logs: [{ body: { messages: [{ role: "user", content: text }] } }] }),
  ],
  ["a body of JSON", Signal.logs, (text) => logsRequestObject({ logs: [{ body: messages(text) }] })],
  ["a log's attribute", Signal.logs, (text) => logsRequestObject({ logs: [{ attributes: { a: text } }] })],
  ["a severity text", Signal.logs, (text) => logsRequestObject({ logs: [{ severityText: text }] })],
  ["an event name", Signal.logs, (text) => logsRequestObject({ logs: [{ eventName: `to ${text}` }] })],
  ["a log's resource", Signal.logs, (text) => logsRequestObject({ resource: { owner: text }, logs: [{}] })],
  ["a log's scope", Signal.logs, (text) => logsRequestObject({ scope: { attributes: { a: text } }, logs: [{}] })],
  ["a metric's name", Signal.metrics, metric((text) => ({ name: `m ${text}`, gauge: { dataPoints: [point([])] } }))],
  [
    "a metric's description",
    Signal.metrics,
    metric((text) => ({ description: `asked by ${text}`, gauge: { dataPoints: [point([])] } })),
  ],
  ["a metric's unit", Signal.metrics, metric((text) => ({ unit: text, gauge: { dataPoints: [point([])] } }))],
  [
    "a metric's metadata",
    Signal.metrics,
    metric((text) => ({ metadata: attribute(text), gauge: { dataPoints: [point([])] } })),
  ],
  [
    "a gauge's point",
    Signal.metrics,
    metric((text) => ({ gauge: { dataPoints: [{ ...point(attribute(text)), asDouble: 1 }] } })),
  ],
  [
    "a sum's point",
    Signal.metrics,
    metric((text) => ({
      sum: { aggregationTemporality: 2, dataPoints: [{ ...point(attribute(text)), asInt: "1" }] },
    })),
  ],
  [
    "a histogram's point",
    Signal.metrics,
    metric((text) => ({
      histogram: { aggregationTemporality: 2, dataPoints: [{ ...point(attribute(text)), ...histogram }] },
    })),
  ],
  [
    "an exponential histogram's point",
    Signal.metrics,
    metric((text) => ({
      exponentialHistogram: {
        aggregationTemporality: 2,
        dataPoints: [{ ...point(attribute(text)), count: "1", scale: 1, zeroCount: "1" }],
      },
    })),
  ],
  [
    "a summary's point",
    Signal.metrics,
    metric((text) => ({ summary: { dataPoints: [{ ...point(attribute(text)), count: "1", sum: 1 }] } })),
  ],
  [
    "an exemplar",
    Signal.metrics,
    metric((text) => ({
      histogram: {
        aggregationTemporality: 2,
        dataPoints: [
          {
            ...point([]),
            ...histogram,
            exemplars: [{ asDouble: 1, timeUnixNano: "1", filteredAttributes: attribute(text) }],
          },
        ],
      },
    })),
  ],
  [
    "a metric's resource",
    Signal.metrics,
    (text) =>
      metricsRequestObject({ resource: { owner: text }, metrics: [{ name: "m", gauge: { dataPoints: [point([])] } }] }),
  ],
  [
    "an entity's description",
    Signal.logs,
    (text) => ({
      resourceLogs: [
        {
          resource: {
            attributes: toAttributes({ id: "1" }),
            entityRefs: [{ type: "user", idKeys: ["id"], descriptionKeys: [text] }],
          },
          scopeLogs: [{ logRecords: [{ body: toAnyValue("hello") }] }],
        },
      ],
    }),
  ],
];

/** A request for every place of OTLP that somebody can have written something into, with a text there that says which. */
export function plantedRequests(textOf: (index: number) => string): readonly PlantedRequest[] {
  return plants.map(([place, signal, request], index) => ({ place, signal, request: request(textOf(index)) }));
}
