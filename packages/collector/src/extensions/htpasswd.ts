import { createHash, timingSafeEqual } from "node:crypto";
import { apr1 } from "./apr1.ts";

/** Users and hashes of an htpasswd file; of a user that is there twice the first counts. */
export function parseHtpasswd(text: string): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  for (const line of text.split("\n")) {
    const entry = line.trim();
    const colon = entry.indexOf(":");
    if (entry === "" || entry.startsWith("#") || colon === -1) continue;
    const user = entry.slice(0, colon);
    if (!users.has(user)) users.set(user, entry.slice(colon + 1));
  }
  return users;
}

/** Whether a password is that of a hash: bcrypt, MD5 (`$apr1$`), `{SHA}`, `{SSHA}`, or the password itself. */
export async function passwordMatches(password: string, hash: string): Promise<boolean> {
  if (/^\$2[aby]\$/.test(hash)) {
    const { compare } = await import("bcryptjs");
    return compare(password, hash);
  }
  if (hash.startsWith("$apr1$")) return isSame(apr1(password, hash.split("$")[2] ?? ""), hash);
  if (hash.startsWith("{SHA}")) return isSame(createHash("sha1").update(password).digest("base64"), hash.slice(5));
  if (hash.startsWith("{SSHA}")) {
    const salted = Buffer.from(hash.slice(6), "base64");
    const salt = salted.subarray(20);
    const made = Buffer.concat([createHash("sha1").update(password).update(salt).digest(), salt]);
    return isSame(made.toString("base64"), hash.slice(6));
  }
  return isSame(password, hash);
}

function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
