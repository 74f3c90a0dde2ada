/** Names whose value is a secret, in lower case and without separators. */
const wholeNames = new Set([
  "authorization",
  "proxyauthorization",
  "cookie",
  "setcookie",
  "password",
  "passwd",
  "pwd",
  "passphrase",
  "passcode",
  "passwort",
  "kennwort",
  "wachtwoord",
  "senha",
  "salasana",
  "adgangskode",
  "passord",
  "heslo",
  "motdepasse",
  "contrasena",
  "pass",
  "secret",
  "secrets",
  "apikey",
  "credential",
  "credentials",
  "bearer",
  "privatekey",
  "pin",
  "otp",
  "cvv",
  "cvc",
  "jwt",
  "auth",
  "connectionstring",
  "sessionid",
  "sid",
  "xsrftoken",
  "csrftoken",
]);
const weakNames = new Set([
  "token",
  "auth",
  "pass",
  "pin",
  "otp",
  "cvv",
  "cvc",
  "sid",
  "sig",
  "sessionid",
  "secrets",
  "credential",
  "credentials",
  "bearer",
  "jwt",
]);
const endings = [
  "password",
  "passwd",
  "passphrase",
  "apikey",
  "secretkey",
  "privatekey",
  "accesskey",
  "secretaccesskey",
  "accountkey",
  "encryptionkey",
  "signingkey",
  "masterkey",
  "authtoken",
  "accesstoken",
  "refreshtoken",
  "idtoken",
  "sessiontoken",
  "securitytoken",
  "bearertoken",
  "apitoken",
  "bottoken",
  "csrftoken",
  "clientsecret",
  "appsecret",
  "sharedsecret",
  "webhooksecret",
  "apisecret",
  "secrettoken",
  "authorization",
  "setcookie",
  "xapikey",
  "subscriptionkey",
  "sharedaccesskey",
  "personalaccesstoken",
  "usertoken",
  "servicetoken",
  "privatetoken",
  "gitlabtoken",
  "githubtoken",
  "hftoken",
  "xauthtoken",
  "xamzsecuritytoken",
  "xamzsignature",
  "connectionstring",
  "jwtsecret",
];

/** Lower case, without separators; only the last part of a dotted name, which `http.request.header.authorization` has. */
function normalise(name: string): string {
  const last = name.slice(name.lastIndexOf(".") + 1);
  return last.replaceAll(/[^A-Za-z0-9]/g, "").toLowerCase();
}

type Strength = "strong" | "weak" | undefined;

/** Names come again and again. */
const known = new Map<string, Strength>();
const mostKnown = 2_000;

/** How sure a name makes that its value is a secret: for a `weak` one the value has to look like a secret as well. */
export function credentialName(name: string): Strength {
  if (name.length < 3 || name.length > 64) return undefined;
  if (known.has(name)) return known.get(name);
  const strength = judge(normalise(name));
  if (known.size >= mostKnown) known.clear();
  known.set(name, strength);
  return strength;
}

function judge(name: string): Strength {
  if (weakNames.has(name)) return "weak";
  if (wholeNames.has(name)) return "strong";
  return endings.some((ending) => name.endsWith(ending)) ? "strong" : undefined;
}

/** Letters and digits in one word of at least eight, or the digits of a PIN. */
export function looksSecret(value: string): boolean {
  if (/^\d{3,8}$/.test(value)) return true;
  return value.length >= 8 && /\d/.test(value) && /[A-Za-z]/.test(value) && !/\s/.test(value);
}

/** What the `hash` action wrote, whose name would otherwise be one of a secret: `[API_KEY:…]`. */
export function isPlaceholderStart(text: string): boolean {
  return /^\[[A-Z0-9_]+:[a-p]{20}\]/.test(text);
}

/** Values that stand for a secret without being one: placeholders, references, types, and what masking wrote. */
export function isPlaceholder(value: string): boolean {
  if (value.length < 4) return true;
  if (/^\[[A-Z0-9_]{2,}(?::[a-p]+| \*{4}[^\s\]]{4})?\]$/.test(value)) return true;
  return /^(?:[*•x.\s_-]+|<[^>]*>|\{\{?.*|\$\{?.*|%\w+%?|(?:none|null|nil|undefined|true|false|string|str|redacted|\[redacted\]|required|optional|change_?me|your[-_ ].*|process\.env.*|os\.environ.*|env\..*|getenv.*|import\.meta.*))$/i.test(
    value.slice(0, 256),
  );
}
