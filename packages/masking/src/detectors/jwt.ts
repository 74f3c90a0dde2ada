import { charBits, wordBits } from "../chars.ts";
import type { ScanContext } from "../scan-context.ts";

function segmentEnd(context: ScanContext, from: number): number {
  const { text } = context;
  let end = from;
  while ((charBits(text.charCodeAt(end)) & wordBits) !== 0 || text.charCodeAt(end) === 45) end++;
  return end;
}

/**
 * Called at a word that starts with `eyJ`, which is `{"` in base64url. A token is a header and at least one more segment (three are signed, five
 * encrypted); one that was cut within its second segment is taken too.
 */
export function findJwt(context: ScanContext, start: number): number {
  const { text } = context;
  if (start < context.jwtSegmentEnd) return 0;
  let end = segmentEnd(context, start);
  context.jwtSegmentEnd = end;
  if (end - start < 12) return 0;
  let segments = 1;
  while (segments < 5 && text.charCodeAt(end) === 46) {
    const next = segmentEnd(context, end + 1);
    // only an encrypted token has an empty segment, and the unsigned one its last
    if (next === end + 1 && segments !== 1 && segments !== 2) break;
    segments++;
    end = next;
  }
  if (segments < 2 || (segments === 2 && end - start < 24)) return 0;
  return context.add("jwt", start, end);
}
