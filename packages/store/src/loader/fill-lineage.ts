import type { ClickHouseClient } from "@clickhouse/client";
import {
  callClassOf,
  passingTypes,
  rememberedCalls,
  typeNames,
  usageKinds,
  type UsageLineage,
} from "@genscope/semconv/wire";
import { countedColumns } from "./counted-columns.ts";

/** Of spans of every type: those between calls count among them. */
const maxSpans = 4 * rememberedCalls;
const idBytes = 32;
const rowBytes = idBytes + 1 + 8 * countedColumns.length;
const calls: ReadonlySet<number> = new Set([typeNames.indexOf("model"), typeNames.indexOf("embedding")]);

const select = `
SELECT trace_id, span_id, parent_span_id, toUInt8(indexOf({types:Array(String)}, span_type) - 1),
    ${countedColumns.map(({ name }) => `ifNull(toFloat64(${name}), nan)`).join(", ")}
FROM spans
WHERE journal_position >= (SELECT min(at) FROM (SELECT journal_position AS at FROM spans ORDER BY at DESC LIMIT ${maxSpans}))
    AND span_type IN ('model', 'embedding', ${passingTypes.map((type) => `'${type}'`).join(", ")})
ORDER BY journal_position
FORMAT RowBinary`;

/** Tells the lineage what was counted of the spans stored last, oldest first. */
export async function fillLineage(client: ClickHouseClient, lineage: UsageLineage): Promise<void> {
  lineage.clear();
  const { stream } = await client.exec({
    query: select,
    query_params: { types: typeNames },
    clickhouse_settings: { readonly: "1" },
  });
  const usage = new Float64Array(usageKinds.length);
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (; at + rowBytes <= data.length; at += rowBytes) addRow(lineage, data, at, usage);
    rest = data.subarray(at);
  }
}

function addRow(lineage: UsageLineage, data: Buffer, at: number, usage: Float64Array): void {
  const [spanAt, parentAt] = [at + 16, data.readBigUInt64LE(at + 24) === 0n ? -1 : at + 24];
  const type = data[at + idBytes]!;
  if (!calls.has(type)) {
    lineage.pass(type, data, at, spanAt, parentAt);
    return;
  }
  let isKnown = false;
  for (let kind = 0; kind < usage.length; kind++) {
    usage[kind] = data.readDoubleLE(at + idBytes + 1 + 8 * kind);
    isKnown ||= !Number.isNaN(usage[kind]!);
  }
  if (!isKnown) return;
  const call = callClassOf(type);
  lineage.addBelow(usage, call, data, at, spanAt);
  lineage.count(usage, call, data, at, spanAt, parentAt);
}
