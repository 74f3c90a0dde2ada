/** For benchmarks and tools of this repository only; nothing here is stable. */
export { Block } from "./loader/block.ts";
export { IdWindow } from "./loader/id-window.ts";
