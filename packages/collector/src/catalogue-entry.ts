import type { ComponentType } from "./components.ts";
import type { ConnectorFactory, ExporterFactory, Hears, StatefulFactory } from "./graph/stage.ts";
import type { ExtensionFactory } from "./extensions/extension.ts";
import type { StatelessFactory } from "./processors/stateless.ts";
import type { ReceiverFactory } from "./receivers/receiver.ts";
import type { Batching } from "./graph/delivery.ts";

/** How a component type takes part in a graph. */
export type Part =
  | { readonly role: "receiver"; readonly make: ReceiverFactory<unknown> }
  /**
   * `samples`: what it leaves out is counted by metrics all the same (docs/adr/0016). `masks`: `first` runs before anything is written, wherever it stands;
   * `in-place` takes out what it is told to, where it stands.
   */
  | {
      readonly role: "stateless";
      readonly make: StatelessFactory<unknown>;
      readonly samples: boolean;
      readonly masks: "first" | "in-place" | false;
    }
  | { readonly role: "stateful"; readonly make: StatefulFactory<unknown>; readonly hears: Hears | undefined }
  /** No stage of its own: it says how the pipeline's exporters put requests together. */
  | { readonly role: "batching"; readonly batchingOf: (config: unknown) => Batching }
  | { readonly role: "connector"; readonly make: ConnectorFactory<unknown> }
  | { readonly role: "exporter"; readonly make: ExporterFactory<unknown> }
  | { readonly role: "extension"; readonly make: ExtensionFactory<unknown> };

export type CatalogueEntry = Part & { readonly component: ComponentType };

/*
 * A component's schema gives what its factory takes: here the two are put together, and the type of the configuration between them is let go.
 */

export function receiver<Config>(component: ComponentType, make: ReceiverFactory<Config>): CatalogueEntry {
  return { role: "receiver", component, make: make as ReceiverFactory<unknown> };
}

export function stateless<Config>(component: ComponentType, make: StatelessFactory<Config>): CatalogueEntry {
  return { role: "stateless", component, make: make as StatelessFactory<unknown>, samples: false, masks: false };
}

/** A stateless processor that leaves out a share of the traces, and not because of what they are. */
export function sampler<Config>(component: ComponentType, make: StatelessFactory<Config>): CatalogueEntry {
  return { role: "stateless", component, make: make as StatelessFactory<unknown>, samples: true, masks: false };
}

/** A stateless processor that takes out what must not be kept. */
export function masking<Config>(
  component: ComponentType,
  make: StatelessFactory<Config>,
  masks: "first" | "in-place",
): CatalogueEntry {
  return { role: "stateless", component, make: make as StatelessFactory<unknown>, samples: false, masks };
}

export function stateful<Config>(
  component: ComponentType,
  make: StatefulFactory<Config>,
  hears?: Hears,
): CatalogueEntry {
  return { role: "stateful", component, make: make as StatefulFactory<unknown>, hears };
}

export function batching(component: ComponentType, batchingOf: (config: unknown) => Batching): CatalogueEntry {
  return { role: "batching", component, batchingOf };
}

export function connector<Config>(component: ComponentType, make: ConnectorFactory<Config>): CatalogueEntry {
  return { role: "connector", component, make: make as ConnectorFactory<unknown> };
}

export function exporter<Config>(component: ComponentType, make: ExporterFactory<Config>): CatalogueEntry {
  return { role: "exporter", component, make: make as ExporterFactory<unknown> };
}

export function extension<Config>(component: ComponentType, make: ExtensionFactory<Config>): CatalogueEntry {
  return { role: "extension", component, make: make as ExtensionFactory<unknown> };
}
