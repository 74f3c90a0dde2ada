import { OttlError } from "../ottl-error.ts";
import type { Value } from "../values/value.ts";

// RFC 3986, appendix B
const parts =
  /^(?:(?<scheme>[A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?<authority>[^/?#]*))?(?<path>[^?#]*)(?:\?(?<query>[^#]*))?(?:#(?<fragment>.*))?$/su;
const authorityParts = /^(?:(?<user>[^@]*)@)?(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>\d*))?$/u;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new OttlError("invalid URL escape", { cause: error });
  }
}

/** A URL's parts, by the names of OpenTelemetry's `url.*` attributes. @throws {OttlError} */
export function parseUrl(text: string): Map<string, Value> {
  if (text === "") throw new OttlError("url cannot be empty");
  const control = Array.from(text).some((character) => character < " " || character === "\u007f");
  const found = parts.exec(text)?.groups;
  const { scheme = "", authority, path = "", query, fragment } = found ?? {};
  const place = authorityParts.exec(authority ?? "")?.groups;
  if (found === undefined || place === undefined || control || (scheme === "" && /^[^/?#]*:/u.test(path))) {
    throw new OttlError("the text is no URL");
  }
  const host = (place["host"] ?? "").replaceAll(/^\[|\]$/gu, "");
  const plainPath = decoded(path);
  const result = new Map<string, Value>([
    ["url.original", text],
    ["url.domain", decoded(host)],
    ["url.scheme", scheme.toLowerCase()],
    ["url.path", plainPath],
  ]);
  if (place["port"]) result.set("url.port", BigInt(place["port"]));
  if (fragment) result.set("url.fragment", decoded(fragment));
  if (place["user"] !== undefined) addUser(result, place["user"]);
  if (query) result.set("url.query", query);
  const dot = plainPath.lastIndexOf(".");
  if (dot !== -1 && dot < plainPath.length - 1) result.set("url.extension", plainPath.slice(dot + 1));
  return result;
}

function addUser(result: Map<string, Value>, info: string): void {
  const colon = info.indexOf(":");
  result.set("url.user_info", info);
  const name = colon === -1 ? info : info.slice(0, colon);
  if (name !== "") result.set("url.username", decoded(name));
  if (colon !== -1) result.set("url.password", decoded(info.slice(colon + 1)));
}
