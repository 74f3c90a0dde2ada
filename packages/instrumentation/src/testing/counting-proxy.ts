import { createServer, request as send } from "node:http";

/** Stands between clients and a model server, and counts what is asked. */
export interface CountingProxy {
  /** To give to a client as its base URL. */
  readonly url: string;
  /** Requests that ask a model something, so far. */
  readonly calls: number;
  close(): Promise<void>;
}

/** `target`: the base URL of the model server. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const { origin, pathname } = new URL(target);
  let calls = 0;
  const server = createServer({ keepAliveTimeout: 0 }, (incoming, reply) => {
    if (incoming.method === "POST") calls++;
    const { method, headers, url } = incoming;
    const forwarded = send(
      `${origin}${url ?? ""}`,
      { ...(method === undefined ? {} : { method }), headers },
      (answer) => {
        reply.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(reply);
      },
    );
    forwarded.once("error", () => reply.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return {
    url: `http://127.0.0.1:${address.port}${pathname}`,
    get calls() {
      return calls;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
