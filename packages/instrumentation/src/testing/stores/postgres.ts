import { createServer } from "node:net";
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";

export interface Postgres extends AsyncDisposable {
  readonly port: number;
  close(): Promise<void>;
}

/** A real Postgres with pgvector, compiled to WebAssembly, behind its own protocol on a free loopback port. One connection at a time. */
export async function startPostgres(): Promise<Postgres> {
  const database = await PGlite.create({ extensions: { vector } });
  await database.exec(`
    CREATE EXTENSION vector;
    CREATE TABLE passages (id text PRIMARY KEY, content text, embedding vector(2));
    INSERT INTO passages VALUES ('reset', 'Hold the button.', '[1,0]'), ('light', 'It blinks red.', '[0,1]');
  `);
  const server = createServer((socket) => {
    let isStarted = false;
    let queue = Promise.resolve();
    socket.on("error", () => {});
    const answer = async (data: Buffer): Promise<void> => {
      // the request for TLS has a code of its own, and is declined
      if (!isStarted && data.length === 8 && data.readInt32BE(4) === 80_877_103) {
        socket.write("N");
        return;
      }
      isStarted = true;
      if (data[0] === 0x58) socket.end();
      else socket.write(await database.execProtocolRaw(data));
    };
    socket.on("data", (data: Buffer) => {
      queue = queue.then(() => answer(data));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const close = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    await database.close();
  };
  return { port: (server.address() as { port: number }).port, close, [Symbol.asyncDispose]: close };
}
