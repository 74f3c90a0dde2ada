/**
 * Reads server-sent events from bytes as they arrive, cut anywhere. Gives each event's data, parsed; what is no JSON is left out, and `[DONE]` is told as
 * the end: readers stop there, and leave the rest of the stream alone.
 */
export class SseReader {
  readonly #decoder = new TextDecoder();
  readonly #onData: (data: unknown) => void;
  readonly #onDone: (() => void) | undefined;
  #line = "";
  #data: string[] = [];

  constructor(onData: (data: unknown) => void, onDone?: () => void) {
    this.#onData = onData;
    this.#onDone = onDone;
  }

  push(bytes: unknown): void {
    const text = typeof bytes === "string" ? bytes : this.#decoder.decode(bytes as Uint8Array, { stream: true });
    const lines = (this.#line + text).split("\n");
    this.#line = lines.pop() ?? "";
    for (const line of lines) this.#read(line.endsWith("\r") ? line.slice(0, -1) : line);
  }

  /** The stream is over; an event without its empty line counts. */
  end(): void {
    if (this.#line !== "") this.#read(this.#line);
    this.#line = "";
    this.#flush();
  }

  #read(line: string): void {
    if (line === "") this.#flush();
    else if (line.startsWith("data:")) this.#data.push(line.slice(5).trimStart());
  }

  #flush(): void {
    if (this.#data.length === 0) return;
    const text = this.#data.join("\n");
    this.#data = [];
    if (text === "[DONE]") {
      this.#onDone?.();
      return;
    }
    let data: unknown;
    try {
      data = JSON.parse(text);
    } catch {
      // the application will find out itself
      return;
    }
    this.#onData(data);
  }
}
