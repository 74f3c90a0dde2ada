export { createApi } from "./api.ts";
export type { ApiOptions } from "./api.ts";
export { createServer } from "./create-server.ts";
export type { ServerHandle, ServerOptions } from "./create-server.ts";
export { createLiveHub } from "./live-hub.ts";
export type { LiveHub } from "./live-hub.ts";
