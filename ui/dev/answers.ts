/** How every made-up command answers. */
import type { ErrorCode, Result, WireError } from "../src/ipc/generated/bindings";

export const ok = async <T>(data: T): Promise<Result<T, WireError>> => ({ status: "ok", data });

export const bad = async <T>(
  code: ErrorCode,
  message: string,
  more: Partial<WireError> = {},
): Promise<Result<T, WireError>> => ({
  status: "error",
  error: { code, message, field: null, retryAfterMs: null, requestId: null, iamAction: null, ssoLogin: null, ...more },
});
