/**
 * Settings of the engine as a server, for a laptop it shares with its user: caches of megabytes where a server's defaults are gigabytes, and merges that leave a
 * core free. None of the system log tables is configured, so none is kept (elsewhere they fill disks).
 */
const serverSettings = {
  background_pool_size: 2,
  background_merges_mutations_concurrency_ratio: 1,
  mark_cache_size: 64 * 1024 ** 2,
  index_mark_cache_size: 32 * 1024 ** 2,
  uncompressed_cache_size: 0,
  mmap_cache_size: 100,
  max_server_memory_usage: 1_500_000_000,
} as const;

/** The configuration file's text. */
export function engineConfig(): string {
  const items = Object.entries(serverSettings).map(([name, value]) => `  <${name}>${value}</${name}>`);
  return `<clickhouse>\n${items.join("\n")}\n</clickhouse>\n`;
}
