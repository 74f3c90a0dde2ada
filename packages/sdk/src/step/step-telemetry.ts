import { Telemetry, type TelemetryOptions } from "@genscope/instrumentation";
import { packageVersion } from "../version.ts";

// one for all copies of this package: a bundled library's steps belong to the application's traces
const key = Symbol.for("genscope.step-telemetry");
const shared = globalThis as { [key]?: Telemetry };

export function createStepTelemetry(options: TelemetryOptions): Telemetry {
  return new Telemetry("@genscope/sdk", packageVersion, options);
}

export function setStepTelemetry(telemetry: Telemetry): void {
  shared[key] = telemetry;
}

/** What steps report to: what `init()` set up, else whatever OpenTelemetry set-up the process has, under the environment's rules. */
export function stepTelemetry(): Telemetry {
  shared[key] ??= createStepTelemetry({});
  return shared[key];
}
