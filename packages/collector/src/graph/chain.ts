import { Edits, encode, type Signal } from "@genscope/otlp";
import type { PipelineSignal } from "../components.ts";
import type { StatelessProcessor } from "../processors/stateless.ts";
import { createIndexer, internalLimits, itemCountOf, type SignalView } from "./index-request.ts";
import { signalOf } from "./signals.ts";
import type { Counter, Telemetry } from "./telemetry.ts";

export interface ChainLink {
  readonly id: string;
  readonly processor: StatelessProcessor;
}

/** What is left of a request behind a chain. */
export interface Processed {
  readonly request: Uint8Array;
  readonly itemCount: number;
}

/** Stateless processors behind each other. */
export interface Chain {
  readonly isEmpty: boolean;
  /** `undefined` if they left nothing. Synchronous. Throws what a processor throws to refuse the request. */
  run(request: SignalView): Processed | undefined;
  runBytes(signal: Signal, request: Uint8Array, itemCount: number): Processed | undefined;
}

interface CountedLink extends ChainLink {
  readonly incoming: Readonly<Record<PipelineSignal, Counter>>;
  readonly outgoing: Readonly<Record<PipelineSignal, Counter>>;
}

function counted(link: ChainLink, telemetry: Telemetry): CountedLink {
  const countersOf = (name: string): Record<PipelineSignal, Counter> => {
    const of = (signal: PipelineSignal): Counter =>
      telemetry.counter(name, { processor: link.id, otel_signal: signal });
    return { traces: of("traces"), logs: of("logs"), metrics: of("metrics") };
  };
  return {
    ...link,
    incoming: countersOf("otelcol_processor_incoming_items"),
    outgoing: countersOf("otelcol_processor_outgoing_items"),
  };
}

export function createChain(links: readonly ChainLink[], telemetry: Telemetry): Chain {
  const index = createIndexer(internalLimits);
  const countedLinks = links.map((link) => counted(link, telemetry));

  function run(request: SignalView): Processed | undefined {
    const { signal } = request;
    let current = request;
    let itemCount = itemCountOf(request);
    for (const { processor, incoming, outgoing } of countedLinks) {
      const edits = new Edits();
      incoming[signal].add(itemCount);
      const rewritten = processor.process({ ...current, edits });
      if (rewritten !== undefined || !edits.isEmpty) {
        // the next processor sees what this one made of it
        current = index(signalOf[signal], rewritten ?? encode(current.view, edits));
        itemCount = itemCountOf(current);
      }
      outgoing[signal].add(itemCount);
      if (itemCount === 0) return undefined;
    }
    return { request: encode(current.view, new Edits()), itemCount };
  }

  return {
    isEmpty: links.length === 0,
    run,
    runBytes: (signal, request, itemCount) =>
      links.length === 0 ? { request, itemCount } : run(index(signal, request)),
  };
}
