import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { Admin, Consumer } from "@platformatic/kafka";
import { freePort } from "../../support/free-port.ts";
import type { Certificates } from "../../../packages/collector/src/testing/certificates.ts";
import type { ReadMessage } from "../../../packages/collector/src/testing/memory-publisher.ts";
import { installKafka } from "../install.ts";
import { isOnPath } from "../on-path.ts";

/** Whom the broker knows, by every mechanism. */
export const knownUser = { username: "collector", password: "open sesame" };

/** A real Kafka of one node. */
export interface Broker extends AsyncDisposable {
  /** `host:port`, for everybody. */
  readonly address: string;
  /** For those that log in, over TLS. */
  readonly saslAddress: string;
  /** For those that present a certificate of the authority. */
  readonly mutualAddress: string;
  /** Creates one with four partitions. */
  newTopic(): Promise<string>;
  /** Reads from the beginning until there are as many messages. */
  read(topic: string, count: number): Promise<readonly ReadMessage[]>;
}

/** Why there can be no broker here; nothing if there can. */
export const kafkaIsMissing: string | false =
  isOnPath("java") && isOnPath("mvn") ? false : "a Kafka broker needs java and mvn, which are not both on the PATH";

export async function startBroker(certificates: Certificates): Promise<Broker> {
  const classPath = await installKafka();
  const dir = await mkdtemp(join(tmpdir(), "genscope-kafka-"));
  const ports = {
    plain: await freePort(),
    sasl: await freePort(),
    mutual: await freePort(),
    controller: await freePort(),
  };
  const address = `127.0.0.1:${ports.plain}`;
  const properties = join(dir, "server.properties");
  const { cert, key } = await certificates.issue("localhost");
  const keyStore = join(dir, "keystore.pem");
  await writeFile(keyStore, (await Promise.all([key, cert].map((file) => readFile(file)))).join("\n"));
  await writeFile(properties, propertiesOf(dir, ports, keyStore, certificates.ca));
  const java = (...args: readonly string[]): readonly string[] => [
    "-Xmx256m",
    "-XX:TieredStopAtLevel=1",
    "-cp",
    classPath,
    ...args,
  ];
  const { username, password } = knownUser;
  const scram = ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
    "--add-scram",
    `${mechanism}=[name=${username},password="${password}"]`,
  ]);
  const cluster = ["-t", "MkU3OEVBNTcwNTJENDM2Qk", "-c", properties, ...scram];
  const format = java("kafka.tools.StorageTool", "format", ...cluster);
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
    saslAddress: `localhost:${ports.sasl}`,
    mutualAddress: `localhost:${ports.mutual}`,
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

interface Ports {
  readonly plain: number;
  readonly sasl: number;
  readonly mutual: number;
  readonly controller: number;
}

function propertiesOf(dir: string, { plain, sasl, mutual, controller }: Ports, keyStore: string, ca: string): string {
  const { username, password } = knownUser;
  const modules = "org.apache.kafka.common.security";
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${plain},LOGIN://127.0.0.1:${sasl},MUTUAL://127.0.0.1:${mutual},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${plain},LOGIN://localhost:${sasl},MUTUAL://localhost:${mutual}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,LOGIN:SASL_SSL,MUTUAL:SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
ssl.keystore.type=PEM
ssl.keystore.location=${keyStore}
ssl.truststore.type=PEM
ssl.truststore.location=${ca}
listener.name.mutual.ssl.client.auth=required
listener.name.login.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.login.plain.sasl.jaas.config=${modules}.plain.PlainLoginModule required user_${username}="${password}";
listener.name.login.scram-sha-256.sasl.jaas.config=${modules}.scram.ScramLoginModule required;
listener.name.login.scram-sha-512.sasl.jaas.config=${modules}.scram.ScramLoginModule required;
log.dirs=${join(dir, "data")}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
num.partitions=4
`;
}
