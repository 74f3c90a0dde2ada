import { createHash } from "node:crypto";

const plain = /^[a-z0-9][a-z0-9._-]{0,47}$/;

/** An id as the name of a directory or a consumer: readable, and never the same for two ids. */
export function nameOf(id: string): string {
  if (plain.test(id)) return id;
  const readable = id
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, ".")
    .replaceAll(/^[^a-z0-9]+/g, "")
    .slice(0, 40);
  const digest = createHash("sha256").update(id).digest("hex").slice(0, 8);
  return `${readable === "" ? "x" : readable}-${digest}`;
}
