export { aRecord, textOf } from "./builders.ts";
export { journalContract } from "./journal-contract.ts";
export type { ContractOptions } from "./journal-contract.ts";
