import assert from "node:assert/strict";
import { it } from "node:test";
import { uncompress } from "snappy";
import { crc32c } from "./crc32c.ts";
import { loadSnappyFrames } from "./snappy-frames.ts";

it("CRC-32C is that of RFC 3720", () => {
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
  assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43);
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
  assert.equal(crc32c(Buffer.from("123456789")), 0xe3069283);
  assert.equal(crc32c(Buffer.alloc(0)), 0);
});

it("snappy frames hold chunks of at most 64 KiB, those that do not shrink as they are", async () => {
  const frames = await loadSnappyFrames();
  assert.equal(frames.encoding, "snappy");
  const text = Buffer.alloc(100_000, "spans and spans ");
  let random = 1;
  const noise = Uint8Array.from({ length: 40_000 }, () => (random = (random * 48_271) % 0x7fffffff) & 0xff);
  const framed = Buffer.from(await frames.compress(Buffer.concat([text, noise])));
  assert.equal(framed.toString("latin1", 0, 10), "\xff\x06\0\0sNaPpY");
  const chunks: { readonly type: number; readonly plain: Buffer }[] = [];
  for (let at = 10; at < framed.length;) {
    const end = at + 4 + framed.readUIntLE(at + 1, 3);
    const body = framed.subarray(at + 8, end);
    const type = framed.readUInt8(at);
    chunks.push({ type, plain: type === 0 ? ((await uncompress(body)) as Buffer) : body });
    at = end;
  }
  assert.deepEqual(
    chunks.map(({ type, plain }) => [type, plain.length]),
    [
      [0, 65_536],
      [0, 65_536],
      [1, 8_928],
    ],
  );
  assert.ok(Buffer.concat(chunks.map(({ plain }) => plain)).equals(Buffer.concat([text, noise])));
  assert.equal((await frames.compress(Buffer.alloc(0))).length, 10);
});
