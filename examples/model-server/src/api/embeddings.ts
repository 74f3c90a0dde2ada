import type { CreateEmbeddingResponse } from "openai/resources/embeddings";
import { badRequest } from "../api-error.ts";
import { embed } from "../brain/embed.ts";
import { tokens } from "../brain/text.ts";
import { findModel } from "../models.ts";
import { readArray, readInteger, readObject, readString } from "../read.ts";

/** One input: a text, or the same as token numbers. */
interface Input {
  readonly text: string;
  readonly tokenCount: number;
}

function readInputs(value: unknown): Input[] {
  const many = typeof value === "string" ? [value] : readArray(value, "input");
  const list = many.length > 0 && many.every((one) => typeof one === "number") ? [many] : many;
  if (list.length === 0 || list.length > 2048) throw badRequest("input", "Invalid 'input': expected 1 to 2048 items.");
  return list.map((one, index) => {
    if (typeof one === "string") {
      if (one === "") throw badRequest("input", `Invalid 'input[${index}]': cannot be an empty string.`);
      return { text: one, tokenCount: tokens(one).length };
    }
    const numbers = readArray(one, `input[${index}]`);
    return { text: numbers.join(" "), tokenCount: numbers.length };
  });
}

/** `POST /v1/embeddings`: floats, or with `encoding_format: "base64"` the bytes of 32-bit little-endian floats. */
export function createEmbeddings(body: unknown): Omit<CreateEmbeddingResponse, "data"> & { data: unknown[] } {
  const request = readObject(body, "body");
  const model = findModel(readString(request["model"], "model"), "embedding");
  const inputs = readInputs(request["input"]);
  const full = model.dimensions ?? 1536;
  const dimensions = readInteger(request["dimensions"], "dimensions", 1, full) ?? full;
  const format = request["encoding_format"] ?? "float";
  if (format !== "float" && format !== "base64") {
    throw badRequest("encoding_format", "Invalid 'encoding_format': supported values are 'float' and 'base64'.");
  }
  const tokenCount = inputs.reduce((sum, input) => sum + input.tokenCount, 0);
  return {
    object: "list",
    data: inputs.map(({ text }, index) => {
      const vector = embed(text, dimensions);
      const embedding = format === "base64" ? Buffer.from(vector.buffer).toString("base64") : [...vector];
      return { object: "embedding", index, embedding };
    }),
    model: model.snapshot,
    usage: { prompt_tokens: tokenCount, total_tokens: tokenCount },
  };
}
