/** Reads lines of JSON from bytes as they arrive, cut anywhere. What is no JSON is left out. */
export class JsonLinesReader {
  readonly #decoder = new TextDecoder();
  readonly #onData: (data: unknown) => void;
  #line = "";

  constructor(onData: (data: unknown) => void) {
    this.#onData = onData;
  }

  push(bytes: unknown): void {
    const text = typeof bytes === "string" ? bytes : this.#decoder.decode(bytes as Uint8Array, { stream: true });
    const lines = (this.#line + text).split("\n");
    this.#line = lines.pop() ?? "";
    for (const line of lines) this.#read(line);
  }

  /** The stream is over; a line without its end counts. */
  end(): void {
    this.#read(this.#line);
    this.#line = "";
  }

  #read(line: string): void {
    if (line.trim() === "") return;
    let data: unknown;
    try {
      data = JSON.parse(line);
    } catch {
      // the application will find out itself
      return;
    }
    this.#onData(data);
  }
}
