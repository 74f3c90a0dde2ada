import { createHash, timingSafeEqual } from "node:crypto";
import { OtlpError } from "@genscope/otlp";
import type { z } from "zod";
import type { ComponentType } from "../components.ts";
import { anything, duration, list, section, text } from "../config/fields.ts";
import { openWatchedFile } from "../net/watched-file.ts";
import { isGiven } from "../tls/check-tls.ts";
import type { ExtensionFactory } from "./extension.ts";

const config = section({
  header: text("Authorization"),
  scheme: text("Bearer"),
  token: text(),
  tokens: list(text("")),
  filename: text(),
  wait_for_token_file: duration(0),
  retry_on_failure: anything(),
});
type BearerTokenAuthConfig = z.output<typeof config>;

export const bearerTokenAuthComponent: ComponentType = {
  kind: "extensions",
  type: "bearertokenauth",
  aliases: ["bearer_token_auth"],
  signals: [],
  config,
  differs: {
    filename: "read again every second; a token in each line, the first of them for exporters",
    wait_for_token_file: "not waited for: the file has to be there",
    retry_on_failure: "not looked at: exporters try again by their own",
  },
  check(checked) {
    const { token, tokens, filename } = checked as BearerTokenAuthConfig;
    if (isGiven(token) && tokens.length > 0) return ["either tokens or token should be provided, not both"];
    if (!isGiven(token) && tokens.length === 0 && !isGiven(filename)) return ["no bearer token provided"];
    return tokens.includes("") ? ["a token is empty"] : [];
  },
};

/** Checks tokens of senders, and tells that of exporters (RFC 6750). */
export const createBearerTokenAuth: ExtensionFactory<BearerTokenAuthConfig> = async (one, { warn, id }) => {
  const { filename, header, scheme } = one;
  const file = isGiven(filename) ? await openWatchedFile(filename, warn) : undefined;
  if (file !== undefined && (isGiven(one.token) || one.tokens.length > 0)) {
    warn(`extension "${id}": tokens are those of ${filename}; what the configuration says of them is not used`);
  }

  function tokens(): readonly string[] {
    if (file === undefined) return isGiven(one.token) ? [one.token] : one.tokens;
    return file.text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  }
  const withScheme = (token: string): string => (scheme === "" ? token : `${scheme} ${token}`);

  return {
    authorize() {
      const [token] = tokens();
      return token === undefined ? {} : { [header.toLowerCase()]: withScheme(token) };
    },
    authenticate(headers) {
      const sent = headers[header.toLowerCase()];
      if (typeof sent !== "string" || sent === "") throw new OtlpError("unauthenticated", `missing header ${header}`);
      const sentDigest = digest(sent.trim());
      // every token is compared: the time taken says nothing about any of them
      let isKnown = false;
      for (const token of tokens()) isKnown = timingSafeEqual(digest(withScheme(token)), sentDigest) || isKnown;
      if (!isKnown) throw new OtlpError("unauthenticated", "scheme or token is not one of those known here");
    },
    [Symbol.asyncDispose]: async () => file?.[Symbol.dispose](),
  };
};

function digest(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
