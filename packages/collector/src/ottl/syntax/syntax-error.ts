/** What is being read: it starts the message. */
export type SyntaxKind = "statement" | "condition" | "expression";

/** What is wrong at a place of an OTTL text; offsets count UTF-16 units. */
export class OttlSyntaxError extends Error {
  override readonly name = "OttlSyntaxError";
  readonly offset: number;
  constructor(message: string, offset: number, options?: ErrorOptions) {
    super(message, options);
    this.offset = offset;
  }
}

const nearLength = 10;

/** The message with the place it is about, and under it the line with a caret. */
export function describeSyntaxError(kind: SyntaxKind, text: string, { message, offset }: OttlSyntaxError): string {
  const near = text.slice(offset, offset + nearLength).trim();
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const lineEnd = text.indexOf("\n", start);
  const line = text.slice(start, lineEnd === -1 ? text.length : lineEnd).replaceAll("\t", " ");
  const where = near === "" ? "at its end" : `near \`${near}\``;
  return `${kind} failed to parse ${where}: ${message}\n    ${line}\n    ${" ".repeat(offset - start)}^`;
}
