import { Session } from "chdb";

export interface QueryResult {
  readonly bytes: Uint8Array;
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly elapsedSeconds: number;
}

export interface RunOptions {
  readonly format: string;
  /** Texts of `{name:Type}` placeholders as ClickHouse's HTTP interface takes them (escaped as in TabSeparated). */
  readonly params: ReadonlyMap<string, string>;
  /** Settings for this query alone. Names must have been checked: they become SQL. */
  readonly settings: ReadonlyMap<string, string>;
}

/** Sessions of one kind: a session runs its queries one after the other, so that what should not wait for one another gets pools of their own. */
export interface SessionPool {
  run(sql: string, options: RunOptions): Promise<QueryResult>;
  close(): void;
}

/** A string as an SQL literal. */
function literal(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\0", "\\0")}'`;
}

/** Opens `size` sessions on the directory, each given the `setup` statements. */
export async function createSessionPool(
  dir: string,
  size: number,
  setup: readonly string[],
  connectionArgs: readonly string[] = [],
): Promise<SessionPool> {
  const sessions: Session[] = [];
  for (let i = 0; i < size; i++) {
    const session = new Session(dir, { connectionArgs });
    for (const statement of setup) await session.queryAsync(statement);
    sessions.push(session);
  }
  const free = [...sessions];
  const waiting: ((session: Session) => void)[] = [];

  function take(): Promise<Session> | Session {
    const session = free.pop();
    return session ?? new Promise((resolve) => waiting.push(resolve));
  }

  function give(session: Session): void {
    const next = waiting.shift();
    if (next === undefined) free.push(session);
    else next(session);
  }

  return {
    async run(sql, { format, params, settings }) {
      const session = await take();
      try {
        // the session is this query's alone until it is given back, so parameters and settings cannot be another's
        const assignments = [
          ...[...params].map(([name, value]) => `param_${name} = ${literal(value)}`),
          ...[...settings].map(([name, value]) => `${name} = ${literal(value)}`),
        ];
        if (assignments.length > 0) await session.queryAsync(`SET ${assignments.join(", ")}`);
        const result = await session.queryAsync(sql, { format });
        return {
          bytes: result.bytes(),
          rowsRead: result.rowsRead,
          bytesRead: result.bytesRead,
          elapsedSeconds: result.elapsed,
        };
      } finally {
        const defaults = [...settings.keys()].map((name) => `${name} = DEFAULT`);
        if (defaults.length > 0) await session.queryAsync(`SET ${defaults.join(", ")}`).catch(() => {});
        give(session);
      }
    },
    close() {
      for (const session of sessions) session.close();
    },
  };
}
