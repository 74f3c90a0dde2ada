import { createHash } from "node:crypto";
import { OtlpError } from "@genscope/otlp";
import type { z } from "zod";
import type { ComponentType } from "../components.ts";
import { optionalSection, section, text } from "../config/fields.ts";
import { openWatchedFile, type WatchedFile } from "../net/watched-file.ts";
import { isGiven } from "../tls/check-tls.ts";
import type { Extension, ExtensionContext, ExtensionFactory } from "./extension.ts";
import { parseHtpasswd, passwordMatches } from "./htpasswd.ts";
import { readFile } from "node:fs/promises";

const config = section({
  htpasswd: optionalSection({ file: text(), inline: text() }),
  client_auth: optionalSection({ username: text(), username_file: text(), password: text(), password_file: text() }),
});
type BasicAuthConfig = z.output<typeof config>;

export const basicAuthComponent: ComponentType = {
  kind: "extensions",
  type: "basicauth",
  aliases: ["basic_auth"],
  signals: [],
  config,
  check(checked) {
    const { htpasswd, client_auth: client } = checked as BasicAuthConfig;
    if (htpasswd !== undefined && client !== undefined)
      return ["only one of `htpasswd` and `client_auth` can be specified"];
    if (htpasswd === undefined && client === undefined)
      return ["no authentication source: `htpasswd` or `client_auth`"];
    if (htpasswd !== undefined && !isGiven(htpasswd.file) && !isGiven(htpasswd.inline)) {
      return ["no credential source: `htpasswd` needs `file` or `inline`"];
    }
    if (client !== undefined && !isGiven(client.username) && !isGiven(client.username_file)) {
      return ["username required: `username` or `username_file` of `client_auth`"];
    }
    return [];
  },
};

/** Checks names and passwords of senders, or tells those of exporters (RFC 7617). */
export const createBasicAuth: ExtensionFactory<BasicAuthConfig> = async ({ htpasswd, client_auth }, context) => {
  if (htpasswd === undefined) return createClient(client_auth!, context);
  const file = isGiven(htpasswd.file) ? await readFile(htpasswd.file, "utf8") : "";
  const users = parseHtpasswd(`${file}\n${htpasswd.inline ?? ""}`);
  return { authenticate: createCheck(users), [Symbol.asyncDispose]: async () => {} };
};

/** Hashes are slow on purpose: who has been let in once is known by a digest. */
const maxKnown = 1_000;

function createCheck(users: ReadonlyMap<string, string>): NonNullable<Extension["authenticate"]> {
  const known = new Set<string>();
  return async (headers) => {
    const header = headers["authorization"];
    const [, encoded] = typeof header === "string" ? (/^basic +(\S+)$/i.exec(header.trim()) ?? []) : [];
    if (encoded === undefined) throw refusal("a name and a password are needed (Authorization: Basic …)");
    const digest = createHash("sha256").update(encoded).digest("base64");
    if (known.has(digest)) return;
    const [, user = "", password = ""] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, "base64").toString("utf8")) ?? [];
    const hash = users.get(user);
    if (hash === undefined || !(await passwordMatches(password, hash))) throw refusal("invalid username or password");
    if (known.size >= maxKnown) known.clear();
    known.add(digest);
  };
}

function refusal(message: string): OtlpError {
  return new OtlpError("unauthenticated", message);
}

async function createClient(
  client: NonNullable<BasicAuthConfig["client_auth"]>,
  { warn }: ExtensionContext,
): Promise<Extension> {
  const open = (path: string | undefined): Promise<WatchedFile> | undefined =>
    isGiven(path) ? openWatchedFile(path, warn) : undefined;
  const files = { username: await open(client.username_file), password: await open(client.password_file) };
  return {
    authorize() {
      const username = files.username?.text.trim() ?? client.username ?? "";
      const password = files.password?.text.trim() ?? client.password ?? "";
      return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
    },
    [Symbol.asyncDispose]: async () => {
      for (const file of Object.values(files)) file?.[Symbol.dispose]();
    },
  };
}
