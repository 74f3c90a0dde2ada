import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { nearest } from "./documents.ts";

type Body = Readonly<Record<string, unknown>>;

/** The wire formats of stores, as far as a search needs them: what a path's requests are answered with. */
const routes: readonly (readonly [RegExp, (body: Body) => unknown])[] = [
  // Qdrant
  [
    /\/collections\/manual\/points\/query$/u,
    ({ query, limit }) => ({
      result: {
        points: nearest(query, limit).map(({ document: { id, text }, score }) => ({
          id,
          version: 1,
          score,
          payload: { text },
        })),
      },
      status: "ok",
      time: 0.001,
    }),
  ],
  // Pinecone
  [
    /^\/query$/u,
    ({ vector, topK }) => ({
      matches: nearest(vector, topK).map(({ document: { id, text }, score }) => ({ id, score, metadata: { text } })),
      namespace: "",
      usage: { readUnits: 1 },
    }),
  ],
  [
    /^\/records\/namespaces\/[^/]+\/search$/u,
    ({ query }) => ({
      result: {
        hits: nearest(undefined, (query as Body)["top_k"]).map(({ document: { id, text }, score }) => ({
          _id: id,
          _score: score,
          fields: { chunk_text: text },
        })),
      },
      usage: { read_units: 1 },
    }),
  ],
  // Chroma
  [
    /\/collections\/[0-9a-f-]{36}\/query$/u,
    ({ query_embeddings: vectors, n_results: count }) => {
      const found = nearest((vectors as unknown[])[0], count);
      return {
        ids: [found.map(({ document }) => document.id)],
        documents: [found.map(({ document }) => document.text)],
        distances: [found.map(({ score }) => 1 - score)],
        metadatas: [found.map(() => null)],
        embeddings: null,
        uris: null,
        include: ["metadatas", "documents", "distances"],
      };
    },
  ],
  [
    /\/databases\/[^/]+\/collections$/u,
    ({ name }) => ({
      id: name === "broken" ? name : "11111111-2222-3333-4444-555555555555",
      name,
      configuration_json: {},
      metadata: null,
      dimension: 2,
      tenant: "default_tenant",
      database: "default_database",
    }),
  ],
  [/\/tenants\/default_tenant$/u, () => ({ name: "default_tenant" })],
  [/\/databases\/default_database$/u, () => ({ id: "1", name: "default_database", tenant: "default_tenant" })],
  [/\/auth\/identity$/u, () => ({ user_id: "", tenant: "default_tenant", databases: ["default_database"] })],
  [
    /\/collections\/manual\/points\/search$/u,
    ({ vector, limit }) => ({
      result: nearest(vector, limit).map(({ document: { id, text }, score }) => ({
        id,
        version: 1,
        score,
        payload: { text },
      })),
      status: "ok",
      time: 0.001,
    }),
  ],
  // Milvus
  [
    /^\/v2\/vectordb\/entities\/(?:hybrid_)?search$/u,
    ({ collectionName, limit }) =>
      collectionName === "manual"
        ? {
            code: 0,
            cost: 1,
            topks: [limit],
            data: nearest(undefined, limit).map(({ document: { id, text }, score }) => ({ distance: score, id, text })),
          }
        : { code: 100, message: `can't find collection[database=default][collection=${String(collectionName)}]` },
  ],
  // Weaviate
  [/^\/v1\/meta$/u, () => ({ hostname: "http://[::]:8080", modules: {}, version: "1.31.0" })],
  [
    /^\/v1\/graphql$/u,
    ({ query }) => {
      const [, name = "", limit] = /Get\{(\w+)\(.*?limit:(\d+)/u.exec(String(query)) ?? [];
      if (name !== "Manual") return { errors: [{ message: `Cannot query field "${name}"`, path: ["Get"] }] };
      return {
        data: {
          Get: {
            [name]: nearest(undefined, limit).map(({ document: { id, text }, score }) => ({
              text,
              _additional: { id, distance: 1 - score },
            })),
          },
        },
      };
    },
  ],
  // Elasticsearch and OpenSearch
  [
    /^\/manual\/_search$/u,
    ({ size, ...body }) => ({
      took: 1,
      timed_out: false,
      hits: {
        total: { value: 2, relation: "eq" },
        hits: nearest(undefined, size ?? (body["knn"] as Body | undefined)?.["k"]).map(
          ({ document: { id, text }, score }) => ({ _index: "manual", _id: id, _score: score, _source: { text } }),
        ),
      },
    }),
  ],
];

export interface VectorServer extends AsyncDisposable {
  readonly url: string;
  close(): Promise<void>;
}

/** Stores that know three documents, on a free loopback port. A path with `broken` in it is answered with 500. */
export async function startVectorServer(): Promise<VectorServer> {
  const server = createServer((request, reply) => {
    const { pathname } = new URL(request.url ?? "/", "http://store");
    const answer = async (): Promise<void> => {
      const body = (request.method === "GET" ? {} : await json(request).catch(() => ({}))) as Body;
      const route = routes.find(([path]) => path.test(pathname));
      const status = pathname.includes("broken") ? 500 : route === undefined ? 404 : 200;
      reply.writeHead(status, { "content-type": "application/json", "x-elastic-product": "Elasticsearch" });
      reply.end(JSON.stringify(status === 200 ? route?.[1](body) : { error: `status ${status}`, message: "no" }));
    };
    void answer();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as { port: number };
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, close, [Symbol.asyncDispose]: close };
}
