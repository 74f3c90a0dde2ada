import { homedir } from "node:os";
import { join } from "node:path";

/** One setting of `genscope up`: a flag, its environment variable, its default, and what it does. docs/config.md is made from this table. */
export interface Setting {
  readonly flag: string;
  readonly env: string;
  readonly default: string | number | undefined;
  /** What `--help` shows where the default depends on the machine. */
  readonly defaultText?: string;
  readonly argument: string;
  readonly description: string;
}

export const settings = {
  host: {
    flag: "--host",
    env: "GENSCOPE_HOST",
    default: "127.0.0.1",
    argument: "<address>",
    description: "address all ports bind to; anything but loopback needs --api-key",
  },
  grpcPort: {
    flag: "--grpc-port",
    env: "GENSCOPE_GRPC_PORT",
    default: 4317,
    argument: "<port>",
    description: "OTLP/gRPC port; 0 picks a free one",
  },
  httpPort: {
    flag: "--http-port",
    env: "GENSCOPE_HTTP_PORT",
    default: 4318,
    argument: "<port>",
    description: "OTLP/HTTP port; 0 picks a free one",
  },
  port: {
    flag: "--port",
    env: "GENSCOPE_PORT",
    default: 4319,
    argument: "<port>",
    description: "UI and API port; 0 picks a free one",
  },
  data: {
    flag: "--data",
    env: "GENSCOPE_DATA",
    default: join(homedir(), ".genscope"),
    defaultText: "~/.genscope",
    argument: "<directory>",
    description: "where the journal and the store live",
  },
  apiKey: {
    flag: "--api-key",
    env: "GENSCOPE_API_KEY",
    default: undefined,
    argument: "<key>",
    description: "key that senders and readers must present (Authorization: Bearer, or x-api-key)",
  },
  allowedHosts: {
    flag: "--allowed-hosts",
    env: "GENSCOPE_ALLOWED_HOSTS",
    default: undefined,
    argument: "<names>",
    description: "further Host names to answer to, comma separated (a guard against DNS rebinding)",
  },
  corsOrigins: {
    flag: "--cors-origins",
    env: "GENSCOPE_CORS_ORIGINS",
    default: undefined,
    argument: "<origins>",
    description: "origins whose pages may send OTLP/HTTP, comma separated; none by default",
  },
  storeUrl: {
    flag: "--store-url",
    env: "GENSCOPE_STORE_URL",
    default: undefined,
    argument: "<url>",
    description:
      "ClickHouse server to use in place of the embedded engine, with a database that no other Genscope writes to: http://user:password@host:8123/database",
  },
  mask: {
    flag: "--mask",
    env: "GENSCOPE_MASK",
    default: undefined,
    argument: "[true|false]",
    description:
      "take personal data and secrets out of everything that arrives before it is written (docs/masking.md); with --config, out of what no processor there masks",
  },
  requireMasking: {
    flag: "--require-masking",
    env: "GENSCOPE_REQUIRE_MASKING",
    default: undefined,
    argument: "[true|false]",
    description: "do not start where nothing masks what is written",
  },
  prices: {
    flag: "--prices",
    env: "GENSCOPE_PRICES",
    default: undefined,
    argument: "<file>",
    description: "your own prices of models, in front of list prices (docs/metering.md)",
  },
  journalMaxBytes: {
    flag: "--journal-max-bytes",
    env: "GENSCOPE_JOURNAL_MAX_BYTES",
    default: 2 * 1024 ** 3,
    defaultText: "2 GiB",
    argument: "<bytes>",
    description: "bound of the journal; when it is reached senders are asked to retry",
  },
  durability: {
    flag: "--durability",
    env: "GENSCOPE_DURABILITY",
    default: "process",
    argument: "<process|disk>",
    description: "what an acknowledged batch survives: a killed process, or also a power cut (fsync first)",
  },
  retentionDays: {
    flag: "--retention-days",
    env: "GENSCOPE_RETENTION_DAYS",
    default: 30,
    argument: "<days>",
    description: "age at which stored data is deleted; 0 keeps it",
  },
  retentionBytes: {
    flag: "--retention-bytes",
    env: "GENSCOPE_RETENTION_BYTES",
    default: 0,
    argument: "<bytes>",
    description: "size on disk above which the oldest data is deleted; 0 for no bound",
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

/** Settings as `up` runs with them. */
export interface UpConfig {
  readonly host: string;
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly port: number;
  readonly data: string;
  readonly apiKey: string | undefined;
  readonly allowedHosts: readonly string[];
  readonly corsOrigins: readonly string[];
  readonly storeUrl: string | undefined;
  readonly mask: boolean;
  readonly requireMasking: boolean;
  readonly prices: string | undefined;
  readonly journalMaxBytes: number;
  readonly durability: "process" | "disk";
  readonly retentionDays: number;
  readonly retentionBytes: number;
}

/** A setting that cannot be used; the message names the flag and the remedy. */
export class ConfigError extends Error {
  override readonly name: string = "ConfigError";
}

/** As the command line and the environment have them; `true` for a flag without a value. */
export type RawSettings = Partial<Record<SettingName, string | number | boolean | undefined>>;

function wholeNumber(name: SettingName, raw: RawSettings, max: number): number {
  const setting: Setting = settings[name];
  const given = raw[name] ?? setting.default;
  const value = typeof given === "string" && given.trim() === "" ? Number.NaN : Number(given);
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new ConfigError(`${setting.flag} (${setting.env}) must be a whole number from 0 to ${max}, not "${given}"`);
  }
  return value;
}

function flag(name: SettingName, raw: RawSettings): boolean {
  const setting: Setting = settings[name];
  const value = String(raw[name] ?? false).toLowerCase();
  if (value === "true" || value === "1") return true;
  if (value === "false" || value === "0" || value === "") return false;
  throw new ConfigError(`${setting.flag} (${setting.env}) must be true or false, not "${raw[name]}"`);
}

function list(value: RawSettings[SettingName]): string[] {
  return String(value ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function text(value: RawSettings[SettingName]): string | undefined {
  return value === undefined || value === "" ? undefined : String(value);
}

/** Checks and completes what flags and environment gave. Throws {@link ConfigError}. */
export function parseUpConfig(raw: RawSettings): UpConfig {
  const durability = raw.durability ?? settings.durability.default;
  if (durability !== "process" && durability !== "disk") {
    throw new ConfigError(`--durability must be "process" or "disk", not "${durability}"`);
  }
  const mask = flag("mask", raw);
  const requireMasking = flag("requireMasking", raw);
  return {
    host: String(raw.host ?? settings.host.default),
    grpcPort: wholeNumber("grpcPort", raw, 65_535),
    httpPort: wholeNumber("httpPort", raw, 65_535),
    port: wholeNumber("port", raw, 65_535),
    data: String(raw.data ?? settings.data.default),
    apiKey: text(raw.apiKey),
    allowedHosts: list(raw.allowedHosts),
    corsOrigins: list(raw.corsOrigins),
    storeUrl: text(raw.storeUrl),
    mask,
    requireMasking,
    prices: text(raw.prices),
    journalMaxBytes: wholeNumber("journalMaxBytes", raw, Number.MAX_SAFE_INTEGER),
    durability,
    retentionDays: wholeNumber("retentionDays", raw, 36_500),
    retentionBytes: wholeNumber("retentionBytes", raw, Number.MAX_SAFE_INTEGER),
  };
}
