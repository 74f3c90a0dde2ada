import { rewrite, Signal } from "@genscope/otlp";
import type { StatelessFactory } from "../stateless.ts";
import type { GenAiMaskingConfig } from "./config.ts";
import { maskerOf } from "./config.ts";
import { maskedName } from "./masked-counts.ts";
import { createMaskingRewriter } from "./masking-rewriter.ts";

export { genAiMaskingComponent } from "./config.ts";
export type { GenAiMaskingConfig } from "./config.ts";

/** Masks by rewriting the whole request: what it does not know of it leaves out. */
export const createGenAiMasking: StatelessFactory<GenAiMaskingConfig> = (config, { id, telemetry }) => {
  const masker = maskerOf(config);
  const counted = new Map<string, number>();
  const rewriter = createMaskingRewriter(masker, config.content, (rule, count) =>
    telemetry.counter(maskedName, { processor: id, rule }).add(count),
  );
  return {
    process({ signal, view }) {
      const request = view.bytes.length === view.size ? view.bytes : view.bytes.subarray(0, view.size);
      try {
        const rewritten = rewrite(Signal[signal], request, rewriter);
        return rewritten === request ? undefined : rewritten;
      } finally {
        for (const [rule, count] of Object.entries(masker.counts())) {
          const more = count - (counted.get(rule) ?? 0);
          if (more === 0) continue;
          counted.set(rule, count);
          telemetry.counter(maskedName, { processor: id, rule }).add(more);
        }
      }
    },
  };
};
