import { startModelServer } from "@genscope/example-model-server";
import { init, withContext } from "@genscope/sdk";
import { ChatOpenAI } from "@langchain/openai";
import { ResearchDesk } from "./research-desk.ts";

const genscope = init({ serviceName: "langchain-research" });

const real = process.env["OPENAI_BASE_URL"];
const modelServer = real === undefined ? await startModelServer() : undefined;
const model = new ChatOpenAI({
  model: "gpt-4o-mini",
  apiKey: process.env["OPENAI_API_KEY"] ?? "none",
  configuration: { baseURL: real ?? modelServer!.url },
});
try {
  const topic = process.argv[2] ?? "How do heat pumps work in winter?";
  const desk = new ResearchDesk(model);
  const report = await withContext({ userId: "ada", feature: "research" }, () => desk.research(topic));
  process.stdout.write(`${report}\n`);
} finally {
  await modelServer?.close();
  await genscope.shutdown();
}
