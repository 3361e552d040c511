/** Made-up settings of a pool. */
import type { PoolSettingsView, UnansweredPoolView } from "../src/ipc/generated/bindings";
import { ok } from "./answers";

/** Commands about the pool itself, which has nothing but the settings that everybody starts with. */
export function poolCommands() {
  return {
    listUnansweredPools: async () => ok<UnansweredPoolView[]>([]),
    getPoolSettings: async () =>
      ok<PoolSettingsView>({
        pool: "eu-west-1_Sandbox01",
        takenAt: "2026-11-23T10:00:00Z",
        settings: [],
        attributes: [],
        providers: [],
        resourceServers: [],
        domains: [],
        triggers: [],
        unanswered: [],
        raw: [],
      }),
  };
}
