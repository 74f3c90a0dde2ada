import { OtlpError } from "../errors.ts";

export type OtlpEncoding = "protobuf" | "json";

/** What an answer in each encoding is labelled. */
export const mediaTypes: Readonly<Record<OtlpEncoding, string>> = {
  protobuf: "application/x-protobuf",
  json: "application/json",
};

/** Parses `Content-Type`. Throws `unsupported-media-type` for anything OTLP/HTTP has no encoding for. */
export function parseMediaType(header: string | undefined): OtlpEncoding {
  const [type = "", ...parameters] = (header ?? "").split(";").map((each) => each.trim().toLowerCase());
  switch (type) {
    case "application/x-protobuf":
    case "application/protobuf":
      return "protobuf";
    case "application/json": {
      const charset = parameters.find((each) => each.startsWith("charset="))?.slice("charset=".length);
      const name = charset?.replaceAll('"', "");
      if (name === undefined || name === "utf-8" || name === "utf8" || name === "us-ascii") return "json";
      throw new OtlpError("unsupported-media-type", `OTLP/JSON is UTF-8; charset ${name} is not supported`);
    }
    default: {
      const got = type === "" ? "no Content-Type" : `Content-Type ${type}`;
      const message = `${got}: send application/x-protobuf or application/json`;
      throw new OtlpError("unsupported-media-type", message);
    }
  }
}
