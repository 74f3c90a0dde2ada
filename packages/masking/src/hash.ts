import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { foldText } from "./fold-text.ts";
import { detectorOf } from "./detector-name.ts";

const hashedBytes = 10;

/** The form of a value under which equal values are equal: without separators where they mean nothing, addresses in lower case. */
function canonical(rule: string, value: string): string {
  const plain = foldText(value)?.text ?? value;
  switch (detectorOf(rule)) {
    case "email":
      return plain.toLowerCase();
    case "card":
      return plain.replaceAll(/\D/g, "");
    case "phone":
      return plain.replace(/^00/, "+").replaceAll(/[^\d+]/g, "");
    case "iban":
    case "national-id":
      return plain.replaceAll(/[^A-Za-z0-9]/g, "").toUpperCase();
    case "ip":
      return plain.toLowerCase();
    default:
      return plain;
  }
}

/**
 * HMAC-SHA-256 of a value, cut to 80 bits, in the letters a–p: no digit, so that a hash is never taken for a number or a key. The detector's name is
 * part of what is hashed.
 */
export function keyedHash(key: Uint8Array, rule: string, value: string): string {
  const bytes = hmac(sha256, key, utf8ToBytes(`${detectorOf(rule)}\0${canonical(rule, value)}`));
  let letters = "";
  for (let i = 0; i < hashedBytes; i++) {
    letters += String.fromCharCode(97 + (bytes[i]! >> 4), 97 + (bytes[i]! & 15));
  }
  return letters;
}
