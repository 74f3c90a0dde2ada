import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { OtlpError, Signal } from "@genscope/otlp";
import { createOtlpGrpcClient, createOtlpHttpClient } from "@genscope/otlp/client";
import { aTraceRequest } from "@genscope/otlp/testing";
import { hashSync } from "bcryptjs";
import { connector } from "../catalogue-entry.ts";
import { section } from "../config/fields.ts";
import { configOf, countOf, endpointOf, runCollector, tempDir, until } from "../testing/collector-harness.ts";
import type { PipelinesState } from "../telemetry/pipelines-state.ts";
import { startTarget } from "../testing/target.ts";
import { apr1 } from "./apr1.ts";
import { parseHtpasswd, passwordMatches } from "./htpasswd.ts";

function guarded(extension: string, id = extension.split(":")[0]): string {
  return `extensions:
  ${extension}
receivers:
  otlp:
    protocols:
      grpc: {endpoint: "127.0.0.1:0", auth: {authenticator: ${id}}}
      http: {endpoint: "127.0.0.1:0", auth: {authenticator: ${id}}}
exporters: {nop: }
service:
  extensions: [${id}]
  pipelines:
    traces: {receivers: [otlp], exporters: [nop]}
`;
}

const clients = [
  { protocol: "OTLP/gRPC", connectTo: createOtlpGrpcClient },
  { protocol: "OTLP/HTTP", connectTo: createOtlpHttpClient },
] as const;

/** Whether a sender with these headers is let in, over both protocols. */
async function isLetIn(
  collector: Awaited<ReturnType<typeof runCollector>>,
  headers: Record<string, string>,
): Promise<boolean> {
  const answers: boolean[] = [];
  for (const { protocol, connectTo } of clients) {
    await using client = connectTo({ endpoint: endpointOf(collector, protocol), headers });
    try {
      await client.send(Signal.traces, aTraceRequest({ spans: [{}] }));
      answers.push(true);
    } catch (error) {
      assert.ok(error instanceof OtlpError && error.code === "unauthenticated", String(error));
      answers.push(false);
    }
  }
  assert.equal(answers[0], answers[1]);
  return answers[0]!;
}

function basic(user: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}

describe("basicauth", () => {
  it("lets in who is in the htpasswd file or the inline text", async () => {
    await using dir = await tempDir();
    const file = join(dir.path, "htpasswd");
    await writeFile(file, `# users\nfile-user:${hashSync("pass:word", 4)}\nboth:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n`);
    await using collector = await runCollector(
      guarded(`basicauth: {htpasswd: {file: "${file}", inline: "inline-user:plain\\nboth:other"}}`),
      dir.path,
    );
    assert.ok(await isLetIn(collector, basic("file-user", "pass:word")));
    assert.ok(await isLetIn(collector, basic("file-user", "pass:word")));
    assert.ok(await isLetIn(collector, basic("inline-user", "plain")));
    assert.ok(await isLetIn(collector, basic("both", "secret")));
    assert.ok(!(await isLetIn(collector, basic("both", "other"))));
    assert.ok(!(await isLetIn(collector, basic("file-user", "pass:other"))));
    assert.ok(!(await isLetIn(collector, basic("nobody", ""))));
    assert.ok(!(await isLetIn(collector, {})));
    assert.ok(!(await isLetIn(collector, { authorization: "Basic %%%" })));
    assert.equal(countOf(collector, "otelcol_receiver_accepted_spans"), 8);
  });

  it("knows the hashes that htpasswd makes", async () => {
    assert.ok(await passwordMatches("secret", "$2y$04$" + hashSync("secret", 4).slice(7)));
    assert.ok(await passwordMatches("secret", "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="));
    assert.ok(await passwordMatches("secret", "secret"));
    assert.ok(!(await passwordMatches("Secret", "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=")));
    assert.ok(!(await passwordMatches("secret", "{SSHA}AAAA")));
    const salted = Buffer.concat([createHash("sha1").update("secretsalt").digest(), Buffer.from("salt")]);
    assert.ok(await passwordMatches("secret", `{SSHA}${salted.toString("base64")}`));
    assert.ok(!(await passwordMatches("secrets", `{SSHA}${salted.toString("base64")}`)));
    for (const password of ["secret", "", "a", "sixteen letters!", "longer than sixteen letters: öäü"]) {
      const { stdout } = await promisify(execFile)("openssl", ["passwd", "-apr1", "-salt", "Qw3rty./", password]);
      assert.equal(apr1(password, "Qw3rty./"), stdout.trim(), password);
      assert.ok(await passwordMatches(password, stdout.trim()));
      assert.ok(!(await passwordMatches(`${password}x`, stdout.trim())));
    }
    assert.deepEqual([...parseHtpasswd(" a:b:c \n\n#x:y\nno\na:second")], [["a", "b:c"]]);
  });
});

