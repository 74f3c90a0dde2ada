import { isObject } from "./read.ts";

/** Across copies of this package. */
const claimedKey = Symbol.for("genscope.ai-sdk-requests");
const shared = globalThis as { [claimedKey]?: number };

/** Requests that the AI SDK makes are recorded by its own telemetry from now on. Gives back what ends it. */
export function claimAiSdkRequests(): () => void {
  shared[claimedKey] = (shared[claimedKey] ?? 0) + 1;
  return () => {
    shared[claimedKey] = Math.max(0, (shared[claimedKey] ?? 0) - 1);
  };
}

/** Whether a request is the AI SDK's, by its `user-agent`, and recorded by its telemetry: it does not run all of its calls in a context that could say so. */
export function isClaimedAiSdkRequest(init: unknown): boolean {
  if ((shared[claimedKey] ?? 0) === 0 || !isObject(init)) return false;
  const { headers } = init;
  const agent =
    headers instanceof Headers
      ? headers.get("user-agent")
      : isObject(headers)
        ? (headers["user-agent"] ?? headers["User-Agent"])
        : undefined;
  return typeof agent === "string" && /\bai-sdk[-/]/u.test(agent);
}
