// An id that makes a call safe to repeat. crypto.randomUUID is only there in secure contexts.
export const requestId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
