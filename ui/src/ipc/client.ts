/**
 * The only door to the backend: the rest of the window sees promises that throw a typed [`Failure`].
 * Types come from the generated bindings and are never declared again elsewhere.
 */
import { commands, events, type Result, type WireError } from "#bindings";

export type * from "#bindings";

/** What went wrong, as the backend says it: a code to act on and a sentence to show. */
export class Failure extends Error {
  readonly detail: WireError;

  constructor(detail: WireError) {
    super(detail.message);
    this.name = "Failure";
    this.detail = detail;
  }
}

/** Turns whatever was thrown into something that can be shown. */
export function failure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new Failure({
    code: "internal",
    message,
    field: null,
    retryAfterMs: null,
    requestId: null,
    iamAction: null,
    ssoLogin: null,
  });
}

type Commands = typeof commands;
type Client = {
  [Name in keyof Commands]: (
    ...args: Parameters<Commands[Name]>
  ) => Promise<Extract<Awaited<ReturnType<Commands[Name]>>, { status: "ok" }>["data"]>;
};

type Answer = Promise<Result<unknown, WireError>>;

function throwing(command: (...args: never[]) => Answer) {
  return async (...args: never[]): Promise<unknown> => {
    const answer = await command(...args);
    if (answer.status === "error") throw new Failure(answer.error);
    return answer.data;
  };
}

/** Every command of the backend, by its name. */
export const backend = Object.fromEntries(
  Object.entries(commands).map(([name, command]) => [name, throwing(command as (...args: never[]) => Answer)]),
) as Client;

/** Calls back at every event of that name until the returned function is called. */
export function on<Name extends keyof typeof events>(
  name: Name,
  callback: (payload: Parameters<Parameters<(typeof events)[Name]["listen"]>[0]>[0]["payload"]) => void,
): () => void {
  const listening = events[name].listen((event: { payload: never }) => callback(event.payload));
  return () => void listening.then((stop) => stop());
}
