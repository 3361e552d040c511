import type { UserView } from "../src/ipc/generated/bindings";

const NAMES: [string, string][] = [
  ["Ingrid Solberg", "nb-NO"],
  ["田中 美咲", "ja-JP"],
  ["Łukasz Wiśniewski", "pl-PL"],
  ["Ngozi Okafor", "en-NG"],
  ["María José Fernández", "es-ES"],
  ["فاطمة الزهراء بنعلي", "ar-MA"],
  ["Søren Kjærgaard", "da-DK"],
  ["Nguyễn Thị Hương", "vi-VN"],
  ["Οδυσσέας Παππάς", "el-GR"],
  ["Олена Шевченко", "uk-UA"],
  ["आरव शर्मा", "hi-IN"],
  ["김민준", "ko-KR"],
  ["João Guimarães", "pt-PT"],
  ["Zoë van der Berg", "nl-NL"],
  ["Siobhán Ní Dhomhnaill", "ga-IE"],
  ["אורי לוי", "he-IL"],
  ["Đorđe Petrović", "sr-RS"],
  ["陳怡君", "zh-TW"],
  ["Þórunn Jónsdóttir", "is-IS"],
  ["สมชาย ใจดี", "th-TH"],
  ["Amélie Côté", "fr-CA"],
  ["Mbali Dlamini", "zu-ZA"],
  ["Şebnem Yıldız", "tr-TR"],
  ["Kwame Mensah", "en-GH"],
];
const MAIL = [
  "ingrid.solberg",
  "tanaka.misaki",
  "l.wisniewski",
  "ngozi.okafor",
  "mj.fernandez",
  "f.benali",
  "soren.kjaergaard",
  "huong.nguyen",
  "o.pappas",
  "olena.shevchenko",
  "aarav.sharma",
  "minjun.kim",
  "joao.guimaraes",
  "zoe.vanderberg",
  "siobhan.nid",
  "uri.levi",
  "djordje.petrovic",
  "yichun.chen",
  "thorunn.jonsdottir",
  "somchai.jaidee",
  "amelie.cote",
  "mbali.dlamini",
  "sebnem.yildiz",
  "kwame.mensah",
];
const DOMAINS = ["nordlys.example", "harmattan.example", "fjordline.example", "postbox.example"];
const STATUSES = [
  "CONFIRMED",
  "CONFIRMED",
  "CONFIRMED",
  "CONFIRMED",
  "UNCONFIRMED",
  "FORCE_CHANGE_PASSWORD",
  "EXTERNAL_PROVIDER",
  "RESET_REQUIRED",
];
export const GROUPS = ["admins", "ops", "billing", "dispatch", "beta"];

/** A small generator that always gives the same numbers (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const HOSTILE = [
  '<img src=x onerror="alert(1)">',
  "\u202Egnp.exe evil",
  "zero\u200Bwidth\u200Bname",
  "a".repeat(2048),
  "Z̷̡̢̛͎̦̤̈́̃͑̓̌̕algo",
  "line one\nline two\ttab",
  "{{constructor.constructor('alert(1)')()}}",
  "</script><script>alert(1)</script>",
];

/** Who came first of many: two whose usernames differ in case alone and are what every object has. */
export const LAST = ["constructor", "Constructor"];

/** Made-up people, the same every time. */
export function makePeople(count: number, hostile: boolean): UserView[] {
  const next = numbers(7);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const hex = (length: number) => Array.from({ length }, () => Math.floor(next() * 16).toString(16)).join("");
  return Array.from({ length: count }, (_, index) => {
    const who = Math.floor(next() * NAMES.length);
    const [name, locale] = NAMES[who] as [string, string];
    const sub = `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`;
    const status = pick(STATUSES);
    const created = Date.UTC(2026, 10, 20) - index * 6.3e7 * (4000 / count) - next() * 5e7;
    const attributes: Record<string, string> = {
      sub,
      email: `${MAIL[who]}${index > 23 ? index : ""}@${pick(DOMAINS)}`,
      email_verified: String(next() < 0.8),
      name,
      locale,
      "custom:tenant": String(Math.floor(next() * 60)),
    };
    if (next() < 0.5) attributes["phone_number"] = `+44 7700 900${String(Math.floor(next() * 1000)).padStart(3, "0")}`;
    if (next() < 0.6) attributes["custom:plan"] = pick(["freight", "freight-pro", "trial"]);
    if (hostile && index % 3 === 0) attributes["name"] = HOSTILE[(index / 3) % HOSTILE.length] as string;
    if (hostile && index % 5 === 0) attributes["email"] = HOSTILE[(index / 5 + 1) % HOSTILE.length] as string;
    if (hostile && index % 7 === 0) attributes["custom:plan"] = HOSTILE[(index / 7 + 3) % HOSTILE.length] as string;
    const last = count > 1000 ? count - index : 0;
    const username =
      last > 0 && last <= LAST.length
        ? (LAST[last - 1] as string)
        : hostile && index === 0
          ? "\u202Eresu<b>"
          : status === "EXTERNAL_PROVIDER"
            ? `Google_${hex(12)}`
            : sub;
    const user = {
      username,
      sub,
      enabled: next() > 0.06,
      status,
      createdAt: new Date(created).toISOString(),
      modifiedAt: new Date(created + next() * 2e9).toISOString(),
      attributes,
      groups: GROUPS.filter(() => next() < 0.18),
    };
    return {
      ...user,
      preferredRole: { kind: "none" },
      raw: JSON.stringify({ Username: username, UserStatus: status, Attributes: attributes }, null, 2),
    };
  });
}
