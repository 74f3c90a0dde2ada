const dataUrl = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[^,;]*)*;base64,/iu;

function modalityOf(mimeType: string | undefined, fallback: string): string {
  const kind = mimeType?.split("/")[0];
  return kind === "image" || kind === "audio" || kind === "video" ? kind : fallback;
}

/**
 * Media as a message part. Bytes sent inline are not kept: a `urn:sha256:` of them takes their place, so that equal media can be found. Links stay links.
 */
export function mediaPart(url: string, modality: string): Readonly<Record<string, unknown>> {
  const inline = dataUrl.exec(url);
  if (inline === null) return { type: "uri", modality, uri: url };
  return inlineMedia(url.slice(inline[0].length), modalityOf(inline[1], modality), inline[1]);
}

/** As {@link mediaPart}, from base64 text. */
export function inlineMedia(
  base64: string,
  modality: string,
  mimeType: string | undefined,
): Readonly<Record<string, unknown>> {
  // not imported: it takes Node six milliseconds to load, and few calls have media
  const { createHash } = process.getBuiltinModule("node:crypto");
  const digest = createHash("sha256").update(Buffer.from(base64, "base64")).digest("hex");
  return {
    type: "uri",
    modality,
    ...(mimeType === undefined ? {} : { mime_type: mimeType }),
    uri: `urn:sha256:${digest}`,
  };
}
