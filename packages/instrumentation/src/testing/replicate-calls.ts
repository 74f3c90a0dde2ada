import { createRequire } from "node:module";
import type Replicate from "replicate";

/** The packages that are tested, under the names of their npm aliases. */
export const replicateMajors = ["replicate", "replicate-v0"] as const;
export type ReplicateMajor = (typeof replicateMajors)[number];

/** A major's class. Typed as the newest: the calls made in tests are the same. */
export async function loadReplicate(
  major: ReplicateMajor,
  how: "import" | "require" = "import",
): Promise<typeof Replicate> {
  if (how === "import") return ((await import(major)) as { default: typeof Replicate }).default;
  return createRequire(import.meta.url)(major) as typeof Replicate;
}

export interface ReplicateCall {
  readonly name: string;
  run(client: Replicate, major: ReplicateMajor): Promise<unknown>;
  /** Names of spans; one of the language model unless said. */
  readonly spans?: readonly string[];
  readonly tokens?: boolean;
  readonly errorType?: string;
}

const model = "meta/meta-llama-3-70b-instruct";
const versionOnly = "fbfb20b472b2f3bdd101412a9f70a0ed4fc0ced78a77ff00970ee7a2383c575d";
const input = { prompt: "say: hello there" };
const waited = `generate_content ${model}`;

/** Each major has its own way to say how to wait; half a second between two questions is long in a test. */
function polling(major: ReplicateMajor): { wait: { mode: "poll"; interval: number } } {
  return { wait: (major === "replicate" ? { mode: "poll", interval: 1 } : { interval: 1 }) as never };
}
function blocking(major: ReplicateMajor): { wait: { mode: "block" } } {
  return { wait: (major === "replicate" ? { mode: "block" } : 60) as never };
}

async function thrown(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return { value: await run() };
  } catch (error) {
    const { constructor, message } = error as Error;
    return [constructor.name, message.replaceAll(/127\.0\.0\.1:\d+/gu, "host")];
  }
}

async function collect(events: AsyncIterable<{ event: string; data: unknown }>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const { event, data } of events) all.push([event, data]);
  return all;
}

/** What a prediction says that does not depend on its id. */
function seen({ status, output, error }: { status: string; output?: unknown; error?: unknown }): unknown {
  return { status, output, error };
}

/** Ordinary things an application does with the client. */
export const replicateCalls: readonly ReplicateCall[] = [
  { name: "run", tokens: true, run: (client, major) => client.run(model, { input, ...blocking(major) }) },
  {
    name: "run with every parameter",
    tokens: true,
    run: (client, major) =>
      client.run(model, {
        input: {
          ...input,
          system_prompt: "Be kind.",
          temperature: 0.5,
          top_p: 0.9,
          top_k: 10,
          max_tokens: 50,
          seed: 7,
          stop_sequences: "END,STOP",
          presence_penalty: 0.1,
          frequency_penalty: 0.1,
        },
        ...blocking(major),
      }),
  },
  {
    name: "run of a version",
    tokens: true,
    spans: [`generate_content ${model}:${versionOnly}`],
    run: (client, major) => client.run(`${model}:${versionOnly}`, { input, ...blocking(major) }),
  },
  {
    name: "run that asks until it is done, and tells of its progress",
    tokens: true,
    run: async (client, major) => {
      const statuses: string[] = [];
      const output = await client.run(model, { input, ...polling(major) }, ({ status }) => void statuses.push(status));
      return [output, statuses];
    },
  },
  {
    name: "run of a model of images",
    spans: ["generate_content black-forest-labs/flux-schnell"],
    run: async (client, major) =>
      ((await client.run("black-forest-labs/flux-schnell", { input, ...blocking(major) })) as unknown[]).length,
  },
  {
    name: "run that fails",
    errorType: "prediction_failed",
    run: (client, major) =>
      thrown(() => client.run(model, { input: { ...input, fault: "error-after=0" }, ...blocking(major) })),
  },
  {
    name: "run of nothing",
    errorType: "Error",
    spans: ["generate_content nothing"],
    run: (client) => thrown(() => client.run("nothing" as never, { input })),
  },
  {
    name: "run of no such model",
    errorType: "404",
    spans: ["generate_content no/model"],
    run: (client) => thrown(() => client.run("no/model", { input })),
  },
  { name: "stream", run: (client) => collect(client.stream(model, { input })) },
  {
    name: "stream left early",
    run: async (client) => {
      for await (const { data } of client.stream(model, { input })) return data;
      return undefined;
    },
  },
  { name: "stream that nobody reads", spans: [], run: async (client) => typeof client.stream(model, { input }) },
  {
    name: "error inside a stream",
    errorType: "any",
    run: (client) => thrown(() => collect(client.stream(model, { input: { ...input, fault: "error-after=1" } }))),
  },
  {
    name: "stream of a model that has none",
    errorType: "any",
    spans: ["generate_content black-forest-labs/flux-schnell"],
    run: (client) => thrown(() => collect(client.stream("black-forest-labs/flux-schnell", { input }))),
  },
  {
    name: "predictions.create that waits",
    tokens: true,
    run: async (client) => seen(await client.predictions.create({ model, input, wait: true })),
  },
  {
    name: "predictions.create that fails",
    errorType: "prediction_failed",
    run: async (client) =>
      seen(await client.predictions.create({ model, input: { ...input, fault: "error-after=0" }, wait: true })),
  },
  {
    name: "predictions.create and wait",
    spans: [waited, "fetch_response"],
    run: async (client) => {
      const made = await client.predictions.create({ model, input });
      return [seen(made), seen(await client.wait(made, { interval: 1 }))];
    },
  },
  {
    name: "predictions.create of a version, cancelled",
    spans: [`generate_content ${versionOnly}`],
    run: async (client) => {
      const { id } = await client.predictions.create({ version: versionOnly, input });
      return [seen(await client.predictions.cancel(id)), seen(await client.predictions.get(id))];
    },
  },
  {
    name: "a deployment's prediction",
    run: async (client) =>
      seen(await client.deployments.predictions.create("meta", "meta-llama-3-70b-instruct", { input, wait: true })),
  },
  {
    name: "predictions.create of no model",
    errorType: "404",
    spans: ["generate_content no/model"],
    run: (client) => thrown(() => client.predictions.create({ model: "no/model", input })),
  },
  {
    name: "HTTP 500",
    errorType: "500",
    run: (client) =>
      thrown(() => client.predictions.create({ model, input: { ...input, fault: "status=500" }, wait: true })),
  },
];
