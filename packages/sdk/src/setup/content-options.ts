import type { Content, ContentOptions, Mask } from "@genscope/instrumentation";
import type { MaskerOptions } from "@genscope/masking";
import { loadMasking } from "../on-demand.cjs";
import { type Env, readFlag } from "./read-env.ts";

/** Whether and how prompts, answers, arguments and results leave the process. */
export interface InitContentOptions extends Omit<ContentOptions, "mask"> {
  /**
   * Takes personal data and secrets out before anything is sent: `true` for every detector of `@genscope/masking`, its options for some of them and rules of
   * one's own, or a function. `GENSCOPE_MASK=true` asks for the first. `false` says that nothing is to be masked, in production as well.
   */
  readonly mask?: boolean | MaskerOptions | Mask;
  /** Sends no text, only its hash under a key of at least 16 bytes: equal prompts can be found, and none can be read. Roles, types, ids and names stay. */
  readonly hashOnly?: { readonly key: string };
}

const leastKeyBytes = 16;
/** Members of messages and tool calls that give them structure. */
const structure: ReadonlySet<string> = new Set([
  "role",
  "type",
  "id",
  "name",
  "finish_reason",
  "modality",
  "mime_type",
  "score",
]);

/**
 * The options as instrumentations take them: masking and hashing as functions.
 *
 * @throws {TypeError} for masking options or a key that cannot be meant.
 */
export function contentOptions(options: InitContentOptions = {}, env: Env = process.env): ContentOptions {
  const { mask, hashOnly, ...rest } = options;
  const asked = mask ?? (hashOnly !== undefined || readFlag(env, "GENSCOPE_MASK") ? true : undefined);
  const masked = asked === undefined || asked === false ? {} : { mask: maskOf(asked) };
  if (hashOnly === undefined) return { ...rest, ...masked };
  const hash = createHash(hashOnly.key);
  const { onContent } = rest;
  return {
    ...rest,
    ...masked,
    onContent: (content: Content) => hashed(onContent === undefined ? content.value : onContent(content), hash),
  };
}

function maskOf(mask: true | MaskerOptions | Mask): Mask {
  if (typeof mask === "function") return mask;
  const { createMasker } = loadMasking();
  const masker = createMasker(mask === true ? {} : mask);
  return (text) => masker.text(text);
}

function createHash(key: string): Mask {
  if (Buffer.byteLength(key) < leastKeyBytes)
    throw new TypeError(`content.hashOnly.key must have at least ${leastKeyBytes} bytes`);
  // not imported: it takes Node six milliseconds to load, and few hash
  const { createHmac } = process.getBuiltinModule("node:crypto");
  return (text) => `hmac-sha256:${createHmac("sha256", key).update(text).digest("base64url")}`;
}

/** A copy with every text hashed but those that give it structure. What is no plain data is not sent. */
function hashed(value: unknown, hash: Mask): unknown {
  if (typeof value === "string") return hash(value);
  if (Array.isArray(value)) return value.map((item) => hashed(item, hash));
  if (typeof value !== "object" || value === null) return typeof value === "function" ? undefined : value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => [
      key,
      typeof item === "string" && structure.has(key) ? item : hashed(item, hash),
    ]),
  );
}
