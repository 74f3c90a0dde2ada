import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMasker } from "./masker.ts";

const key = "0123456789abcdef";

describe("text", () => {
  it("gives back the same text where nothing was found", () => {
    const text = "Plain words, 42 of them; see RFC 8259 (2017).";
    assert.equal(createMasker().text(text), text);
  });

  it("names the kind of what it masks", () => {
    assert.equal(createMasker().text("ask jo@example.org, or +49 30 1234567"), "ask [EMAIL], or [PHONE]");
  });

  it("masks six digits, a hyphen and seven digits", () => {
    assert.equal(createMasker().text("id 800101-1234567."), "id [NATIONAL_ID].");
  });

  it("looks only for what it is told to", () => {
    const masker = createMasker({ detectors: ["card"] });
    assert.equal(masker.text("a@b.org 4111111111111111"), "a@b.org [CARD]");
  });

  it("takes the field's name into account", () => {
    const masker = createMasker();
    assert.equal(masker.text("hunter2", "db.password"), "[CREDENTIAL]");
    assert.equal(masker.text("Bearer abc", "http.request.header.authorization"), "Bearer abc");
    assert.equal(masker.text("Bearer abcdef", "http.request.header.authorization"), "Bearer [CREDENTIAL]");
    assert.equal(masker.text("hunter2", "title"), "hunter2");
  });

  it("sees values that only their neighbour's placeholder sets apart", () => {
    assert.equal(createMasker().text("4111111111111111jo@example.org"), "[EMAIL]");
    assert.equal(createMasker().text("+1 415-555-2671eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc"), "[PHONE][JWT]");
  });

  it("lets a rule match each value once, not its own placeholder", () => {
    assert.equal(createMasker({ rules: [{ name: "word", pattern: "[A-Za-z]+" }] }).text("ab c"), "[WORD] [WORD]");
  });

  it("covers findings that overlap with one placeholder", () => {
    const masker = createMasker({ rules: [{ name: "domain", pattern: "example\\.org/\\w+" }] });
    assert.equal(masker.text("jo@example.org/path"), "[DOMAIN]");
  });
});

describe("actions", () => {
  it("keep the last four characters only of long values", () => {
    const masker = createMasker({ action: "mask-keep-last-4" });
    assert.equal(
      masker.text("4111 1111 1111 1234 is none, 4111 1111 1111 1111 is"),
      "4111 1111 1111 1234 is none, [CARD ****1111] is",
    );
    assert.equal(masker.text("password=hunter2"), "password=[CREDENTIAL]");
  });

  it("hash equal values equally, however they are written, and unequal ones not", () => {
    const masker = createMasker({ action: "hash", key });
    const [a, b, c] = ["4111 1111 1111 1111", "4111-1111-1111-1111", "5555555555554444"].map((text) =>
      masker.text(text),
    );
    assert.match(a!, /^\[CARD:[a-p]{20}\]$/);
    assert.equal(a, b);
    assert.notEqual(a, c);
    assert.equal(a, `[CARD:${masker.hash("card", "4111111111111111")}]`);
    assert.notEqual(createMasker({ action: "hash", key: `${key}2` }).text("4111 1111 1111 1111"), a);
  });

  it("drop a value, and a text that is nothing else", () => {
    const masker = createMasker({ action: "drop" });
    assert.equal(masker.text("to jo@example.org, please"), "to …, please");
    assert.equal(masker.text("jo@example.org"), "");
  });

  it("can differ by detector and by rule", () => {
    const masker = createMasker({
      actions: { email: "drop", "api-key.github": "mask-keep-last-4" },
      rules: [{ name: "badge", pattern: "B\\d{12}", action: "mask-keep-last-4" }],
    });
    assert.equal(
      masker.text("x jo@example.org ghp_abcdefghijklmnopqrstuvwxyz0123456789 B123456789012"),
      "x … [API_KEY ****6789] [BADGE ****9012]",
    );
  });
});

