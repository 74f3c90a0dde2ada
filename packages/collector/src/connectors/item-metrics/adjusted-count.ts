import { adjustedCountAt } from "@genscope/semconv/wire";
import { define } from "../../ottl/index.ts";

/** `AdjustedCount()`: how many spans the span stands for, by its trace state. */
export const adjustedCount = define("AdjustedCount", {}, () => ({ traces: { bytes, spans }, span }) => {
  const offset = spans.traceStateOffset[span]!;
  const count = offset === -1 ? 1 : adjustedCountAt(bytes, offset, spans.traceStateLength[span]!);
  return Number.isInteger(count) ? BigInt(count) : count;
});
