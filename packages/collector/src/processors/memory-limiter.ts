import { totalmem } from "node:os";
import { OtlpError } from "@genscope/otlp";
import type { z } from "zod";
import { type ComponentType, signals } from "../components.ts";
import { duration, integer, section } from "../config/fields.ts";
import type { StatelessFactory } from "./stateless.ts";

const config = section({
  check_interval: duration(0),
  limit_mib: integer(0),
  spike_limit_mib: integer(0),
  limit_percentage: integer(0),
  spike_limit_percentage: integer(0),
  min_gc_interval_when_soft_limited: duration(10_000),
  min_gc_interval_when_hard_limited: duration(0),
});
type MemoryLimiterConfig = z.output<typeof config>;

export const memoryLimiterComponent: ComponentType = {
  kind: "processors",
  type: "memory_limiter",
  differs: {
    max_gc_interval_when_hard_limited: "nothing here forces a collection of garbage",
    max_gc_interval_when_soft_limited: "nothing here forces a collection of garbage",
    min_gc_interval_when_hard_limited: "nothing here forces a collection of garbage",
    min_gc_interval_when_soft_limited: "nothing here forces a collection of garbage",
  },
  signals,
  config,
  check: (checked) => {
    const one = checked as MemoryLimiterConfig;
    if (one.check_interval <= 0) return ["'check_interval' must be greater than zero"];
    if (one.limit_mib === 0 && one.limit_percentage === 0) {
      return ["'limit_mib' or 'limit_percentage' must be greater than zero"];
    }
    if (one.limit_percentage > 100 || one.spike_limit_percentage > 100) {
      return [
        "'limit_percentage' and 'spike_limit_percentage' must be greater than zero and less than or equal to hundred",
      ];
    }
    if (one.limit_mib > 0 && one.spike_limit_mib >= one.limit_mib) {
      return ["'spike_limit_mib' must be smaller than 'limit_mib'"];
    }
    return [];
  },
};

const mebibyte = 1024 * 1024;

/** What the process may use: the machine's memory, or less where a control group says so. */
function availableBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 && constrained < totalmem() ? constrained : totalmem();
}

/** Bytes past which requests are refused: the limit less the spike that is allowed for. */
export function softLimitBytes(checked: MemoryLimiterConfig, totalBytes: number = availableBytes()): number {
  const {
    limit_mib: mib,
    spike_limit_mib: spikeMib,
    limit_percentage: share,
    spike_limit_percentage: spikeShare,
  } = checked;
  const limit = mib > 0 ? mib * mebibyte : (totalBytes * share) / 100;
  const spike = mib > 0 ? spikeMib * mebibyte : (totalBytes * spikeShare) / 100;
  return limit - (spike > 0 ? spike : limit / 5);
}

/** Refuses requests, retryably, while the process holds more memory than it may. Its buffers are outside the heap: resident memory is what counts. */
export const createMemoryLimiter: StatelessFactory<MemoryLimiterConfig> = (checked, { warn }) => {
  const limit = softLimitBytes(checked);
  let lookedAtMs = -Infinity;
  let isOver = false;
  return {
    process() {
      const nowMs = performance.now();
      if (nowMs - lookedAtMs >= checked.check_interval) {
        lookedAtMs = nowMs;
        const { rss } = process.memoryUsage();
        if (rss > limit && !isOver) warn(`memory usage is above soft limit: ${Math.round(rss / mebibyte)} MiB in use`);
        isOver = rss > limit;
      }
      if (isOver) {
        throw new OtlpError("unavailable", "data refused due to high memory usage", {
          retryAfterMs: Math.max(1_000, checked.check_interval),
        });
      }
    },
  };
};
