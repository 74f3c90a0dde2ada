import { Edits, encode, OtlpError } from "@genscope/otlp";
import { signals } from "../../components.ts";
import { createIndexer, internalLimits } from "../../graph/index-request.ts";
import { signalOf } from "../../graph/signals.ts";
import { createErrorReport, Cursor, eachItem, OttlError } from "../../ottl/index.ts";
import type { CompiledGroup } from "../ottl/compile-group.ts";
import { createOutcomes } from "../ottl/outcomes.ts";
import type { Batch, StatelessFactory } from "../stateless.ts";
import { compileGroups, type TransformConfig } from "./config.ts";

export { transformComponent } from "./config.ts";

/** Statements that add metrics see what they added; this often, so that metrics which beget themselves end. */
const maxRounds = 10;

/** Whether rows of the view are no longer all there is, or not as they are in the view. */
function isOutdated({ signal, edits }: Batch): boolean {
  if (edits.isEmpty) return false;
  if (signal === "metrics") return true;
  for (const fields of edits.fields.get("span")?.values() ?? [])
    if (fields.has("events") || fields.has("links")) return true;
  return false;
}

/** Carries out groups of statements, each on all items of its context. */
export const createTransform: StatelessFactory<TransformConfig> = (config, { id, telemetry, warn }) => {
  const onError = createErrorReport(id, { telemetry, warn });
  const outcomesOf = createOutcomes(id, telemetry);
  const compiled = Object.fromEntries(
    signals.map((signal) => [signal, compileGroups(config, signal, onError, outcomesOf)]),
  );
  const index = createIndexer(internalLimits);

  function refreshed({ signal, view, edits }: Batch): Batch {
    return { ...index(signalOf[signal], encode(view, edits)), edits: new Edits() };
  }

  function runGroup(start: Batch, group: CompiledGroup): Batch {
    let batch = start;
    eachItem(group.context, new Cursor(batch), group.run);
    for (let round = 0; batch.edits.added.size > 0; round++) {
      if (round === maxRounds)
        throw new OttlError(`statements add metrics to which they apply again, ${round} times over`);
      const before = metricsByScope(batch);
      batch = refreshed(batch);
      runOnNew(batch, group, before);
    }
    return batch;
  }

  return {
    process(batch) {
      let current: Batch = batch;
      let isFirst = true;
      try {
        for (const group of compiled[batch.signal]!) {
          if (!isFirst && isOutdated(current)) current = refreshed(current);
          isFirst = false;
          current = runGroup(current, group);
        }
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new OtlpError("invalid-argument", `processor "${id}": ${message}`, { cause: error });
      }
      return current === batch ? undefined : encode(current.view, current.edits);
    },
  };
};

function metricsByScope(batch: Batch): Uint32Array {
  const counts = new Uint32Array(batch.view.scopes.count);
  if (batch.signal === "metrics") {
    const { metrics } = batch.view;
    for (let row = 0; row < metrics.count; row++) counts[metrics.scope[row]!]! += 1;
  }
  return counts;
}

/** `known` are the metrics each scope had; new ones stand behind them. */
function runOnNew(batch: Batch, group: CompiledGroup, known: Uint32Array): void {
  if (batch.signal !== "metrics") return;
  const { metrics } = batch.view;
  const left = known.slice();
  const isNew = Array.from({ length: metrics.count }, (_, row) => {
    const scope = metrics.scope[row]!;
    if (left[scope] === 0) return true;
    left[scope]! -= 1;
    return false;
  });
  eachItem(group.context, new Cursor(batch), (cursor) => {
    if (isNew[cursor.metric] === true) group.run(cursor);
  });
}
