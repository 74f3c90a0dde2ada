import assert from "node:assert/strict";
import { test } from "node:test";
import type { TraceSummary } from "@genscope/server/contract";
import { aSkeleton } from "../trace/testing.ts";
import { addLive, mergeLive } from "./merge-live.ts";

function aTrace(traceId: string, startUnixNano: string, spanCount = 1): TraceSummary {
  return { ...aSkeleton([{}]).summary, traceId, startUnixNano, spanCount };
}
const listed = [aTrace("b", "200"), aTrace("a", "100")];
const shown = (rows: readonly TraceSummary[]): string[] => rows.map((row) => `${row.traceId} ${row.spanCount}`);

test("a known trace changes where it stands, a new one goes on top", () => {
  const live = addLive(new Map(), [aTrace("a", "100", 7), aTrace("c", "300"), aTrace("d", "1000")], 10);
  assert.deepEqual(shown(mergeLive(listed, live, new Set())), ["d 1", "c 1", "b 1", "a 7"]);
});

test("what came while the reader was down the list waits; what was shown before stays", () => {
  const live = addLive(new Map(), [aTrace("c", "300", 2), aTrace("d", "400"), aTrace("a", "100", 7)], 10);
  assert.deepEqual(shown(mergeLive(listed, live, new Set(["d"]))), ["c 2", "b 1", "a 7"]);
});

test("memory is bounded: what was told longest ago is let go", () => {
  let live: ReadonlyMap<string, TraceSummary> = new Map();
  live = addLive(live, [aTrace("a", "1"), aTrace("b", "2")], 2);
  live = addLive(live, [aTrace("a", "1", 5)], 2);
  live = addLive(live, [aTrace("c", "3")], 2);
  assert.deepEqual([...live.keys()], ["a", "c"]);
});
