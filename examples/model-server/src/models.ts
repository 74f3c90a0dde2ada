import { ApiError } from "./api-error.ts";

/** A model on offer. Asked by its alias, it answers under the name of its snapshot, as OpenAI's do. */
export interface Model {
  readonly id: string;
  readonly snapshot: string;
  readonly kind: "chat" | "embedding";
  /** Spends hidden reasoning tokens before it answers. */
  readonly reasoning?: true;
  /** Length of an embedding if none is asked for. */
  readonly dimensions?: number;
}

export const models: readonly Model[] = [
  { id: "gpt-4o", snapshot: "gpt-4o-2024-11-20", kind: "chat" },
  { id: "gpt-4o-mini", snapshot: "gpt-4o-mini-2024-07-18", kind: "chat" },
  { id: "gpt-4.1", snapshot: "gpt-4.1-2025-04-14", kind: "chat" },
  { id: "gpt-4.1-mini", snapshot: "gpt-4.1-mini-2025-04-14", kind: "chat" },
  { id: "gpt-5", snapshot: "gpt-5-2025-08-07", kind: "chat", reasoning: true },
  { id: "gpt-5-mini", snapshot: "gpt-5-mini-2025-08-07", kind: "chat", reasoning: true },
  { id: "o4-mini", snapshot: "o4-mini-2025-04-16", kind: "chat", reasoning: true },
  { id: "text-embedding-3-small", snapshot: "text-embedding-3-small", kind: "embedding", dimensions: 1536 },
  { id: "text-embedding-3-large", snapshot: "text-embedding-3-large", kind: "embedding", dimensions: 3072 },
];

/** The model of that name, alias or snapshot, whatever follows a `#`. Throws OpenAI's 404 if there is none. */
export function findModel(name: string, kind?: Model["kind"]): Model {
  const bare = name.split("#")[0];
  const model = models.find(({ id, snapshot }) => id === bare || snapshot === bare);
  if (model === undefined) {
    const offer = models.map(({ id }) => id).join(", ");
    throw new ApiError(404, "invalid_request_error", `The model \`${bare}\` does not exist. On offer: ${offer}.`, {
      code: "model_not_found",
      param: "model",
    });
  }
  if (kind !== undefined && model.kind !== kind) {
    throw new ApiError(400, "invalid_request_error", `\`${model.id}\` is not a model for this endpoint.`, {
      code: "unsupported_model",
      param: "model",
    });
  }
  return model;
}