describe("JSON in text", () => {
  it("stays JSON, and keeps every byte where nothing was found", () => {
    const text = '[ {"role":"user",\t"content":"caf\\u00e9 \\/ 😀"},\n {"n": 1.50e3, "to":"jo@example.org"} ]';
    const masked = createMasker().text(text);
    assert.equal(masked, text.replace("jo@example.org", "[EMAIL]"));
  });

  it("is masked within strings of JSON", () => {
    const call = {
      name: "send",
      arguments: JSON.stringify({ to: "jo@example.org", body: JSON.stringify(["4111111111111111"]) }),
    };
    const masked = JSON.parse(createMasker().text(JSON.stringify([call]))) as [{ arguments: string }];
    const inner = JSON.parse(masked[0].arguments) as { to: string; body: string };
    assert.equal(inner.to, "[EMAIL]");
    assert.deepEqual(JSON.parse(inner.body), ["[CARD]"]);
  });

  it("finds values behind escapes, in keys and as numbers", () => {
    const masked = createMasker().text('{"a":"jo\\u0040example.org","jo@example.org":1,"c":4111111111111111}');
    assert.deepEqual(JSON.parse(masked), { a: "[EMAIL]", "[EMAIL]": 1, c: "[CARD]" });
  });

  it("masks what stands under a name like password, but not under its neighbours", () => {
    const masked = createMasker().text(
      '{"password":"correct horse","tokens":["Hello"],"x":{"api_key":"k-1 2"},"max_tokens":"100"}',
    );
    assert.deepEqual(JSON.parse(masked), {
      password: "[CREDENTIAL]",
      tokens: ["Hello"],
      x: { api_key: "[CREDENTIAL]" },
      max_tokens: "100",
    });
  });

  it("that was cut is masked as text", () => {
    assert.equal(createMasker().text('[{"content":"write to jo@example.org and'), '[{"content":"write to [EMAIL] and');
    assert.equal(createMasker().text('[{"api_key":"abcdefg123'), '[{"api_key":"[CREDENTIAL]');
  });
});

describe("a value over several pieces of a text", () => {
  const card = "4111 1111 1111 1111";

  it("is masked in the parts of a message, in JSON and in text", () => {
    const messages = [
      {
        role: "user",
        content: [
          { type: "text", text: "my card is 4111 11" },
          { type: "text", text: "11 1111 1111, ok?" },
        ],
      },
    ];
    const masked = [
      {
        role: "user",
        content: [
          { type: "text", text: "my card is [CARD]" },
          { type: "text", text: ", ok?" },
        ],
      },
    ];
    const masker = createMasker();
    assert.deepEqual(masker.json(messages), masked);
    assert.equal(masker.text(JSON.stringify(messages)), JSON.stringify(masked));
    assert.deepEqual(masker.counts(), { card: 2 });
  });

  it("is masked in chunks, however small, and in lists of texts", () => {
    const chunks = "to jo@example.org now".split("").map((token) => ({ token, logprob: -0.1 }));
    const masked = createMasker()
      .json(chunks)
      .map(({ token }) => token);
    assert.equal(masked.join(""), "to [EMAIL] now");
    assert.deepEqual(createMasker().json(["a ", ...card.split(/(?= )/), "."]), ["a ", "[CARD]", "", "", "", "."]);
    assert.equal(createMasker().text('["sk-proj-abcdefgh","ij1234567890ABCD"]'), '["[API_KEY]",""]');
  });

  it("is masked at the borders of long pieces", () => {
    const pieces = [
      `${"word ".repeat(300)}+1 415-`,
      `555-2671 ${"word ".repeat(300)}jo@exam`,
      `ple.org ${"word ".repeat(300)}`,
    ];
    const [first, second, third] = createMasker().json(pieces.map((text) => ({ text })));
    assert.ok(first!.text.endsWith("word [PHONE]"));
    assert.ok(second!.text.startsWith(" word ") && second!.text.endsWith("word [EMAIL]"));
    assert.ok(third!.text.startsWith(" word "));
  });

  it("is not made of what has nothing to do with each other", () => {
    for (const value of [
      [{ id: "4111 1111" }, { id: " 1111 1111" }],
      { text: "4111 1111 ", content: "1111 1111" },
      [{ text: "4111 1111 " }, [{ text: "1111 1111" }]],
    ]) {
      assert.equal(createMasker().json(value), value);
      assert.equal(createMasker().text(JSON.stringify(value)), JSON.stringify(value));
    }
  });

  it("is left if it is allowed, and seen by rules of one's own", () => {
    const pieces = [{ text: "EMP-12" }, { text: "34 jo@" }, { text: "example.org" }];
    const masker = createMasker({ allow: ["@example.org"], rules: [{ name: "employee", pattern: "EMP-\\d{4}" }] });
    assert.deepEqual(masker.json(pieces), [{ text: "[EMPLOYEE]" }, { text: " jo@" }, { text: "example.org" }]);
  });
});

