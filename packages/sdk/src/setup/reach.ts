const patienceMs = 1000;

/** Whether somebody listens where a URL points to. Resolves to the error if nobody does, within a second. Never rejects. */
export function reach(url: URL): Promise<Error | undefined> {
  const { promise, resolve } = Promise.withResolvers<Error | undefined>();
  const host = url.hostname.replace(/^\[(.*)\]$/u, "$1");
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  // not imported: only an export asks for it
  const socket = process.getBuiltinModule("node:net").connect({ host, port });
  socket.setTimeout(patienceMs, () => socket.destroy(new Error(`no answer from ${host}:${port}`)));
  socket.once("connect", () => {
    resolve(undefined);
    socket.destroy();
  });
  socket.once("error", resolve);
  return promise;
}
