import { Server, ServerCredentials } from "@grpc/grpc-js";
import * as milvus from "@zilliz/milvus2-sdk-node";
import { nearest } from "./documents.ts";

export interface MilvusServer {
  readonly port: number;
  close(): void;
}

interface SearchRequest {
  readonly collection_name: string;
  readonly search_params?: readonly { key: string; value: string }[];
  readonly rank_params?: readonly { key: string; value: string }[];
}

const success = { error_code: "Success", code: 0 };

const methods: Readonly<Record<string, (request: SearchRequest) => unknown>> = {
  Connect: () => ({ status: success, identifier: 1, server_info: { build_tags: "2.6.0" } }),
  DescribeCollection: ({ collection_name }) => ({
    status: success,
    collection_name,
    schema: {
      name: collection_name,
      fields: [
        { fieldID: 100, name: "id", is_primary_key: true, data_type: "VarChar" },
        { fieldID: 101, name: "text", data_type: "VarChar" },
        { fieldID: 102, name: "vector", data_type: "FloatVector", type_params: [{ key: "dim", value: "2" }] },
      ],
    },
  }),
  Search: search,
  HybridSearch: search,
};

/** Milvus's gRPC service, as far as a search needs it, by the definitions that its client ships. */
export async function startMilvusServer(): Promise<MilvusServer> {
  const { service } = milvus.getGRPCService(
    { serviceName: "milvus.proto.milvus.MilvusService" },
    { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true },
  );
  const server = new Server();
  const answers = Object.entries(methods).map(([name, answer]) => [
    name,
    (call: { request: SearchRequest }, reply: (error: null, message: unknown) => void) => {
      reply(null, answer(call.request));
    },
  ]);
  server.addService(service, Object.fromEntries(answers) as never);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, close: () => server.forceShutdown() };
}

function search({
  collection_name: name,
  search_params: parameters = [],
  rank_params: rank = [],
}: SearchRequest): unknown {
  if (name !== "manual") return { status: { error_code: "UnexpectedError", code: 65535, reason: `no ${name} here` } };
  const limit = [...parameters, ...rank].find(({ key }) => key === "topk" || key === "limit")?.value;
  const found = nearest(undefined, limit);
  const ids = found.map(({ document }) => document.id);
  const texts = found.map(({ document }) => document.text);
  return {
    status: success,
    collection_name: name,
    results: {
      num_queries: 1,
      top_k: found.length,
      topks: [found.length],
      scores: found.map(({ score }) => score),
      ids: { str_id: { data: ids } },
      output_fields: ["id", "text"],
      fields_data: [
        { type: "VarChar", field_name: "id", field_id: 100, scalars: { string_data: { data: ids } } },
        { type: "VarChar", field_name: "text", field_id: 101, scalars: { string_data: { data: texts } } },
      ],
    },
  };
}