describe("bearertokenauth", () => {
  it("lets in who presents a token, in the scheme and header it is told", async () => {
    await using dir = await tempDir();
    await using collector = await runCollector(guarded("bearertokenauth: {tokens: [one, two]}"), dir.path);
    assert.ok(await isLetIn(collector, { authorization: "Bearer one" }));
    assert.ok(await isLetIn(collector, { authorization: "Bearer two" }));
    assert.ok(!(await isLetIn(collector, { authorization: "Bearer three" })));
    assert.ok(!(await isLetIn(collector, { authorization: "one" })));
    assert.ok(!(await isLetIn(collector, {})));
    await using other = await tempDir();
    await using custom = await runCollector(
      guarded('bearertokenauth/x: {token: one, scheme: "", header: X-Token}', "bearertokenauth/x"),
      other.path,
    );
    assert.ok(await isLetIn(custom, { "x-token": "one" }));
    assert.ok(!(await isLetIn(custom, { authorization: "Bearer one" })));
  });

  it("reads its file again, for receivers and exporters", async () => {
    await using dir = await tempDir();
    const [known, mine] = [join(dir.path, "known"), join(dir.path, "mine")];
    await writeFile(known, "old\n\nother\n");
    await writeFile(mine, "new\n");
    await using target = await runCollector(guarded(`bearertokenauth: {filename: "${known}"}`), join(dir.path, "a"));
    const warnings: string[] = [];
    await using sender = await runCollector(
      `extensions:
  bearertokenauth: {filename: "${mine}"}
receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}
exporters:
  otlp: {endpoint: "${endpointOf(target, "OTLP/gRPC")}", auth: {authenticator: bearertokenauth}}
  otlphttp: {endpoint: "${endpointOf(target, "OTLP/HTTP")}", auth: {authenticator: bearertokenauth}}
service:
  extensions: [bearertokenauth]
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp, otlphttp]}
`,
      join(dir.path, "b"),
      { onWarning: (text) => warnings.push(text) },
    );
    await using client = createOtlpHttpClient({ endpoint: endpointOf(sender, "OTLP/HTTP") });
    const failed = (): number => countOf(sender, "otelcol_exporter_send_failed_spans");
    await client.send(Signal.traces, aTraceRequest({ spans: [{}] }));
    await until(() => failed() === 2, "both were refused");
    assert.match(warnings.join("\n"), /dropped 1 spans .*scheme or token is not one of those known here/);
    await writeFile(known, "new\n");
    await using early = createOtlpHttpClient({
      endpoint: endpointOf(target, "OTLP/HTTP"),
      headers: { authorization: "Bearer new" },
    });
    const isIn = (): Promise<boolean> =>
      early.send(Signal.traces, aTraceRequest({ spans: [{}] })).then(
        () => true,
        () => false,
      );
    await until(isIn, "the file has been read");
    const before = countOf(target, "otelcol_receiver_accepted_spans");
    await client.send(Signal.traces, aTraceRequest({ spans: [{}] }));
    await until(() => countOf(target, "otelcol_receiver_accepted_spans") === before + 2, "both arrived");
  });
});

