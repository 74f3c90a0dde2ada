import { readHex } from "@genscope/otlp";
import { isKept, parseOtTraceState, randomnessOf, thresholdOf } from "@genscope/semconv/sampling";
import { attributeKey } from "../../ottl/attribute-store.ts";
import type { Cursor, Value } from "../../ottl/index.ts";
import { toElementText } from "../../ottl/values/to-text.ts";
import type { ProbabilisticSamplerConfig } from "./config.ts";
import { createDecide, isHigher, thresholdFor } from "./decide.ts";
import { randomnessOfHash, seededHash } from "./hashed-randomness.ts";
import { type ItemSampler, missingRandomness, samplingPriority } from "./verdict.ts";

const thresholdKey = attributeKey("sampling.threshold");
const randomnessKey = attributeKey("sampling.randomness");

interface Randomness {
  readonly value: string | undefined;
  readonly policy: string;
}

const none: Randomness = { value: undefined, policy: missingRandomness };

function read({ attributes, logs, log }: Cursor, key: ReturnType<typeof attributeKey>): Value | undefined {
  return attributes.get("log", log, logs.logs.firstAttribute[log]!, key);
}

function textOf(cursor: Cursor, key: ReturnType<typeof attributeKey>): string {
  const value = read(cursor, key);
  return typeof value === "string" ? value : "";
}

function byTraceId({ logs, log }: Cursor, explicit: string | undefined): Randomness {
  if (explicit !== undefined) return { value: explicit, policy: "sampling_randomness" };
  const at = logs.logs.traceIdOffset[log]!;
  return at === -1 ? none : { value: randomnessOf(readHex(logs, at, 16), { rest: [] }), policy: "trace_id_w3c" };
}

/** Log records carry what they were kept with in attributes, `sampling.threshold` and, with a decision by hash, `sampling.randomness`. */
export function createLogSampler(config: ProbabilisticSamplerConfig): ItemSampler {
  const decide = createDecide(config);
  const isByHash = (config.mode === "hash_seed" || config.mode === "") && config.sampling_percentage > 0;
  const fromKey = config.from_attribute === "" ? undefined : attributeKey(config.from_attribute);
  const priorityKey = config.sampling_priority === "" ? undefined : attributeKey(config.sampling_priority);

  function byHash(cursor: Cursor): Randomness {
    const { logs, log } = cursor;
    const at = logs.logs.traceIdOffset[log]!;
    const hashed = (bytes: Uint8Array, from: number, length: number): string =>
      randomnessOfHash(seededHash(bytes, from, length, config.hash_seed));
    if (config.attribute_source === "traceID" && at !== -1) {
      return { value: hashed(logs.bytes, at, 16), policy: "trace_id_hash" };
    }
    const value = fromKey === undefined ? undefined : read(cursor, fromKey);
    if (value === undefined) return none;
    const bytes = value instanceof Uint8Array ? value : Buffer.from(toElementText(value));
    return bytes.length === 0 ? none : { value: hashed(bytes, 0, bytes.length), policy: config.from_attribute };
  }

  /** The share that the record itself asks for, as a threshold. */
  function priorityOf(cursor: Cursor): string | undefined {
    const value = priorityKey === undefined ? undefined : read(cursor, priorityKey);
    const share = typeof value === "bigint" || typeof value === "number" ? Number(value) / 100 : 0;
    return share > 0 && share <= 1 ? thresholdOf(share, config.sampling_precision) : undefined;
  }

  return (cursor) => {
    const thresholdText = textOf(cursor, thresholdKey);
    const randomnessText = textOf(cursor, randomnessKey);
    const arriving = parseOtTraceState(`th:${thresholdText}`).threshold;
    const explicit = parseOtTraceState(`rv:${randomnessText}`).randomness;
    const isMalformed = (thresholdText !== "" && !arriving) || (randomnessText !== "" && !explicit);
    const isForeign = isByHash && (arriving !== undefined || explicit !== undefined);
    const isUnusable = isMalformed || isForeign;
    const { value: randomness, policy } = isByHash ? byHash(cursor) : byTraceId(cursor, explicit);
    const asked = priorityOf(cursor);
    const threshold = asked ?? thresholdFor({ randomness, arriving, isUnusable }, decide, config.fail_closed);
    const decidedBy = asked === undefined ? policy : samplingPriority;
    if (threshold === undefined || (randomness !== undefined && !isKept(threshold, randomness))) {
      return { isKept: false, policy: decidedBy };
    }
    if (!isUnusable) {
      if (isByHash && randomness !== undefined)
        cursor.attributes.set("log", cursor.log, randomnessKey.text, randomness);
      const isConsistent = arriving !== undefined && randomness !== undefined && isKept(arriving, randomness);
      if (!(isConsistent && isHigher(arriving, threshold))) {
        cursor.attributes.set("log", cursor.log, thresholdKey.text, threshold);
      }
    }
    return { isKept: true, policy: decidedBy };
  };
}
