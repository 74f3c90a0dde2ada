import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connect } from "node:tls";
import { Signal } from "@genscope/otlp";
import { createOtlpGrpcClient, createOtlpHttpClient } from "@genscope/otlp/client";
import { aTraceRequest } from "@genscope/otlp/testing";
import { createCertificates } from "../testing/certificates.ts";
import { configOf, countOf, endpointOf, runCollector, tempDir, until } from "../testing/collector-harness.ts";
import { checkTls } from "./check-tls.ts";
import type { ClientTlsConfig } from "../config/tls-fields.ts";

const protocols = [
  { key: "grpc", protocol: "OTLP/gRPC", exporter: "otlp", connectTo: createOtlpGrpcClient },
  { key: "http", protocol: "OTLP/HTTP", exporter: "otlphttp", connectTo: createOtlpHttpClient },
] as const;
type Protocol = (typeof protocols)[number];

/** A collector that receives over TLS and counts. */
function receiving({ key }: Protocol, tls: string): string {
  return `receivers:
  otlp: {protocols: {${key}: {endpoint: "localhost:0", tls: {${tls}}}}}
exporters: {nop: }
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [nop]}
`;
}

/** One that sends what it gets without TLS over TLS. */
function sending({ exporter }: Protocol, endpoint: string, tls: string): string {
  return `receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}
exporters:
  ${exporter}: {endpoint: "${endpoint}", tls: {${tls}}, retry_on_failure: {initial_interval: 10ms, max_interval: 50ms}}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [${exporter}]}
`;
}

interface Outcome {
  readonly arrived: number;
  readonly warnings: readonly string[];
}

/** Sends one span through both; ends when it has arrived, or when the sender says why it does not. */
async function send(protocol: Protocol, serverTls: string, clientTls: string): Promise<Outcome> {
  await using held = new AsyncDisposableStack();
  const [one, two] = [held.use(await tempDir()), held.use(await tempDir())];
  const warnings: string[] = [];
  const target = held.use(await runCollector(receiving(protocol, serverTls), one.path));
  const url = endpointOf(target, protocol.protocol);
  const sender = held.use(
    await runCollector(sending(protocol, url, clientTls), two.path, { onWarning: (text) => warnings.push(text) }),
  );
  const client = held.use(createOtlpHttpClient({ endpoint: endpointOf(sender, "OTLP/HTTP") }));
  await client.send(Signal.traces, aTraceRequest({ spans: [{}] }));
  const arrived = (): number => countOf(target, "otelcol_receiver_accepted_spans");
  await until(() => arrived() > 0 || warnings.some((text) => text.includes("retry")), "it arrived or failed");
  return { arrived: arrived(), warnings };
}

async function certificates() {
  const made = await createCertificates();
  const [server, client, elsewhere] = [
    await made.issue("localhost"),
    await made.issue("client"),
    await made.issue("elsewhere"),
  ];
  return Object.assign(made, {
    server: `cert_file: ${server.cert}, key_file: ${server.key}`,
    client: `cert_file: ${client.cert}, key_file: ${client.key}`,
    elsewhere: `cert_file: ${elsewhere.cert}, key_file: ${elsewhere.key}`,
    files: { server, client },
  });
}

