import { createHash, timingSafeEqual } from "node:crypto";
import { OtlpError } from "../errors.ts";

/** Throws an `OtlpError` unless the headers carry one of the keys. */
export type KeyCheck = (headers: Readonly<Record<string, string | string[] | undefined>>) => void;

/** As a {@link KeyCheck}, for what takes its time: hashes of passwords do. */
export type SenderCheck = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
) => ReturnType<KeyCheck> | Promise<void>;

/** A check against `keys`; anything passes if there are none. */
export function createKeyCheck(keys: readonly string[]): KeyCheck {
  const digests = keys.map(digest);
  if (digests.length === 0) return () => {};
  return (headers) => {
    const sent = bearerToken(headers["authorization"]) ?? headers["x-api-key"];
    if (typeof sent !== "string") {
      const message = 'an API key is needed: send "Authorization: Bearer <key>" or "x-api-key: <key>"';
      throw new OtlpError("unauthenticated", message);
    }
    // Digests are of one length, and every key is compared: the time taken says nothing about any of them.
    const sentDigest = digest(sent);
    let matches = false;
    for (const each of digests) matches = timingSafeEqual(each, sentDigest) || matches;
    if (!matches) throw new OtlpError("unauthenticated", "the API key is not known here");
  };
}

function digest(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

function bearerToken(authorization: string | string[] | undefined): string | undefined {
  if (typeof authorization !== "string") return undefined;
  return /^bearer +(.+)$/i.exec(authorization.trim())?.[1];
}
