/** The end of an ARN, which says who; the whole is in the tooltip. */
export const who = (arn: string): string => arn.split(":").at(-1) ?? arn;
