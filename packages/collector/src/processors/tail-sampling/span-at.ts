import { Edits, type TraceView } from "@genscope/otlp";
import { SpanReader } from "@genscope/semconv/wire";
import { Cursor } from "../../ottl/cursor.ts";

/** The span that policies look at. There is one for all: whoever walks a request sets the row. */
export class SpanAt {
  view!: TraceView;
  row = -1;
  /** Counts requests: what was found out about one's resources does not hold for the next. */
  request = 0;
  readonly #genAi = new SpanReader();
  #genAiRow = -1;
  #cursor: Cursor | undefined;

  begin(view: TraceView): void {
    this.view = view;
    this.row = -1;
    this.request++;
    this.#genAiRow = -1;
    this.#cursor = undefined;
  }

  get resource(): number {
    return this.view.spans.resource[this.row]!;
  }

  /** Which attributes hold the fields of a GenAI span. */
  genAi(): SpanReader {
    if (this.#genAiRow !== this.row) {
      this.#genAi.read(this.view.bytes, this.view.attributes, this.view.spans.firstAttribute[this.row]!);
      this.#genAiRow = this.row;
    }
    return this.#genAi;
  }

  /** For conditions on the span. */
  cursor(): Cursor {
    this.#cursor ??= new Cursor({ signal: "traces", view: this.view, edits: new Edits() });
    const { spans } = this.view;
    this.#cursor.span = this.row;
    this.#cursor.scope = spans.scope[this.row]!;
    this.#cursor.resource = spans.resource[this.row]!;
    this.#cursor.event = -1;
    return this.#cursor;
  }
}

/** Whether something holds for a resource, found out once per request. */
export class ByResource {
  readonly #holds: (view: TraceView, resource: number) => boolean;
  #request = -1;
  #known = new Uint8Array(16);

  constructor(holds: (view: TraceView, resource: number) => boolean) {
    this.#holds = holds;
  }

  has(span: SpanAt): boolean {
    const { view, resource } = span;
    if (this.#request !== span.request) {
      this.#request = span.request;
      if (this.#known.length < view.resources.count) this.#known = new Uint8Array(view.resources.count * 2);
      else this.#known.fill(0);
    }
    if (this.#known[resource] === 0) this.#known[resource] = this.#holds(view, resource) ? 1 : 2;
    return this.#known[resource] === 1;
  }
}
