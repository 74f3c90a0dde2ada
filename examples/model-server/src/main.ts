import { parseArgs } from "node:util";
import { startModelServer } from "./model-server.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "4320" },
    host: { type: "string", default: "127.0.0.1" },
    pace: { type: "string", default: "natural" },
  },
});

const server = await startModelServer({
  port: Number(values.port),
  host: values.host,
  pace: values.pace === "instant" ? "instant" : "natural",
});
process.stdout.write(
  `Model server at ${server.url}\nGive this to a client as its base URL, with any API key. Ctrl-C stops it.\n`,
);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void server.close());
