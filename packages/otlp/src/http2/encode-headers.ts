import { staticTable } from "./static-table.ts";

/** A dynamic table of no bytes: to be said in front of a connection's first header block, as {@link encodeHeaders} uses none. */
export const noTable: Buffer = Buffer.of(0x20);

/** A header block that is the same on every connection: each header as it is, in no table (RFC 7541, 6.2.2). */
export function encodeHeaders(headers: Readonly<Record<string, string>>): Buffer {
  const pieces: Buffer[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const index = staticTable.findIndex(([known]) => known === name) + 1;
    pieces.push(number(index, 4));
    if (index === 0) pieces.push(text(name));
    pieces.push(text(value));
  }
  return Buffer.concat(pieces);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "latin1");
  return Buffer.concat([number(bytes.length, 7), bytes]);
}

function number(value: number, bits: number): Buffer {
  const most = 2 ** bits - 1;
  if (value < most) return Buffer.of(value);
  const bytes = [most];
  let rest = value - most;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
