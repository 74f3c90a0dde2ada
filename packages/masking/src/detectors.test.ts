import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMasker } from "./masker.ts";

/** What is found alone in a sentence, by rule; the second list has its near misses. */
const cases: Readonly<Record<string, { found: readonly string[]; left: readonly string[] }>> = {
  email: {
    found: ["jo@example.org", "jo.doe+x@mail.example.co.uk", "иван@пример.рф", "JO@EXAMPLE.ORG"],
    left: ["jo@localhost", "@example", "lodash@4.17.21", "git@github.com", "icon@2x.png", "a@b", "q@k.transpose(1)"],
  },
  phone: {
    found: [
      "+1 415-555-2671",
      "(415) 555-2671",
      "+442079460958",
      "+49 (0)30 123456",
      "0049 30 1234567",
      "010-1234-5678",
      "06 12 34 56 78",
      "8 (495) 123-45-67",
    ],
    left: [
      "115-555-2671",
      "+999 123 456 789",
      "2024-01-15 10",
      "+2024-01-15",
      "4155552671",
      "INV-415-555-2671",
      "1 200 000 000",
    ],
  },
  card: {
    found: ["4242424242424242", "4242 4242 4242 4242", "3782-822463-10005", "6011111111111117", "36227206271667"],
    left: ["4242424242424241", "1234567812345670", "4242 42424242 4242", "0.4242424242424242", "1732380000000000"],
  },
  iban: {
    found: ["DE89370400440532013000", "GB82 WEST 1234 5698 7654 32", "de89370400440532013000", "NO9386011117947"],
    left: ["DE88370400440532013000", "DE8937040044053201300", "XX89370400440532013000"],
  },
  "national-id.us": {
    found: ["123-45-6789", "912-70-1234"],
    left: ["000-12-3456", "666-12-3456", "123-00-4567", "123-45-0000"],
  },
  "national-id.kr": { found: ["900101-1234568", "123456-1234567"], left: ["1900101-1234568", "900101-12345678"] },
  "national-id.br": { found: ["529.982.247-25"], left: ["529.982.247-26", "111.111.111-11"] },
  "national-id.es": { found: ["12345678Z", "X1234567L", "12345678-Z"], left: ["12345678A", "X1234567M"] },
  "national-id.it": { found: ["RSSMRA85T10A562S"], left: ["RSSMRA85T10A562T"] },
  "national-id.fi": { found: ["131052-308T"], left: ["131052-308U", "331052-308T"] },
  "national-id.ch": { found: ["756.9217.0769.85"], left: ["756.9217.0769.84"] },
  "national-id.be": { found: ["85.07.30-033.28"], left: ["85.07.30-033.29"] },
  "national-id.cl": { found: ["12.345.678-5"], left: ["12.345.678-4"] },
  "national-id.cz": { found: ["736028/5163"], left: ["736028/5164"] },
  "national-id.cn": { found: ["11010519491231002X"], left: ["110105194912310021"] },
  "national-id.in": { found: ["2345 6789 0124"], left: ["2345 6789 0125"] },
  "national-id.sg": { found: ["S1234567D"], left: ["S1234567E"] },
  "national-id.no": { found: ["01010750160"], left: ["01010750161"] },
  "national-id.gb": { found: ["AB 12 34 56 C", "AB123456C"], left: ["DB123456C", "AB123456E"] },
  ip: {
    found: ["203.0.113.77", "2001:db8::ff00:42:8329", "fe80::1", "2a02:5:49:7:fee:ea7f:1:fb4a"],
    left: [
      "127.0.0.1",
      "1.2.3.4",
      "256.1.1.1",
      "v1.22.333.4",
      "Chrome/120.0.6099.71",
      "10:20:30",
      "std::vector",
      "abc::def",
      "00:1a:2b:3c:4d:5e",
    ],
  },
  "api-key.openai": {
    found: ["sk-proj-abcdefghij1234567890ABCD"],
    left: ["sk-learn", "sk-abc1", "sk-some-very-long-style-name-here"],
  },
  "api-key.aws": { found: ["AKIAIOSFODNN7EXAMPLE"], left: ["AKIAIOSFODNN7", "AKIAIOSFODNN7EXAMPLEXYZ"] },
  "api-key.github": { found: ["ghp_abcdefghijklmnopqrstuvwxyz0123456789"], left: ["ghp_short1"] },
  jwt: {
    found: ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."],
    left: ["eyJhbGciOiJIUzI1NiJ9", "eyJ.eyJ"],
  },
};

describe("detectors", () => {
  for (const [rule, { found, left }] of Object.entries(cases)) {
    const masker = createMasker();
    it(`${rule} knows its own`, () => {
      for (const value of found) assert.deepEqual(masker.inspect(`a ${value} z`), { [rule]: 1 }, value);
    });
    it(`${rule} leaves what only looks like it`, () => {
      for (const value of left) {
        const counts = masker.inspect(`a ${value} z`);
        assert.equal(counts[rule], undefined, `${value}: ${JSON.stringify(counts)}`);
      }
    });
  }

  it("tell Amex from a phone by its grouping, and a plain number by the words before it", () => {
    const masker = createMasker();
    assert.equal(masker.text("Telefon 4155552671, order 4155552671"), "Telefon [PHONE], order 4155552671");
    assert.equal(masker.text("PESEL 44051401359, id 44051401359"), "PESEL [NATIONAL_ID], id 44051401359");
  });
});
