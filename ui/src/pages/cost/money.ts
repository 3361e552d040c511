/** Dollars as people read them. They come as text, because numbers of a web page are not decimal. */
export function dollars(amount: string): string {
  const [whole = "0", rest = "00"] = amount.replace("-", "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${amount.startsWith("-") ? "-" : ""}$${grouped}.${rest}`;
}
