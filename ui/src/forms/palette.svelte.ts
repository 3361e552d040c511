import { backend, type UserRow } from "../ipc/client";
import type { IconName } from "../kit/icons";
import { visibleText } from "../kit/visible";
import { displayName } from "../pages/users/person";
import { quoted } from "../pages/users/quoting";
import { copyDiagnostics, openLogs } from "../stores/help";
import { goToLab } from "../stores/lab.svelte";
import { lock } from "../stores/lock.svelte";
import { overlays } from "../stores/overlays.svelte";
import { route } from "../stores/route.svelte";
import { session } from "../stores/session.svelte";
import { tabs } from "../stores/tabs.svelte";
import { views } from "../stores/views.svelte";
import { asking } from "../changes/asking.svelte";
import { c } from "../strings/changes";
import { t } from "../strings/en";
import { b } from "../strings/tabs";
import { i } from "../strings/imports";
import { v } from "../strings/views";

export interface Hit {
  id: string;
  icon: IconName;
  title: string;
  detail: string;
  user?: UserRow;
  act: () => void | Promise<void>;
}
export interface Section {
  title: string;
  note: string;
  hits: Hit[];
}

const MOST_PEOPLE = 6;
const WAIT_MS = 90;
const INSTANTS = { field: "created", descending: true };

/** What the palette finds: people, what can be done, places; and last the search for the text itself. */
export class Palette {
  text = $state("");
  choice = $state(0);
  #found = $state.raw<UserRow[]>([]);
  #note = $state("");
  #round = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking: Promise<void> = Promise.resolve();

  readonly sections = $derived.by<Section[]>(() => {
    const wanted = this.text.trim().toLowerCase();
    const fits = (hit: Hit) => `${hit.title} ${hit.detail}`.toLowerCase().includes(wanted);
    const persons = { title: t.palette.people, note: this.#note, hits: this.#found.map((user) => personHit(user)) };
    const search = session.open && wanted ? [searchHit(this.text.trim())] : [];
    const todo = { title: t.palette.actions, note: "", hits: actions().filter(fits) };
    const places = { title: t.palette.goTo, note: "", hits: placesToGo().filter(fits) };
    // Who types the name of a place or of something to do wants that, whoever else may be called so.
    const named = [places, todo].find(({ hits }) => hits.some((hit) => hit.title.toLowerCase().startsWith(wanted)));
    const order = wanted.length > 2 && named ? [named, persons, ...[todo, places]] : [persons, todo, places];
    const sections = order.filter((section, at) => section.hits.length > 0 && order.indexOf(section) === at);
    return search.length > 0 ? [...sections, { title: t.palette.search, note: "", hits: search }] : sections;
  });
  readonly hits = $derived(this.sections.flatMap((section) => section.hits));

  /** Looks for people a moment after the last key. A pasted e-mail, sub or username comes first. */
  typed(): void {
    this.choice = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const round = ++this.#round;
    const text = this.text.trim();
    if (!session.open || text === "") {
      this.#found = [];
      this.#note = "";
      return;
    }
    this.#timer = setTimeout(() => this.#begin(text, round), WAIT_MS);
  }

  /** Opens the chosen hit. Who pastes and presses Enter at once gets the person, not what stood there before. */
  async enter(searchOnly: boolean): Promise<void> {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#begin(this.text.trim(), this.#round);
    }
    await this.#looking;
    const search = searchOnly ? this.hits.find((hit) => hit.id === "search") : undefined;
    await (search ?? this.hits[this.choice])?.act();
  }

