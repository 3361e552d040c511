/** Made-up answers of services beyond Cognito. */
import type { FunctionsView, RolesView, ServiceQuotasView } from "../src/ipc/generated/bindings";
import { ok } from "./answers";

const FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function";
const ROLE = "arn:aws:iam::111122223333:role";
const AT = "2026-11-23T10:00:00Z";

/** Commands that ask Lambda and IAM. */
export function beyondCommands() {
  return {
    getFunctions: async () =>
      ok<FunctionsView>({
        takenAt: AT,
        functions: [
          {
            function: `${FUNCTION}:gate`,
            permission: null,
            says: "unknown: needs lambda:GetPolicy",
            runtime: "nodejs22.x",
            lastModified: "2026-11-01T10:00:00.000+0000",
            timeoutSeconds: 7,
            state: "Active",
          },
        ],
        unanswered: [
          {
            operation: "GetPolicy",
            subject: `${FUNCTION}:gate`,
            why: "Denied: it needs lambda:GetPolicy.",
            iamAction: "lambda:GetPolicy",
          },
        ],
        policy: null,
      }),
    getServiceQuotas: async ({ used }: { used: boolean }) =>
      ok<ServiceQuotasView>({
        takenAt: AT,
        quotas: [
          {
            code: "L-0A1B2C3D",
            name: "Rate of UserAuthentication requests",
            category: "UserAuthentication",
            value: 240,
            perSecond: true,
            defaultPerSecond: 120,
            adjustable: true,
            busiest: used ? 205.4 : null,
            near: used ? true : null,
          },
          {
            code: "L-4E5F6A7B",
            name: "App clients per user pool",
            category: null,
            value: 1000,
            perSecond: false,
            defaultPerSecond: null,
            adjustable: true,
            busiest: null,
            near: null,
          },
        ],
        metrics: 1,
        price: "0.00001",
        unanswered: [],
        policy: null,
      }),
    getRoles: async () =>
      ok<RolesView>({
        takenAt: AT,
        roles: [
          {
            identityPool: null,
            givenTo: "admins",
            role: `${ROLE}/admins`,
            narrow: false,
            trust: "Its trust policy does not ask how somebody came (amr).",
            sweeping: true,
            rights: "Too much: it may *.",
            documents: [{ name: "trust", value: "{}" }],
          },
        ],
        unanswered: [],
        policy: null,
      }),
  };
}
