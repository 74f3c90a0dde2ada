import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { Registry } from "../components.ts";
import { ConfigError } from "./config-error.ts";
import { anything, boolean, duration, integer, list, number, section, text } from "./fields.ts";
import { type LoadedConfig, loadConfig } from "./load-config.ts";
import { type Config, parseConfig } from "./parse-config.ts";

function casesOf(name: string): readonly unknown[] {
  return parse(readFileSync(join(import.meta.dirname, `../../cases/${name}.yaml`), "utf8")) as unknown[];
}

async function load(
  files: Record<string, string>,
  options: Parameters<typeof loadConfig>[1] = {},
): Promise<LoadedConfig> {
  const directory = await mkdtemp(join(tmpdir(), "genscope-config-"));
  try {
    const paths = Object.keys(files).map((name) => join(directory, name));
    for (const [index, content] of Object.values(files).entries()) await writeFile(paths[index]!, content);
    return await loadConfig(paths, options);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Messages without the directory of the test. */
async function problemsOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message.replaceAll(/[^\s]*\/(?=[\w-]+\.yaml)/gu, "");
  }
  return "";
}

interface Expansion {
  readonly name: string;
  readonly config: string;
  readonly env?: Record<string, string>;
  readonly gives?: Record<string, unknown>;
  readonly error?: string;
  readonly warning?: string;
}

const byPrefix = {
  text,
  int: integer,
  float: number,
  bool: boolean,
  list: () => list(text()),
  any: anything,
  duration,
};

function decodeByName(loaded: LoadedConfig): Promise<Record<string, unknown>> {
  const shape = Object.fromEntries(
    Object.keys(loaded.config).map((key) => [key, byPrefix[key.split("_")[0] as keyof typeof byPrefix]()]),
  );
  const registry = new Registry([
    { kind: "extensions", type: "values", signals: [], config: section(shape) },
    { kind: "receivers", type: "in", signals: ["traces"], config: section({}) },
    { kind: "exporters", type: "out", signals: ["traces"], config: section({}) },
  ]);
  const pipelines = { traces: { receivers: ["in"], exporters: ["out"] } };
  const config = {
    extensions: { values: loaded.config },
    receivers: { in: {} },
    exporters: { out: {} },
    service: { pipelines },
  };
  const parsed = parseConfig({ ...loaded, config }, registry);
  return Promise.resolve(parsed.components.extensions.get("values")?.config as Record<string, unknown>);
}

describe("expansion", () => {
  for (const one of casesOf("expansion") as readonly Expansion[]) {
    it(one.name, async () => {
      const run = async (): Promise<Record<string, unknown>> => {
        const loaded = await load({ "config.yaml": one.config }, { env: one.env ?? {} });
        if (one.warning !== undefined) assert.deepEqual(loaded.warnings, [one.warning]);
        return decodeByName(loaded);
      };
      if (one.error !== undefined) {
        const said = await problemsOf(run);
        assert.ok(said.includes(one.error), said);
        return;
      }
      const given = await run();
      assert.deepEqual(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)), one.gives);
    });
  }
});

const testRegistry = new Registry([
  {
    kind: "receivers",
    type: "in",
    aliases: ["old_in"],
    signals: ["traces", "metrics", "logs"],
    config: section({ server: section({ endpoint: text("localhost:1") }) }),
  },
  {
    kind: "processors",
    type: "step",
    signals: ["traces"],
    config: section({ rules: list(section({ key: text() })), limit: integer(0) }),
    check: (config) => ((config as { limit: number }).limit < 0 ? ["limit must not be negative"] : []),
  },
  {
    kind: "exporters",
    type: "out",
    signals: ["traces", "metrics", "logs"],
    config: section({ timeout: duration(5000) }),
  },
  {
    kind: "connectors",
    type: "join",
    signals: ["traces"],
    gives: { traces: ["traces", "metrics"] },
    config: section({}),
  },
]);

const base = {
  receivers: { in: null },
  processors: { step: {} },
  exporters: { out: {} },
  service: { pipelines: { traces: { receivers: ["in"], processors: ["step"], exporters: ["out"] } } },
};

interface Validation {
  readonly name: string;
  readonly base?: boolean;
  readonly config: Record<string, Record<string, unknown>>;
  readonly errors: readonly string[];
}

async function understand(
  files: Record<string, string>,
  options: Parameters<typeof loadConfig>[1] = {},
): Promise<Config> {
  return parseConfig(await load(files, options), testRegistry);
}

