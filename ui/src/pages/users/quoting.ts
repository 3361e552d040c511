/** Writes a value so that a query takes it as it is: quoted when it holds anything but plain characters. */
export function quoted(value: string): string {
  if (/^[\p{L}\p{N}_.@+][\p{L}\p{N}_.@+-]*$/u.test(value) && !/^(or|and)$/i.test(value)) return value;
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}
