import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type handleUnaryCall, Server, ServerCredentials, type ServiceDefinition, status } from "@grpc/grpc-js";
import { nearest } from "./documents.ts";

interface Message {
  encode(message: unknown): { finish(): Uint8Array };
  decode(bytes: Uint8Array): unknown;
  fromPartial(partial: unknown): unknown;
}

interface Definition {
  readonly fullName: string;
  readonly methods: Readonly<Record<string, { name: string; requestType: Message; responseType: Message }>>;
}

export interface WeaviateServer {
  readonly port: number;
  close(): void;
}

/** Weaviate's gRPC service with its health check, as far as a search needs them, by the messages that `weaviate-client` ships. */
export async function startWeaviateServer(): Promise<WeaviateServer> {
  const { WeaviateDefinition } = messagesIn("v1/weaviate.js") as { WeaviateDefinition: Definition };
  const { HealthDefinition } = messagesIn("google/health/v1/health.js") as { HealthDefinition: Definition };
  const server = new Server();
  addUnary(server, WeaviateDefinition, "search", search);
  addUnary(server, HealthDefinition, "check", () => ({ status: 1 }));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, close: () => server.forceShutdown() };
}

/** The package does not export its messages. */
function messagesIn(file: string): unknown {
  const require = createRequire(import.meta.url);
  return require(join(dirname(require.resolve("weaviate-client")), "proto", file)) as unknown;
}

function addUnary(server: Server, definition: Definition, method: string, answer: (request: never) => unknown): void {
  const { name, requestType, responseType } = definition.methods[method]!;
  const service: ServiceDefinition = {
    [method]: {
      path: `/${definition.fullName}/${name}`,
      requestStream: false,
      responseStream: false,
      requestDeserialize: (bytes) => requestType.decode(bytes),
      requestSerialize: (message) => Buffer.from(requestType.encode(message).finish()),
      responseDeserialize: (bytes) => responseType.decode(bytes),
      responseSerialize: (message) => Buffer.from(responseType.encode(responseType.fromPartial(message)).finish()),
    },
  };
  const handle: handleUnaryCall<unknown, unknown> = ({ request }, reply) => {
    try {
      reply(null, answer(request as never));
    } catch (error) {
      reply({ code: status.UNKNOWN, details: (error as Error).message });
    }
  };
  server.addService(service, { [method]: handle });
}

function search({ collection, limit, groupBy }: { collection: string; limit: number; groupBy?: unknown }): unknown {
  if (collection !== "Manual") throw new Error(`could not find class ${collection} in schema`);
  const results = nearest(undefined, limit).map(({ document: { id, text }, score }) => ({
    metadata: { id, distance: 1 - score, distancePresent: true },
    properties: { nonRefProps: { fields: { text: { textValue: text } } }, targetCollection: collection },
  }));
  return groupBy === undefined
    ? { took: 0.001, results }
    : { took: 0.001, groupByResults: [{ name: "all", numberOfObjects: results.length, objects: results }] };
}
