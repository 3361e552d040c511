import { invoke as call, type InvokeArgs } from "@tauri-apps/api/core";
import { aimed } from "./about";

/** Calls a command and says which open pool it is about. */
export function invoke<Answer>(command: string, request?: InvokeArgs): Promise<Answer> {
  return call<Answer>(command, request, { headers: { "poolkeeper-pool": aimed() } });
}
