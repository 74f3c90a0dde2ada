import type { Journal } from "@genscope/journal";
import type { Config, Pipeline } from "../config/parse-config.ts";
import type { IngestTarget } from "./ingest.ts";
import type { Hears } from "./stage.ts";

/** Receivers that a pipeline has its data of, through connectors as well. */
export function receiversOf({ pipelines, components }: Config, pipeline: Pipeline): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<Pipeline>();
  const walk = (at: Pipeline): void => {
    if (seen.has(at)) return;
    seen.add(at);
    for (const id of at.receivers) {
      if (!components.connectors.has(id)) found.add(id);
      else for (const from of pipelines) if (from.signal === at.signal && from.exporters.includes(id)) walk(from);
    }
  };
  walk(pipeline);
  return found;
}

/** A journal for no more of each request than a stage wants to hear. */
export function listeningJournal(journal: Journal, extract: Hears["extract"]): IngestTarget["journal"] {
  return {
    append(record) {
      const payload = extract(record.payload);
      return payload === undefined
        ? Promise.resolve(journal.stats().endPosition)
        : journal.append({ ...record, payload });
    },
  };
}
