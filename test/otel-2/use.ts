/** `node --import test/otel-2/use.ts …`: everything in the process gets the OpenTelemetry packages of this folder, as if they alone were installed. */
import { registerHooks } from "node:module";

const here = import.meta.url;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const ours = specifier.startsWith("@opentelemetry/") && !context.parentURL?.includes("/test/otel-2/node_modules/");
    return nextResolve(specifier, ours ? { ...context, parentURL: here } : context);
  },
});
