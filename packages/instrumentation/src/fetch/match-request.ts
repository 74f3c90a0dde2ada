import { isObject, type JsonObject, parsedOf, stringOf } from "../core/read.ts";
import type { ModelFormat } from "../formats/model-format.ts";
import { type KnownPath, knownPaths } from "./known-paths.ts";

/** A request to a model, recognized by what it looks like. */
export interface ModelRequest {
  readonly format: ModelFormat;
  /** Who answers, if the host does not say. */
  readonly provider: string;
  readonly url: URL;
  readonly model: string | undefined;
  readonly body: JsonObject;
}

/** A POST to a path that a request to a model may have. */
export interface Candidate {
  readonly url: URL;
  readonly paths: readonly KnownPath[];
  /** What is sent, if it can be seen without reading anything. */
  readonly body: string | undefined;
  /** What has to be read to see it: a request whose own body is sent. */
  readonly unread: Request | undefined;
}

const text = new TextDecoder();

/** What `fetch` is called with, if it may be a request to a model. Nothing is read: a body given as a stream stays unknown. */
export function candidateOf(input: unknown, init: unknown): Candidate | undefined {
  const options: JsonObject = isObject(init) ? init : {};
  const request = input instanceof Request ? input : undefined;
  const method = options["method"] ?? request?.method;
  if (typeof method !== "string" || method.toUpperCase() !== "POST") return undefined;
  const href = request?.url ?? (typeof input === "string" || input instanceof URL ? String(input) : undefined);
  if (href === undefined || !URL.canParse(href)) return undefined;
  const url = new URL(href);
  const paths = pathsOf(url);
  if (paths.length === 0) return undefined;
  const given = options["body"] ?? undefined;
  const body =
    given instanceof FormData ? fieldsOf(given) : given instanceof Uint8Array ? text.decode(given) : stringOf(given);
  if (body !== undefined) return { url, paths, body, unread: undefined };
  const unread = given === undefined && request?.body !== null && request?.bodyUsed === false ? request : undefined;
  // what says that it is something else is not read
  const type = unread?.headers.get("content-type") ?? "";
  if (unread === undefined || !/json|^text\/plain/u.test(type)) return undefined;
  return { url, paths, body: undefined, unread };
}

/** What a request to a URL may be. */
export function pathsOf({ pathname }: URL): readonly KnownPath[] {
  return knownPaths.filter(({ path }) => path.test(pathname));
}

/** The fields of a form that are texts, as JSON; its files are not read. */
function fieldsOf(form: FormData): string {
  const fields = [...form].filter(([, value]) => typeof value === "string");
  return JSON.stringify(
    Object.fromEntries(fields.map(([name, value]) => [name, name === "stream" ? value === "true" : value])),
  );
}

/** The request that a candidate is, by its body, or nothing. */
export function matchRequest({ url, paths }: Pick<Candidate, "url" | "paths">, body: string): ModelRequest | undefined {
  const value = parsedOf(body);
  if (!isObject(value)) return undefined;
  for (const known of paths) {
    if (known.needs.some((key) => value[key] === undefined)) continue;
    const match = known.path.exec(url.pathname);
    const read = match === null ? undefined : known.read(match, value);
    if (read === undefined) continue;
    const model = stringOf(value["model"]) ?? read.model;
    return { format: read.format, provider: read.provider ?? known.providers[0], url, model, body: value };
  }
  return undefined;
}
