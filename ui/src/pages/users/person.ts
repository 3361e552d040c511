import type { UserView } from "../../ipc/client";

/** The best name there is: name, given and family name, e-mail, username. */
export function displayName(user: Pick<UserView, "username" | "attributes">): string {
  const a = user.attributes;
  const both = [a["given_name"], a["family_name"]].filter(Boolean).join(" ");
  return a["name"] || both || a["email"] || a["preferred_username"] || a["phone_number"] || user.username;
}
