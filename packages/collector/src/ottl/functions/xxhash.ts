import { loadPackage } from "../load-package.ts";
import { define, type OttlFunction } from "./function.ts";
import { text } from "./parameters.ts";

function xxhash(name: string, of: "xxh64" | "xxh128", digits: number): OttlFunction {
  return define(name, { target: text }, ({ target }) => {
    const { xxh3 } = loadPackage("@node-rs/xxhash") as typeof import("@node-rs/xxhash");
    return (cursor) => xxh3[of](target.get(cursor)).toString(16).padStart(digits, "0");
  });
}

/** XXH3 of 64 and of 128 bits, in hexadecimal digits. */
export const xxhashes: readonly OttlFunction[] = [xxhash("XXH3", "xxh64", 16), xxhash("XXH128", "xxh128", 32)];
