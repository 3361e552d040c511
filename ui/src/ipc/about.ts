/**
 * Which of the open pools a call is about. It is said with every call, so that what was begun in one tab never lands in
 * another one that has come to the front meanwhile.
 */
let key = "";

/** From now on calls are about the pool of this key; about none when it is empty. */
export function aim(poolKey: string): void {
  key = poolKey;
}

/** The key of the pool that a call which is made now is about. */
export function aimed(): string {
  return key;
}

/** Makes a call about another pool than the one in front. */
export function about<Answer>(poolKey: string, call: () => Answer): Answer {
  const before = key;
  key = poolKey;
  try {
    return call();
  } finally {
    key = before;
  }
}
