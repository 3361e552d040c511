import type { FindingView } from "../../ipc/client";

export const RESULTS = ["fail", "unknown", "pass", "n/a"] as const;
export type Result = (typeof RESULTS)[number];
export const SEVERITIES = ["critical", "high", "medium", "low", "info"] as const;

/** A rule with every place where it came out the same. */
export interface Ruled {
  id: string;
  title: string;
  severity: string;
  findings: FindingView[];
}

const worst = (severity: string) => {
  const at = (SEVERITIES as readonly string[]).indexOf(severity);
  return at < 0 ? SEVERITIES.length : at;
};

/** What came out so, by rule, the worst first. */
export function ruled(findings: FindingView[], result: Result, severity: string, find: string): Ruled[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const about = (finding: FindingView) => {
    const text = `${finding.id} ${finding.title} ${finding.resource} ${finding.evidence}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const kept = findings.filter(
    (finding) => finding.result === result && (severity === "" || finding.severity === severity) && about(finding),
  );
  const rules: Ruled[] = [];
  for (const finding of kept) {
    const known = rules.find((rule) => rule.id === finding.id);
    if (!known) {
      rules.push({ id: finding.id, title: finding.title, severity: finding.severity, findings: [finding] });
      continue;
    }
    known.findings.push(finding);
    if (worst(finding.severity) < worst(known.severity)) known.severity = finding.severity;
  }
  return rules.toSorted((a, b) => worst(a.severity) - worst(b.severity));
}

/** IAM actions that sentences name. */
export function actionsIn(texts: string[]): string[] {
  const found = texts.flatMap((text) => text.match(/\b[a-z][a-z0-9-]+:[A-Z][A-Za-z]+\b/g) ?? []);
  return [...new Set(found)].sort();
}
