import type { Telemetry } from "../core/telemetry.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";
import { patchReplicate } from "./patch.ts";

export type ReplicateInstrumentationOptions = InstrumentationOptions;

/**
 * Traces the `replicate` package: `run` and `stream` as one call each, whatever requests they take, `predictions.create` (also of deployments), and `wait`
 * for one that was made before.
 */
export class ReplicateInstrumentation extends LibraryInstrumentation<ReplicateInstrumentationOptions> {
  constructor(options: ReplicateInstrumentationOptions = {}) {
    super("@genscope/instrumentation/replicate", packageVersion, specifiersOf("replicate"), options);
    if (options.enabled !== false) this.enable();
  }

  /** `module`: what the package exports, its class or a client. */
  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    return patchReplicate(module, telemetry);
  }
}
