import type { Command } from "commander";
import type { Status } from "@genscope/server/contract";
import { formatBytes, formatCount, paint, printable } from "../terminal.ts";
import { connect, remoteOptions } from "./remote.ts";
import type { RemoteOptions } from "./remote.ts";

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function reasons(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).filter(([, count]) => count > 0);
  return entries.map(([reason, count]) => `${reason} ${formatCount(count)}`).join(", ");
}

function items(counts: { spans: number; logs: number; points: number }): string {
  return `${formatCount(counts.spans)} spans, ${formatCount(counts.logs)} log records, ${formatCount(counts.points)} data points`;
}

/** The status as a person reads it: where every item is. */
export function describeStatus(status: Status): string {
  const { store, journal } = status;
  const lines: [string, string][] = [
    ["Genscope", `${status.version}, up since ${status.startedAt}`],
    ["Look", status.endpoints.ui],
    ["Send", [status.endpoints.http, status.endpoints.grpc].filter((url) => url !== null).join("  ")],
    ["Received", items(status.received)],
    ["Rejected", total(status.rejected) === 0 ? "none" : paint("yellow", reasons(status.rejected))],
    ...(status.masked === null ? [] : [["Masked", reasons(status.masked) || "nothing"] satisfies [string, string]]),
    ["Stored", items(status.stored)],
    ["Duplicates", formatCount(status.stored.duplicates)],
    ["Dropped", total(status.stored.dropped) === 0 ? "none" : paint("red", reasons(status.stored.dropped))],
    [
      "Journal",
      `${formatBytes(journal.bytes)} of ${formatBytes(journal.maxBytes)}, ${formatBytes(journal.lagBytes)} not yet stored`,
    ],
    [
      "Store",
      `${store.kind}, ${store.state}${store.version === null ? "" : `, ClickHouse ${store.version}`}, ${store.restarts} restarts`,
    ],
  ];
  if (journal.refusedRecords > 0)
    lines.push(["Refused", `${formatCount(journal.refusedRecords)} batches while the journal was full`]);
  if (journal.truncatedBytes > 0)
    lines.push(["Cut off", `${formatBytes(journal.truncatedBytes)} of an incomplete record at the journal's end`]);
  if (journal.damagedBytes > 0)
    lines.push(["Damaged", paint("red", `${formatBytes(journal.damagedBytes)} of the journal, left out`)]);
  if (status.stored.lastError !== null) lines.push(["Not stored", paint("red", printable(status.stored.lastError))]);
  if (store.lastError !== null) lines.push(["Engine said", paint("red", printable(store.lastError))]);
  for (const table of store.tables.filter(({ rows }) => rows > 0)) {
    lines.push([`  ${table.name}`, `${formatCount(table.rows)} rows, ${formatBytes(table.bytesOnDisk)}`]);
  }
  const width = Math.max(...lines.map(([name]) => name.length)) + 2;
  return `${lines.map(([name, value]) => `${paint("dim", name.padEnd(width))}${value}`).join("\n")}\n`;
}

export function addStatus(program: Command): void {
  const command = program
    .command("status")
    .description("where every span is: received, rejected, journaled, stored")
    .option("--json", "as JSON");
  for (const option of remoteOptions()) command.addOption(option);
  command.action(async (options: RemoteOptions & { json?: boolean }) => {
    const status = await connect(options).status();
    process.stdout.write(options.json ? `${JSON.stringify(status, null, 2)}\n` : describeStatus(status));
  });
}
