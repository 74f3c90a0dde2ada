import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { OtlpError } from "../errors.ts";
import { createByteBudget } from "./byte-budget.ts";
import { decompress, parseCompression, type Compression } from "./decompress.ts";

const text = Buffer.from("spans and spans and spans ".repeat(20_000));
const coders: readonly (readonly [string, Compression, (body: Buffer) => Buffer])[] = [
  ["gzip", "gzip", gzipSync],
  ["deflate", "deflate", deflateSync],
  ["deflate without its header", "deflate", deflateRawSync],
  ["zstd", "zstd", zstdCompressSync],
];

function failure(code: string, message: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof OtlpError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };
}

for (const [name, compression, compress] of coders) {
  describe(`decompressing ${name}`, () => {
    it("gives back what was compressed, exactly at the limit", async () => {
      const lease = await createByteBudget().admit();
      assert.deepEqual(await decompress(compress(text), compression, text.length, lease), text);
      assert.deepEqual(await decompress(compress(Buffer.alloc(0)), compression, 0, lease), Buffer.alloc(0));
    });

    it("stops a bomb at the limit, having held no more than that and a piece", async () => {
      const bomb = compress(Buffer.alloc(64 * 1024 * 1024));
      const budget = createByteBudget();
      const lease = await budget.admit();
      await assert.rejects(
        decompress(bomb, compression, 1024 * 1024, lease),
        failure("too-large", /more than 1048576/),
      );
      assert.ok(budget.heldBytes <= 1024 * 1024 + 256 * 1024, `held ${budget.heldBytes}`);
    });

    it("stops when the budget for all requests is spent", async () => {
      const lease = await createByteBudget(100_000).admit();
      await assert.rejects(
        decompress(compress(text), compression, text.length, lease),
        failure("unavailable", /100000/),
      );
    });

    it("refuses what is cut off or broken", async () => {
      const lease = await createByteBudget().admit();
      const whole = compress(text);
      for (const broken of [
        whole.subarray(0, whole.length - 3),
        Buffer.from("not compressed at all"),
        Buffer.alloc(0),
      ]) {
        await assert.rejects(
          decompress(broken, compression, text.length, lease),
          failure("invalid-argument", /not valid/),
        );
      }
    });
  });
}

describe("zstd", () => {
  it("refuses a window that a frame may claim but no OTLP sender needs", async () => {
    const wide = zstdCompressSync(Buffer.alloc(32 * 1024 * 1024, "ab"), {
      params: { [constants.ZSTD_c_windowLog]: 25 },
    });
    const lease = await createByteBudget().admit();
    await assert.rejects(decompress(wide, "zstd", 64 * 1024 * 1024, lease), failure("invalid-argument", /zstd/));
  });
});

describe("content codings", () => {
  it("are read in any case, and identity may be left out or said", () => {
    assert.equal(parseCompression(undefined), "identity");
    assert.equal(parseCompression(""), "identity");
    assert.equal(parseCompression("identity"), "identity");
    assert.equal(parseCompression(" GZIP "), "gzip");
    assert.equal(parseCompression("x-gzip"), "gzip");
    assert.equal(parseCompression("identity, zstd"), "zstd");
  });

  it("are refused when unknown or stacked", () => {
    assert.throws(() => parseCompression("br"), failure("unsupported-media-type", /"br".*gzip, deflate, zstd/));
    assert.throws(() => parseCompression("gzip, gzip"), failure("unsupported-media-type", /several/));
  });
});
