import { createHash, hash, randomUUID } from "node:crypto";
import { murmur3x32, murmur3x64 } from "../text/murmur3.ts";
import { OttlError } from "../ottl-error.ts";
import { Id, type Value } from "../values/value.ts";
import { decodeText } from "../text/decode-text.ts";
import { typeName } from "../values/value.ts";
import { toText } from "../values/to-text.ts";
import { define, type OttlFunction } from "./function.ts";
import { any, bytesLike, optional, text } from "./parameters.ts";

function hashed(name: string, digest: (value: string) => Value): OttlFunction {
  return define(
    name,
    { target: text },
    ({ target }) =>
      (cursor) =>
        digest(target.get(cursor)),
  );
}

/** FNV-1a, 64 bits. */
export function fnv1a(bytes: Uint8Array): bigint {
  let state = 0xcbf29ce484222325n;
  for (const byte of bytes) state = BigInt.asUintN(64, (state ^ BigInt(byte)) * 0x100000001b3n);
  return state;
}

const encodings: Readonly<Record<string, (bytes: Buffer) => string>> = {
  base64: (bytes) => bytes.toString("base64"),
  "base64-raw": (bytes) => bytes.toString("base64").replaceAll("=", ""),
  "base64-url": (bytes) => bytes.toString("base64").replaceAll("+", "-").replaceAll("/", "_"),
  "base64-raw-url": (bytes) => bytes.toString("base64url"),
};

const base64Encode = define(
  "Base64Encode",
  { target: text, variant: optional(text) },
  ({ target, variant }) =>
    (cursor) => {
      const bytes = Buffer.from(target.get(cursor));
      const wanted = variant?.get(cursor) ?? "base64";
      const encode = Object.hasOwn(encodings, wanted) ? encodings[wanted] : undefined;
      if (encode === undefined) throw new OttlError(`unsupported base64 variant: ${wanted}`);
      return encode(bytes);
    },
);

const decode = define("Decode", { target: any, encoding: text }, ({ target, encoding }) => {
  // an encoding nobody knows is found out at the start
  if (encoding.literal !== undefined) decodeText(new Uint8Array(0), encoding.literal.value);
  return (cursor) => {
    const value = target.get(cursor);
    const isPlain = ["string", "bigint", "number", "boolean"].includes(typeof value);
    if (!isPlain && !(value instanceof Uint8Array)) {
      throw new OttlError(`unsupported type provided to Decode function: ${typeName(value)}`);
    }
    return decodeText(value instanceof Uint8Array ? value : Buffer.from(toText(value)!), encoding.get(cursor));
  };
});

function idOf(name: string, length: 8 | 16): OttlFunction {
  const read = (target: Uint8Array | null): Id => {
    const bytes = Buffer.from(target ?? []);
    if (bytes.length === length) return new Id(bytes.toString("hex"));
    const hex = bytes.toString("latin1");
    if (bytes.length !== length * 2) {
      throw new OttlError(
        `${name}: could not decode ID: invalid length: expected ${length} or ${length * 2} bytes, got ${bytes.length}`,
      );
    }
    if (!/^[0-9a-f]*$/iu.test(hex)) throw new OttlError(`${name}: could not decode ID: invalid hex`);
    return new Id(hex.toLowerCase());
  };
  return define(name, { target: bytesLike }, ({ target }) => {
    if (target.literal === undefined) return (cursor) => read(target.get(cursor));
    const id = read(target.literal.value);
    return () => id;
  });
}

/** Version 7: 48 bits of milliseconds, the rest random (RFC 9562). */
function uuidV7(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

export const hashes: readonly OttlFunction[] = [
  hashed("MD5", (value) => hash("md5", value)),
  hashed("SHA1", (value) => hash("sha1", value)),
  hashed("SHA256", (value) => hash("sha256", value)),
  hashed("SHA512", (value) => createHash("sha512").update(value).digest("hex")),
  hashed("FNV", (value) => BigInt.asIntN(64, fnv1a(Buffer.from(value)))),
  hashed("Murmur3Hash", (value) => murmur3x32(Buffer.from(value))),
  hashed("Murmur3Hash128", (value) => murmur3x64(Buffer.from(value))),
  define(
    "Hex",
    { target: bytesLike },
    ({ target }) =>
      (cursor) =>
        Buffer.from(target.get(cursor) ?? []).toString("hex"),
  ),
  base64Encode,
  decode,
  idOf("TraceID", 16),
  idOf("SpanID", 8),
  define("UUID", {}, () => () => randomUUID()),
  define("UUIDv7", {}, () => uuidV7),
];
