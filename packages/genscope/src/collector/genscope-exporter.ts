import {
  type CatalogueEntry,
  type ComponentType,
  createItemCount,
  exporter,
  type ExporterFactory,
  section,
  signals,
} from "@genscope/collector";
import { type Journal, JournalError } from "@genscope/journal";
import { OtlpError } from "@genscope/otlp";

const component: ComponentType = { kind: "exporters", type: "genscope", signals, config: section({}) };

/** The exporter `genscope`: into the journal of this process's own store, if it has one. */
export function genscopeExporter(journalOf: () => Journal | undefined): CatalogueEntry {
  const make: ExporterFactory<object> = async (_config, { id }) => {
    const journal = journalOf();
    if (journal === undefined) throw new Error(`exporter "${id}": there is no store here`);
    const itemCountOf = createItemCount();
    return {
      async send(signal, payload) {
        const itemCount = itemCountOf(signal, payload);
        try {
          await journal.append({ signal, itemCount, receivedAtMs: Date.now(), payload });
        } catch (error) {
          if (!(error instanceof JournalError)) throw error;
          throw new OtlpError(error.retryable ? "unavailable" : "too-large", error.message, { cause: error });
        }
        return { rejected: 0, message: "" };
      },
      [Symbol.asyncDispose]: async () => {},
    };
  };
  return exporter(component, make);
}
