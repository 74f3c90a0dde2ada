/** `node --import test/own-spans/use.ts …`: what tests record comes from the tracer that `init()` registers, in place of OpenTelemetry's. */
import { registerHooks } from "node:module";

const provider = new URL("tracer-provider.ts", import.meta.url).href;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isRecorder = context.parentURL?.endsWith("/testing/recorder.ts") === true;
    return nextResolve(isRecorder && specifier === "@opentelemetry/sdk-trace" ? provider : specifier, context);
  },
});
