import type { Journal } from "@genscope/journal";
import type { Status } from "@genscope/server/contract";
import type { LoaderStats } from "@genscope/store";
import type { Intake } from "./intake.ts";
import type { Endpoints } from "./runtime.ts";
import type { UpConfig } from "./settings.ts";
import { version } from "./version.ts";

export interface StatusParts {
  readonly config: UpConfig;
  readonly endpoints: Endpoints;
  readonly startedAt: Date;
  readonly journal: Journal;
  readonly intake: Intake;
  readonly loader: LoaderStats;
}

/** All of the status but the store's own part: where every item is, from the counters of each stage. */
export function statusOf(parts: StatusParts): Omit<Status, "store"> {
  const { config, endpoints, startedAt, loader } = parts;
  const journal = parts.journal.stats();
  const { received, rejected } = parts.intake.stats();
  const refused: Record<string, number> = { ...rejected };
  for (const { counters } of parts.intake.receivers) {
    // requests that never came as far as ingest, whose own reasons are counted in items
    for (const [reason, count] of Object.entries(counters.refused)) {
      if (!Object.hasOwn(rejected, reason)) refused[reason] = (refused[reason] ?? 0) + count;
    }
  }
  return {
    version,
    startedAt: startedAt.toISOString(),
    uptimeSeconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
    dataDir: config.data,
    endpoints,
    received,
    rejected: refused,
    masked: parts.intake.masked(),
    pipelines: parts.intake.pipelines(),
    journal: {
      bytes: journal.bytes,
      maxBytes: journal.maxBytes,
      refusedRecords: journal.refusedRecords,
      truncatedBytes: journal.truncatedBytes,
      damagedBytes: journal.damagedBytes,
      lagBytes: loader.lagBytes,
    },
    stored: {
      spans: loader.loadedSpans,
      logs: loader.loadedLogs,
      points: loader.loadedPoints,
      duplicates: loader.duplicates,
      dropped: { ...loader.dropped },
      lastError: loader.lastError ?? null,
    },
  };
}
