import assert from "node:assert/strict";
import { it } from "node:test";
import { libraries } from "./libraries.ts";
import { instrumentations } from "./on-demand.cjs";

it("has the instrumentation of every library, by its name", () => {
  assert.deepEqual(
    Object.keys(instrumentations),
    libraries.map(({ name }) => name),
  );
  for (const { name, className } of libraries) assert.equal(typeof instrumentations[name]?.()[className], "function");
});
