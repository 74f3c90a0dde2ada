/** Reads server-sent events from bytes as they arrive, cut anywhere. Gives each event's data, parsed; `[DONE]` and what is no JSON are left out. */
export class SseReader {
  readonly #decoder = new TextDecoder();
  readonly #onData: (data: unknown) => void;
  #line = "";
  #data: string[] = [];

  constructor(onData: (data: unknown) => void) {
    this.#onData = onData;
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
    if (text === "[DONE]") return;
    try {
      this.#onData(JSON.parse(text));
    } catch {
      // the application will find out itself
    }
  }
}
