import { parsedOf } from "./read.ts";

/** Total length, headers' length and their checksum. */
const preludeBytes = 12;
const checksumBytes = 4;
/** AWS sends no message larger than this; what claims to be is none. */
const maxMessageBytes = 24 * 1024 * 1024;
const stringType = 7;

const text = new TextDecoder();

/**
 * Reads `application/vnd.amazon.eventstream` from bytes as they arrive, cut anywhere. Gives each event as AWS's clients do: its payload under its type; an
 * exception as `{ error: { type, message } }`. Checksums are the application's to check.
 */
export class EventStreamReader {
  readonly #onData: (data: unknown) => void;
  #rest = new Uint8Array();

  constructor(onData: (data: unknown) => void) {
    this.#onData = onData;
  }

  push(bytes: unknown): void {
    if (!(bytes instanceof Uint8Array)) return;
    const all = this.#rest.length === 0 ? bytes : joined(this.#rest, bytes);
    let at = 0;
    while (all.length - at >= preludeBytes) {
      const length = new DataView(all.buffer, all.byteOffset + at).getUint32(0);
      if (length < preludeBytes + checksumBytes || length > maxMessageBytes) {
        this.#rest = new Uint8Array();
        return;
      }
      if (all.length - at < length) break;
      this.#read(all.subarray(at, at + length));
      at += length;
    }
    this.#rest = all.slice(at);
  }

  /** A message that is not whole is none. */
  end(): void {
    this.#rest = new Uint8Array();
  }

  #read(message: Uint8Array): void {
    const headerLength = new DataView(message.buffer, message.byteOffset).getUint32(4);
    const headers = readHeaders(message.subarray(preludeBytes, preludeBytes + headerLength));
    const payload = parsedOf(
      text.decode(message.subarray(preludeBytes + headerLength, message.length - checksumBytes)),
    );
    const exception = headers.get(":exception-type") ?? headers.get(":error-code");
    const type = headers.get(":event-type");
    if (exception !== undefined) {
      const said = typeof payload === "object" && payload !== null ? payload : {};
      this.#onData({ error: { ...said, type: exception } });
    } else if (type !== undefined) this.#onData({ [type]: payload });
  }
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const all = new Uint8Array(left.length + right.length);
  all.set(left);
  all.set(right, left.length);
  return all;
}

/** Those that are strings; in a head with one of another kind, those before it. */
function readHeaders(bytes: Uint8Array): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at < bytes.length) {
    const nameLength = view.getUint8(at);
    const name = text.decode(bytes.subarray(at + 1, at + 1 + nameLength));
    at += 1 + nameLength;
    if (view.getUint8(at) !== stringType) break;
    const valueLength = view.getUint16(at + 1);
    headers.set(name, text.decode(bytes.subarray(at + 3, at + 3 + valueLength)));
    at += 3 + valueLength;
  }
  return headers;
}
