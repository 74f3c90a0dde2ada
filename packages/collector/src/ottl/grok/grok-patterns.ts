/** Octets and groups of addresses. */
const octet = "(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)";
const ipv4 = `(?:${octet}\\.){3}${octet}`;
const group = "[0-9A-Fa-f]{1,4}";

/** Every form of an IPv6 address, by how many groups stand in front of the `::`. */
function ipv6(): string {
  const forms = [0, 1, 2, 3, 4, 5].map((before) => {
    const start = before === 0 ? ":" : `(?:${group}:){${before}}`;
    return `${start}(?:(?::${group}){0,${5 - before}}:${ipv4}|(?::${group}){1,${7 - before}}|:)`;
  });
  const long = [`(?:${group}:){7}(?:${group}|:)`, `(?:${group}:){6}(?:${ipv4}|:${group}|:)`];
  return `(?:${[...long, ...forms.toReversed()].join("|")})(?:%[0-9A-Za-z.]+)?`;
}

const label = "[0-9A-Za-z][0-9A-Za-z-]{0,62}";
const month = "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:tember)?";

/** What `%{NAME}` stands for: of the common patterns, those of syslog and of web servers' logs. */
export const grokPatterns: Readonly<Record<string, string>> = {
  WORD: String.raw`\b\w+\b`,
  NOTSPACE: String.raw`\S+`,
  SPACE: String.raw`\s*`,
  DATA: ".*?",
  GREEDYDATA: ".*",
  QUOTEDSTRING: String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`,
  QS: "%{QUOTEDSTRING}",

  INT: "[+-]?[0-9]+",
  NUMBER: "%{BASE10NUM}",
  BOOL: "true|false",
  BASE10NUM: String.raw`[+-]?[0-9]+(?:\.[0-9]+)?|\.[0-9]+`,
  BASE16NUM: "[+-]?(?:0x)?[0-9A-Fa-f]+",
  BASE16FLOAT: String.raw`[+-]?(?:0x)?[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]*)?`,
  POSINT: String.raw`\b[1-9][0-9]*\b`,
  NONNEGINT: String.raw`\b[0-9]+\b`,
  UUID: "[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}",
  URN: "urn:[0-9A-Za-z][0-9A-Za-z-]{0,31}:[0-9A-Za-z()+,.:=@;$_!*'/?#-]+",

  IP: "%{IPV6}|%{IPV4}",
  IPV6: ipv6(),
  IPV4: ipv4,
  IPORHOST: "%{IP}|%{HOSTNAME}",
  HOSTNAME: String.raw`\b${label}(?:\.${label})*(?:\.?|\b)`,
  HOSTPORT: "%{IPORHOST}:%{POSINT}",
  EMAILLOCALPART: "[A-Za-z][0-9A-Za-z_.+=:-]+",
  EMAILADDRESS: "%{EMAILLOCALPART}@%{HOSTNAME}",
  USERNAME: "[0-9A-Za-z._-]+",
  USER: "%{USERNAME}",
  MAC: "%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC}",
  CISCOMAC: String.raw`(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}`,
  WINDOWSMAC: "(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}",
  COMMONMAC: "(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}",

  PATH: "%{UNIXPATH}|%{WINPATH}",
  UNIXPATH: "(?:/[0-9A-Za-z_%!$@:.,+~-]+)+",
  WINPATH: String.raw`[A-Za-z]+:(?:\\[^\\?*]+)+`,
  TTY: String.raw`/dev/(?:pts|tty[pq]?)(?:\w+)?/?[0-9]+`,
  URIPROTO: "[A-Za-z][0-9A-Za-z+.-]+",
  URIHOST: "%{IPORHOST}(?::%{POSINT})?",
  URIPATH: "(?:/[0-9A-Za-z$.+!*'(){},~:;=@#%&_-]+)+",
  URIQUERY: String.raw`[0-9A-Za-z$.+!*'|(){},~@#%&/=:;_?\-\[\]<>]*`,
  URIPARAM: String.raw`\?%{URIQUERY}`,
  URIPATHPARAM: String.raw`%{URIPATH}(?:\?%{URIQUERY})?`,
  URI: String.raw`%{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?%{URIHOST}(?:%{URIPATH}(?:\?%{URIQUERY})?)?`,

  MONTH: String.raw`\b(?:${month}|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b`,
  MONTHNUM: "0[1-9]|1[0-2]",
  MONTHDAY: "0[1-9]|[12][0-9]|3[01]|[1-9]",
  DAY: String.raw`\b(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)\b`,
  YEAR: String.raw`(?:\d\d){1,2}`,
  HOUR: "2[0-3]|[01]?[0-9]",
  MINUTE: "[0-5][0-9]",
  // 60 is a leap second
  SECOND: "(?:[0-5][0-9]|60)(?:[:.,][0-9]+)?",
  TIME: "%{HOUR}:%{MINUTE}(?::%{SECOND})?",
  TZ: "[PMACE][SED]T|UTC",
  ISO8601_TIMEZONE: "Z|[+-]%{HOUR}:?%{MINUTE}",
  ISO8601_SECOND: "%{SECOND}",
  TIMESTAMP_ISO8601: "%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?%{ISO8601_TIMEZONE}?",
  DATE: "%{DATE_US}|%{DATE_EU}",
  DATE_US: "%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}",
  DATE_EU: "%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}",
  DATESTAMP: "%{DATE}[- ]%{TIME}",
  DATESTAMP_RFC822: "%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}",
  DATESTAMP_RFC2822: "%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}",
  DATESTAMP_OTHER: "%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}",
  DATESTAMP_EVENTLOG: "%{YEAR}%{MONTHNUM}%{MONTHDAY}%{HOUR}%{MINUTE}%{SECOND}",
  LOGLEVEL:
    "(?i:alert|trace|debug|notice|info(?:rmation)?|warn(?:ing)?|err(?:or)?|crit(?:ical)?|fatal|severe|emerg(?:ency)?)",

  PROG: String.raw`[!-Z\\^-~]+`,
  SYSLOGTIMESTAMP: "%{MONTH} +%{MONTHDAY} %{TIME}",
  SYSLOGHOST: "%{IPORHOST}",
  SYSLOGPROG: String.raw`%{PROG}(?:\[\d+\])?`,
  SYSLOGFACILITY: "<%{NONNEGINT}.%{NONNEGINT}>",
  SYSLOGBASE: "%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:host.name} %{SYSLOGPROG}:",
  SYSLOGBASE2:
    "(?:%{SYSLOGTIMESTAMP:timestamp}|%{TIMESTAMP_ISO8601:timestamp})(?: %{SYSLOGFACILITY})?(?: %{SYSLOGHOST:host.name})?(?: %{SYSLOGPROG}:)?",
  SYSLOGLINE: "%{SYSLOGBASE2} %{GREEDYDATA:message}",
  SYSLOG5424PRINTASCII: "[!-~]+",
  SYSLOG5424PRI: "<%{NONNEGINT:log.syslog.priority:int}>",
  SYSLOG5424SD: String.raw`\[%{DATA}\]+`,
  SYSLOG5424BASE: [
    "%{SYSLOG5424PRI}%{NONNEGINT:system.syslog.version} +(?:-|%{TIMESTAMP_ISO8601:timestamp})",
    "(?:-|%{IPORHOST:host.name})",
    "(?:-|%{SYSLOG5424PRINTASCII:process.command})",
    "(?:-|%{POSINT:process.pid:int})",
    "(?:-|%{SYSLOG5424PRINTASCII:event.code})",
    "(?:-|%{SYSLOG5424SD:system.syslog.structured_data})?",
  ].join(" +"),
  SYSLOG5424LINE: "%{SYSLOG5424BASE} +%{GREEDYDATA:message}",

  HTTPDATE: "%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}",
  HTTPDUSER: "%{EMAILADDRESS}|%{USER}",
  HTTPDERROR_DATE: "%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{YEAR}",
  HTTPD_COMMONLOG: [
    "%{IPORHOST:source.address}",
    "(?:-|%{HTTPDUSER:apache.access.user.identity})",
    "(?:-|%{HTTPDUSER:user.name})",
    String.raw`\[%{HTTPDATE:timestamp}\]`,
    '"(?:%{WORD:http.request.method} %{NOTSPACE:url.original}(?: HTTP/%{NUMBER:http.version})?|%{DATA})"',
    "(?:-|%{INT:http.response.status_code:int})",
    "(?:-|%{INT:http.response.body.size:long})",
  ].join(" "),
  HTTPD_COMBINEDLOG: '%{HTTPD_COMMONLOG} "(?:-|%{DATA:http.request.referrer})" "(?:-|%{DATA:user_agent.original})"',
  COMMONAPACHELOG: "%{HTTPD_COMMONLOG}",
  COMBINEDAPACHELOG: "%{HTTPD_COMBINEDLOG}",
};
