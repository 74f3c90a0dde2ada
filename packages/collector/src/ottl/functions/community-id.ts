import { hash } from "node:crypto";
import type { Cursor } from "../cursor.ts";
import type { Expression } from "../expression.ts";
import { OttlError } from "../ottl-error.ts";
import { ipBytes } from "../text/ip-bytes.ts";
import { define, type OttlFunction } from "./function.ts";
import { int, optional, text } from "./parameters.ts";

/** Numbers of protocols, by IANA. */
const protocols: Readonly<Record<string, number>> = { ICMP: 1, TCP: 6, UDP: 17, RSVP: 46, ICMP6: 58, SCTP: 132 };

interface Endpoint {
  readonly address: Uint8Array;
  readonly port: number;
}

function within16Bits(name: string, value: bigint): number {
  if (value < 0n || value > 65_535n) throw new OttlError(`${name} must be between 0 and 65535, got ${value}`);
  return Number(value);
}

function endpointOf(name: string, address: Expression<string>, port: Expression<bigint>): (cursor: Cursor) => Endpoint {
  return (cursor) => {
    const bytes = ipBytes(address.get(cursor));
    const at = within16Bits(`${name} port`, port.get(cursor));
    if (bytes === undefined) throw new OttlError(`invalid ${name} IP`);
    return { address: bytes, port: at };
  };
}

function isBehind(a: Endpoint, b: Endpoint): boolean {
  if (a.address.length !== b.address.length) return a.address.length > b.address.length;
  const order = Buffer.compare(a.address, b.address);
  return order > 0 || (order === 0 && a.port > b.port);
}

/** Community ID 1.0 (https://github.com/corelight/community-id-spec): the same for both directions of a flow. */
function communityId(source: Endpoint, destination: Endpoint, protocol: number, seed: number): string {
  const [first, second] = isBehind(source, destination) ? [destination, source] : [source, destination];
  const flow = Buffer.alloc(8 + first.address.length + second.address.length);
  let at = flow.writeUInt16BE(seed);
  flow.set(first.address, at);
  flow.set(second.address, (at += first.address.length));
  // a byte of nothing follows the protocol
  at = flow.writeUInt8(protocol, at + second.address.length) + 1;
  flow.writeUInt16BE(second.port, flow.writeUInt16BE(first.port, at));
  return `1:${hash("sha1", flow, "base64")}`;
}

export const communityIdConverter: OttlFunction = define(
  "CommunityID",
  {
    source_ip: text,
    source_port: int,
    destination_ip: text,
    destination_port: int,
    protocol: optional(text),
    seed: optional(int),
  },
  (values) => {
    const source = endpointOf("source", values.source_ip, values.source_port);
    const destination = endpointOf("destination", values.destination_ip, values.destination_port);
    return (cursor) => {
      const name = values.protocol?.get(cursor) ?? "TCP";
      const protocol = Object.hasOwn(protocols, name) ? protocols[name] : undefined;
      if (protocol === undefined) throw new OttlError(`unsupported protocol: ${name}`);
      const seed = within16Bits("seed", values.seed?.get(cursor) ?? 0n);
      return communityId(source(cursor), destination(cursor), protocol, seed);
    };
  },
);