  #begin(text: string, round: number): void {
    this.#timer = undefined;
    this.#looking = this.#look(text, round);
  }

  async #look(text: string, round: number): Promise<void> {
    const began = performance.now();
    try {
      const exact = /\s/.test(text) ? [] : (await backend.lookUp({ text })).found;
      // Words are looked for as they are; somebody who knows the query language may use it here too.
      const parsed = await backend.parseQuery({ query: text });
      const query = parsed.error ? quoted(text) : text;
      const found = await backend.searchUsers({ query, sort: INSTANTS });
      if (round !== this.#round) return;
      const names = exact.map((user) => user.username);
      this.#found = [...exact, ...found.rows.filter((user) => !names.includes(user.username))].slice(0, MOST_PEOPLE);
      this.#note = t.palette.tookMs(Math.round(performance.now() - began));
    } catch {
      if (round === this.#round) this.#found = [];
    }
  }

  /** Drops what is still on its way. */
  closed(): void {
    clearTimeout(this.#timer);
    this.#round += 1;
  }
}

function leave(act: () => void | Promise<void>): () => void {
  return () => {
    overlays.close();
    void act();
  };
}

function personHit(user: UserRow): Hit {
  return {
    id: `user ${user.username}`,
    icon: "user",
    title: displayName(user),
    detail: user.attributes["email"] ?? user.username,
    user,
    act: leave(() => route.go("users", { q: route.get("q"), user: user.username })),
  };
}

function searchHit(text: string): Hit {
  return {
    id: "search",
    icon: "search",
    title: t.palette.searchFor(text),
    detail: t.palette.searchForWhy,
    act: leave(() => route.go("users", { q: text })),
  };
}

function actions(): Hit[] {
  const list: Hit[] = [];
  const add = (icon: IconName, title: string, detail: string, act: () => void | Promise<void>) =>
    list.push({ id: `act ${title}`, icon, title, detail, act: leave(act) });
  if (session.open) {
    if (session.syncing) {
      add("pause", t.sync.pauseSync, "", session.pause);
      add("x", t.sync.cancelSync, "", session.cancel);
    } else if (session.paused) add("play", t.sync.resumeSync, "", session.resume);
    else if (!session.open.offline) add("sync", t.sync.now, t.sync.nowWhy, () => session.sync());
    if (session.connected?.connection.sandbox) {
      add("undo", t.start.resetSandbox, t.start.resetWhy, () => session.resetSandbox());
    }
    if (session.known) {
      const { poolKey, favourite, name } = session.known;
      const change = () => session.change({ favourite: { poolKey, on: !favourite } });
      add("star", v.favourites.toggle(visibleText(name)), favourite ? t.on : t.off, change);
    }
    add("rows", t.list.title, t.list.why, () => overlays.show({ name: "list" }));
    if (!session.open.offline) {
      add("user-plus", c.actions.newUser, "", () => void (asking.current = { kind: "createUser" }));
      add("upload", i.title, "", () => void (asking.current = { kind: "import" }));
      add("groups", c.groups.create, "", () => void (asking.current = { kind: "group", group: null }));
      if (session.writable) add("lock", c.lock.lockNow, c.lock.unlocked, () => session.lockChanges());
      else if (session.open.readOnly) add("unlock", c.lock.title, "", () => void (asking.current = { kind: "unlock" }));
    }
    add("lock", t.lock.title, t.lock.why, () => lock.now());
    add("folder", t.frame.closePool, "", () => session.close());
  } else {
    add("box", t.start.openSandbox, "", () => session.openSandbox());
    add("link", t.start.endpoint, "", () => overlays.show({ name: "endpoint" }));
  }
  add("link", v.views.openTitle, "poolkeeper://", () => overlays.show({ name: "openLink" }));
  add("shield", t.policy.which, "", () => overlays.show({ name: "policy" }));
  add("folder", t.palette.logs, "", openLogs);
  add("copy", t.palette.diagnostics, "", copyDiagnostics);
  add("eye", t.palette.light, t.settings.theme, () => session.change({ theme: "light" }));
  add("eye", t.palette.dark, t.settings.theme, () => session.change({ theme: "dark" }));
  add("eye", t.palette.system, t.settings.theme, () => session.change({ theme: "system" }));
  return list;
}

function placesToGo(): Hit[] {
  const list: Hit[] = [];
  const add = (icon: IconName, title: string, act: () => void) =>
    list.push({ id: `go ${title}`, icon, title, detail: "", act: leave(act) });
  if (session.open) {
    add("overview", t.areas.overview, () => route.go("overview"));
    add("users", t.areas.users, () => route.go("users"));
    add("groups", c.areas.groups, () => route.go("groups"));
    add("lab", t.areas.lab, goToLab);
    add("token", t.areas.tokens, () => route.go("tokens"));
    add("database", t.pool.pages.pool, () => route.go("pool"));
    add("client", t.pool.pages.clients, () => route.go("clients"));
    add("identity", t.pool.pages.identity, () => route.go("identity"));
    add("cost", t.areas.cost, () => route.go("cost"));
    add("health", t.pool.pages.health, () => route.go("health"));
    add("jobs", c.areas.jobs, () => route.go("jobs"));
    add("audit", c.areas.audit, () => route.go("audit"));
  }
  if (session.open) {
    for (const view of views.all) {
      const title = v.views.apply(visibleText(view.name));
      add("star", title, () => {
        route.go("users");
        views.wanted = view;
      });
    }
  }
  for (const tab of tabs.all.filter((tab) => tab !== tabs.front)) {
    const title = v.favourites.goTo(visibleText(tab.name));
    list.push({ id: `tab ${tab.key}`, icon: "database", title, detail: b.one, act: leave(() => session.go(tab)) });
  }
  const favourites = (session.settings?.pools ?? []).filter((pool) => pool.favourite);
  for (const pool of favourites.filter((pool) => !tabs.of(pool.poolKey))) {
    const title = v.favourites.goTo(visibleText(pool.name));
    const act = leave(() => session.openKnown(pool.poolKey));
    list.push({ id: `pool ${pool.poolKey}`, icon: "star", title, detail: v.favourites.detail, act });
  }
  add("settings", t.areas.settings, () => route.go("settings"));
  add("question", t.keys.title, () => overlays.show({ name: "keys" }));
  if (session.connected && !session.connected.connection.sandbox) {
    add("database", t.frame.otherPool, () => session.choose("pools"));
  }
  if (session.open || session.connected) add("link", t.frame.otherConnection, () => session.choose("start"));
  return list;
}
