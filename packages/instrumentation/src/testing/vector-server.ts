import { createServer } from "node:http";
import { json } from "node:stream/consumers";

interface Document {
  readonly id: string;
  readonly text: string;
  readonly vector: readonly number[];
}

const documents: readonly Document[] = [
  { id: "reset", text: "Hold the button for ten seconds.", vector: [1, 0] },
  { id: "light", text: "The light blinks red.", vector: [0, 1] },
  { id: "cable", text: "The cable is in the box.", vector: [0.7, 0.7] },
];

type Body = Readonly<Record<string, unknown>>;

function nearest(vector: unknown, count: unknown): readonly { document: Document; score: number }[] {
  const asked = Array.isArray(vector) ? (vector as number[]) : [1, 0];
  return documents
    .map((document) => ({ document, score: document.vector.reduce((sum, x, i) => sum + x * (asked[i] ?? 0), 0) }))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, Number(count ?? 10));
}

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
      id: "11111111-2222-3333-4444-555555555555",
      name,
      configuration_json: {},
      metadata: null,
      dimension: 2,
      tenant: "default_tenant",
      database: "default_database",
    }),
  ],
  [/\/auth\/identity$/u, () => ({ user_id: "", tenant: "default_tenant", databases: ["default_database"] })],
  // Elasticsearch
  [
    /^\/manual\/_search$/u,
    ({ knn, size }) => ({
      took: 1,
      timed_out: false,
      hits: {
        total: { value: 2, relation: "eq" },
        hits: nearest((knn as Body | undefined)?.["query_vector"], (knn as Body | undefined)?.["k"] ?? size).map(
          ({ document: { id, text }, score }) => ({ _index: "manual", _id: id, _score: score, _source: { text } }),
        ),
      },
    }),
  ],
];

export interface VectorServer {
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
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
