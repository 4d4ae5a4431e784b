// The three calls of the page. A fault is always a Fault: what went wrong, in full, for a person.

/** Why a call gave no answer. `status` is 0 when none came. */
export class Fault extends Error {
  constructor(message, { status = 0, type = "", requestId = "", retryAfter_s = null } = {}) {
    super(message);
    Object.assign(this, { status, type, requestId, retryAfter_s });
  }
}

/** What the service is: model, routes, profiles. Throws a Fault. */
export async function service(key) {
  const { text } = await call("playground/service", { headers: headers(key) });
  return JSON.parse(text);
}

/**
 * An answer of `v2/rerank`: `{answer, text, headers, roundTrip_ms}`. Throws a Fault, or an
 * AbortError when the signal ends it.
 */
export async function rank(body, key, signal) {
  const start = performance.now();
  const { text, response } = await call("v2/rerank", post(body, key, signal));
  const roundTrip_ms = performance.now() - start;
  return { answer: JSON.parse(text), text, headers: response.headers, roundTrip_ms };
}

/** What a search's profile reads of its documents. Throws as `rank` does. */
export async function readings({ profile, documents }, key, signal) {
  const { text } = await call("playground/readings", post({ profile, documents }, key, signal));
  return JSON.parse(text);
}

/** Server-Timing as `[{name, ms}]`. */
export function stages(headers) {
  return (headers.get("Server-Timing") ?? "")
    .split(",")
    .map((entry) => /^\s*([\w-]+);dur=([\d.]+)/.exec(entry))
    .filter((match) => match !== null)
    .map((match) => ({ name: match[1], ms: Number(match[2]) }));
}

function post(body, key, signal) {
  return {
    method: "POST",
    headers: { ...headers(key), "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  };
}

function headers(key) {
  if (/[^\x20-\x7e]/.test(key)) throw new Fault("The key holds what a header cannot.");
  return key ? { Authorization: `Bearer ${key}` } : {};
}

async function call(path, init) {
  let response, text;
  try {
    response = await fetch(path, { cache: "no-store", ...init });
    text = await response.text();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Fault(`The service cannot be reached (${error.message}).`);
  }
  if (!response.ok) throw faultOf(response, text);
  return { response, text };
}

/** Also for answers of a proxy in between, which are not in the service's form. */
function faultOf(response, text) {
  let body = {};
  try {
    body = JSON.parse(text) ?? {};
  } catch {
    body = { message: text.slice(0, 2000) };
  }
  const message = typeof body.message === "string" ? body.message : text.slice(0, 2000);
  const retry = Number.parseFloat(response.headers.get("Retry-After") ?? "");
  return new Fault(message || response.statusText || "No reason was given.", {
    status: response.status,
    type: typeof body.error_type === "string" ? body.error_type : "",
    requestId: response.headers.get("x-request-id") ?? "",
    retryAfter_s: Number.isFinite(retry) ? retry : null,
  });
}
