import { about, aimed, backend, failure } from "../ipc/client";

/** What has to be said again before a secret of Production is shown or copied. */
export interface Confirming {
  kind: "poolName" | "passphrase";
  why: string;
  /** Whether it was said. */
  end: (said: boolean) => void;
}

/** What stands between secrets and the screen. */
class Secrets {
  /** What somebody is asked to say again; `null` while nobody is. */
  confirming = $state.raw<Confirming | null>(null);
  #shown = 0;

  /** Does what shows or copies a secret, once it was confirmed where that is needed; `null` for who thinks better of it. */
  async guarded<Shown>(act: () => Promise<Shown>): Promise<Shown | null> {
    const pool = aimed();
    try {
      return await act();
    } catch (thrown) {
      const { detail, message } = failure(thrown);
      if (detail.code !== "confirmation_needed") throw thrown;
      // Whoever is in another tab by now is not asked about this one.
      if (pool !== aimed()) return null;
      return (await this.#confirmed(detail.field === "passphrase" ? "passphrase" : "poolName", message))
        ? await about(pool, act)
        : null;
    }
  }

  /** A secret is on the screen, until what this gives is called. */
  shows(): () => void {
    this.#shown += 1;
    this.#tell(true);
    return () => {
      this.#shown -= 1;
      if (this.#shown === 0) this.#tell(false);
    };
  }

  /** Nobody is asked any longer. */
  leave(): void {
    this.confirming?.end(false);
  }

  #confirmed(kind: Confirming["kind"], why: string): Promise<boolean> {
    this.leave();
    return new Promise((resolve) => {
      const end = (said: boolean) => {
        this.confirming = null;
        resolve(said);
      };
      this.confirming = { kind, why, end };
    });
  }

  /** Where the window cannot be kept out of screenshots, the secret is shown all the same. */
  #tell(shown: boolean): void {
    backend.showsSecrets({ shown }).catch(() => undefined);
  }
}

export const secrets = new Secrets();
