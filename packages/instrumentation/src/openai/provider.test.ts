import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readServer } from "./provider.ts";

describe("readServer", () => {
  for (const [url, provider] of [
    ["https://api.openai.com/v1", "openai"],
    ["https://eu.api.openai.com/v1", "openai"],
    ["https://mine.openai.azure.com/openai", "azure.ai.openai"],
    ["https://api.groq.com/openai/v1", "groq"],
    ["https://api.deepseek.com", "deepseek"],
    ["https://api.x.ai/v1", "x_ai"],
    ["https://api.mistral.ai/v1", "mistral_ai"],
    ["https://api.together.xyz/v1", "together_ai"],
    ["https://api.fireworks.ai/inference/v1", "fireworks_ai"],
    ["https://openrouter.ai/api/v1", "openrouter"],
    ["https://api.perplexity.ai", "perplexity"],
    ["https://api.cerebras.ai/v1", "cerebras"],
    ["https://integrate.api.nvidia.com/v1", "nvidia"],
    ["https://api.moonshot.cn/v1", "moonshot_ai"],
    ["https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "dashscope"],
    ["https://open.bigmodel.cn/api/paas/v4", "zhipu"],
    ["https://generativelanguage.googleapis.com/v1beta/openai/", "gcp.gemini"],
    ["https://us-central1-aiplatform.googleapis.com/v1", "gcp.vertex_ai"],
    ["https://bedrock-runtime.us-west-2.amazonaws.com/openai/v1", "aws.bedrock"],
    ["https://router.huggingface.co/groq/openai/v1", "groq"],
    ["https://router.huggingface.co/together/v1", "together_ai"],
    ["https://router.huggingface.co/hf-inference/models/a/b/v1", "huggingface"],
    ["https://router.huggingface.co/v1", "huggingface"],
    ["https://ai-gateway.vercel.sh/v1", "vercel"],
    ["http://localhost:11434/v1", "ollama"],
    ["http://127.0.0.1:1234/v1", "lm_studio"],
    ["http://[::1]:8000/v1", "vllm"],
    ["http://litellm.internal:9000", "litellm"],
    ["https://openai.com.evil.example/v1", "openai"],
    ["https://notgroq.com/v1", "openai"],
  ] as const) {
    it(`${url} is ${provider}`, () => assert.equal(readServer(url).provider, provider));
  }

  it("is the provider whose format is spoken where nobody knows the host", () => {
    assert.equal(readServer("https://llm.example/v1/messages", {}, "anthropic").provider, "anthropic");
    assert.equal(readServer("http://localhost:8000/v1/messages", {}, "anthropic").provider, "vllm");
  });

  it("puts what the application says before the list", () => {
    assert.equal(readServer("http://localhost:8000", { "localhost:8000": "mine" }).provider, "mine");
    assert.equal(readServer("https://api.groq.com", { "api.groq.com": "proxy" }).provider, "proxy");
  });

  it("gives host and port, the protocol's own if none is named", () => {
    assert.deepEqual(readServer("http://[::1]/v1"), { provider: "openai", address: "::1", port: 80 });
    assert.deepEqual(readServer("https://api.x.ai:8443/v1"), { provider: "x_ai", address: "api.x.ai", port: 8443 });
    assert.deepEqual(readServer(undefined), { provider: "openai" });
  });
});
