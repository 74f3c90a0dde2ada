import { anything, boolean, duration, integer, list, mapOf, optionalSection, text } from "./fields.ts";
import { serverTlsField } from "./tls-fields.ts";

/** `auth` of what listens: which extension knows who may send. */
export const serverAuthField = optionalSection({ authenticator: text(""), request_params: list(text("")) });

/** What the Collector has all its HTTP servers take, besides their endpoint. */
export const httpServerFields = {
  tls: serverTlsField,
  auth: serverAuthField,
  cors: optionalSection({
    allowed_origins: list(text("")),
    allowed_headers: list(text("")),
    exposed_headers: list(text("")),
    max_age: integer(0),
  }),
  max_request_body_size: integer(0),
  include_metadata: boolean(false),
  response_headers: mapOf(text("")),
  compression_algorithms: list(text("")),
  read_timeout: duration(0),
  read_header_timeout: duration(60_000),
  write_timeout: duration(30_000),
  idle_timeout: duration(60_000),
  keep_alives_enabled: boolean(true),
  keepalive: anything(),
};
