import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { Edits, encode, indexLogs, protobufToJson, Signal } from "@genscope/otlp";
import { aLogsRequest, type LogInit, type PlainAttributes, type PlainValue } from "@genscope/otlp/testing";
import { parse } from "yaml";
import { createTelemetry } from "../../packages/collector/src/graph/telemetry.ts";
import type { RedactionConfig } from "../../packages/collector/src/processors/redaction/config.ts";
import { createRedaction, redactionComponent } from "../../packages/collector/src/processors/redaction/index.ts";
import { type Outcome, tryInOtelcol } from "./running-otelcol.ts";

interface Case {
  readonly name: string;
  readonly differs?: string;
  readonly config: Record<string, unknown>;
  readonly attributes?: PlainAttributes;
  readonly body?: PlainValue;
  readonly error?: string;
}

const cases = (
  parse(readFileSync(join(import.meta.dirname, "../../packages/collector/cases/redaction.yaml"), "utf8")) as Case[]
).filter(({ error }) => error === undefined || !error.includes("sanitizer"));

/** One record for every case, in their order: redaction drops none. */
const request = aLogsRequest({
  resource: {},
  logs: cases.map(({ attributes, body }): LogInit => ({
    ...(attributes === undefined ? {} : { attributes }),
    ...(body === undefined ? {} : { body }),
  })),
});

interface LogRecord {
  readonly attributes?: readonly { readonly key: string }[];
  readonly body?: unknown;
}

function recordOf(bytes: Uint8Array, index: number): object {
  const json = JSON.parse(Buffer.from(protobufToJson(Signal.logs, bytes)).toString()) as {
    resourceLogs: { scopeLogs: { logRecords: LogRecord[] }[] }[];
  };
  const records = json.resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords));
  const { attributes = [], body } = records[index]!;
  // where a pattern matches nothing, upstream masks bodies that are not there
  return {
    ...(cases[index]!.body === undefined ? {} : { body }),
    attributes: attributes.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
  };
}

function ours({ config }: Case): Uint8Array {
  const checked = redactionComponent.config.parse(config) as RedactionConfig;
  const batch = { signal: "logs", view: indexLogs(request), edits: new Edits() } as const;
  createRedaction(checked, { id: "redaction", telemetry: createTelemetry(), warn: () => {} }).process(batch);
  return encode(batch.view, batch.edits);
}

describe("redaction beside the Collector's", () => {
  let outcomes: readonly Outcome[];
  before(async () => {
    outcomes = await tryInOtelcol(
      cases.map(({ config }) => ({ signal: "logs", processors: [{ type: "redaction", config }], request })),
    );
  });

  for (const [index, one] of cases.entries()) {
    it(`${one.differs === undefined ? "does the same" : "differs"}: ${one.name}`, () => {
      const outcome = outcomes[index]!;
      if (one.error !== undefined) {
        assert.equal("refused" in outcome, one.differs === undefined);
        return;
      }
      assert.ok("bytes" in outcome, "refused" in outcome ? outcome.refused : "");
      const theirs = recordOf(outcome.bytes!, index);
      const mine = recordOf(ours(one), index);
      if (one.differs === undefined) assert.deepEqual(mine, theirs);
      else assert.notDeepEqual(mine, theirs);
    });
  }
});
