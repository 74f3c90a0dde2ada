/** By the name of the library: the module of its instrumentation. */
export const instrumentations: Readonly<Record<string, () => Readonly<Record<string, unknown>>>>;
