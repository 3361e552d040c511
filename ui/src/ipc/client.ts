/**
 * The only door to the backend: the rest of the window sees promises that throw a typed `Failure`.
 * Types come from the generated bindings and are never declared again elsewhere.
 */
import { commands, events, type WireError } from "#bindings";

export { about, aim, aimed } from "./about";
export type * from "#bindings";

/** What went wrong, as the backend says it: a code to act on and a sentence to show. */
export class Failure extends Error {
  readonly detail: WireError;

  constructor(detail: WireError) {
    super(detail.message);
    this.name = "Failure";
    this.detail = detail;
  }

  /** The IAM action that was missing, also when only the sentence names it. */
  get iamAction(): string | null {
    return this.detail.iamAction ?? /\b[a-z][a-z-]+:[A-Z][A-Za-z]+\b/.exec(this.message)?.[0] ?? null;
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
type Ok<Answer> = Extract<Answer, { status: "ok"; data: unknown }>;
/** What a command brings when it succeeds; commands that cannot fail answer plainly. */
type Data<Answer> = [Ok<Answer>] extends [never] ? Answer : Ok<Answer>["data"];
type Client = {
  [Name in keyof Commands]: (...args: Parameters<Commands[Name]>) => Promise<Data<Awaited<ReturnType<Commands[Name]>>>>;
};

type Command = (...args: never[]) => Promise<unknown>;

function throwing(command: Command): Command {
  return async (...args) => {
    const answer = await command(...args);
    if (typeof answer !== "object" || answer === null || !("status" in answer)) return answer;
    if (answer.status === "error" && "error" in answer) throw new Failure(answer.error as WireError);
    return answer.status === "ok" && "data" in answer ? answer.data : answer;
  };
}

/** Every command of the backend, by its name. */
export const backend = Object.fromEntries(
  Object.entries(commands).map(([name, command]) => [name, throwing(command as Command)]),
) as Client;

type Events = typeof events;
type Payload<Name extends keyof Events> = Parameters<Parameters<Events[Name]["listen"]>[0]>[0]["payload"];

/** Calls back at every event of that name until the returned function is called. */
export function on<Name extends keyof Events>(name: Name, callback: (payload: Payload<Name>) => void): () => void {
  const source = events[name] as unknown as { listen(heard: (event: { payload: never }) => void): Promise<() => void> };
  const listening = source.listen((event) => callback(event.payload));
  return () => void listening.then((stop) => stop());
}
