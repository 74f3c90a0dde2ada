import { readHex } from "@genscope/otlp";
import { formatOtTraceState, isKept, parseOtTraceState, randomnessOf } from "@genscope/semconv/sampling";
import { attributeKey } from "../../ottl/attribute-store.ts";
import type { Cursor, Value } from "../../ottl/index.ts";
import type { IndexedPath } from "../../ottl/paths/field.ts";
import { spanPaths } from "../../ottl/paths/span.ts";
import { parseTraceState, withTraceStateMember } from "../../ottl/paths/trace-state.ts";
import type { ProbabilisticSamplerConfig } from "./config.ts";
import { always, createDecide, isHigher, thresholdFor } from "./decide.ts";
import { randomnessOfHash, seededHash } from "./hashed-randomness.ts";
import { type ItemSampler, missingRandomness, samplingPriority } from "./verdict.ts";

const traceState = (spanPaths["trace_state"] as IndexedPath).indexed([]);
const priorityKey = attributeKey("sampling.priority");

/** What OpenTracing's tag asks for: 0 never, more always. */
function askedFor(value: Value | undefined): "always" | "never" | undefined {
  const number = typeof value === "string" ? Number(value || "x") : typeof value === "bigint" ? Number(value) : value;
  if (typeof number !== "number") return undefined;
  return number === 0 ? "never" : number > 0 ? "always" : undefined;
}

function priorityOf(cursor: Cursor): "always" | "never" | undefined {
  const { attributes, traces, span } = cursor;
  return askedFor(attributes.get("span", span, traces.spans.firstAttribute[span]!, priorityKey));
}

/** Spans carry what they were kept with in their trace state: `ot=th:…`, and with a decision by hash the randomness, `rv:…`. */
export function createSpanSampler(config: ProbabilisticSamplerConfig): ItemSampler {
  const decide = createDecide(config);
  const isByHash = (config.mode === "hash_seed" || config.mode === "") && config.sampling_percentage > 0;
  return (cursor) => {
    const { traces, span } = cursor;
    const at = traces.spans.traceIdOffset[span]!;
    const text = traceState.get(cursor) as string;
    const members = text === "" ? undefined : parseTraceState(text);
    const state = parseOtTraceState(members?.get("ot"));
    const isForeign = isByHash && (state.threshold !== undefined || state.randomness !== undefined);
    const isUnusable = isForeign || (text !== "" && members === undefined);
    const randomness =
      at === -1
        ? undefined
        : isByHash
          ? randomnessOfHash(seededHash(traces.bytes, at, 16, config.hash_seed))
          : randomnessOf(readHex(traces, at, 16), state);
    const policy =
      randomness === undefined
        ? missingRandomness
        : isByHash
          ? "trace_id_hash"
          : state.randomness === undefined
            ? "trace_id_w3c"
            : "sampling_randomness";
    const candidate = { randomness, arriving: state.threshold, isUnusable };
    const asked = priorityOf(cursor);
    const threshold =
      asked === undefined
        ? thresholdFor(candidate, decide, config.fail_closed)
        : asked === "always"
          ? always
          : undefined;
    const decidedBy = asked === undefined ? policy : samplingPriority;
    if (threshold === undefined || (randomness !== undefined && !isKept(threshold, randomness))) {
      return { isKept: false, policy: decidedBy };
    }
    if (!isUnusable) {
      const arriving =
        state.threshold !== undefined && randomness !== undefined && isKept(state.threshold, randomness)
          ? state.threshold
          : undefined;
      const kept = arriving !== undefined && isHigher(arriving, threshold) ? arriving : threshold;
      const own = formatOtTraceState({ ...state, threshold: kept, ...(isByHash && randomness ? { randomness } : {}) });
      const changed = withTraceStateMember(text, "ot", own);
      if (changed !== undefined && changed !== text) traceState.set!(cursor, changed);
    }
    return { isKept: true, policy: decidedBy };
  };
}
