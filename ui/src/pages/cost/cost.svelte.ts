import {
  backend,
  failure,
  type ActivityView,
  type AskPlans,
  type BillingView,
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
  /** App clients of machines, where they are charged. */
  m2mClients: number | null;
  emails: number;
  others: number;
  /** Whether the account has no other pool. */
  alone: boolean;
  othersPlan: string;
  sms: number;
  smsPrice: string;
  extraRate: number;
  /** For how many days of the month; all of it where there is none. */
  extraRateDays: number | null;
  replicated: boolean;
  advancedSecurity: boolean;
  /** Per mille a month, over so many months. */
  growth: number;
  ahead: number;
  plan: string | null;
  /** Whether a pool on Lite kept the legacy price; `null` where nobody told. */
  legacy: boolean | null;
}

const WAIT_MS = 120;
const MOST_USERS = 1_000_000_000;

/** The month that is looked at: what is known of it, and all plans on that or on what somebody moved it to. */
export class CostMonth {
  /** `null` is the present one. */
  month = $state<string | null>(null);
  activity = $state.raw<ActivityView | null>(null);
  months = $state.raw<MonthView[]>([]);
  plans = $state.raw<PlansView | null>(null);
  /** What somebody moved; the rest follows what is known. */
  moved = $state.raw<Partial<Moved> | null>(null);
  /** Whether the pool's settings tell that it is replicated, as the prices say where nobody moved it. */
  #replicated = $state(false);
  #loadProblem = $state.raw<Failure | null>(null);
  #compareProblem = $state.raw<Failure | null>(null);
  #loads = 0;
  #compares = 0;
  #loading = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** What is known, as the sliders stand at first. */
  readonly known = $derived.by<Moved>(() => {
    const activity = this.activity;
    // How the month was billed, where its bill tells that, else everybody in the local copy.
    const split = activity?.billedSplit ?? activity?.split;
    const all = split ? Math.max(1, split.direct + split.social + split.federated + split.linked) : 1;
    const permille = (part: number) => Math.round((part / all) * 1000);
    return {
      users: activity?.users.likely ?? activity?.users.low ?? 0,
      federated: permille(split?.federated ?? 0),
      linked: permille(split?.linked ?? 0),
      m2m: activity?.tokenRequests ?? 0,
      m2mClients: null,
      emails: 0,
      others: activity?.billing.others ?? 0,
      alone: activity?.billing.others === 0,
      othersPlan: activity?.billing.othersPlan ?? "essentials",
      sms: 0,
      smsPrice: "0.05",
      extraRate: 0,
      extraRateDays: null,
      replicated: this.#replicated,
      advancedSecurity: activity?.advancedSecurity ?? false,
      growth: 0,
      ahead: 12,
      plan: activity?.plan ?? null,
      legacy: activity?.billing.legacy ?? null,
    };
  });

  /** As the sliders stand. */
  readonly now = $derived<Moved>({ ...this.known, ...this.moved });

  /** How the pool is billed, as it stands: what AWS does not tell. */
  readonly #billing = $derived<BillingView>({
    // What AWS tells is not kept as told by a person.
    legacy: this.now.legacy,
    advancedSecurity: this.moved?.advancedSecurity ?? this.activity?.billing.advancedSecurity ?? false,
    others: this.now.alone ? 0 : this.now.others > 0 ? this.now.others : null,
    othersPlan: this.now.others > 0 ? this.now.othersPlan : null,
  });

  /** Whether somebody moved how the pool is billed away from what is kept. */
  readonly billingMoved = $derived.by(() => {
    const kept = this.activity?.billing;
    const told = this.#billing;
    return (
      kept !== undefined &&
      (told.legacy !== kept.legacy ||
        told.advancedSecurity !== kept.advancedSecurity ||
        told.others !== kept.others ||
        told.othersPlan !== kept.othersPlan)
    );
  });

  /** Keeps how the pool is billed. */
  async keepBilling(): Promise<void> {
    await backend.tellBilling(this.#billing);
    const kept = ["others", "alone", "othersPlan", "advancedSecurity", "plan", "legacy"];
    const rest = Object.entries(this.moved ?? {}).filter(([name]) => !kept.includes(name));
    this.moved = rest.length > 0 ? Object.fromEntries(rest) : null;
    await this.load();
  }

  get problem(): Failure | null {
    return this.#loadProblem ?? this.#compareProblem;
  }

  /** The question that the plans answer now. */
  get ask(): AskPlans {
    const users = this.activity?.users;
    const now = this.now;
    // Who moves the number of users asks about exactly that many.
    const same = now.users === this.known.users;
    // A share that nobody moved is the one that is known, not its thousandths.
    const shared = this.moved?.federated !== undefined || this.moved?.linked !== undefined;
    return {
      month: this.month,
      low: same ? (users?.low ?? 0) : now.users,
      likely: same ? (users?.likely ?? null) : now.users,
      high: same ? (users?.high ?? null) : now.users,
      federatedPermille: shared ? now.federated : null,
      linkedPermille: shared ? Math.min(now.linked, 1000 - now.federated) : null,
      m2m: now.m2m,
      m2mClients: now.m2mClients,
      emails: now.emails,
      others: this.#billing.others,
      othersPlan: now.othersPlan,
      sms: now.sms,
      smsPrice: now.smsPrice,
      extraRate: now.extraRate,
      extraRateDays: now.extraRateDays,
      replicated: this.moved?.replicated ?? null,
      advancedSecurity: now.advancedSecurity,
      plan: now.plan,
      legacy: now.legacy,
    };
  }

  async load(): Promise<void> {
    const round = ++this.#loads;
    this.#loading = true;
    try {
      const activity = await backend.getActivity({ month: this.month });
      if (round !== this.#loads) return;
      this.activity = activity;
      const months = await backend.getMonths();
      if (round !== this.#loads) return;
      this.months = months;
      this.#loadProblem = null;
      this.#loading = false;
      await this.#compare();
    } catch (thrown) {
      if (round !== this.#loads) return;
      this.#loading = false;
      this.#loadProblem = failure(thrown);
    }
  }

  /** Looks at another month; what was moved is forgotten. */
  choose(month: string | null): void {
    this.month = month;
    this.moved = null;
    void this.load();
  }

  move(change: Partial<Moved>): void {
    this.moved = { ...this.moved, ...change };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#compare(), WAIT_MS);
  }

  /** As many users as there would be when they grow by so much each month. */
  grow(change: Partial<Pick<Moved, "growth" | "ahead">>): void {
    const { growth, ahead } = { ...this.now, ...change };
    const users = Math.min(MOST_USERS, Math.round(this.known.users * (1 + growth / 1000) ** ahead));
    this.move({ ...change, users });
  }

  back(): void {
    clearTimeout(this.#timer);
    this.moved = null;
    void this.#compare();
  }

  async #compare(): Promise<void> {
    // Another month's evidence is on its way, and is compared when it is there.
    if (this.#loading) return;
    const round = ++this.#compares;
    try {
      const plans = await backend.comparePlans(this.ask);
      if (round !== this.#compares) return;
      this.plans = plans;
      if (this.moved?.replicated === undefined) this.#replicated = plans.replicated;
      this.#compareProblem = null;
    } catch (thrown) {
      if (round === this.#compares) this.#compareProblem = failure(thrown);
    }
  }

  leave(): void {
    clearTimeout(this.#timer);
    this.#loads += 1;
    this.#compares += 1;
  }
}