for (const protocol of protocols) {
  describe(`TLS of ${protocol.protocol}`, () => {
    it("holds between a receiver and an exporter that trusts its authority", async () => {
      await using made = await certificates();
      const { arrived } = await send(protocol, made.server, `ca_file: ${made.ca}`);
      assert.equal(arrived, 1);
    });

    it("takes certificates as text", async () => {
      await using made = await certificates();
      const quoted = async (path: string): Promise<string> => JSON.stringify(await made.text(path));
      const server = `cert_pem: ${await quoted(made.files.server.cert)}, key_pem: ${await quoted(made.files.server.key)}`;
      const { arrived } = await send(protocol, server, `ca_pem: ${await quoted(made.ca)}`);
      assert.equal(arrived, 1);
    });

    it("sends nothing to whom it cannot trust, unless it is told not to look", async () => {
      await using made = await certificates();
      const stranger = await send(protocol, made.server, "");
      assert.equal(stranger.arrived, 0);
      assert.match(stranger.warnings.join("\n"), /certificate|self.signed|issuer/i);
      const blind = await send(protocol, made.server, "insecure_skip_verify: true");
      assert.equal(blind.arrived, 1);
    });

    it("looks at the name in the certificate, or at the one that is to be there", async () => {
      await using made = await certificates();
      const wrong = await send(protocol, made.elsewhere, `ca_file: ${made.ca}`);
      assert.equal(wrong.arrived, 0);
      const named = await send(protocol, made.elsewhere, `ca_file: ${made.ca}, server_name_override: elsewhere`);
      assert.equal(named.arrived, 1);
    });

    it("asks senders for a certificate where there is a client_ca_file", async () => {
      await using made = await certificates();
      const asking = `${made.server}, client_ca_file: ${made.ca}`;
      const without = await send(protocol, asking, `ca_file: ${made.ca}`);
      assert.equal(without.arrived, 0);
      const known = await send(protocol, asking, `ca_file: ${made.ca}, ${made.client}`);
      assert.equal(known.arrived, 1);
      await using others = await certificates();
      const foreign = await send(protocol, asking, `ca_file: ${made.ca}, ${others.client}`);
      assert.equal(foreign.arrived, 0);
    });

    it("goes on with certificates that have been renewed", async () => {
      await using made = await certificates();
      await using later = await certificates();
      await using dir = await tempDir();
      const { server } = made.files;
      const warnings: string[] = [];
      await using target = await runCollector(
        receiving(protocol, `cert_file: ${server.cert}, key_file: ${server.key}, reload_interval: 20ms`),
        dir.path,
        { onWarning: (text) => warnings.push(text) },
      );
      const attempt = async (ca: string): Promise<boolean> => {
        await using client = protocol.connectTo({
          endpoint: endpointOf(target, protocol.protocol),
          tls: { options: { ca: await made.text(ca) } },
        });
        return await client.send(Signal.traces, aTraceRequest({ spans: [{}] })).then(
          () => true,
          () => false,
        );
      };
      assert.ok(await attempt(made.ca));
      assert.ok(!(await attempt(later.ca)));
      await made.replace(server.key, later.files.server.key);
      await until(() => warnings.some((text) => text.includes("stay in use")), "half of a pair was not taken");
      assert.ok(await attempt(made.ca));
      await made.replace(server.cert, later.files.server.cert);
      await until(() => attempt(later.ca), "the new certificate is in use");
    });

    it("speaks the versions and suites it is told to", async () => {
      await using made = await certificates();
      await using dir = await tempDir();
      const suite = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
      await using target = await runCollector(
        receiving(protocol, `${made.server}, max_version: "1.2", cipher_suites: [${suite}], curve_preferences: [P384]`),
        dir.path,
      );
      const { port } = new URL(endpointOf(target, protocol.protocol));
      const ca = await made.text(made.ca);
      const shake = (options: object): Promise<string> =>
        new Promise((resolve, reject) => {
          const socket = connect(
            {
              host: "localhost",
              port: Number(port),
              ca,
              ALPNProtocols: [protocol.key === "grpc" ? "h2" : "http/1.1"],
              ...options,
            },
            () => {
              resolve(`${socket.getProtocol()} ${socket.getCipher().name}`);
              socket.destroy();
            },
          );
          socket.on("error", reject);
        });
      assert.equal(await shake({}), "TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256");
      await assert.rejects(shake({ minVersion: "TLSv1.3" }), /version|alert/i);
      await assert.rejects(shake({ ciphers: "ECDHE-ECDSA-AES256-GCM-SHA384" }), /handshake|alert/i);
      await assert.rejects(shake({ ecdhCurve: "prime256v1" }), /handshake|alert/i);
    });
  });
}

describe("a tls section", () => {
  it("says what cannot be meant, and which file cannot be read", async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ["cert_file: a", /provide both certificate and key/],
      ["ca_file: a, ca_pem: b", /provide either a CA file or its PEM text/],
      ["cert_file: a, cert_pem: b, key_file: c", /provide either a certificate file or its PEM text/],
      ['min_version: "1.3", max_version: "1.2"', /min_version cannot be greater than max_version/],
      ["cipher_suites: [TLS_NULL]", /invalid cipher suite TLS_NULL/],
      ["curve_preferences: [P111]", /invalid curve P111/],
    ];
    for (const [tls, expected] of cases) {
      await assert.rejects(configOf(sending(protocols[1], "https://localhost:1", tls)), expected, tls);
    }
    await assert.rejects(configOf(receiving(protocols[0], "ca_file: a")), /a server needs cert_file and key_file/);
    await using dir = await tempDir();
    const missing = sending(protocols[0], "localhost:1", "ca_file: /nowhere/ca.pem");
    await assert.rejects(runCollector(missing, dir.path), /tls: cannot read ca_file \/nowhere\/ca\.pem: ENOENT/);
  });

  it("is not looked at where there is nothing in it", () => {
    assert.deepEqual(
      checkTls({ cipher_suites: [], curve_preferences: [], max_version: "" } as unknown as ClientTlsConfig),
      [],
    );
  });
});