describe("values in other characters", () => {
  const cases: Readonly<Record<string, readonly [text: string, masked: string]>> = {
    "full width": ["カード ４１１１ １１１１ １１１１ １１１１ です", "カード [CARD] です"],
    "digits of other scripts": ["رقم الهاتف: ٠٥٠١٢٣٤٥٦٧", "رقم الهاتف: [PHONE]"],
    "digits of mathematics": ["𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏!", "[CARD]!"],
    "characters that are not seen": ["to j\u200bo@exam\u00adple.org\u200b!", "to [EMAIL]\u200b!"],
    "look-alikes": ["j\u043e@ex\u0430mple.org", "[EMAIL]"],
    "percent signs": ["?to=jo%40example.org&n=1", "?to=[EMAIL]&n=1"],
    "escapes of JSON that is none any more": ['{"a":"jo\\u0040example.org', '{"a":"[EMAIL]'],
    "escapes of HTML": ["jo&#64;example.org", "[EMAIL]"],
    "a pair of surrogates before it": ["😀4111111111111111😀", "😀[CARD]😀"],
    "a lone surrogate": ["\ud83d4111111111111111\ude00", "\ud83d[CARD]\ude00"],
  };
  for (const [name, [text, masked]] of Object.entries(cases)) {
    it(`are found: ${name}`, () => assert.equal(createMasker().text(text), masked));
  }

  it("have the hash of those in plain ones", () => {
    const masker = createMasker({ action: "hash", key });
    assert.equal(masker.text("４１１１１１１１１１１１１１１１"), masker.text("4111111111111111"));
  });

  it("are left where they are what they look like", () => {
    for (const text of ["Это ОС и ПО; АВС-123, версия2", "４月１日から２０２６年まで、１２，３４５円", "👩‍👩‍👧‍👦 100%20"]) {
      assert.equal(createMasker().text(text), text);
    }
  });
});

describe("secrets beside their names", () => {
  const cases: readonly (readonly [text: string, masked: string])[] = [
    ["<password>Hunter2!x</password>", "<password>[CREDENTIAL]</password>"],
    ["<ns:apiKey> k-123 </ns:apiKey>", "<ns:apiKey> [CREDENTIAL]</ns:apiKey>"],
    ['<add key="ApiSecret" value="9f86d081"/>', '<add key="ApiSecret" value="[CREDENTIAL]"/>'],
    ["curl -u jo:Passw0rd https://x", "curl -u [CREDENTIAL] https://x"],
    ["curl --user 'jo:Pass w0rd' https://x", "curl --user '[CREDENTIAL]' https://x"],
    ["sshpass -p 'Xy12!abc' ssh h", "sshpass -p '[CREDENTIAL]' ssh h"],
    ["mysql -u root -pS3cret shop", "mysql -u root -p[CREDENTIAL] shop"],
    ["login --password Abc123!x r", "login --password [CREDENTIAL] r"],
    ["the password is Winter2026!", "the password is [CREDENTIAL]!"],
    ["your OTP is 482913.", "your OTP is [CREDENTIAL]."],
    ["PIN: 4821", "PIN: [CREDENTIAL]"],
    ["пароль: Qwerty!2345", "пароль: [CREDENTIAL]"],
    ["密码：Abc!23456", "密码：[CREDENTIAL]"],
    [`seed phrase: ${"abandon ".repeat(11)}about`, "seed phrase: [CREDENTIAL]"],
    ["q8Q~AbCdEf: abc8Q~abcdefghijABCDEFGHIJ0123456789abc", "q8Q~AbCdEf: [API_KEY]"],
    ["0123456789abcdef0123456789abcdef-us12", "[API_KEY]"],
  ];
  for (const [text, masked] of cases) it(text, () => assert.equal(createMasker().text(text), masked));

  for (const text of [
    "<password></password> <token>Hello</token> <b>pass</b>",
    "git push --force-with-lease origin main -p 80 --token count",
    "the password is required, the key is pressed, the pin is 13",
    "GPIO pin: 13; catch phrase: hello world",
    "what `sshpass -p` and `mysql -p` are given, says the manual",
    "const KEY = '<YOUR-API-KEY>'; // see above 1 < 2",
    "const setCookie = cookie.serialize('name', value)",
  ]) {
    it(`leaves ${text}`, () => assert.equal(createMasker().text(text), text));
  }
});

describe("names that may or may not mean a secret", () => {
  it("are believed if the value looks like one", () => {
    const masked = createMasker().text(
      '{"token":"Hello","pass":"yes","pin":"1234","signature":"EqQBCgIYAhIM1gbcDa9GJwZA2b3h","auth":"k3y-9f8e7d"}',
    );
    assert.deepEqual(JSON.parse(masked), {
      token: "Hello",
      pass: "yes",
      pin: "[CREDENTIAL]",
      signature: "EqQBCgIYAhIM1gbcDa9GJwZA2b3h",
      auth: "[CREDENTIAL]",
    });
    assert.equal(createMasker().text("GET /a?token=abc123def456&x=1"), "GET /a?token=[CREDENTIAL]&x=1");
    assert.equal(createMasker().text("token = tokens[i]; token: Hello"), "token = tokens[i]; token: Hello");
  });
});

