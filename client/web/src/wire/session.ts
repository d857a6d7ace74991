// The token of this tab, where the server asks for one: kept while the tab is open and nowhere else.
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";

const kKey = "thalweg-token";

/** Of workers and unit tests there is none. */
const storage = (): Storage | undefined => (typeof sessionStorage === "undefined" ? undefined : sessionStorage);

export function heldToken(): string {
  return storage()?.getItem(kKey) ?? "";
}

/** An empty one is forgotten. What the page shows is another caller's from now on: load it anew. */
export function holdToken(token: string): void {
  if (token) storage()?.setItem(kKey, token);
  else storage()?.removeItem(kKey);
}

export function authorization(token: string): Record<string, string> {
  return token ? { authorization: `Bearer ${token}` } : {};
}

/** A token is one word of visible ASCII; anything else could not be sent. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]{1,512}$/.test(text);
}

type Refused = (error: ConnectError) => void;
let refused: Refused = () => {};

/** `tell` is called whenever a call of this page is refused for want of a fit token. */
export function onRefused(tell: Refused): void {
  refused = tell;
}

/** Sends the token with every call that has none of its own. */
export const authorize: Interceptor = (next) => async (request) => {
  const own = request.header.has("authorization");
  if (!own) for (const [name, value] of Object.entries(authorization(heldToken()))) request.header.set(name, value);
  try {
    return await next(request);
  } catch (error) {
    const failure = ConnectError.from(error);
    if (failure.code === Code.Unauthenticated && !own) refused(failure);
    throw error;
  }
};
