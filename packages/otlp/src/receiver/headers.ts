import type { IncomingHttpHeaders } from "node:http";

export type RequestHeaders = Readonly<Record<string, string | undefined>>;

/** Headers by lower-case name, without HTTP/2's own and without the one (`set-cookie`) that Node gives as a list. */
export function toRequestHeaders(headers: IncomingHttpHeaders): RequestHeaders {
  const single: Record<string, string | undefined> = {};
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === "string" && !name.startsWith(":")) single[name] = value;
  }
  return single;
}
