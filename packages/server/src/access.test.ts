import assert from "node:assert/strict";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { networkInterfaces } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ListenError } from "@genscope/otlp/receiver";
import { apiError } from "./contract.ts";
import { createServer } from "./create-server.ts";
import type { ServerHandle, ServerOptions } from "./create-server.ts";
import { openTestServer, statusOfTest } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A request as it is written here: `fetch` sets the host itself, and tidies up paths. */
function raw(port: number, path: string, headers: Record<string, string> = {}, host = "127.0.0.1"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ host, port, path, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode!, text, headers: response.headers }));
    })
      .on("error", reject)
      .end();
  });
}

function codeOf({ text }: Answer): string {
  return apiError.parse(JSON.parse(text)).error.code;
}

describe("who may ask the server", () => {
  let genscope: TestServer;
  const servers: ServerHandle[] = [];
  const secret = "a file beside the UI";

  before(async () => {
    genscope = await openTestServer();
    const { webRoot } = genscope;
    await mkdir(join(webRoot, "assets"));
    await writeFile(join(webRoot, "index.html"), "<!doctype html><title>UI</title>");
    await writeFile(join(webRoot, "assets", "app-1a2b.js"), "export {};\n");
    await writeFile(join(webRoot, "space and ü.svg"), "<svg/>");
    await writeFile(`${webRoot}-secret.txt`, secret);
  });
  after(async () => {
    for (const server of servers) await server.close();
    await rm(`${genscope.webRoot}-secret.txt`);
    await genscope[Symbol.asyncDispose]();
  });

  async function serve(options: Partial<ServerOptions>): Promise<ServerHandle> {
    const { store, loader } = genscope.test;
    const server = await createServer({
      host: "127.0.0.1",
      port: 0,
      store,
      loader,
      webRoot: genscope.webRoot,
      status: () => statusOfTest(genscope.test),
      ...options,
    });
    servers.push(server);
    return server;
  }

  it("answers to addresses and localhost, and to no name that a page could have rebound", async () => {
    const { port } = genscope.server;
    for (const host of [
      "127.0.0.1",
      `127.0.0.1:${port}`,
      "localhost",
      `LOCALHOST:${port}`,
      "ui.localhost",
      "[::1]:1",
      "10.1.2.3",
      "localhost.",
    ]) {
      assert.equal((await raw(port, "/api/v1/status", { host })).status, 200, host);
    }
    for (const host of [
      "evil.example",
      `evil.example:${port}`,
      "localhost.evil.example",
      "127.0.0.1.evil.example",
      "evil.example.",
    ]) {
      for (const path of ["/api/v1/status", "/api/v1/openapi.json", "/", "/assets/app-1a2b.js", "/healthz"]) {
        const answer = await raw(port, path, { host });
        assert.equal(answer.status, 403, `${host} ${path}`);
        assert.equal(codeOf(answer), "unknown-host");
      }
    }
  });

  it("answers to the names it was told", async () => {
    const { port } = await serve({ allowedHosts: ["Trace.Example"] });
    assert.equal((await raw(port, "/api/v1/status", { host: "trace.example:80" })).status, 200);
    assert.equal((await raw(port, "/api/v1/status", { host: "evil.example" })).status, 403);
    const keyed = await serve({ allowedHosts: ["trace.example"], apiKey: "k" });
    assert.equal((await raw(keyed.port, "/api/v1/status", { host: "evil.example", "x-api-key": "k" })).status, 403);
  });

  it("lets no other origin read or write: it sends no CORS headers, and no page may frame it", async () => {
    const { port } = genscope.server;
    const { headers } = await raw(port, "/api/v1/status", { origin: "https://evil.example" });
    assert.equal(headers["access-control-allow-origin"], undefined);
    assert.equal(headers["x-frame-options"], "DENY");
    assert.match(String(headers["content-security-policy"]), /default-src 'self'.*frame-ancestors 'none'/);
    // a form of another page cannot send JSON, so it cannot ask a query
    for (const type of ["text/plain", "application/x-www-form-urlencoded", ""]) {
      const body = new Blob(['{"sql":"SELECT 1"}'], { type });
      const form = await genscope.get("/api/v1/query", { method: "POST", body });
      assert.equal(form.status, 415, type);
    }
    const broken = await genscope.get("/api/v1/query", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"sql":',
    });
    assert.deepEqual([broken.status, apiError.parse(await broken.json()).error.code], [400, "invalid-request"]);
  });

  it("does not listen beyond loopback without a key", async () => {
    for (const host of ["0.0.0.0", "::", "192.0.2.1"]) {
      await assert.rejects(serve({ host }), (error) => error instanceof ListenError && error.reason === "key-required");
    }
    await assert.rejects(serve({ apiKey: "" }), ListenError);
  });

  it("asks for the key on every route of the API, wherever the request comes from", async () => {
    const server = await serve({ host: "0.0.0.0", apiKey: "s3cret" });
    const { port } = server;
    const routes = [
      "traces",
      "facets",
      "services",
      "status",
      "live",
      "openapi.json",
      `traces/${"1".repeat(32)}`,
      "nothing",
    ];
    const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    const external = addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address;
    for (const host of ["127.0.0.1", ...(external === undefined ? [] : [external])]) {
      for (const route of routes) {
        for (const headers of [
          {},
          { authorization: "Bearer wrong" },
          { authorization: "Bearer " },
          { authorization: "Basic s3cret" },
          { authorization: "Bearer s3cret2" },
          { "x-api-key": "" },
          { "x-api-key": "S3CRET" },
        ] as Record<string, string>[]) {
          const answer = await raw(port, `/api/v1/${route}`, headers, host);
          assert.equal(answer.status, 401, `${route} ${JSON.stringify(headers)}`);
          assert.equal(codeOf(answer), "unauthenticated");
          assert.doesNotMatch(answer.text, /s3cret/);
        }
      }
      const accepted: Record<string, string>[] = [
        { authorization: "Bearer s3cret" },
        { authorization: "bearer  s3cret" },
        { "x-api-key": "s3cret" },
      ];
      for (const headers of accepted) {
        assert.equal((await raw(port, "/api/v1/status", headers, host)).status, 200);
      }
      // the page that asks for the key must come without it
      assert.equal((await raw(port, "/", {}, host)).status, 200);
    }
    assert.equal((await raw(port, "/api/v1//traces", {})).status === 200, false);
  });

  it("serves the UI's files, and the page itself for its deep links", async () => {
    const { port } = genscope.server;
    const asset = await raw(port, "/assets/app-1a2b.js");
    assert.deepEqual([asset.status, asset.text], [200, "export {};\n"]);
    assert.match(String(asset.headers["content-type"]), /^text\/javascript/);
    assert.match(String(asset.headers["cache-control"]), /immutable/);
    for (const path of ["/", "/traces", `/traces/${"1".repeat(32)}`, "/index.html", "/?q=../../x"]) {
      const page = await raw(port, path);
      assert.deepEqual([page.status, page.headers["cache-control"]], [200, "no-cache"], path);
      assert.match(page.text, /<title>UI<\/title>/);
    }
    assert.equal((await raw(port, "/space%20and%20%C3%BC.svg")).status, 200);
    assert.equal((await raw(port, "/assets/missing.js")).status, 404);
    assert.equal((await raw(port, "/healthz")).status, 200);
  });

  it("serves nothing from outside the UI's directory", async () => {
    const { port } = genscope.server;
    const name = `${genscope.webRoot.split("/").at(-1)}-secret.txt`;
    await symlink(dirname(genscope.webRoot), join(genscope.webRoot, "outside"));
    for (const path of [
      `/../${name}`,
      `/assets/../../${name}`,
      `/%2e%2e/${name}`,
      `/%2e%2e%2f${name}`,
      `/..%2f${name}`,
      `/..%5c${name}`,
      `/..\\${name}`,
      `/assets/..%2f..%2f${name}`,
      `/%252e%252e%252f${name}`,
      `//..//${name}`,
      `/./../${name}`,
      `/....//${name}`,
      `/${encodeURIComponent(`${genscope.webRoot}-secret.txt`)}`,
      `/..%00/${name}`,
      `/index.html%00.js`,
      `/%00`,
      "/%",
      "/%zz",
      "/%c0%ae%c0%ae/x.txt",
      "/../../../../../../../etc/passwd",
      "/..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
      "http://127.0.0.1/../../etc/passwd",
      `/outside/${name}`,
    ]) {
      const { status, text } = await raw(port, path);
      assert.ok(!text.includes(secret) && !text.includes("root:"), path);
      assert.ok(
        status === 404 || status === 400 || (status === 200 && text.includes("<title>UI")),
        `${status} ${path}`,
      );
    }
  });
});
