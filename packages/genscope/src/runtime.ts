import { join } from "node:path";
import { JournalError, openJournal } from "@genscope/journal";
import { createGrpcReceiver, createHttpReceiver, PortInUseError, whoListens } from "@genscope/otlp/receiver";
import { createServer } from "@genscope/server";
import type { Status } from "@genscope/server/contract";
import { createLoader, openStore } from "@genscope/store";
import { prepareDataDir, readRunFile, removeRunFile, writeRunFile } from "./data-dir.ts";
import { createIngest } from "./ingest.ts";
import { settings } from "./settings.ts";
import type { Setting, UpConfig } from "./settings.ts";
import { CommandError } from "./terminal.ts";
import { version } from "./version.ts";

export interface Endpoints {
  readonly ui: string;
  readonly http: string;
  readonly grpc: string;
}
