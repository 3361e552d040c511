import type { PoolView, SchemaAttributeView } from "../ipc/client";
import { c } from "../strings/changes";

/** What Cognito sets itself. */
const OWN = ["sub", "identities", "cognito:user_status", "updated_at"];
const FLAGS = ["email_verified", "phone_number_verified"];

/** The attributes that a form asks for, flags apart. */
export function fields(pool: PoolView | undefined): SchemaAttributeView[] {
  return (pool?.schema ?? []).filter(({ name }) => !OWN.includes(name) && !FLAGS.includes(name));
}

export const flagOf = (name: string): string | null =>
  name === "email" || name === "phone_number" ? `${name}_verified` : null;

export function hintOf({ name, dataType }: SchemaAttributeView): string | null {
  if (name === "phone_number") return c.form.phoneHint;
  if (name === "birthdate" || dataType === "DateTime") return c.form.dateHint;
  return null;
}

/** What a user name is in a pool. */
export function usernameLabel(pool: PoolView | undefined): string {
  const by = pool?.usernameAttributes ?? [];
  if (by.includes("email") && by.includes("phone_number")) return c.form.usernameEither;
  if (by.includes("email")) return c.form.usernameEmail;
  if (by.includes("phone_number")) return c.form.usernamePhone;
  return c.form.username;
}
