import type { SpanProcessor } from "../../packages/sdk/src/setup/extensions.ts";
import { readSpanLimits } from "../../packages/sdk/src/tracer/span-limits.ts";
import { TracerProvider as OwnProvider } from "../../packages/sdk/src/tracer/tracer-provider.ts";

/** Our own provider, made as OpenTelemetry's is. */
export class TracerProvider extends OwnProvider {
  constructor({ spanProcessors }: { readonly spanProcessors: readonly SpanProcessor[] }) {
    super({ resource: { attributes: {} }, limits: readSpanLimits({}), processors: spanProcessors });
  }
}
