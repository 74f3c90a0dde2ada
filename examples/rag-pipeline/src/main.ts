import { startModelServer } from "@genscope/example-model-server";
import { init, withContext } from "@genscope/sdk";
import OpenAI from "openai";
import { answer } from "./pipeline.ts";

const genscope = init({ serviceName: "rag-pipeline" });

const real = process.env["OPENAI_BASE_URL"];
const modelServer = real === undefined ? await startModelServer() : undefined;
const client = new OpenAI({ baseURL: real ?? modelServer!.url, apiKey: process.env["OPENAI_API_KEY"] ?? "none" });
try {
  const question = process.argv[2] ?? "How long does a refund take?";
  const text = await withContext({ userId: "ada", feature: "support" }, () => answer(client, question));
  process.stdout.write(`${text}\n`);
} finally {
  await modelServer?.close();
  await genscope.shutdown();
}
