import { setTimeout as sleep } from "node:timers/promises";

/** Sends a request to a Collector that may still be starting. Rejects when it has ended. */
export async function postOnceUp(url: string, body: Uint8Array, exitCode: () => number | null): Promise<void> {
  const headers = { "content-type": "application/x-protobuf" };
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await fetch(url, { method: "POST", headers, body: new Uint8Array(body) });
      await answer.arrayBuffer();
      return;
    } catch (error) {
      if (attempt === 300 || exitCode() !== null) throw error;
      await sleep(100);
    }
  }
}