describe("an authenticator", () => {
  it("says who sends, with the name and password of basicauth", async () => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    await using sender = await runCollector(
      `extensions:
  basicauth: {client_auth: {username: me, password: "s:cret"}}
receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}
exporters:
  otlphttp: {endpoint: "${target.url}", auth: {authenticator: basicauth}}
service:
  extensions: [basicauth]
  pipelines:
    traces: {receivers: [otlp], exporters: [otlphttp]}
`,
      dir.path,
    );
    await using client = createOtlpHttpClient({ endpoint: endpointOf(sender, "OTLP/HTTP") });
    await client.send(Signal.traces, aTraceRequest({ spans: [{}] }));
    await until(() => target.requests.length === 1, "it arrived");
    assert.equal(target.requests[0]!.headers["authorization"], basic("me", "s:cret")["authorization"]);
  });

  it("has to run, and to be for what it is used for", async () => {
    await using dir = await tempDir();
    const notListed = guarded("bearertokenauth: {token: x}").replace("  extensions: [bearertokenauth]\n", "");
    await assert.rejects(
      configOf(notListed),
      /receivers::otlp: failed to resolve authenticator "bearertokenauth": authenticator not found \("bearertokenauth" is configured, and not among service::extensions\)/,
    );
    const misspelt = guarded("bearertokenauth: {token: x}").replace(
      'http: {endpoint: "127.0.0.1:0", auth: {authenticator: bearer',
      "$&er",
    );
    await assert.rejects(
      configOf(misspelt),
      /failed to resolve authenticator "bearerertokenauth": authenticator not found \(did you mean bearertokenauth\?\)/,
    );
    const unused = guarded("bearertokenauth: {token: x}").replace(
      "exporters: {nop: }",
      "exporters: {nop: , otlphttp: {endpoint: 'http://x', auth: {authenticator: nobody}}}",
    );
    await configOf(unused);
    const client = guarded("basicauth: {client_auth: {username: me}}");
    await assert.rejects(runCollector(client, dir.path), /"basicauth" does not authenticate senders/);
  });

  it("is refused where nothing can be meant", async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ["basicauth: ", /no authentication source/],
      ["basicauth: {htpasswd: }", /no credential source/],
      ["basicauth: {htpasswd: {inline: x}, client_auth: {username: y}}", /only one of `htpasswd` and `client_auth`/],
      ["basicauth: {client_auth: {password: y}}", /username required/],
      ["bearertokenauth: ", /no bearer token provided/],
      ["bearertokenauth: {token: a, tokens: [b]}", /either tokens or token/],
      ['health_check: {path: "x"}', /path must start with/],
      ['health_check: {endpoint: "x"}', /not host:port/],
    ];
    for (const [extension, expected] of cases) await assert.rejects(configOf(guarded(extension)), expected, extension);
  });
});

function checked(extension: string): string {
  return guarded(extension).replaceAll(/, auth: \{authenticator: [^}]*\}/g, "");
}

