import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HpackDecoder } from "./hpack-decoder.ts";

function decoded(decoder: HpackDecoder, hex: string): string[] {
  const headers: string[] = [];
  decoder.decode(Buffer.from(hex.replaceAll(" ", ""), "hex"), (name, value) => headers.push(`${name}: ${value}`));
  return headers;
}

describe("a decoder of header blocks", () => {
  it("reads the standard's requests, with Huffman code and without (RFC 7541, C.3 and C.4)", () => {
    const first = [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"];
    const third = [":method: GET", ":scheme: https", ":path: /index.html", ":authority: www.example.com"];
    const blocks = [
      [
        "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
        "8286 84be 5808 6e6f 2d63 6163 6865",
        "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
      ],
      [
        "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
        "8286 84be 5886 a8eb 1064 9cbf",
        "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
      ],
    ];
    for (const [one, two, three] of blocks) {
      const decoder = new HpackDecoder();
      assert.deepEqual(decoded(decoder, one!), first);
      assert.deepEqual(decoded(decoder, two!), [...first, "cache-control: no-cache"]);
      assert.deepEqual(decoded(decoder, three!), [...third, "custom-key: custom-value"]);
    }
  });

  it("lets go of the oldest headers where the table is full", () => {
    const decoder = new HpackDecoder();
    // a table of 80 bytes has room for two headers of 34
    assert.deepEqual(decoded(decoder, "3f31 4001 6101 31"), ["a: 1"]);
    assert.deepEqual(decoded(decoder, "4001 6201 32"), ["b: 2"]);
    assert.deepEqual(decoded(decoder, "bebf"), ["b: 2", "a: 1"]);
    assert.deepEqual(decoded(decoder, "4001 6301 33"), ["c: 3"]);
    assert.deepEqual(decoded(decoder, "bebf"), ["c: 3", "b: 2"]);
    assert.throws(() => decoded(decoder, "c0"), { message: "there is no header 64" });
    assert.deepEqual(decoded(decoder, `4001 6428 ${"78".repeat(40)} 82`), [`d: ${"x".repeat(40)}`, ":method: GET"]);
    assert.deepEqual(decoded(decoder, `4001 6532 ${"78".repeat(50)}`), [`e: ${"x".repeat(50)}`]);
    assert.throws(() => decoded(decoder, "be"), /there is no header 62/, "one larger than the table has emptied it");
  });

  const broken: readonly (readonly [string, string])[] = [
    ["80", "there is no header 0"],
    ["be", "there is no header 62"],
    ["ff", "a header block ends within a header"],
    ["ffffffffffff0f", "a number in a header is too large"],
    ["0003 6162", "a header block ends within a header"],
    ["0001 6181", "a header block ends within a header"],
    ["0001 6181 00", "a header is not valid Huffman code"],
    ["0001 6182 ffff", "a header is not valid Huffman code"],
    ["0001 6184 ffff ffff", "a header is not valid Huffman code"],
    ["3fe2 1f", "a header table of 4097 bytes is larger than 4096"],
    ["8220", "the size of the header table changes within a block"],
  ];
  for (const [hex, message] of broken) {
    it(`refuses ${hex}: ${message}`, () => {
      assert.throws(() => decoded(new HpackDecoder(), hex), { message });
    });
  }
});
