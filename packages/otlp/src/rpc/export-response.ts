import { decodeFields, encodeIntField, encodeMessageField, encodeStringField, fieldText } from "./wire.ts";
import { jsonFields } from "./json.ts";
import { services } from "./services.ts";
import type { Signal } from "../signal.ts";

/** What an `Export…ServiceResponse` says. Nothing rejected and no message is a full success, an empty response. */
export interface ExportResponse {
  readonly rejected: number;
  readonly message: string;
}

/** The three responses share their field numbers, so one encoder serves all signals. */
export function encodeExportResponse({ rejected, message }: ExportResponse): Buffer {
  if (rejected === 0 && message === "") return Buffer.alloc(0);
  const partial = Buffer.concat([encodeIntField(1, BigInt(rejected)), encodeStringField(2, message)]);
  return encodeMessageField(1, partial);
}

/** 64-bit integers are strings in OTLP's JSON; defaults are left out. */
export function toExportResponseJson(signal: Signal, { rejected, message }: ExportResponse): object {
  if (rejected === 0 && message === "") return {};
  return {
    partialSuccess: {
      ...(rejected === 0 ? {} : { [services[signal].rejectedName]: String(rejected) }),
      ...(message === "" ? {} : { errorMessage: message }),
    },
  };
}

/** Throws a `RangeError` on malformed bytes. */
export function decodeExportResponse(bytes: Uint8Array): ExportResponse {
  let rejected = 0;
  let message = "";
  for (const field of decodeFields(bytes)) {
    if (field.number !== 1) continue;
    for (const part of decodeFields(field.bytes)) {
      if (part.number === 1) rejected = Number(BigInt.asIntN(64, part.varint));
      else if (part.number === 2) message = fieldText(part);
    }
  }
  return { rejected, message };
}

/** The same from JSON, where the count may be a string or a number. */
export function fromExportResponseJson(signal: Signal, json: unknown): ExportResponse {
  const { partialSuccess } = jsonFields(json);
  const partial = jsonFields(partialSuccess);
  const rejected = Number(partial[services[signal].rejectedName] ?? 0);
  const message = partial["errorMessage"];
  return { rejected: Number.isFinite(rejected) ? rejected : 0, message: typeof message === "string" ? message : "" };
}
