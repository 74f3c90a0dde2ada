import { createHash, createHmac } from "node:crypto";
import { Regex } from "../../ottl/text/regex.ts";
import { hashNameOf, type RedactionConfig } from "./config.ts";

export interface ValueRules {
  /** A value that may stay whatever else is in it. */
  isAllowed(text: string): boolean;
  /** The text with what is blocked in it masked; the same text if nothing is. */
  masked(text: string): string;
  /** Nothing of the text is left. */
  hidden(text: string): string;
}

function maskOf(config: RedactionConfig): (text: string) => string {
  const name = hashNameOf(config);
  switch (name) {
    case undefined:
      return () => "****";
    case "hmac-sha256":
    case "hmac-sha512":
      return (text) => createHmac(name.slice(5), config.hmac_key).update(text).digest("hex");
    default: {
      const algorithm = name === "sha3" ? "sha3-256" : name;
      return (text) => createHash(algorithm).update(text).digest("hex");
    }
  }
}

export function createValueRules(config: RedactionConfig): ValueRules {
  const allowed = config.allowed_values.map((one) => new Regex("'allowed_values'", one));
  const blocked = config.blocked_values.map((one) => new Regex("'blocked_values'", one));
  const mask = maskOf(config);
  return {
    isAllowed: (text) => allowed.some((one) => one.test(text)),
    masked(text) {
      let current = text;
      for (const one of blocked) current = one.replaceAll(current, (matcher) => mask(matcher.group() ?? ""));
      return current;
    },
    // line by line, as `.*` has it upstream
    hidden: (text) => text.split("\n").map(mask).join("\n"),
  };
}
