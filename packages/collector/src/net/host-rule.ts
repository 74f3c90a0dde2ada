import type { IncomingMessage, ServerResponse } from "node:http";
import { createHostCheck, isLoopback } from "@genscope/otlp/receiver";

/**
 * The rule of receivers for whatever listens: on loopback, only names of this machine are answered, since a page could have rebound any other; beyond it,
 * or where senders say who they are, any name. What it refuses it has answered.
 */
export function createHostRule(
  host: string,
  { asksWho = false }: { readonly asksWho?: boolean } = {},
): (request: IncomingMessage, response: ServerResponse) => boolean {
  if (asksWho || !isLoopback(host)) return () => true;
  const isAllowed = createHostCheck(host, []);
  return (request, response) => {
    if (isAllowed(request.headers.host)) return true;
    response.writeHead(403, { "content-type": "text/plain" });
    response.end(
      "this Host name is not one of this machine: listen on another address than loopback to be known by more\n",
    );
    return false;
  };
}
