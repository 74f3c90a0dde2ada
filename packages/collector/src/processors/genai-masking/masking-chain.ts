import { type Chain, createChain } from "../../graph/chain.ts";
import type { Telemetry } from "../../graph/telemetry.ts";
import { createGenAiMasking, genAiMaskingComponent, type GenAiMaskingConfig } from "./index.ts";

/** Every detector, in front of a journal. */
export function createMaskingChain(telemetry: Telemetry): Chain {
  const config = genAiMaskingComponent.config.parse({}) as GenAiMaskingConfig;
  const id = genAiMaskingComponent.type;
  return createChain([{ id, processor: createGenAiMasking(config, { id, telemetry, warn: () => {} }) }], telemetry);
}
