import { guard } from "@genscope/instrumentation";
import { type Attributes, type Context, SpanStatusCode, trace } from "@opentelemetry/api";
import { loadPrices } from "../on-demand.cjs";
import type { ReadableSpan, Span, SpanProcessor } from "../setup/extensions.ts";

export interface ConsoleOptions {
  /** Default: standard error, which programs do not read. */
  readonly write?: (text: string) => void;
  readonly colors?: boolean;
}

interface Node {
  readonly name: string;
  readonly depth: number;
  readonly parent: Node | undefined;
  /** Whether its opening line is there: written once something happened inside. */
  opened: boolean;
  input: number;
  output: number;
  /** US dollars; of a run in which a price is not known, of what is known. */
  cost: number;
}

const maxNodes = 10_000;
const codes = { dim: 2, bold: 1, red: 31 } as const;

/** What a terminal would act on. */
const control = /\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Writes the run as a tree while it happens: a line for each span that has nothing inside when it ends; for the others one when the first thing inside
 * happens and one when they end, with the tokens and the list price of all calls inside.
 */
export class ConsoleProcessor implements SpanProcessor {
  readonly #write: (text: string) => void;
  readonly #colors: boolean;
  readonly #nodes = new Map<string, Node>();

  constructor(options: ConsoleOptions = {}) {
    this.#write = options.write ?? ((text) => void process.stderr.write(text));
    this.#colors = options.colors ?? (process.stderr.isTTY && process.env["NO_COLOR"] === undefined);
  }

  onStart(span: Span, parentContext: Context): void {
    guard("writing a span to the console", () => {
      const parentId = trace.getSpanContext(parentContext)?.spanId;
      const parent = parentId === undefined ? undefined : this.#nodes.get(parentId);
      // spans that never end must not be kept for ever
      if (this.#nodes.size >= maxNodes) this.#nodes.delete(this.#nodes.keys().next().value!);
      const node: Node = {
        name: span.name,
        depth: parent === undefined ? 0 : parent.depth + 1,
        parent,
        opened: false,
        input: 0,
        output: 0,
        cost: 0,
      };
      this.#nodes.set(span.spanContext().spanId, node);
    });
  }

  onEnd(span: ReadableSpan): void {
    guard("writing a span to the console", () => {
      const { spanId } = span.spanContext();
      const node = this.#nodes.get(spanId);
      if (node === undefined) return;
      this.#nodes.delete(spanId);
      this.#count(node, span.attributes);
      if (node.parent !== undefined) this.#open(node.parent);
      this.#write(this.#line(node, span));
    });
  }

  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}

  /** Adds a call's tokens to all it is inside of. Spans that repeat the usage of calls inside them are not calls. */
  #count(node: Node, attributes: Attributes): void {
    if (!isCall(attributes)) return;
    const input = numberOf(attributes["gen_ai.usage.input_tokens"]);
    const output = numberOf(attributes["gen_ai.usage.output_tokens"]);
    const cost = costOf(attributes) ?? 0;
    for (let at: Node | undefined = node; at !== undefined; at = at.parent) {
      at.input += input ?? 0;
      at.output += output ?? 0;
      at.cost += cost;
    }
  }

  /** The opening lines of a span and of those it is in. */
  #open(node: Node): void {
    if (node.opened) return;
    if (node.parent !== undefined) this.#open(node.parent);
    node.opened = true;
    this.#write(`${"│ ".repeat(node.depth)}┌ ${this.#paint("bold", plain(node.name))}\n`);
  }

  #line(node: Node, span: ReadableSpan): string {
    const { attributes, status } = span;
    const failed = status.code === SpanStatusCode.ERROR;
    const mark = node.opened ? "└" : failed ? "✗" : "●";
    const facts = [
      answeredBy(attributes),
      retrieved(attributes),
      node.input + node.output === 0 ? undefined : `${node.input} → ${node.output} tokens`,
      node.input + node.output > 0 && isCall(attributes) && costOf(attributes) === null
        ? "price unknown"
        : formatCost(node.cost),
      formatDuration(span.duration),
    ].filter((fact) => fact !== undefined);
    const name = this.#paint(failed ? "red" : "bold", plain(span.name));
    const type = attributes["error.type"];
    const reason = status.message ?? (typeof type === "string" ? type : "failed");
    const error = failed ? `  ${this.#paint("red", plain(reason))}` : "";
    return `${"│ ".repeat(node.depth)}${mark} ${name}  ${this.#paint("dim", facts.map(plain).join("  "))}${error}\n`;
  }

  #paint(code: keyof typeof codes, text: string): string {
    return this.#colors ? `\u001b[${codes[code]}m${text}\u001b[0m` : text;
  }
}

function plain(text: string): string {
  return text.slice(0, 200).replaceAll(control, "�");
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

const callOperations: ReadonlySet<unknown> = new Set(["chat", "generate_content", "text_completion", "embeddings"]);

function isCall(attributes: Attributes): boolean {
  return callOperations.has(attributes["gen_ai.operation.name"]);
}

function costOf(attributes: Attributes): number | null {
  const provider = attributes["gen_ai.provider.name"];
  const model = attributes["gen_ai.response.model"] ?? attributes["gen_ai.request.model"];
  if (typeof provider !== "string" || typeof model !== "string") return null;
  return loadPrices().callCost(provider, model, {
    input: numberOf(attributes["gen_ai.usage.input_tokens"]),
    output: numberOf(attributes["gen_ai.usage.output_tokens"]),
    cacheRead: numberOf(attributes["gen_ai.usage.cache_read.input_tokens"]),
    cacheWrite: numberOf(attributes["gen_ai.usage.cache_write.input_tokens"]),
  });
}

/** The model that answered, where it is another than the one asked. */
function answeredBy(attributes: Attributes): string | undefined {
  const answered = attributes["gen_ai.response.model"];
  return typeof answered === "string" && answered !== attributes["gen_ai.request.model"] ? answered : undefined;
}

function retrieved(attributes: Attributes): string | undefined {
  const documents = attributes["gen_ai.retrieval.documents"];
  if (typeof documents !== "string") return undefined;
  try {
    const list: unknown = JSON.parse(documents);
    return Array.isArray(list) ? `${list.length} documents` : undefined;
  } catch {
    return undefined;
  }
}

function formatCost(dollars: number): string | undefined {
  if (dollars === 0) return undefined;
  // two digits that say something, without an exponent
  const digits = dollars < 0.01 ? Math.min(12, 1 - Math.floor(Math.log10(dollars))) : 2;
  return `$${dollars.toFixed(digits)}`;
}

function formatDuration([seconds, nanos]: readonly [number, number]): string {
  const ms = seconds * 1000 + nanos / 1e6;
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
