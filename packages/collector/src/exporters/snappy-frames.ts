import type { GrpcCompressor } from "@genscope/otlp/client";
import { crc32c } from "./crc32c.ts";

/** As much as one chunk may hold (github.com/google/snappy/blob/main/framing_format.txt, 4.2). */
const chunkBytes = 65_536;
const Chunk = { compressed: 0x00, uncompressed: 0x01 } as const;
const streamIdentifier = Buffer.from([0xff, 6, 0, 0, ...Buffer.from("sNaPpY")]);

/** gRPC's `snappy`, which in the Collector is the framing format, not the bare block of Prometheus remote write. */
export async function loadSnappyFrames(): Promise<GrpcCompressor> {
  // loaded by who sends so: a collector that does not is spared its memory
  const { compress } = await import("snappy");
  return {
    encoding: "snappy",
    async compress(message) {
      const pieces: Buffer[] = [streamIdentifier];
      for (let at = 0; at < message.length; at += chunkBytes) {
        const plain = message.subarray(at, at + chunkBytes);
        const block = await compress(plain);
        // a chunk that does not shrink stays as it is
        const isSmaller = block.length < plain.length - (plain.length >> 3);
        const body = isSmaller ? block : plain;
        const header = Buffer.allocUnsafe(8);
        header.writeUInt32LE(((body.length + 4) << 8) | (isSmaller ? Chunk.compressed : Chunk.uncompressed), 0);
        header.writeUInt32LE(masked(crc32c(plain)), 4);
        pieces.push(header, Buffer.from(body.buffer, body.byteOffset, body.length));
      }
      return Buffer.concat(pieces);
    },
  };
}

/** So that a checksum of bytes that hold checksums still says something (framing_format.txt, 3). */
function masked(checksum: number): number {
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}
