import type { GroupView, UserView, Wish } from "../ipc/client";
import type { IconName } from "../kit/icons";
import { c } from "../strings/changes";

export type DoingKind = keyof typeof c.actions.labels;

/** Something that can be done to users, as the menu shows it. */
export interface Doing {
  kind: DoingKind;
  icon: IconName;
  /** Why it cannot be done; nothing when it can. */
  why: string | null;
  danger?: boolean;
  /** What is done at once; nothing when something has to be asked first. */
  wish: Wish | null;
}

export interface Section {
  title: string;
  doings: Doing[];
}

export const icons: Record<DoingKind, IconName> = {
  enableUsers: "check",
  disableUsers: "ban",
  confirmUsers: "check-circle",
  resetPassword: "key",
  setPassword: "key",
  resendInvitation: "send",
  signOut: "offline",
  setAttributes: "pencil",
  replaceInAttribute: "search",
  copyAttribute: "copy",
  deleteAttributes: "minus",
  changeGroups: "groups",
  addToGroup: "groups",
  removeFromGroup: "groups",
  setMfa: "shield",
  resetAuthenticator: "device",
  forgetDevice: "device",
  linkProvider: "link",
  unlinkProvider: "globe",
  deleteUsers: "trash",
};

const ASKS_NOTHING: Partial<Record<DoingKind, Wish>> = {
  enableUsers: { kind: "enableUsers" },
  disableUsers: { kind: "disableUsers" },
  resetPassword: { kind: "resetPassword" },
  signOut: { kind: "signOut" },
  resetAuthenticator: { kind: "resetAuthenticator" },
  deleteUsers: { kind: "deleteUsers" },
};

interface Facts {
  /** The one whom it is about; nothing for several. */
  user: UserView | null;
  /** How many it is about. */
  count: number;
  offline: boolean;
  /** The pool's MFA setting in its raw form. */
  mfa: string | null;
  groups: GroupView[];
  /** Whether these are all of them. */
  groupsKnown: boolean;
}

const why = c.actions.why;

/** Why one user or this pool stands in the way of something. */
function obstacle(kind: DoingKind, { user, count, offline, mfa, groups, groupsKnown }: Facts): string | null {
  if (offline) return why.offline;
  if (kind === "setMfa" && mfa === "OFF") return why.mfaOff;
  const noGroups = groupsKnown ? why.noGroups : why.groupsUnknown;
  if ((kind === "addToGroup" || kind === "changeGroups") && groups.length === 0) return noGroups;
  if (kind === "removeFromGroup" && (user ? user.groups.length === 0 : groups.length === 0)) {
    if (!groupsKnown) return why.groupsUnknown;
    return user ? why.inNoGroup : noGroups;
  }
  const ofOne = kind === "linkProvider" || kind === "unlinkProvider" || kind === "forgetDevice";
  if (ofOne && count !== 1) return why.one;
  if (!user) return null;
  const external = user.status === "EXTERNAL_PROVIDER";
  const invited = user.status === "FORCE_CHANGE_PASSWORD";
  if (kind === "enableUsers" && user.enabled) return why.enabled;
  if (kind === "disableUsers" && !user.enabled) return why.disabled;
  if (kind === "confirmUsers" && user.status !== "UNCONFIRMED" && user.attributes["email_verified"] !== "false") {
    return why.confirmed;
  }
  if ((kind === "resetPassword" || kind === "setPassword") && external) return why.federated;
  if (kind === "resetAuthenticator" && external) return why.federatedFactors;
  if (kind === "resetPassword" && invited) return why.temporary;
  if (kind === "resetPassword" && user.status === "UNCONFIRMED") return why.unconfirmed;
  if (kind === "resendInvitation" && !invited) return why.noInvitation;
  if (kind === "resendInvitation" && !user.attributes["email"] && !user.attributes["phone_number"]) {
    return why.noAddress;
  }
  if (kind === "unlinkProvider" && identitiesOf(user).length === 0) return external ? why.ownIdentity : why.notLinked;
  return null;
}

/** Everything that can be done, in sections; what is impossible here says why. */
export function sections(facts: Facts): Section[] {
  const titles = c.actions.sections;
  const doing = (kind: DoingKind): Doing => ({
    kind,
    icon: icons[kind],
    why: obstacle(kind, facts),
    wish: ASKS_NOTHING[kind] ?? null,
    danger: kind === "deleteUsers",
  });
  const section = (title: string, ...kinds: DoingKind[]) => ({ title, doings: kinds.map(doing) });
  return [
    section(titles.access, "enableUsers", "disableUsers", "confirmUsers", "resendInvitation"),
    section(titles.password, "resetPassword", "setPassword", "signOut"),
    section(titles.attributes, "setAttributes", "replaceInAttribute", "copyAttribute", "deleteAttributes"),
    section(titles.groups, "addToGroup", "removeFromGroup", "changeGroups"),
    section(titles.factors, "setMfa", "resetAuthenticator", "forgetDevice", "linkProvider", "unlinkProvider"),
    section(titles.end, "deleteUsers"),
  ];
}

/** Linked identities of a user, without the one by which the user came into being: that cannot be taken away. */
export function identitiesOf(user: UserView | null): { provider: string; subject: string }[] {
  try {
    const all: unknown = JSON.parse(user?.attributes["identities"] ?? "[]");
    if (!Array.isArray(all)) return [];
    return all.flatMap((one: Record<string, unknown>) => {
      const [provider, subject] = [one["providerName"], one["userId"]];
      const own = one["primary"] === true || one["primary"] === "true";
      return typeof provider === "string" && typeof subject === "string" && !own ? [{ provider, subject }] : [];
    });
  } catch {
    return [];
  }
}
