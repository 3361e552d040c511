interface Membership {
  name: string;
  precedence: number | null;
  roleArn: string | null;
}

/** Which role Cognito prefers for the member of these groups. */
export type Preferred =
  | { kind: "role"; group: string; role: string; precedence: number | null }
  | { kind: "tie"; precedence: number | null }
  | { kind: "none" };

/** The role of the group with the lowest precedence wins; groups of one precedence that disagree leave none preferred. */
export function preferredRole(groups: Membership[]): Preferred {
  const rank = (group: Membership) => group.precedence ?? Infinity;
  const withRole = groups.filter((group) => group.roleArn !== null);
  const best = Math.min(...withRole.map(rank));
  const leading = withRole
    .filter((group) => rank(group) === best)
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const [first] = leading;
  if (!first?.roleArn) return { kind: "none" };
  const agree = leading.every((group) => group.roleArn === first.roleArn);
  if (!agree) return { kind: "tie", precedence: first.precedence };
  return { kind: "role", group: first.name, role: first.roleArn, precedence: first.precedence };
}
