import type { IncomingMessage, ServerResponse } from "node:http";

/** What browsers on other origins may do. Off (every answer false, no header set) without origins. */
export interface Cors {
  /** Sets what lets the page read the answer. Whether the request's origin is allowed. */
  allow(request: IncomingMessage, response: ServerResponse): boolean;
  /** Sets a preflight's headers, after `allow` was true. */
  allowPreflight(request: IncomingMessage, response: ServerResponse): void;
}

const preflightAgeSeconds = 7_200;

/** `origins` as browsers write them, `https://app.example.com`; one `*` in each may stand for any text. */
export function createCors(origins: readonly string[]): Cors {
  const patterns = origins.map((each) => each.toLowerCase().split("*"));
  function isAllowed(origin: string): boolean {
    return patterns.some(([head = "", tail]) =>
      tail === undefined
        ? origin === head
        : origin.length >= head.length + tail.length && origin.startsWith(head) && origin.endsWith(tail),
    );
  }
  return {
    allow(request, response) {
      if (patterns.length === 0) return false;
      response.appendHeader("Vary", "Origin");
      const { origin } = request.headers;
      if (origin === undefined || !isAllowed(origin.toLowerCase())) return false;
      response.setHeader("Access-Control-Allow-Origin", origin);
      response.setHeader("Access-Control-Expose-Headers", "Retry-After");
      return true;
    },
    allowPreflight(request, response) {
      const headers = request.headers["access-control-request-headers"];
      response.setHeader("Access-Control-Allow-Methods", "POST");
      if (headers !== undefined) response.setHeader("Access-Control-Allow-Headers", headers);
      if (request.headers["access-control-request-private-network"] === "true") {
        response.setHeader("Access-Control-Allow-Private-Network", "true");
      }
      response.setHeader("Access-Control-Max-Age", String(preflightAgeSeconds));
    },
  };
}
