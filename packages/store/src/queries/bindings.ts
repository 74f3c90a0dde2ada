/** Values of a query, collected while its text is put together: text gets placeholders only, values travel as parameters. */
export class Bindings {
  readonly params: Record<string, unknown> = {};
  #count = 0;

  /** A placeholder for the value. `type` is a ClickHouse type, written by us. */
  add(type: string, value: unknown): string {
    const name = `p${this.#count++}`;
    this.params[name] = value;
    return `{${name}:${type}}`;
  }
}
