import type { Edits, LogView, MetricView, OwnerKind, TraceView, View } from "@genscope/otlp";
import type { Batch, StatelessFactory } from "../stateless.ts";
import type { RedactionConfig } from "./config.ts";
import { type AttributeEditor, type RedactedBody, Redactor } from "./redactor.ts";
import { outcomes } from "./summary.ts";

export { redactionComponent } from "./config.ts";

/** Attributes, and values of bodies, by what became of them. */
const countName = "otelcol_processor_redaction_attributes";

/** Keys that may pass and values that may not, as upstream has it, and in links, exemplars and nested texts as well. */
export const createRedaction: StatelessFactory<RedactionConfig> = (config, { id, telemetry }) => {
  const counters = Object.fromEntries(
    outcomes.map((outcome) => [outcome, telemetry.counter(countName, { processor: id, outcome })]),
  );
  const redactor = new Redactor(config, (done) => {
    for (const outcome of outcomes) counters[outcome]!.add(done[outcome].length);
  });
  return { process: (batch) => redactBatch(redactor, batch) };
};

/** One for all owners of a batch, so that none is made per owner. */
class OwnerEditor implements AttributeEditor {
  readonly #edits: Edits;
  owner: OwnerKind = "resource";
  row = 0;

  constructor(edits: Edits) {
    this.#edits = edits;
  }

  set: AttributeEditor["set"] = (key, value) => this.#edits.setAttribute(this.owner, this.row, key, value);
  delete: AttributeEditor["delete"] = (key) => this.#edits.deleteAttribute(this.owner, this.row, key);
}

type RedactOwner = (owner: OwnerKind, row: number, first: number, body?: RedactedBody) => void;

function redactBatch(redactor: Redactor, { signal, view, edits }: Batch): void {
  const editor = new OwnerEditor(edits);
  const redact: RedactOwner = (owner, row, first, body) => {
    editor.owner = owner;
    editor.row = row;
    redactor.attributes(view, first, editor, body);
  };
  redactTable(view.resources, "resource", redact);
  redactTable(view.scopes, "scope", redact);
  if (signal === "traces") redactSpans(view, redact);
  else if (signal === "metrics") redactPoints(view, redact);
  else redactLogs(redactor, view, edits, redact);
}

function redactTable(
  table: { readonly count: number; readonly firstAttribute: Int32Array },
  owner: OwnerKind,
  redact: RedactOwner,
): void {
  for (let row = 0; row < table.count; row++) redact(owner, row, table.firstAttribute[row]!);
}

function redactSpans({ spans, events, links }: TraceView, redact: RedactOwner): void {
  redactTable(spans, "span", redact);
  redactTable(events, "event", redact);
  redactTable(links, "link", redact);
}

function redactPoints({ points, exemplars }: MetricView, redact: RedactOwner): void {
  redactTable(points, "point", redact);
  redactTable(exemplars, "exemplar", redact);
}

function redactLogs(redactor: Redactor, view: LogView & View, edits: Edits, redact: RedactOwner): void {
  const { logs } = view;
  for (let row = 0; row < logs.count; row++) {
    const body = redactor.body(view, logs.bodyType[row]!, logs.bodyOffset[row]!, logs.bodyLength[row]!);
    if (body?.body !== undefined) edits.setField("log", row, "body", body.body);
    redact("log", row, logs.firstAttribute[row]!, body);
  }
}
