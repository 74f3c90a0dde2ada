import { BlockList, isIP, isIPv4 } from "node:net";
import { OttlError } from "../ottl-error.ts";

/** `10.0.0.0/8`, `2001:db8::/32`. @throws {OttlError} */
export function parseNetwork(text: string): BlockList {
  const [address = "", bits = "", ...rest] = text.split("/");
  const family = isIP(address);
  const isFine =
    family !== 0 && rest.length === 0 && /^\d{1,3}$/u.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
  if (!isFine) throw new OttlError(`invalid CIDR address: ${text}`);
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family === 4 ? "ipv4" : "ipv6");
  return list;
}

/** What is no address is in no network. */
export function isInNetwork(address: string, network: BlockList): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/iu.exec(address)?.[1];
  const plain = mapped !== undefined && isIPv4(mapped) ? mapped : address;
  const family = isIP(plain);
  return family !== 0 && !plain.includes("%") && network.check(plain, family === 4 ? "ipv4" : "ipv6");
}
