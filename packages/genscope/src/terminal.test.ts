import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatBytes, formatDuration, printable } from "./terminal.ts";

describe("terminal output", () => {
  it("shows control characters instead of obeying them", () => {
    assert.equal(printable("\u001b[31mred\u0007 \u202eevil"), "\\u001b[31mred\\u0007 \\u202eevil");
    assert.equal(printable("plain – ünïcode 漢字"), "plain – ünïcode 漢字");
  });

  it("picks the unit a reader expects", () => {
    assert.deepEqual([0, 840e3, 1_234_000, 12.34e6, 123.4e6, 1.84e9, 185e9].map(formatDuration), [
      "0 µs",
      "840 µs",
      "1.23 ms",
      "12.3 ms",
      "123 ms",
      "1.84 s",
      "3 m 05 s",
    ]);
    assert.deepEqual([0, 1023, 1536, 3 * 1024 ** 3].map(formatBytes), ["0 B", "1023 B", "1.5 KiB", "3.0 GiB"]);
  });
});
