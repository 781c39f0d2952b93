/** What a browser does with passkeys. The protocol's JSON is the server's business and its own. */
import {
  WebAuthnAbortService,
  WebAuthnError,
  browserSupportsWebAuthn,
  browserSupportsWebAuthnAutofill,
  startAuthentication,
  startRegistration,
} from "@simplewebauthn/browser";

type CreationOptions = Parameters<typeof startRegistration>[0]["optionsJSON"];
type RequestOptions = Parameters<typeof startAuthentication>[0]["optionsJSON"];

/** Passkeys are bound to a name, so a page that is reached by a bare address has none. */
export function passkeysWorkHere(): boolean {
  const { hostname } = window.location;
  return browserSupportsWebAuthn() && !/^[\d.]+$|:/.test(hostname);
}

/** Whether the browser offers passkeys beside saved addresses, where one is typed. */
export function passkeysAreOffered(): Promise<boolean> {
  return passkeysWorkHere() ? browserSupportsWebAuthnAutofill() : Promise.resolve(false);
}

export async function makePasskey(options: object): Promise<Record<string, unknown>> {
  const made = await startRegistration({ optionsJSON: options as CreationOptions });
  return { ...made };
}

/** With `offered` the browser waits until the person picks one where they type their address. */
export async function showPasskey(
  options: object,
  { offered = false } = {},
): Promise<Record<string, unknown>> {
  const shown = await startAuthentication({
    optionsJSON: options as RequestOptions,
    useBrowserAutofill: offered,
  });
  return { ...shown };
}

/** Ends what the browser was asked for last. */
export function stopAsking(): void {
  WebAuthnAbortService.cancelCeremony();
}

/** The browser's dialog was closed, or another was opened instead: nothing to tell anybody. */
export function isCancelled(error: unknown): boolean {
  return (
    error instanceof Error && (error.name === "NotAllowedError" || error.name === "AbortError")
  );
}

/** One sentence for a person; none where the error is not of a passkey. */
export function passkeyMessage(error: unknown): string | undefined {
  if (!(error instanceof WebAuthnError)) return undefined;
  switch (error.code) {
    case "ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED":
      return "This device has a passkey of yours already.";
    case "ERROR_AUTHENTICATOR_MISSING_DISCOVERABLE_CREDENTIAL_SUPPORT":
    case "ERROR_AUTHENTICATOR_MISSING_USER_VERIFICATION_SUPPORT":
      return "This device cannot keep a passkey that signs in by itself. Try your phone.";
    default:
      return "This device did not do it. Try again, or use another one.";
  }
}
