import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { it } from "node:test";
import type { Status } from "@genscope/server/contract";
import { describeStatus } from "./status.ts";

const well: Status = {
  version: "0.1.0",
  startedAt: "2026-01-01T00:00:00.000Z",
  uptimeSeconds: 5,
  dataDir: "data",
  endpoints: { grpc: "http://127.0.0.1:4317", http: "http://127.0.0.1:4318", ui: "http://127.0.0.1:4319" },
  received: { spans: 2, logs: 1, points: 0 },
  rejected: {},
  masked: null,
  pipelines: null,
  journal: { bytes: 10, maxBytes: 100, refusedRecords: 0, truncatedBytes: 0, damagedBytes: 0, lagBytes: 0 },
  stored: { spans: 2, logs: 1, points: 0, duplicates: 0, dropped: {}, lastError: null },
  store: { kind: "embedded", state: "ready", version: "26.5", restarts: 0, lastError: null, tables: [] },
};

function text(status: Status): string {
  return stripVTControlCharacters(describeStatus(status));
}

it("the status of a Genscope that is well speaks of no damage and no error", () => {
  assert.doesNotMatch(text(well), /Damaged|Cut off|Refused|Not stored|Engine said/);
});

it("the status tells what was masked, where masking runs", () => {
  assert.doesNotMatch(text(well), /Masked/);
  assert.match(text({ ...well, masked: {} }), /Masked +nothing/);
  assert.match(text({ ...well, masked: { email: 3, "api-key.openai": 1 } }), /Masked +email 3, api-key\.openai 1/);
});

it("the status names damage, and why nothing is stored", () => {
  const said = text({
    ...well,
    journal: { ...well.journal, refusedRecords: 3, truncatedBytes: 100, damagedBytes: 2048 },
    stored: { ...well.stored, lastError: "the disk said \u001b[2Jno" },
    store: { ...well.store, state: "restarting", lastError: "the engine ended with SIGKILL" },
  });
  assert.match(said, /Refused +3 batches/);
  assert.match(said, /Cut off +100 B/);
  assert.match(said, /Damaged +2(\.0)? K/);
  assert.match(said, /Not stored +the disk said \\u001b\[2Jno/);
  assert.match(said, /Store +embedded, restarting/);
  assert.match(said, /Engine said +the engine ended with SIGKILL/);
});