describe("json", () => {
  it("gives back the same object where nothing was found", () => {
    const value = { a: [1, "two", { three: null }] };
    assert.equal(createMasker().json(value), value);
  });

  it("copies only what changes, and leaves the given value alone", () => {
    const value = { same: { a: 1 }, other: ["jo@example.org", 4111111111111111] };
    const masked = createMasker().json(value);
    assert.deepEqual(masked, { same: { a: 1 }, other: ["[EMAIL]", "[CARD]"] });
    assert.equal(masked.same, value.same);
    assert.equal(value.other[0], "jo@example.org");
  });

  it("keeps entries apart whose keys become the same", () => {
    const masked = createMasker().json({ "a@example.org": 1, "b@example.org": 2 });
    assert.deepEqual(masked, { "[EMAIL]": 1, "[EMAIL] 2": 2 });
  });

  it("keeps a member named __proto__ a member", () => {
    const masked = createMasker().json(JSON.parse('{"__proto__":{"x":"jo@example.org"}}') as object);
    assert.equal(JSON.stringify(masked), '{"__proto__":{"x":"[EMAIL]"}}');
  });
});

describe("failing closed", () => {
  it("masks whole what cannot be read", () => {
    const masker = createMasker();
    const value = {
      fine: "x",
      get broken(): string {
        throw new Error("jo@example.org");
      },
    };
    assert.deepEqual(masker.json([value, "y"]), ["[MASKED]", "y"]);
    assert.equal(masker.counts()["error"], 1);
  });

  it("masks circles and depths instead of following them", () => {
    const circle: { next?: unknown } = {};
    circle.next = circle;
    assert.match(JSON.stringify(createMasker().json(circle)), /"\[MASKED\]"/);
    const deep = "[".repeat(100_000) + '"jo@example.org"' + "]".repeat(100_000);
    assert.equal(createMasker().text(deep).includes("jo@"), false);
  });

  it("masks what is no text where a text is due, and what hides its text", () => {
    const masker = createMasker();
    assert.equal(masker.text(undefined as unknown as string), "[MASKED]");
    assert.equal(masker.json(new Map([["a", "jo@example.org"]]) as unknown), "[MASKED]");
  });
});

describe("counts", () => {
  it("count by rule and never hold a value", () => {
    const masker = createMasker({ rules: [{ name: "badge", pattern: "B-\\d+" }] });
    masker.text("jo@example.org ann@example.org B-17 AKIAIOSFODNN7EXAMPLE");
    assert.deepEqual(masker.counts(), { email: 2, badge: 1, "api-key.aws": 1 });
  });

  it("of a dry run are apart", () => {
    const masker = createMasker();
    assert.deepEqual(masker.inspect("jo@example.org"), { email: 1 });
    assert.deepEqual(masker.counts(), {});
  });
});

describe("the allow list", () => {
  it("leaves values, domains and patterns alone", () => {
    const masker = createMasker({ allow: ["4111111111111111", "@ours.example.com", { pattern: "10\\..*" }] });
    const text = "4111111111111111 Jo@Ours.Example.com 10.20.30.40";
    assert.equal(masker.text(text), text);
    assert.equal(masker.text("jo@theirs.example.com 192.168.20.30"), "[EMAIL] [IP]");
  });
});

describe("options that cannot be meant", () => {
  const cases: readonly [string, Parameters<typeof createMasker>[0], RegExp][] = [
    ["an unknown detector", { detectors: ["mail" as "email"] }, /no detector "mail"; there are: email/],
    ["an unknown action", { action: "erase" as "mask" }, /no action "erase"/],
    ["an action for nothing", { actions: { mail: "drop" } }, /"mail", which is no detector or rule/],
    ["hash without a key", { action: "hash" }, /needs a key/],
    ["a short key", { action: "hash", key: "abc" }, /at least 16 bytes/],
    ["a look-ahead", { rules: [{ name: "r", pattern: "(?=a)" }] }, /rule "r": not an RE2 pattern/],
    ["a name without letters", { rules: [{ name: "", pattern: "a" }] }, /a name is letters/],
    ["a tiny limit", { maxLength: 3 }, /at least 64/],
  ];
  for (const [name, options, message] of cases) {
    it(`${name} is refused`, () => assert.throws(() => createMasker(options), { name: "TypeError", message }));
  }
});
