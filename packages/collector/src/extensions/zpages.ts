import type { z } from "zod";
import type { ComponentType } from "../components.ts";
import { checkListenEndpoint } from "../config/endpoint.ts";
import { anything, section, text } from "../config/fields.ts";
import { httpServerFields } from "../config/http-server-fields.ts";
import { serveHttp } from "../net/serve-http.ts";
import { pipelinesPage } from "../telemetry/pipelines-page.ts";
import { checkServerTls } from "../tls/check-tls.ts";
import type { ExtensionFactory } from "./extension.ts";

const config = section({ endpoint: text("localhost:55679"), ...httpServerFields, expvar: anything() });
type ZpagesConfig = z.output<typeof config>;

export const zpagesComponent: ComponentType = {
  kind: "extensions",
  type: "zpages",
  signals: [],
  config,
  differs: {
    "": "one page, `/debug/pipelinez`, with pipelines, counts, journals and warnings; as JSON for those who ask for it. The status page of `genscope up` has the same.",
    auth: "not asked for: pages are for the machine they are on",
    expvar: "not there",
  },
  check(checked) {
    const { endpoint, tls } = checked as ZpagesConfig;
    if (endpoint === "") return ['"endpoint" is required when using the "zpages" extension'];
    return [...checkListenEndpoint("endpoint", endpoint), ...checkServerTls(tls)];
  },
};

const pages = new Set(["/", "/debug/pipelinez", "/debug/servicez"]);

/** Shows what the collector does. */
export const createZpages: ExtensionFactory<ZpagesConfig> = async (one, { warn, state }) => {
  const server = await serveHttp(
    { endpoint: one.endpoint, tls: one.tls, responseHeaders: one.response_headers, warn },
    (request, response) => {
      if (!pages.has(request.url?.split("?")[0] ?? "")) {
        response.writeHead(404, { "content-type": "text/plain" }).end("look at /debug/pipelinez\n");
      } else if (request.headers.accept?.includes("application/json") === true) {
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(state()));
      } else {
        response.writeHead(200, {
          "content-type": "text/html; charset=utf-8",
          "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
        });
        response.end(pipelinesPage(state()));
      }
    },
  );
  return { url: `${server.url}/debug/pipelinez`, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
};
