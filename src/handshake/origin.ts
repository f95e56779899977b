/*
 * Who asks (RFC 6454, RFC 6455 section 10.2): a browser says in Origin which site's script opens the connection.
 */

/**
 * Which origins may connect: those of the host itself (default), any, the ones of a list (such as
 * `https://example.com`), or as a function says.
 */
export type OriginPolicy = "same-origin" | "any" | readonly string[] | ((origin: string) => boolean);

/** Host and port in one form, the default port written out; undefined where it is no authority. */
function normalAuthority(authority: string, defaultPort: string): string | undefined {
  if (!isAuthority(authority)) return undefined;
  const match = /^(.*?)(?::(\d*))?$/.exec(authority)!;
  return `${match[1]!.toLowerCase()}:${match[2] || defaultPort}`;
}

/** Whether `text` is a host, with or without a port (RFC 3986 section 3.2). */
export function isAuthority(text: string): boolean {
  const match = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~!$&'()*+,;=%]+)(?::(\d{0,5}))?$/.exec(text);
  return match !== null && Number(match[1] ?? 0) < 65536;
}

/** Whether `origin` names the same host and port as the request was sent to. */
export function isSameOrigin(origin: string, host: string): boolean {
  // Behind a proxy that ends TLS the scheme is not ours to see, so the origin's own decides the default port.
  const match = /^http(s?):\/\/(.+)$/i.exec(origin);
  if (match === null) return false;
  const defaultPort = match[1] === "" ? "80" : "443";
  const theirs = normalAuthority(match[2]!, defaultPort);
  return theirs !== undefined && theirs === normalAuthority(host, defaultPort);
}

export function isAllowedOrigin(origin: string, host: string, policy: OriginPolicy): boolean {
  if (policy === "any") return true;
  if (policy === "same-origin") return isSameOrigin(origin, host);
  // Where types are not checked, the answer may be a promise: that is no consent.
  const consent: unknown = typeof policy === "function" ? policy(origin) : undefined;
  if (typeof policy === "function") return consent === true;
  const wanted = origin.toLowerCase();
  return policy.some((allowed) => allowed.toLowerCase() === wanted);
}
