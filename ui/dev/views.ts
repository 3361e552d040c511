/** Made-up answers about lists, near spellings, links and how people are spread. */
import type {
  DistributionsView,
  LinkView,
  ListView,
  NearView,
  OpenedLinkView,
  SavedViewView,
  SearchList,
  UserRow,
  UserView,
} from "../src/ipc/generated/bindings";
import { bad, ok } from "./answers";

/** What was opened outside, and what a person chooses in the dialog for files. */
export const outside: { link: OpenedLinkView | null; file: SavedViewView | null } = { link: null, file: null };

const entriesOf = (text: string) => [
  ...new Set(
    text
      .split(/[\n,;\t]/)
      .map((entry) => entry.trim())
      .filter(Boolean),
  ),
];

export function viewCommands(
  people: UserView[],
  row: (user: UserView) => UserRow,
  found: (users: UserView[]) => void,
  pool: () => { poolKey: string; name: string },
) {
  const hit = (entry: string) =>
    people.filter((user) =>
      [user.username, user.sub, user.attributes["email"], user.attributes["phone_number"]].some(
        (value) => value?.toLowerCase() === entry.toLowerCase(),
      ),
    );
  const tally = (values: string[]) => [
    ...values.reduce((counts, value) => counts.set(value, (counts.get(value) ?? 0) + 1), new Map<string, number>()),
  ];
  return {
    searchList: ({ text, sort }: SearchList) => {
      const entries = entriesOf(text);
      const listed = [...new Set(entries.flatMap(hit))];
      if (sort) listed.sort((a, b) => (a.attributes["email"] ?? "").localeCompare(b.attributes["email"] ?? ""));
      found(listed);
      return ok<ListView>({
        found: { search: 1, rows: listed.slice(0, 200).map(row), total: listed.length, doubt: null },
        asked: entries.length,
        missing: entries.filter((entry) => hit(entry).length === 0),
        names: listed.map((user) => user.username),
      });
    },
    getNear: ({ query }: { query: string }) => {
      const near = people.filter((user) => user.attributes["name"]?.includes("Okafor"));
      return ok<NearView[]>(
        query.includes("okafro")
          ? [
              {
                asked: "okafro",
                spelling: "okafor",
                query: query.replace("okafro", "okafor"),
                users: near.length,
                rows: near.slice(0, 3).map(row),
              },
            ]
          : [],
      );
    },
    getDistributions: () => {
      const domains = tally(
        people.flatMap((user) => (user.attributes["email"] ? [user.attributes["email"].split("@").at(-1) ?? ""] : [])),
      ).sort(([, a], [, b]) => b - a);
      const days = tally(people.map((user) => user.createdAt.slice(0, 10))).sort();
      return ok<DistributionsView>({
        domains: domains.slice(0, 12).map(([name, count]) => ({ name, count, query: `email:*@${name}` })),
        allDomains: domains.length,
        otherDomains: domains.slice(12).reduce((sum, [, count]) => sum + count, 0),
        withoutDomain: 0,
        withoutEmail: people.filter((user) => !user.attributes["email"]).length,
        ages: ["modified<24h", "modified>=24h modified<7d", "modified>=7d modified<30d", "modified>=1y"].map(
          (query, at) => ({ name: query, query, count: [12, 80, 400, people.length - 492][at] ?? 0 }),
        ),
        days: days.slice(-90).map(([day, count]) => ({ day, count })),
      });
    },
    readLink: ({ text }: { text: string }) => {
      const url = text.startsWith("poolkeeper://") ? new URL(text) : null;
      if (url?.host === "user")
        return ok<LinkView>({
          kind: "user",
          poolId: url.searchParams.get("pool") ?? "",
          username: url.searchParams.get("name") ?? "",
          copies: [{ ...pool(), where: "Sandbox" }],
        });
      return bad<LinkView>("validation", "This is no link of Poolkeeper.", { field: "text" });
    },
    takeLink: () => {
      const { link } = outside;
      outside.link = null;
      return ok(link);
    },
    linkToUser: ({ username }: { username: string }) =>
      ok(`poolkeeper://user?pool=local_Sandbox01&name=${encodeURIComponent(username)}`),
    linkToView: (view: SavedViewView) => ok(`poolkeeper://view?name=${encodeURIComponent(view.name)}`),
    saveView: (_: SavedViewView) => ok({ path: "/home/ada/Downloads/poolkeeper-view.json" }),
    chooseView: () => ok(outside.file),
  };
}
