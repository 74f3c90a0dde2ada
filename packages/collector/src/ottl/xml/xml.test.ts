import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OttlError } from "../ottl-error.ts";
import { parseXml } from "./parse-xml.ts";
import { writeXml } from "./write-xml.ts";
import { compileXPath } from "./xpath.ts";

describe("XML that means harm", () => {
  it("may be nested as deeply as it likes", () => {
    assert.throws(() => parseXml("<a>".repeat(1_000_000)), new OttlError("exceeded maximum XML nesting depth of 1000"));
  });

  it("has no entities of its own, and names no other file", () => {
    const types = ['<!DOCTYPE a [<!ENTITY b "&b;&b;">]><a>&b;</a>', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'];
    for (const text of types) assert.throws(() => parseXml(text), /not well-formed/u);
  });

  it("cannot keep an XPath busy for long", () => {
    const deep = "<a>".repeat(900) + "</a>".repeat(900);
    const wide = `<r>${'<a b="c"/>'.repeat(5_000)}</r>`;
    for (const [xpath, text] of [
      ["//a//a//a//a", deep],
      ["//a/../a/../a", wide],
      ["//a[../a/@b]", wide],
      ["//a[count(../a) = 1]", wide],
      ["//a[preceding-sibling::a[1]]", wide],
    ] as const) {
      assert.throws(() => compileXPath(xpath)(parseXml(text).root), /too many steps/u, xpath);
    }
  });

  it("is not quoted by messages", () => {
    assert.throws(
      () => parseXml("<secret></public>"),
      (error: Error) => !/secret|public/u.test(error.message),
    );
  });
});

describe("XML", () => {
  it("is written as it was read, but for empty elements and quotes", () => {
    const text = `<?go on?><a b="c"><!--x--><d>&lt;&amp;</d><![CDATA[<]]>tail</a>`;
    assert.equal(writeXml(parseXml(text).root), text);
    assert.equal(writeXml(parseXml("<a b='c'/>").root), `<a b="c"></a>`);
  });

  it("keeps attributes called like what objects have", () => {
    assert.equal(
      writeXml(parseXml(`<a __proto__="1" constructor="2"></a>`).root),
      `<a __proto__="1" constructor="2"></a>`,
    );
  });
});
