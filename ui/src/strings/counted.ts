const grouped = new Intl.NumberFormat("en-US");

/** A number as it is read, such as 4,812. */
export const n = (value: number): string => grouped.format(value);

/** How many of what there are, such as "1 user" and "4,812 users". */
export const count = (value: number, one: string, many: string): string => `${n(value)} ${value === 1 ? one : many}`;
