/** Headers by lower-case name, without those that HTTP/2 has for itself. */
export type RequestHeaders = Readonly<Record<string, string | undefined>>;

/** The most that one request's headers may take, by HPACK's count. */
const maxBytes = 64 * 1024;
const entryBytes = 32;
/** Of what must not be there twice, the first counts. */
const single = new Set([
  "authorization",
  "content-length",
  "content-type",
  "grpc-encoding",
  "grpc-timeout",
  "user-agent",
]);
/** What only HTTP/1 has (RFC 9113, 8.2.2). */
const forbidden = new Set(["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"]);
const ownNames = new Set([":method", ":path", ":scheme", ":authority"]);
/** A token in lower case (RFC 9110, 5.6.2). */
const validName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** What no value has in it (RFC 9113, 8.2.1). */
// oxlint-disable-next-line no-control-regex
const cut = /[\0\r\n]/;

/** The headers of one request, as they are read. */
export class HeaderCollector {
  readonly headers: Record<string, string | undefined> = Object.create(null) as Record<string, string | undefined>;
  readonly #own = new Map<string, string>();
  #bytes = 0;
  #isMalformed = false;
  #hasOthers = false;

  get path(): string {
    return this.#own.get(":path") ?? "";
  }

  /** Whether it is a request as RFC 9113 has it (8.1.1), of a size that is taken. */
  get isValid(): boolean {
    return !this.#isMalformed && this.#own.has(":method") && this.path !== "" && this.#own.has(":scheme");
  }

  readonly add = (name: string, value: string): void => {
    this.#bytes += name.length + value.length + entryBytes;
    if (this.#bytes > maxBytes) this.#isMalformed = true;
    else if (name.startsWith(":")) this.#addOwn(name, value);
    else this.#addOther(name, value);
  };

  #addOwn(name: string, value: string): void {
    if (this.#hasOthers || !ownNames.has(name) || this.#own.has(name)) this.#isMalformed = true;
    this.#own.set(name, value);
  }

  #addOther(name: string, value: string): void {
    this.#hasOthers = true;
    if (!isValidName(name) || forbidden.has(name) || (name === "te" && value !== "trailers") || cut.test(value)) {
      this.#isMalformed = true;
      return;
    }
    const before = this.headers[name];
    if (before === undefined) this.headers[name] = value;
    else if (!single.has(name)) this.headers[name] = `${before}, ${value}`;
  }
}

/** Names that senders use, and that need no second look. */
const seenNames = new Set<string>();
const maxSeenNames = 200;

function isValidName(name: string): boolean {
  if (seenNames.has(name)) return true;
  if (!validName.test(name)) return false;
  if (seenNames.size < maxSeenNames) seenNames.add(name);
  return true;
}
