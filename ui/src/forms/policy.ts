/** What browsing needs, and nothing else. `sts:GetCallerIdentity` needs no permission. */
const BROWSING = [
  "cognito-idp:ListUserPools",
  "cognito-idp:DescribeUserPool",
  "cognito-idp:ListUsers",
  "cognito-idp:ListGroups",
  "cognito-idp:ListUsersInGroup",
];

/** An IAM policy for browsing. With an action that was refused, that one is there too. */
export function browsingPolicy(refused?: string | null): string {
  const actions = refused && !BROWSING.includes(refused) ? [...BROWSING, refused] : BROWSING;
  return JSON.stringify(
    {
      Version: "2012-10-17",
      Statement: [{ Sid: "PoolkeeperBrowsing", Effect: "Allow", Action: actions, Resource: "*" }],
    },
    null,
    2,
  );
}

/** An IAM policy for some actions alone. */
export function policyFor(actions: string[]): string {
  const named = [...new Set(actions)].sort();
  return JSON.stringify(
    {
      Version: "2012-10-17",
      Statement: [{ Sid: "PoolkeeperReading", Effect: "Allow", Action: named, Resource: "*" }],
    },
    null,
    2,
  );
}
