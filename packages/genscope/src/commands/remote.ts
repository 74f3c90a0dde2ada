import { Option } from "commander";
import { createClient } from "@genscope/server/client";
import type { GenscopeClient } from "@genscope/server/client";

export interface RemoteOptions {
  readonly url: string;
  readonly apiKey?: string;
}

/** The options every command that talks to a running Genscope has. */
export function remoteOptions(): Option[] {
  return [
    new Option("--url <url>", "the running Genscope's UI and API address")
      .env("GENSCOPE_URL")
      .default("http://127.0.0.1:4319"),
    new Option("--api-key <key>", "its key, if it has one").env("GENSCOPE_API_KEY"),
  ];
}

export function connect(options: RemoteOptions): GenscopeClient {
  return createClient({ baseUrl: options.url, ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }) });
}
