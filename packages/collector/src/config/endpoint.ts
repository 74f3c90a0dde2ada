/** Host and port to listen on, of `host:port`, `[::1]:port` or `:port`. Throws an Error that says what is wrong. */
export function parseListenEndpoint(endpoint: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d*)$/.exec(endpoint.trim());
  const port = Number(match?.[3] === "" ? "x" : match?.[3]);
  if (match === null || !Number.isInteger(port) || port > 65_535) {
    throw new Error(`endpoint ${JSON.stringify(endpoint)} is not host:port, such as localhost:4317 or 0.0.0.0:4317`);
  }
  const host = match[1] ?? match[2] ?? "";
  return { host: host === "" ? "::" : host, port };
}

/** What {@link parseListenEndpoint} has against it. */
export function checkListenEndpoint(field: string, endpoint: string): readonly string[] {
  try {
    parseListenEndpoint(endpoint);
    return [];
  } catch (error) {
    return [`'${field}' ${error instanceof Error ? error.message : String(error)}`];
  }
}
