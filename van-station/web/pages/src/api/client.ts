// Speaks to the station. The launch token lives in sessionStorage and in memory; it leaves the
// address bar at once, so that neither history nor a screenshot keeps it.

const tokenKey = "spot-token";

function takeToken(): string {
  const given = location.hash.slice(1);
  if (given && !given.startsWith("/")) {
    sessionStorage.setItem(tokenKey, given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(tokenKey) ?? "";
}

const token = takeToken();

// A refusal, as the station worded it. `code` chooses the text in the UI's language.
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field = "",
    readonly waitSeconds = 0,
    readonly names: string[] = [],
  ) {
    super(message);
  }
}

// The station gave no answer at all: it was stopped, or is starting.
export class Away extends Error {}

type Body = Blob | object | undefined;

export function open(method: string, path: string, body?: Body, extra?: RequestInit) {
  const headers: Record<string, string> = { Authorization: `Bearer ${token}` };
  let sent: BodyInit | undefined;
  if (body instanceof Blob) {
    sent = body;
    headers["Content-Type"] = body.type;
  } else if (body !== undefined) {
    sent = JSON.stringify(body);
    headers["Content-Type"] = "application/json";
  }
  return fetch(`/api/${path}`, { method, headers, body: sent, cache: "no-store", ...extra });
}

async function refusalOf(answer: Response): Promise<Refused> {
  try {
    const { error } = await answer.json();
    return new Refused(
      answer.status,
      error.code,
      error.message,
      error.field,
      error.wait_seconds,
      error.names,
    );
  } catch {
    return new Refused(answer.status, "broken", "");
  }
}

async function call(method: string, path: string, body?: Body, extra?: RequestInit) {
  let answer: Response;
  try {
    answer = await open(method, path, body, extra);
  } catch {
    throw new Away();
  }
  if (!answer.ok) throw await refusalOf(answer);
  return answer;
}

async function json<T>(answer: Promise<Response>): Promise<T> {
  const text = await (await answer).text();
  return (text ? JSON.parse(text) : {}) as T;
}

export const get = <T>(path: string) => json<T>(call("GET", path));
export const post = <T = unknown>(path: string, body: Body = {}) =>
  json<T>(call("POST", path, body));
// Outlives the page: for what was typed in its last moment. At most 64 kB.
export const postLast = (path: string, body: object) =>
  call("POST", path, body, { keepalive: true }).catch(() => undefined);
export const getBlob = async (path: string) => (await call("GET", path)).blob();