describe("validation", () => {
  for (const one of casesOf("validation") as readonly Validation[]) {
    it(one.name, async () => {
      const config: Record<string, unknown> = one.base === false ? {} : { ...base };
      for (const [key, value] of Object.entries(one.config)) {
        const below = config[key] as object | undefined;
        config[key] =
          key === "service" && one.config["service"]?.["pipelines"] !== undefined ? value : { ...below, ...value };
      }
      const said = await problemsOf(() => understand({ "config.yaml": JSON.stringify(config) }));
      assert.deepEqual(
        said.split("\n").map((line) => line.replace(/^config\.yaml:\d+:\d+: /u, "")),
        one.errors,
      );
    });
  }
});

describe("a configuration", () => {
  it("says file, line and column of what is wrong", async () => {
    const written =
      "receivers:\n  in:\n    server:\n      endpoint: 5\nexporters: {out: {}}\nservice:\n  pipelines:\n    traces: {receivers: [in], exporters: [outt]}\n";
    assert.equal(
      await problemsOf(() => understand({ "config.yaml": written })),
      "config.yaml:4:7: receivers::in: 'server.endpoint' expected type 'string', got unconvertible type 'int'\n" +
        'config.yaml:8:43: service::pipelines::traces: references exporter "outt" which is not configured (did you mean out?)',
    );
  });

  it("is merged from files, later ones over earlier: maps together, lists and values replaced", async () => {
    const more = { exporters: { out: { timeout: "1s" } }, processors: { step: { rules: [{ key: "b" }] } } };
    const first = { ...base, processors: { step: { limit: 3, rules: [{ key: "a" }, { key: "c" }] } } };
    const config = await understand(
      { "a.yaml": JSON.stringify(first), "b.yaml": JSON.stringify(more) },
      { set: ["processors.step.limit=7"] },
    );
    assert.deepEqual(config.components.exporters.get("out")?.config, { timeout: 1000 });
    assert.deepEqual(config.components.processors.get("step")?.config, { rules: [{ key: "b" }], limit: 7 });
  });

  it("may come as text, with a path of keys", async () => {
    const loaded = await loadConfig([`yaml:${JSON.stringify(base)}`, "yaml:exporters::out::timeout: 2s"]);
    const config = parseConfig(loaded, testRegistry);
    assert.deepEqual(config.components.exporters.get("out")?.config, { timeout: 2000 });
  });

  it("has defaults for what is absent and what is null", async () => {
    const config = await understand({ "config.yaml": JSON.stringify(base) });
    assert.deepEqual(config.components.receivers.get("in")?.config, { server: { endpoint: "localhost:1" } });
    assert.deepEqual(config.pipelines, [
      { id: "traces", signal: "traces", receivers: ["in"], processors: ["step"], exporters: ["out"] },
    ]);
  });

  it("may use older names, which is said", async () => {
    const config = await understand({
      "config.yaml": JSON.stringify({
        ...base,
        receivers: { "old_in / one": {} },
        service: { pipelines: { traces: { receivers: ["old_in/one"], exporters: ["out"] } } },
      }),
    });
    assert.deepEqual(config.warnings, [
      'receivers::old_in/one: "old_in" is an older name of "in"; both are understood',
    ]);
  });

  it("that is not there, or no map, is a clear error", async () => {
    assert.match(
      await problemsOf(() => loadConfig(["/nowhere/config.yaml"])),
      /unable to read the file config\.yaml: no such file/u,
    );
    assert.match(await problemsOf(() => understand({ "config.yaml": "- a" })), /config\.yaml:1:1: .*must be a map/u);
    assert.match(await problemsOf(() => understand({ "config.yaml": "a: [" })), /^config\.yaml:1:\d+: /u);
    assert.match(await problemsOf(() => loadConfig(["yaml:{}"], { set: ["x"] })), /must be key=value/u);
  });

  it("reads the example that must run as it stands", async () => {
    const written = readFileSync(join(import.meta.dirname, "../../cases/example.yaml"), "utf8");
    const { config } = await load({ "config.yaml": written });
    const { statements } = (
      config as never as { processors: { transform: { trace_statements: { statements: string[] }[] } } }
    ).processors.transform.trace_statements[0]!;
    assert.deepEqual(statements, [
      'replace_pattern(attributes["gen_ai.content.prompt"], "\\\\b\\\\d{6}-\\\\d{7}\\\\b", "***")',
    ]);
  });
});
