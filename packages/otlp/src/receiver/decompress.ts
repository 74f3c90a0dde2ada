import * as zlib from "node:zlib";
import { OtlpError } from "../errors.ts";
import type { ByteLease } from "./byte-budget.ts";
import { joinPieces } from "./pieces.ts";

export type Compression = "identity" | "gzip" | "deflate" | "zstd";

/** What this Node can decompress, in the order a client is told. */
export const compressions: readonly Compression[] =
  "createZstdDecompress" in zlib ? ["gzip", "deflate", "zstd", "identity"] : ["gzip", "deflate", "identity"];

/** RFC 8878 asks decoders for 8 MiB and encoders not to go beyond; more is memory a short frame could claim. */
const zstdWindowLogMax = 23;

/**
 * Parses `Content-Encoding` or `grpc-encoding`. Several codings on top of each other are refused: no OTLP client sends
 * them, and each layer multiplies what a small body can grow to.
 */
export function parseCompression(header: string | undefined): Compression {
  const codings = (header ?? "")
    .split(",")
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== "" && each !== "identity");
  const [coding = "identity", ...further] = codings;
  if (further.length > 0) {
    throw new OtlpError("unsupported-media-type", `several content codings at once are not supported: ${header}`);
  }
  const known = compressions.find((each) => each === coding || (coding === "x-gzip" && each === "gzip"));
  if (known !== undefined) return known;
  const offer = compressions.join(", ");
  throw new OtlpError("unsupported-media-type", `content coding "${coding}" is not supported; use one of ${offer}`);
}

/**
 * The decompressed body. Every piece is counted before the next is made: past `limitBytes` it stops with `too-large`,
 * past the budget behind `lease` with `unavailable`, on broken input with `invalid-argument`.
 */
export function decompress(
  body: Buffer,
  compression: Compression,
  limitBytes: number,
  lease: ByteLease,
): Promise<Buffer> {
  if (compression === "identity") return Promise.resolve(body);
  return new Promise((resolve, reject) => {
    const decompressor = openDecompressor(compression, body);
    const pieces: Buffer[] = [];
    let total = 0;
    function fail(error: unknown): void {
      decompressor.destroy();
      reject(error instanceof OtlpError ? error : malformed(compression, error));
    }
    decompressor.on("data", (piece: Buffer) => {
      total += piece.length;
      if (total > limitBytes) return fail(tooLarge(limitBytes));
      try {
        lease.grow(piece.length);
      } catch (error) {
        return fail(error);
      }
      pieces.push(piece);
    });
    decompressor.on("error", fail);
    decompressor.on("end", () => resolve(joinPieces(pieces, total)));
    decompressor.end(body);
  });
}

function openDecompressor(compression: Exclude<Compression, "identity">, body: Buffer): zlib.Gunzip {
  const chunkSize = Math.min(Math.max(body.length * 4, 16 * 1024), 256 * 1024);
  switch (compression) {
    case "gzip":
      return zlib.createGunzip({ chunkSize });
    case "deflate":
      return hasZlibHeader(body) ? zlib.createInflate({ chunkSize }) : zlib.createInflateRaw({ chunkSize });
    default:
      return zlib.createZstdDecompress({
        chunkSize,
        params: { [zlib.constants.ZSTD_d_windowLogMax]: zstdWindowLogMax },
      });
  }
}

/** "deflate" means the zlib format (RFC 9110, 8.4.1.2), but some senders leave its header out. */
function hasZlibHeader(body: Buffer): boolean {
  return body.length >= 2 && (body.readUInt8(0) & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;
}

function tooLarge(limitBytes: number): OtlpError {
  return new OtlpError("too-large", `the request decompresses to more than ${limitBytes} bytes`);
}

function malformed(compression: Compression, cause: unknown): OtlpError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OtlpError("invalid-argument", `the body is not valid ${compression}: ${reason}`, { cause });
}
