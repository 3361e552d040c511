import {
  backend,
  failure,
  type ActivityView,
  type AskPlans,
  type Failure,
  type MonthView,
  type PlansView,
} from "../../ipc/client";

/** What a person may move. Everything is a number of things, shares are of a thousand. */
export interface Moved {
  users: number;
  federated: number;
  linked: number;
  m2m: number;
  others: number;
  othersPlan: string;
  sms: number;
  smsPrice: string;
  plan: string | null;
}

const WAIT_MS = 120;

/** The month that is looked at: what is known of it, and all plans on that or on what somebody moved it to. */
export class CostMonth {
  /** `null` is the present one. */
  month = $state<string | null>(null);
  activity = $state.raw<ActivityView | null>(null);
  months = $state.raw<MonthView[]>([]);
  plans = $state.raw<PlansView | null>(null);
  problem = $state.raw<Failure | null>(null);
  moved = $state.raw<Moved | null>(null);
  #round = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** What is known, as the sliders stand at first. */
  readonly known = $derived.by<Moved>(() => {
    const activity = this.activity;
    const split = activity?.split;
    const all = split ? Math.max(1, split.direct + split.social + split.federated + split.linked) : 1;
    const permille = (part: number) => Math.round((part / all) * 1000);
    return {
      users: activity?.users.likely ?? activity?.users.low ?? 0,
      federated: permille(split?.federated ?? 0),
      linked: permille(split?.linked ?? 0),
      m2m: activity?.tokenRequests ?? 0,
      others: 0,
      othersPlan: "essentials",
      sms: 0,
      smsPrice: "0.05",
      plan: activity?.plan ?? null,
    };
  });

  /** The question that the plans answer now. */
  get ask(): AskPlans {
    const users = this.activity?.users;
    const moved = this.moved ?? this.known;
    // Who moves the number of users asks about exactly that many.
    const same = !this.moved || this.moved.users === this.known.users;
    return {
      month: this.month,
      low: same ? (users?.low ?? 0) : moved.users,
      likely: same ? (users?.likely ?? null) : moved.users,
      high: same ? (users?.high ?? null) : moved.users,
      federatedPermille: moved.federated,
      linkedPermille: Math.min(moved.linked, 1000 - moved.federated),
      m2m: moved.m2m,
      others: moved.others,
      othersPlan: moved.othersPlan,
      sms: moved.sms,
      smsPrice: moved.smsPrice,
      plan: moved.plan,
    };
  }

  async load(): Promise<void> {
    const round = ++this.#round;
    try {
      const activity = await backend.getActivity({ month: this.month });
      if (round !== this.#round) return;
      this.activity = activity;
      const [months, plans] = await Promise.all([backend.getMonths(), backend.comparePlans(this.ask)]);
      if (round !== this.#round) return;
      this.months = months;
      this.plans = plans;
      this.problem = null;
    } catch (thrown) {
      if (round === this.#round) this.problem = failure(thrown);
    }
  }

  /** Looks at another month; what was moved is forgotten. */
  choose(month: string | null): void {
    this.month = month;
    this.moved = null;
    void this.load();
  }

  move(change: Partial<Moved>): void {
    this.moved = { ...(this.moved ?? this.known), ...change };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#compare(), WAIT_MS);
  }

  back(): void {
    clearTimeout(this.#timer);
    this.moved = null;
    void this.#compare();
  }

  async #compare(): Promise<void> {
    const round = ++this.#round;
    try {
      const plans = await backend.comparePlans(this.ask);
      if (round !== this.#round) return;
      this.plans = plans;
      this.problem = null;
    } catch (thrown) {
      if (round === this.#round) this.problem = failure(thrown);
    }
  }

  leave(): void {
    clearTimeout(this.#timer);
    this.#round += 1;
  }
}
