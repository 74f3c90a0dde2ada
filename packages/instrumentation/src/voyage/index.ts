import { isObject } from "../core/read.ts";
import { FernInstrumentation, type FernInstrumentationOptions, prototypesOf } from "../fern/fern-instrumentation.ts";

export type VoyageInstrumentationOptions = FernInstrumentationOptions;

/** Traces the `voyageai` package: embeddings, of several kinds, and rerankings. Models that run in the process itself are not seen. */
export class VoyageInstrumentation extends FernInstrumentation {
  constructor(options: VoyageInstrumentationOptions = {}) {
    super(
      {
        name: "voyage",
        package: "voyageai",
        provider: "voyage_ai",
        clients: (module) => prototypesOf(isObject(module) ? (module["VoyageAIClient"] ?? module) : module),
      },
      options,
    );
  }
}
