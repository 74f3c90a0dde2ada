import { jsonFields } from "./json.ts";
import { decodeFields, encodeIntField, encodeMessageField, encodeStringField, fieldText } from "./wire.ts";

const retryInfoType = "type.googleapis.com/google.rpc.RetryInfo";

/** `google.rpc.Status`, with a `google.rpc.RetryInfo` among its details when a delay is known. */
export interface RpcStatus {
  readonly code: number;
  readonly message: string;
  readonly retryDelayMs?: number | undefined;
}

export function encodeStatus(status: RpcStatus): Buffer {
  const parts = [encodeIntField(1, BigInt(status.code)), encodeStringField(2, status.message)];
  if (status.retryDelayMs !== undefined) {
    const any = [encodeStringField(1, retryInfoType), encodeMessageField(2, encodeRetryInfo(status.retryDelayMs))];
    parts.push(encodeMessageField(3, Buffer.concat(any)));
  }
  return Buffer.concat(parts);
}

/** The JSON mapping of the same message (protobuf.dev/programming-guides/json). */
export function toStatusJson(status: RpcStatus): object {
  const body = { code: status.code, message: status.message };
  if (status.retryDelayMs === undefined) return body;
  return { ...body, details: [{ "@type": retryInfoType, retryDelay: `${status.retryDelayMs / 1000}s` }] };
}

/** Throws a `RangeError` on malformed bytes. Details of other types are skipped. */
export function decodeStatus(bytes: Uint8Array): RpcStatus {
  let code = 0;
  let message = "";
  let retryDelayMs: number | undefined;
  for (const field of decodeFields(bytes)) {
    if (field.number === 1) code = Number(BigInt.asIntN(32, field.varint));
    else if (field.number === 2) message = fieldText(field);
    else if (field.number === 3) retryDelayMs = decodeRetryDetail(field.bytes) ?? retryDelayMs;
  }
  return { code, message, retryDelayMs };
}

/** The same from JSON; whatever is not there or of another type is left at its default. */
export function fromStatusJson(json: unknown): RpcStatus {
  const { code, message, details } = jsonFields(json);
  let retryDelayMs: number | undefined;
  for (const detail of Array.isArray(details) ? details : []) {
    const { "@type": type, retryDelay } = jsonFields(detail);
    const seconds = type === retryInfoType ? /^(\d+(?:\.\d+)?)s$/.exec(String(retryDelay)) : null;
    if (seconds !== null) retryDelayMs = Math.round(Number(seconds[1]) * 1000);
  }
  return {
    code: typeof code === "number" ? code : 0,
    message: typeof message === "string" ? message : "",
    retryDelayMs,
  };
}

function encodeRetryInfo(delayMs: number): Buffer {
  const seconds = Math.floor(delayMs / 1000);
  const nanos = Math.round((delayMs - seconds * 1000) * 1e6);
  return encodeMessageField(1, Buffer.concat([encodeIntField(1, BigInt(seconds)), encodeIntField(2, BigInt(nanos))]));
}

function decodeRetryDetail(any: Uint8Array): number | undefined {
  let type = "";
  let value: Uint8Array | undefined;
  for (const field of decodeFields(any)) {
    if (field.number === 1) type = fieldText(field);
    else if (field.number === 2) value = field.bytes;
  }
  if (type !== retryInfoType || value === undefined) return undefined;
  for (const delay of decodeFields(value)) {
    if (delay.number !== 1) continue;
    let ms = 0;
    for (const part of decodeFields(delay.bytes)) {
      if (part.number === 1) ms += Number(BigInt.asIntN(64, part.varint)) * 1000;
      else if (part.number === 2) ms += Number(BigInt.asIntN(32, part.varint)) / 1e6;
    }
    return Math.max(0, ms);
  }
  return 0;
}
