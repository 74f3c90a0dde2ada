import { attributeKey } from "../../ottl/attribute-store.ts";
import type { Cursor } from "../../ottl/index.ts";
import { toElementText } from "../../ottl/values/to-text.ts";
import type { Value } from "../../ottl/values/value.ts";

type Read = (...names: readonly string[]) => string | undefined;

/** An attribute by the first of its names that is there. */
function reader(cursor: Cursor): { readonly value: (name: string) => Value | undefined; readonly text: Read } {
  const { span, traces } = cursor;
  const value = (name: string): Value | undefined =>
    cursor.attributes.get("span", span, traces.spans.firstAttribute[span]!, attributeKey(name));
  const text: Read = (...names) => {
    for (const name of names) {
      const found = value(name);
      if (found !== undefined) return toElementText(found);
    }
    return undefined;
  };
  return { value, text };
}

const joined = (...parts: readonly (string | undefined)[]): string | undefined =>
  parts.filter((part) => part !== undefined && part !== "").join(" ") || undefined;

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/#name */
function httpName(text: Read, target: string): string | undefined {
  const method = text("http.request.method", "http.method");
  return method === undefined ? undefined : joined(method, text(target));
}

/** https://opentelemetry.io/docs/specs/semconv/rpc/rpc-spans/#span-name */
function rpcName(text: Read): string | undefined {
  const system = text("rpc.system.name", "rpc.system");
  if (system === undefined) return undefined;
  const method = text("rpc.method", "rpc.grpc.method");
  const service = text("rpc.service", "rpc.grpc.service");
  if (service === undefined) return method ?? system;
  return `${service}/${method ?? "*"}`;
}

function address(text: Read): string | undefined {
  const host = text("server.address");
  const port = text("server.port");
  return host === undefined || port === undefined ? host : `${host}:${port}`;
}

/** https://opentelemetry.io/docs/specs/semconv/database/database-spans/#name */
function databaseName(text: Read): string | undefined {
  const system = text("db.system.name", "db.system");
  if (system === undefined) return undefined;
  const summary = text("db.query.summary");
  if (summary !== undefined) return summary;
  const namespace = text("db.namespace", "db.name");
  const within = text("db.collection.name", "db.stored_procedure.name");
  const qualified = namespace !== undefined && within !== undefined ? `${namespace}.${within}` : within;
  return joined(text("db.operation.name", "db.operation"), qualified ?? namespace ?? address(text)) ?? system;
}

/** https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/#span-name */
function messagingName({ value, text }: ReturnType<typeof reader>): string | undefined {
  const system = text("messaging.system");
  if (system === undefined) return undefined;
  const destination =
    value("messaging.destination.temporary") === true
      ? "(temporary)"
      : value("messaging.destination.anonymous") === true
        ? "(anonymous)"
        : (text("messaging.destination.template", "messaging.destination.name", "messaging.destination") ??
          address(text));
  return joined(text("messaging.operation.name", "messaging.operation"), destination) ?? system;
}

/** https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/ */
function genAiName(text: Read): string | undefined {
  const operation = text("gen_ai.operation.name");
  if (operation === undefined) return undefined;
  return joined(
    operation,
    text("gen_ai.tool.name") ??
      text("gen_ai.agent.name") ??
      text("gen_ai.request.model") ??
      text("gen_ai.data_source.id"),
  );
}

const server = 2;
const client = 3;
const producer = 4;
const consumer = 5;

/** The name that the semantic conventions give a span of its kind and attributes; undefined where they give none. */
export function semconvSpanName(cursor: Cursor, kind: number): string | undefined {
  const read = reader(cursor);
  const { text } = read;
  switch (kind) {
    case server:
      return httpName(text, "http.route") ?? rpcName(text) ?? messagingName(read);
    case client:
      return (
        genAiName(text) ?? httpName(text, "url.template") ?? rpcName(text) ?? databaseName(text) ?? messagingName(read)
      );
    case producer:
    case consumer:
      return messagingName(read);
    default:
      return genAiName(text);
  }
}
