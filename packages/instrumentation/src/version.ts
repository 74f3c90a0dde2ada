/** The version of this package, sent as the instrumentation scope's. A test compares it with package.json. */
export const packageVersion = "0.1.0";
