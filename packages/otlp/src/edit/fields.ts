/** A field of a message: where its tag starts, its number and wire type, and where its content (without a length) lies. */
export interface Field {
  at: number;
  number: number;
  wireType: number;
  /** The end of the tag. */
  tagEnd: number;
  start: number;
  end: number;
}

export function createField(): Field {
  return { at: 0, number: 0, wireType: 0, tagEnd: 0, start: 0, end: 0 };
}

/** Reads the field at `at` of bytes that were indexed, and therefore are well-formed, into `field`. */
export function readField(bytes: Uint8Array, at: number, field: Field): void {
  let p = at;
  const tag = varint(bytes, p);
  p = varintEnd(bytes, p);
  field.at = at;
  field.number = Math.floor(tag / 8);
  field.wireType = tag & 7;
  field.tagEnd = p;
  field.start = p;
  switch (field.wireType) {
    case 0:
      field.end = varintEnd(bytes, p);
      break;
    case 1:
      field.end = p + 8;
      break;
    case 2: {
      field.start = varintEnd(bytes, p);
      field.end = field.start + varint(bytes, p);
      break;
    }
    case 3:
      field.end = groupEnd(bytes, p);
      break;
    default:
      field.end = p + 4;
  }
}

function groupEnd(bytes: Uint8Array, from: number): number {
  const inner = createField();
  let depth = 1;
  let p = from;
  while (depth > 0 && p < bytes.length) {
    const wireType = varint(bytes, p) & 7;
    if (wireType === 3) depth++;
    else if (wireType === 4) depth--;
    if (wireType === 3 || wireType === 4) p = varintEnd(bytes, p);
    else {
      readField(bytes, p, inner);
      p = inner.end;
    }
  }
  return p;
}

/** The low 32 bits: tags and lengths. */
function varint(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let p = at, shift = 0; shift < 35; p++, shift += 7) {
    const byte = bytes[p]!;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return value >>> 0;
}

function varintEnd(bytes: Uint8Array, at: number): number {
  let p = at;
  while (bytes[p]! >= 0x80) p++;
  return p + 1;
}
