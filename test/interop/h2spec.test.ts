import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { startGenscope } from "./genscope.ts";
import { installH2spec } from "./install.ts";

/** Cases that do not pass, by section. With `node:http2` in its place nearly all of these do not, either. */
const differences: Readonly<Record<string, readonly RegExp[]>> = {
  // what h2spec asks for is no gRPC: that is answered before the frame comes that the case is about
  "generic/2": [/half-closed \(remote\) stream/],
  "http2/4.2": [/large size HEADERS frame/],
  "http2/5.1": [/half closed \(remote\): Sends a (DATA|HEADERS) frame/, /after sending RST_STREAM/, /closed: Sends a/],
  "http2/5.1.1": [/numerically smaller than previous/],
  "http2/5.1.2": [/concurrent stream limit/],
  "http2/6.1": [/not in "open" or "half-closed/],
  "http2/8.1.2.6": [/"content-length"/],
  // a client of HTTP/1 is told so in HTTP/1
  "http2/3.5": [/invalid connection preface/],
  // RFC 9113 has no priorities any more
  "http2/5.3.1": [/depend on itself/],
  // the connection is closed, not the stream alone
  "http2/6.9.1": [/above 2\^31-1 on a stream/],
};

/** Failed cases, as `section: title`. */
async function failuresOf(program: string, server: URL, timeoutSeconds: number, sections: readonly string[]) {
  const directory = await mkdtemp(join(tmpdir(), "genscope-h2spec-"));
  const report = join(directory, "report.xml");
  const path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
  const options = ["-h", server.hostname, "-p", server.port, "-P", path, "-o", `${timeoutSeconds}`, "-j", report];
  try {
    const child = spawn(program, [...options, ...sections], { stdio: "ignore" });
    await once(child, "exit");
    const text = await readFile(report, "utf8");
    const cases = [
      ...text.matchAll(/<testcase package="([^"]+)" classname="([^"]+)" time="[^"]*">(\s*<(?:failure|error))?/g),
    ];
    const failed = cases.filter(([, , , failure]) => failure !== undefined);
    return {
      count: cases.length,
      failed: failed.map(([, section = "", title = ""]) => ({ section, title: title.replaceAll("&#34;", '"') })),
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}

it("h2spec: the gRPC receiver's end of HTTP/2 is that of the standard", async () => {
  const program = await installH2spec();
  const genscope = await startGenscope();
  try {
    const server = new URL(genscope.grpc);
    const { count, failed } = await failuresOf(program, server, 1, ["generic", "http2", "hpack"]);
    assert.ok(count > 140, `${count} cases`);
    const others = failed.filter(
      ({ section, title }) => !(differences[section] ?? []).some((known) => known.test(title)),
    );
    if (others.length === 0) return;
    // a second is short where the machine is busy
    const again = await failuresOf(program, server, 10, [...new Set(others.map(({ section }) => section))]);
    const titles = new Set(again.failed.map(({ title }) => title));
    assert.deepEqual(
      others.filter(({ title }) => titles.has(title)),
      [],
    );
  } finally {
    await genscope.stop();
  }
});
