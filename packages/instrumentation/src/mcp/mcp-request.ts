import { type Attributes, SpanKind } from "@opentelemetry/api";
import { Operation, type OperationStart } from "../core/operation.ts";
import { isObject, objectOf, stringOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import type { Peer } from "./peer.ts";

/** A JSON-RPC request, as far as it is read. */
export interface McpRequest {
  readonly method: string;
  readonly params?: unknown;
  readonly id?: string | number | undefined;
}

/** What is known of the session a request belongs to. */
export interface McpSession {
  readonly peer: Peer;
  readonly sessionId: string | undefined;
  readonly protocolVersion: string | undefined;
}

export function isMcpRequest(value: unknown): value is McpRequest {
  return isObject(value) && typeof value["method"] === "string";
}

/** What a method is about, for the span's name and attributes. */
function subjectOf({ method, params }: McpRequest): Readonly<Record<string, unknown>> {
  const name = stringOf(objectOf(params)["name"]);
  switch (method) {
    case "tools/call":
      return { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name };
    case "prompts/get":
      return { "gen_ai.prompt.name": name };
    case "resources/read":
    case "resources/subscribe":
    case "resources/unsubscribe":
      return { "mcp.resource.uri": stringOf(objectOf(params)["uri"]) };
    default:
      return {};
  }
}

/** Starts the span of a request, of who sends it or of who answers it. */
export function startMcpRequest(
  telemetry: Telemetry,
  side: "client" | "server",
  request: McpRequest,
  session: McpSession,
  where: Pick<OperationStart, "parent" | "links" | "on">,
): Operation {
  const subject = subjectOf(request);
  const about = subject["gen_ai.tool.name"] ?? subject["gen_ai.prompt.name"];
  const { "server.address": address, "server.port": port, ...network } = session.peer;
  const measured = {
    "mcp.method.name": request.method,
    ...subject,
    "mcp.protocol.version": session.protocolVersion,
    ...network,
    ...(side === "client" ? { "server.address": address, "server.port": port } : {}),
  };
  const { "mcp.resource.uri": _uri, ...few } = measured as Attributes;
  return new Operation(telemetry, {
    name: typeof about === "string" ? `${request.method} ${about}` : request.method,
    kind: side === "client" ? SpanKind.CLIENT : SpanKind.SERVER,
    attributes: {
      ...measured,
      "mcp.session.id": session.sessionId,
      "jsonrpc.request.id": request.id === undefined ? undefined : String(request.id),
    },
    ...where,
    content: () => {
      const given = request.method === "tools/call" ? objectOf(request.params)["arguments"] : undefined;
      return given === undefined ? {} : { "gen_ai.tool.call.arguments": given };
    },
    duration: { metric: `mcp.${side}.operation.duration`, attributes: () => few },
  });
}

/** Ends with a result; a tool may say in its own that it failed. */
export function endWithResult(operation: Operation, request: McpRequest, result: unknown): void {
  const content = (): Readonly<Record<string, unknown>> =>
    request.method === "tools/call" && isObject(result)
      ? { "gen_ai.tool.call.result": result["structuredContent"] ?? result["content"] }
      : {};
  if (request.method === "tools/call" && isObject(result) && result["isError"] === true) {
    operation.endAsFailure("tool_error", "", content);
  } else operation.end({}, content);
}

/** Ends with an error: of JSON-RPC by its code, of the SDK by its own. */
export function endWithError(operation: Operation, error: unknown): void {
  const code = isObject(error) ? error["code"] : undefined;
  if (typeof code !== "number") operation.fail(error);
  else operation.fail(error, { type: String(code), attributes: { "rpc.response.status_code": String(code) } });
}
