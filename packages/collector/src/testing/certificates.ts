import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of a test, in a directory of its own, and what it has signed: paths of PEM files. */
export interface Certificates extends AsyncDisposable {
  readonly dir: string;
  readonly ca: string;
  /** Signs one for a name, `localhost` or another; for 127.0.0.1 too if it is `localhost`. */
  issue(name: string): Promise<Certificate>;
  text(path: string): Promise<string>;
  /** Puts a file in the place of another, as those do that renew certificates. */
  replace(path: string, by: string): Promise<void>;
}

/** Uses the command `openssl`. */
export async function createCertificates(): Promise<Certificates> {
  const dir = await mkdtemp(join(tmpdir(), "genscope-certificates-"));
  const path = (name: string): string => join(dir, name);
  const openssl = (...args: readonly string[]): Promise<unknown> => run("openssl", args, { cwd: dir });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const ca = path("ca.pem");
  await openssl(
    "req",
    "-x509",
    ...newKey,
    "-keyout",
    "ca.key",
    "-out",
    ca,
    "-days",
    "2",
    "-subj",
    "/CN=Test authority",
  );
  let serial = 1;
  return {
    dir,
    ca,
    async issue(name) {
      const number = serial++;
      const [cert, key, request, extensions] = ["pem", "key", "csr", "ext"].map((end) =>
        path(`${name}-${number}.${end}`),
      );
      await openssl("req", ...newKey, "-keyout", key!, "-out", request!, "-subj", `/CN=${name}`);
      const names = name === "localhost" ? "DNS:localhost,IP:127.0.0.1" : `DNS:${name}`;
      await writeFile(extensions!, `subjectAltName=${names}\n`);
      const signing = ["-CA", ca, "-CAkey", path("ca.key"), "-set_serial", String(number), "-days", "2"];
      await openssl("x509", "-req", "-in", request!, ...signing, "-extfile", extensions!, "-out", cert!);
      return { cert: cert!, key: key! };
    },
    text: (of) => readFile(of, "utf8"),
    replace: (of, by) => copyFile(by, of),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}
