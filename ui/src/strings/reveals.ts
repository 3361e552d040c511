/** The words about what only a call about one user tells. */

export const r = {
  title: "What only a call about this person tells",
  why: "Nothing is asked until you press. AWS counts whom some of these calls are about as active this month.",
  kinds: { secondFactors: "Second factors", devices: "Remembered devices", signIns: "Recent sign-ins" },
  look: "Look",
  lookAt: (what: string) => `Look at ${what.toLowerCase()}`,
  again: "Look again",
  lookAgain: (what: string) => `Look again at ${what.toLowerCase()}`,
  free: {
    free: "is free.",
    alreadyCounted: "is free: this person is counted this month already.",
  } as Record<string, string>,
  price: (low: string, likely: string | null, high: string | null, undocumented: boolean) =>
    [
      `may bill $${low} – ${high === null ? "unknown" : `$${high}`}`,
      likely === null || low === high ? "" : `, likely $${likely} by what is known of this month`,
      undocumented ? ": AWS does not say whether it counts." : ".",
    ].join(""),
  factors: {
    SMS_MFA: "Code by SMS",
    SOFTWARE_TOKEN_MFA: "Authenticator app (TOTP)",
    EMAIL_OTP: "Code by e-mail",
  } as Record<string, string>,
  preferred: "asked for first",
  noFactors: "None is turned on.",
  unnamed: "Device without a name",
  forget: "Forget…",
  noDevices: "No device is remembered.",
  events: {
    SignIn: "Sign-in",
    SignUp: "Sign-up",
    ForgotPassword: "Forgotten password",
    PasswordChange: "Change of password",
    ResendCode: "Code sent again",
  } as Record<string, string>,
  responses: { Pass: "succeeded", Fail: "failed", InProgress: "not finished" } as Record<string, string>,
  risks: { AccountTakeover: "may be a takeover", Block: "blocked" } as Record<string, string>,
  compromised: "stolen password",
  noEvents: "AWS has recorded none.",
  feedback: { Valid: "Said to be their own", Invalid: "Said not to be theirs" } as Record<string, string>,
  own: "It was them",
  strange: "It was not them",
  ownTitle: (who: string) => `Say that the sign-in was ${who}’s own`,
  strangeTitle: (who: string) => `Say that the sign-in was not ${who}’s`,
  more: "Earlier ones",
};
