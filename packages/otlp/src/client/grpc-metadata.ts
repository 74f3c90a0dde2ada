/** Never anybody else's to set (PROTOCOL-HTTP2.md, "Requests"), or not allowed in HTTP/2. */
const reserved: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "content-type",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
  "user-agent",
]);

/**
 * Adds headers of an operator's to those of a call: `-bin` ones in base64, those that belong to the protocol left out.
 * Throws a `TypeError` that names the header, never its value, for what HTTP/2 cannot carry.
 */
export function addMetadata(headers: Record<string, string>, metadata: Readonly<Record<string, string>>): void {
  for (const [given, value] of Object.entries(metadata)) {
    const name = given.toLowerCase();
    if (reserved.has(name) || name.startsWith("grpc-")) continue;
    if (!/^[0-9a-z_.-]+$/.test(name))
      throw new TypeError(`${JSON.stringify(given)} cannot be the name of gRPC metadata`);
    if (name.endsWith("-bin")) {
      headers[name] = Buffer.from(value).toString("base64").replace(/=+$/, "");
    } else {
      if (!/^[ -~]*$/.test(value)) throw new TypeError(`the value of gRPC metadata ${name} is not printable ASCII`);
      headers[name] = value;
    }
  }
}
