import type { ClickHouseClient } from "@clickhouse/client";
import type { StoreOptions } from "./store.ts";

export interface Retention {
  /** Drops what is too old or too much, a day at a time, oldest first. Gives back the days dropped. */
  apply(): Promise<string[]>;
  stop(): void;
}

const everyMs = 10 * 60 * 1000;

interface Day {
  readonly day: string;
  readonly bytes: string;
  readonly tables: string[];
}

/**
 * Data is partitioned by the day of its arrival, so that retention drops whole partitions: at once, without rewriting anything. The newest day is never dropped.
 */
export function createRetention(client: ClickHouseClient, options: StoreOptions, schema: Promise<void>): Retention {
  const { retentionDays = 0, retentionBytes = 0 } = options;

  async function apply(): Promise<string[]> {
    await schema;
    const answer = await client.query({
      query: `
        SELECT partition AS day, sum(bytes_on_disk) AS bytes, groupUniqArray(table) AS tables
        FROM system.parts
        WHERE database = currentDatabase() AND active AND match(partition, '^\\\\d{4}-\\\\d\\\\d-\\\\d\\\\d$')
        GROUP BY partition
        ORDER BY day`,
      format: "JSONEachRow",
    });
    const days = await answer.json<Day>();
    let total = days.reduce((sum, { bytes }) => sum + Number(bytes), 0);
    const oldestKept = new Date(Date.now() - retentionDays * 86_400_000).toISOString().slice(0, 10);
    const dropped: string[] = [];
    for (const { day, bytes, tables } of days.slice(0, -1)) {
      const tooOld = retentionDays > 0 && day < oldestKept;
      const tooMuch = retentionBytes > 0 && total > retentionBytes;
      if (!tooOld && !tooMuch) break;
      for (const table of tables) {
        await client.command({
          query: "ALTER TABLE {table:Identifier} DROP PARTITION {day:String}",
          query_params: { table, day },
        });
      }
      total -= Number(bytes);
      dropped.push(day);
    }
    return dropped;
  }

  const timer = setInterval(() => void apply().catch(() => {}), everyMs);
  timer.unref();
  return { apply, stop: () => clearInterval(timer) };
}
