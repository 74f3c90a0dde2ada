export { openTestStore } from "./test-store.ts";
export type { TestStore } from "./test-store.ts";
