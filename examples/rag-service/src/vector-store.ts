import { SpanKind, type Tracer } from "@opentelemetry/api";
import type { Document } from "./documents.ts";
import { inSpan } from "./spans.ts";

export interface Hit {
  readonly document: Document;
  /** Cosine of the angle between query and document. */
  readonly score: number;
}

export interface VectorStore {
  search(query: string, vector: readonly number[], topK: number): Promise<Hit[]>;
}

/** Vectors in memory, compared one by one: enough for a manual. `vectors[i]` belongs to `documents[i]`. */
export function createVectorStore(
  tracer: Tracer,
  id: string,
  documents: readonly Document[],
  vectors: readonly (readonly number[])[],
): VectorStore {
  return {
    search(query, vector, topK) {
      const attributes = {
        "gen_ai.operation.name": "retrieval",
        "gen_ai.data_source.id": id,
        "gen_ai.retrieval.top_k": topK,
        "gen_ai.retrieval.query.text": query,
      };
      return inSpan(tracer, `retrieval ${id}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
        const hits = documents
          .map((document, index) => ({ document, score: cosine(vector, vectors[index] ?? []) }))
          .toSorted((left, right) => right.score - left.score)
          .slice(0, topK);
        span.setAttribute(
          "gen_ai.retrieval.documents",
          JSON.stringify(
            hits.map(({ document, score }) => ({
              id: document.id,
              score: Number(score.toFixed(4)),
              title: document.title,
              content: document.text,
            })),
          ),
        );
        return hits;
      });
    },
  };
}

export function cosine(left: readonly number[], right: readonly number[]): number {
  let product = 0;
  for (let index = 0; index < left.length; index++) product += (left[index] ?? 0) * (right[index] ?? 0);
  const lengths = Math.hypot(...left) * Math.hypot(...right);
  return lengths === 0 ? 0 : product / lengths;
}
