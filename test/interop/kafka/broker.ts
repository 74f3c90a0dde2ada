import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { Admin, Consumer } from "@platformatic/kafka";
import { freePort } from "../../support/free-port.ts";
import type { ReadMessage } from "../../../packages/collector/src/testing/memory-publisher.ts";
import { installKafka } from "../install.ts";
import { isOnPath } from "../on-path.ts";

/** A real Kafka of one node. */
export interface Broker extends AsyncDisposable {
  /** `host:port`. */
  readonly address: string;
  /** Creates one with four partitions. */
  newTopic(): Promise<string>;
  /** Reads from the beginning until there are as many messages. */
  read(topic: string, count: number): Promise<readonly ReadMessage[]>;
}

/** Why there can be no broker here; nothing if there can. */
export const kafkaIsMissing: string | false =
  isOnPath("java") && isOnPath("mvn") ? false : "a Kafka broker needs java and mvn, which are not both on the PATH";

export async function startBroker(): Promise<Broker> {
  const classPath = await installKafka();
  const dir = await mkdtemp(join(tmpdir(), "genscope-kafka-"));
  const [port, controllerPort] = [await freePort(), await freePort()];
  const address = `127.0.0.1:${port}`;
  const properties = join(dir, "server.properties");
  await writeFile(properties, propertiesOf(dir, port, controllerPort));
  const java = (...args: readonly string[]): readonly string[] => [
    "-Xmx256m",
    "-XX:TieredStopAtLevel=1",
    "-cp",
    classPath,
    ...args,
  ];
  const format = java("kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qk", "-c", properties);
  await promisify(execFile)("java", [...format]);
  const child = spawn("java", java("kafka.Kafka", properties), { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output = (output + text).slice(-10_000)));
  }
  const admin = new Admin({ clientId: "test", bootstrapBrokers: [address], retries: 0 });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the broker ended:\n${output}`);
    if (
      await admin.listTopics().then(
        () => true,
        () => false,
      )
    )
      break;
    await delay(100);
  }
  let topics = 0;
  return {
    address,
    async newTopic() {
      const name = `topic-${topics++}`;
      await admin.createTopics({ topics: [name], partitions: 4, replicas: 1 });
      return name;
    },
    read: (topic, count) => readAll(address, topic, count),
    [Symbol.asyncDispose]: async () => {
      await admin.close();
      const closed = new Promise((resolve) => {
        child.once("close", resolve);
      });
      child.kill("SIGKILL");
      await closed;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function readAll(address: string, topic: string, count: number): Promise<readonly ReadMessage[]> {
  const consumer = new Consumer({ clientId: "test", groupId: `reader-of-${topic}`, bootstrapBrokers: [address] });
  try {
    const stream = await consumer.consume({ topics: [topic], mode: "earliest", autocommit: false, maxWaitTime: 200 });
    const messages: ReadMessage[] = [];
    for await (const message of stream) {
      messages.push({
        topic: message.topic,
        partition: message.partition,
        key: message.key === undefined || message.key === null ? undefined : message.key.toString(),
        value: message.value,
        headers: Object.fromEntries(
          Array.from(message.headers, ([key, value]) => [key.toString(), value.toString()] as const),
        ),
      });
      if (messages.length >= count) break;
    }
    return messages;
  } finally {
    await consumer.close(true);
  }
}

function propertiesOf(dir: string, port: number, controllerPort: number): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
log.dirs=${join(dir, "data")}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
num.partitions=4
`;
}
