import type { z } from "zod";

export const signals = ["traces", "metrics", "logs"] as const;
export type PipelineSignal = (typeof signals)[number];

export const kinds = ["receivers", "processors", "exporters", "connectors", "extensions"] as const;
export type Kind = (typeof kinds)[number];

/** A kind in the singular, as messages have it. */
export const kindNames: Readonly<Record<Kind, string>> = {
  receivers: "receiver",
  processors: "processor",
  exporters: "exporter",
  connectors: "connector",
  extensions: "extension",
};

/** One type of component, and what its configuration may say. */
export interface ComponentType {
  readonly kind: Kind;
  /** Its newest name. */
  readonly type: string;
  /** Names that it had, or has elsewhere; understood, with a warning. */
  readonly aliases?: readonly string[];
  /** What it takes; of a connector, what it takes as an exporter. Nothing for an extension. */
  readonly signals: readonly PipelineSignal[];
  /** Of a connector: what it gives as a receiver, by what it takes. */
  readonly gives?: Readonly<Partial<Record<PipelineSignal, readonly PipelineSignal[]>>>;
  readonly config: z.ZodType;
  /** How it differs from the Collector's: of the component as a whole under an empty key, of an option under its name with dots (`sending_queue.storage`). */
  readonly differs?: Readonly<Record<string, string>>;
  /** What is wrong across fields, in words. */
  readonly check?: (config: unknown) => readonly string[];
  /** What the Collector refuses, in its words, and this runs all the same: a warning, or with `--strict` a problem. */
  readonly tolerates?: (config: unknown) => readonly string[];
}

/** The component types that are known. */
export class Registry {
  readonly all: readonly ComponentType[];
  readonly #byName = new Map<string, ComponentType>();

  constructor(all: readonly ComponentType[]) {
    this.all = all;
    for (const component of all) {
      for (const name of [component.type, ...(component.aliases ?? [])]) {
        this.#byName.set(`${component.kind} ${name}`, component);
      }
    }
  }

  find(kind: Kind, type: string): ComponentType | undefined {
    return this.#byName.get(`${kind} ${type}`);
  }

  /** Newest names, in alphabetical order. */
  types(kind: Kind): readonly string[] {
    return this.all
      .filter((one) => one.kind === kind)
      .map(({ type }) => type)
      .toSorted();
  }
}
