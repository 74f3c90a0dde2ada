import { createPricing, parsePriceTable, type Pricing } from "@genscope/semconv/prices";
import { recomputeCosts, type Store } from "@genscope/store";
import type { Context } from "hono";
import { stream } from "hono/streaming";
import { ApiFailure } from "./api-failure.ts";
import type { RecomputeProgress } from "./contract.ts";

/** Answers with a line of JSON for every day that is done. Whoever goes away ends it after the day in hand. One at a time. */
export type RecomputeRoute = (context: Context, prices: unknown) => Response;

export function createRecomputeRoute(client: Store["client"]): RecomputeRoute {
  let isRunning = false;
  return (context, prices) => {
    const pricing = pricingFrom(prices);
    if (isRunning)
      throw new ApiFailure(
        409,
        "recompute-running",
        "costs are being computed already, or a run that was stopped finishes its day: try again in a while",
      );
    isRunning = true;
    context.header("content-type", "application/x-ndjson");
    return stream(context, async (answer) => {
      const leaving = new AbortController();
      answer.onAbort(() => leaving.abort());
      let written: Promise<unknown> = Promise.resolve();
      const write = (line: RecomputeProgress | { readonly error: string }): void => {
        written = written.then(() => answer.write(`${JSON.stringify(line)}\n`)).catch(() => {});
      };
      try {
        await recomputeCosts(client, pricing, {
          signal: leaving.signal,
          onProgress: (progress) => write({ ...progress, version: pricing.version }),
        });
      } catch (error) {
        if (!leaving.signal.aborted) write({ error: error instanceof Error ? error.message : String(error) });
      } finally {
        isRunning = false;
      }
      await written;
    });
  };
}

function pricingFrom(prices: unknown): Pricing {
  if (prices === undefined) return createPricing();
  try {
    return createPricing(parsePriceTable(prices));
  } catch (error) {
    throw new ApiFailure(400, "invalid-prices", (error as Error).message, { cause: error });
  }
}
