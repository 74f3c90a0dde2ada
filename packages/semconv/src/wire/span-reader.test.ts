import assert from "node:assert/strict";
import { it } from "node:test";
import { type AttributeColumns, AttributeType } from "./attribute-columns.ts";
import { numberAt } from "./number-at.ts";
import { fieldIndex, SpanReader, typeNames } from "./span-reader.ts";

/** Text attributes of one span, in order. */
function columnsOf(pairs: readonly (readonly [string, string])[]): { bytes: Uint8Array; attributes: AttributeColumns } {
  const bytes = Buffer.from(pairs.flat().join(""));
  const columns = {
    keyOffset: new Int32Array(pairs.length),
    keyLength: new Int32Array(pairs.length),
    type: new Uint8Array(pairs.length).fill(AttributeType.string),
    valueOffset: new Int32Array(pairs.length),
    valueLength: new Int32Array(pairs.length),
    next: Int32Array.from(pairs, (_, row) => (row + 1 < pairs.length ? row + 1 : -1)),
  };
  let at = 0;
  for (const [row, [key, value]] of pairs.entries()) {
    columns.keyOffset[row] = at;
    columns.keyLength[row] = key.length;
    columns.valueOffset[row] = at + key.length;
    columns.valueLength[row] = value.length;
    at += key.length + value.length;
  }
  return { bytes, attributes: columns };
}

it("finds keys that are asked for besides, known ones and others, and reads the same of a span", () => {
  const { bytes, attributes } = columnsOf([
    ["team", "first"],
    ["gen_ai.operation.name", "chat"],
    ["gen_ai.request.model", "gpt"],
    ["traceloop.entity.name", "step"],
    ["team", "last"],
  ]);
  const wanted = ["team", "gen_ai.request.model", "missing", "traceloop.entity.name"];
  const [plain, asking] = [new SpanReader(), new SpanReader(wanted)];
  for (let time = 0; time < 2; time++) {
    plain.read(bytes, attributes, 0);
    asking.read(bytes, attributes, 0);
    assert.deepEqual([...asking.wantedRow], [4, 2, -1, 3]);
    assert.deepEqual(asking.fieldRow, plain.fieldRow);
    assert.equal(asking.fieldRow[fieldIndex("requestModel")], 2);
    assert.equal(typeNames[asking.type], "model");
  }
  asking.read(bytes, attributes, -1);
  assert.deepEqual([...asking.wantedRow], [-1, -1, -1, -1]);
});

it("a key that is asked for tells what a span is all the same", () => {
  const { bytes, attributes } = columnsOf([
    ["db.query.text", "select"],
    ["http.route", "/"],
  ]);
  const [plain, asking] = [new SpanReader(), new SpanReader(["http.route", "db.query.text"])];
  plain.read(bytes, attributes, 0);
  asking.read(bytes, attributes, 0);
  assert.equal(asking.type, plain.type);
  assert.notEqual(typeNames[plain.type], "internal");
});

it("reads whole numbers of any size, to the precision of a double", () => {
  for (const value of [
    0n,
    1n,
    127n,
    128n,
    (1n << 28n) - 1n,
    1n << 28n,
    (1n << 31n) + 5n,
    (1n << 32n) + 7n,
    (1n << 53n) - 1n,
    -1n,
    -5n,
    -(1n << 40n),
  ]) {
    const bytes: number[] = [];
    for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
      bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
      if (rest <= 0x7fn) break;
    }
    const { attributes } = columnsOf([["", ""]]);
    attributes.type[0] = AttributeType.int;
    assert.equal(numberAt(Uint8Array.from(bytes), attributes, 0), Number(value), String(value));
  }
});
