import type { Telemetry } from "../core/telemetry.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";
import { patchBedrock } from "./patch.ts";

export type BedrockInstrumentationOptions = InstrumentationOptions;

/**
 * Traces `@aws-sdk/client-bedrock-runtime`, version 3: Converse and InvokeModel, streamed or not, through `client.send` and the methods of
 * `BedrockRuntime`. One CLIENT span per call; retries are inside it.
 */
export class BedrockInstrumentation extends LibraryInstrumentation<BedrockInstrumentationOptions> {
  constructor(options: BedrockInstrumentationOptions = {}) {
    super("@genscope/instrumentation/bedrock", packageVersion, specifiersOf("bedrock"), options);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    return patchBedrock(module, telemetry);
  }
}
