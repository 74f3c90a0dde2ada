import type { InstrumentationOptions, LibraryInstrumentation } from "../../instrumentation.ts";

/** A store of vectors that is there to be searched. */
export interface OpenStore extends AsyncDisposable {
  /** Two documents, the nearest to `[1, 0]`. */
  search(): Promise<unknown>;
  /** A search that fails. */
  fail(): Promise<unknown>;
}

/** One way to search through one version of a library. */
export interface VectorStore {
  /** The package's name. */
  readonly library: string;
  /** As people write it. */
  readonly version: string;
  /** What is called. */
  readonly call: string;
  readonly instrumentation: (options: InstrumentationOptions) => LibraryInstrumentation<InstrumentationOptions>;
  readonly module: unknown;
  readonly system: string;
  readonly dataSource: string;
  /** Text that is searched for, if it is text. */
  readonly query?: string;
  /** Whether there is a server that the library knows the address of. */
  readonly isEmbedded?: boolean;
  /** Clients are made after the library is instrumented. */
  open(): Promise<OpenStore>;
}

/** What a store of tests is asked, where it makes vectors of texts. */
export const question = "which button?";
