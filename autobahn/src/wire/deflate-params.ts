/** One permessage-deflate element of Sec-WebSocket-Extensions (RFC 7692, 7), as offered or as answered. */
export interface DeflateParams {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  readonly serverMaxWindowBits: number | undefined;
  /** `true`: the client says that it can be limited, without naming a limit. */
  readonly clientMaxWindowBits: number | true | undefined;
}

export const plainDeflate: DeflateParams = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: undefined,
  clientMaxWindowBits: undefined,
};

type Order = "client first" | "server first";

export function formatDeflate(params: DeflateParams, order: Order): string {
  const server = [
    params.serverNoContextTakeover ? "server_no_context_takeover" : "",
    params.serverMaxWindowBits === undefined ? "" : `server_max_window_bits=${params.serverMaxWindowBits}`,
  ];
  const bits = params.clientMaxWindowBits;
  const client = [
    params.clientNoContextTakeover ? "client_no_context_takeover" : "",
    bits === undefined ? "" : bits === true ? "client_max_window_bits" : `client_max_window_bits=${bits}`,
  ];
  const parts = order === "client first" ? [...client, ...server] : [...server, ...client];
  return ["permessage-deflate", ...parts].filter(Boolean).join("; ");
}

/** The permessage-deflate elements of the field, in order. Throws on a parameter that the RFC does not know. */
export function parseDeflate(value: string | undefined): DeflateParams[] {
  if (value === undefined) return [];
  return value.split(",").flatMap((element) => {
    const [name, ...params] = element.split(";").map((part) => part.trim());
    return name?.toLowerCase() === "permessage-deflate" ? [parseParams(params)] : [];
  });
}

function parseParams(params: readonly string[]): DeflateParams {
  const found = new Map<string, string | undefined>();
  for (const param of params) {
    const [name = "", value] = param.split("=").map((part) => part.trim());
    if (found.has(name)) throw new Error(`permessage-deflate parameter ${name} twice`);
    found.set(name, value?.replace(/^"(.*)"$/, "$1"));
  }
  const flag = (name: string): boolean => {
    const given = found.has(name);
    if (given && found.get(name) !== undefined)
      throw new Error(`permessage-deflate parameter ${name} takes no value`);
    found.delete(name);
    return given;
  };
  const bits = (name: string): number | true | undefined => {
    const given = found.has(name);
    const value = found.get(name);
    found.delete(name);
    if (!given) return undefined;
    if (value === undefined) return true;
    if (!/^([89]|1[0-5])$/.test(value)) throw new Error(`permessage-deflate parameter ${name}=${value}`);
    return Number(value);
  };
  const parsed = {
    serverNoContextTakeover: flag("server_no_context_takeover"),
    clientNoContextTakeover: flag("client_no_context_takeover"),
    serverMaxWindowBits: bits("server_max_window_bits"),
    clientMaxWindowBits: bits("client_max_window_bits"),
  };
  for (const name of found.keys()) throw new Error(`permessage-deflate parameter ${name} is unknown`);
  const { serverMaxWindowBits } = parsed;
  if (serverMaxWindowBits === true) throw new Error("server_max_window_bits without a value");
  return { ...parsed, serverMaxWindowBits };
}
