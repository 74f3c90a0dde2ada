import { OttlError } from "../ottl-error.ts";

const base64: Readonly<Record<string, { readonly alphabet: RegExp; readonly isPadded: boolean }>> = {
  base64: { alphabet: /^[A-Za-z0-9+/]*$/u, isPadded: true },
  "base64-raw": { alphabet: /^[A-Za-z0-9+/]*$/u, isPadded: false },
  "base64-url": { alphabet: /^[A-Za-z0-9_-]*$/u, isPadded: true },
  "base64-raw-url": { alphabet: /^[A-Za-z0-9_-]*$/u, isPadded: false },
};

/**
 * Text of bytes in an encoding: base64 in four variants, or any that browsers know by name (`utf-8`, `utf-16le`, `shift_jis`, `windows-1252` …).
 * @throws {OttlError} for an encoding nobody knows, and bytes that are none of it
 */
export function decodeText(bytes: Uint8Array, encoding: string): string {
  const variant = Object.hasOwn(base64, encoding) ? base64[encoding] : undefined;
  if (variant !== undefined) return decodeBase64(bytes, variant);
  return decoderOf(encoding).decode(bytes);
}

function decodeBase64(
  bytes: Uint8Array,
  { alphabet, isPadded }: { readonly alphabet: RegExp; readonly isPadded: boolean },
): string {
  const text = Buffer.from(bytes)
    .toString("latin1")
    .replaceAll(/[\r\n]/gu, "");
  const content = isPadded ? text.replace(/={1,2}$/u, "") : text;
  const isWhole = isPadded ? text.length % 4 === 0 : content.length % 4 !== 1;
  if (!alphabet.test(content) || !isWhole) throw new OttlError("could not decode: illegal base64 data");
  return Buffer.from(content, "base64").toString();
}

/** Names of the IANA index that the Encoding standard does not have. */
const aliases: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["", "utf8", "utf-8-raw", "utf8-raw", "ascii", "us-ascii", "nop"].map((name) => [name, "utf-8"]),
  ),
  "utf-16": "utf-16le",
  utf16: "utf-16le",
};

type Decoder = InstanceType<typeof TextDecoder>;

const decoders = new Map<string, Decoder>();

function decoderOf(encoding: string): Decoder {
  const name = aliases[encoding.toLowerCase()] ?? encoding.toLowerCase();
  let decoder = decoders.get(name);
  if (decoder === undefined) {
    try {
      decoder = new TextDecoder(name);
    } catch (error) {
      throw new OttlError(`unsupported encoding '${encoding}'`, { cause: error });
    }
    decoders.set(name, decoder);
  }
  return decoder;
}
