import { createRequire } from "node:module";

/** Loads a package that few configurations need, when the first that does is read. */
export const loadPackage = createRequire(import.meta.url);