describe("zpages", () => {
  it("shows pipelines, counts, journals and warnings, as a page and as JSON", async () => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    target.failWith(new OtlpError("unavailable", "<b>down</b>"));
    await using collector = await runCollector(
      `extensions: {zpages: {endpoint: "127.0.0.1:0"}}
receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}
processors: {genai_masking: }
exporters:
  otlphttp: {endpoint: "${target.url}", retry_on_failure: {initial_interval: 10ms, max_interval: 10ms}}
service:
  extensions: [zpages]
  pipelines:
    traces: {receivers: [otlp], processors: [genai_masking], exporters: [otlphttp]}
`,
      dir.path,
    );
    const { url } = collector.urls.find(({ id }) => id === "zpages")!;
    await using client = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
    await client.send(Signal.traces, aTraceRequest({ spans: [{}, {}] }));
    const ask = async (): Promise<PipelinesState> =>
      (await (await fetch(url, { headers: { accept: "application/json" } })).json()) as PipelinesState;
    await until(async () => (await ask()).warnings.length > 0, "it is retrying");
    const state = await ask();
    assert.equal(state.notReady, null);
    assert.deepEqual(state.pipelines, [
      { id: "traces", signal: "traces", receivers: ["otlp"], processors: ["genai_masking"], exporters: ["otlphttp"] },
    ]);
    assert.deepEqual(
      state.components.filter(({ kind }) => kind !== "exporter"),
      [
        { kind: "receiver", id: "otlp", in: 2, out: null, failed: 0 },
        { kind: "processor", id: "genai_masking", in: 2, out: 2, failed: null },
      ].toSorted(
        (a, b) =>
          state.components.findIndex(({ id }) => id === a.id) - state.components.findIndex(({ id }) => id === b.id),
      ),
    );
    assert.ok(state.queues.find(({ id }) => id === "otlphttp")!.lagBytes > 0);
    assert.match(state.warnings[0]!.message, /will retry/);
    const page = await fetch(url);
    assert.match(page.headers.get("content-security-policy")!, /default-src 'none'/);
    const html = await page.text();
    assert.match(html, /&lt;b&gt;down&lt;\/b&gt;/);
    assert.doesNotMatch(html, /<b>|<script/);
    assert.deepEqual(collector.telemetry.page("pipelinez")!["pipelines"], state.pipelines);
    target.failWith(undefined);
    const isThrough = async (): Promise<boolean> =>
      (await ask()).components.some(({ kind, out }) => kind === "exporter" && out === 2);
    await until(isThrough, "they arrived");
    await until(async () => (await ask()).queues.every(({ lagBytes }) => lagBytes === 0), "nothing is left");
  });
});

describe("health_check", () => {
  it("answers 200 while the collector runs, at its path, with what it is told to say", async () => {
    await using dir = await tempDir();
    await using plain = await runCollector(checked('health_check: {endpoint: "127.0.0.1:0"}'), join(dir.path, "a"));
    const url = plain.urls[0]!.url;
    const answer = await fetch(url);
    assert.equal(answer.status, 200);
    const body = (await answer.json()) as Record<string, string>;
    assert.equal(body["status"], "Server available");
    assert.ok(!Number.isNaN(Date.parse(body["upSince"]!)));
    assert.match(body["uptime"]!, /s$/);

    const said =
      'health_check: {endpoint: "127.0.0.1:0", path: /up, response_body: {healthy: fine}, response_headers: {x-a: b}}';
    await using custom = await runCollector(checked(said), join(dir.path, "b"));
    const other = await fetch(custom.urls[0]!.url);
    assert.equal(new URL(custom.urls[0]!.url).pathname, "/up");
    assert.equal(await other.text(), "fine");
    assert.equal(other.headers.get("x-a"), "b");
    assert.equal((await fetch(new URL("/", custom.urls[0]!.url))).status, 404);
  });

  it("answers 503 with the reason once a part has stopped", async () => {
    await using dir = await tempDir();
    const breaking = connector(
      { kind: "connectors", type: "breaking", signals: ["traces"], gives: { traces: ["traces"] }, config: section({}) },
      async () => ({ run: () => Promise.reject(new Error("it broke")) }),
    );
    const yaml = checked('health_check: {endpoint: "127.0.0.1:0"}')
      .replace("exporters:", "connectors: {breaking: }\nexporters:")
      .replace(
        "    traces: {receivers: [otlp], exporters: [nop]}",
        "    traces/1: {receivers: [otlp], exporters: [breaking]}\n    traces/2: {receivers: [breaking], exporters: [nop]}",
      );
    await using collector = await runCollector(yaml, dir.path, { more: [breaking] });
    const [{ url } = { url: "" }] = collector.urls;
    await until(async () => (await fetch(url)).status === 503, "it is not healthy");
    const body = (await (await fetch(url)).json()) as Record<string, string>;
    assert.equal(body["status"], "Server not available");
    assert.match(body["reason"]!, /"breaking" has stopped: it broke/);
  });
});
