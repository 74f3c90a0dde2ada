import { OttlError } from "../ottl-error.ts";

/**
 * The fields of one row of CSV (RFC 4180). Line ends outside of quotes continue the field before them. Lazy: a quote may stand in a field without quotes, and in
 * one with quotes without being doubled.
 */
export function readCsvRow(text: string, comma: string, isLazy: boolean): string[] {
  const row = text.replaceAll("\r\n", "\n").replace(/\n$/u, "");
  if (row === "") throw new OttlError("no csv lines found");
  const fields: string[] = [];
  for (let i = 0; ; i++) {
    let field = "";
    if (row[i] === '"') {
      for (i++; ; i++) {
        const character = row[i];
        if (character === undefined) {
          if (isLazy) break;
          throw new OttlError('read csv line: extraneous or missing " in quoted-field');
        }
        if (character !== '"') field += character;
        else if (row[i + 1] === '"') {
          field += '"';
          i++;
        } else if (row[i + 1] === undefined || row[i + 1] === comma || row[i + 1] === "\n") {
          i++;
          break;
        } else if (isLazy) field += '"';
        else throw new OttlError('read csv line: extraneous or missing " in quoted-field');
      }
      while (row[i] === "\n") field += row[i++];
    }
    for (; i < row.length && row[i] !== comma; i++) {
      if (row[i] === '"' && !isLazy) throw new OttlError('read csv line: bare " in non-quoted-field');
      field += row[i];
    }
    fields.push(field);
    if (i >= row.length) return fields;
  }
}
