import { describe, expect, it } from "vitest";
import { backend, failure, Failure } from "./client";

describe("the client", () => {
  it("brings the data of a command that succeeded", async () => {
    expect((await backend.getAppInfo()).version).toBe("0.1.0");
  });
  it("throws what the backend refused, with its code", async () => {
    const refused = await backend.getUser({ username: "nobody" }).catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(Failure);
    expect((refused as Failure).detail.code).toBe("not_found");
  });
  it("makes a failure of anything that was thrown", () => {
    expect(failure(new Error("odd")).detail).toMatchObject({ code: "internal", message: "odd" });
    expect(failure("odd").message).toBe("odd");
  });
  it("finds the IAM action in the sentence when it has no place of its own", () => {
    expect(failure(new Error("You lack cognito-idp:ListUsers here.")).iamAction).toBe("cognito-idp:ListUsers");
    expect(failure(new Error("Nothing of the kind: really.")).iamAction).toBeNull();
  });
});
