// The answer's side of the page: status, faults, and the four views of an answer.

import { Fault } from "./api.js";
import { byId, el } from "./dom.js";
import { command } from "./curl.js";
import { indent } from "./raw.js";
import { readingsPane } from "./readings.js";
import { resultList, scoreText } from "./results.js";
import { tabs } from "./tabs.js";
import { served_ms, timings } from "./timings.js";

const SHOWN_HEADERS = ["x-request-id", "server-timing", "x-compute-tokens", "x-rerank-warnings"];
const ADVICE = {
  401: "Give a key of this service in the box above.",
  403: "This key is for something else: give one with the scope `rerank`.",
  413: "Send fewer or shorter documents.",
  429: "Nothing was done: the service has too much work, or the key has used its quota.",
  503: "The service is loading its model, or is being stopped.",
  504: "The deadline passed before the answer was there.",
};

/**
 * `now()` is `{state, about, withKey}` at the time of a call; `askReadings(body, signal)` resolves to
 * what a request's profile reads of its documents.
 */
export function answerView(now, askReadings) {
  const panel = byId("answer");
  const showResults = resultList();
  const readings = readingsPane(askReadings, problem);
  const onShown = { "tab-curl": showCommand, "tab-readings": readings.shown };
  let dialects = [];
  tabs(panel.querySelector("[role=tablist]"), { shown: (id) => onShown[id]?.() });

  function showCommand() {
    const { state, about, withKey } = now();
    const dialect = dialects.find(({ name }) => name === byId("dialect").value);
    if (about === null || dialect === undefined || byId("pane-curl").hidden) return;
    const base = new URL(".", document.baseURI).href;
    byId("curl").textContent = command(dialect, state, base, withKey);
    byId("copied").textContent = "";
  }

  byId("dialect").addEventListener("change", showCommand);
  byId("copy").addEventListener("click", () => copy(byId("curl")));

  const busy = (is) => panel.setAttribute("aria-busy", String(is));
  const stale = (is) => {
    byId("stale").hidden = !is || byId("results").childElementCount === 0;
    panel.classList.toggle("old", is);
  };

  return {
    opened(about) {
      dialects = about.dialects;
      byId("dialect").replaceChildren(
        ...dialects.map(({ name, title }) => el("option", { value: name }, title)));
    },
    edited() {
      stale(true);
      showCommand();
    },
    waiting() {
      busy(true);
      showCommand();
    },
    failed(fault) {
      busy(false);
      stale(true);
      byId("fault").replaceChildren(problem(fault));
      byId("status").textContent = "";
    },
    answered(request, { answer, text, headers, roundTrip_ms }, stages) {
      busy(false);
      stale(false);
      byId("fault").replaceChildren();
      byId("status").textContent = summary(answer, served_ms(stages));
      const time = timings(stages, roundTrip_ms);
      byId("timings").replaceChildren(...(time ? [time] : []));
      byId("warnings").replaceChildren(
        ...(answer.meta?.warnings ?? []).map((warning) => el("p", { class: "note" }, warning)));
      showResults(answer, request.documents, request.profile);
      readings.answered(request.body, answer);
      panel.dataset.request = headers.get("x-request-id") ?? "";
      byId("raw-request").textContent = JSON.stringify(request.body, null, 2);
      byId("raw-headers").textContent = SHOWN_HEADERS.filter((name) => headers.has(name))
        .map((name) => `${name}: ${headers.get(name)}`).join("\n");
      byId("raw-answer").textContent = indent(text);
      showCommand();
    },
  };
}

function summary({ results, usage }, ms) {
  const plural = results.length === 1 ? "document" : "documents";
  const tokens = usage.total_tokens.toLocaleString("en");
  const best = results.length ? `, best score ${scoreText(results[0].relevance_score)}` : "";
  return `${results.length} ${plural}, ${tokens} tokens, ${ms.toFixed(0)} ms in the service${best}`;
}

function problem(fault) {
  const of_page = fault instanceof Fault ? "No answer" : "A fault of this page";
  const kind = [fault.status || null, fault.type].filter(Boolean).join(" ") || of_page;
  const retry = fault.retryAfter_s;
  return el("div", {},
    el("p", {}, el("b", {}, kind)),
    el("p", { class: "message" }, fault.message),
    ADVICE[fault.status] ? el("p", {}, ADVICE[fault.status]) : null,
    retry ? el("p", {}, `Try again in ${retry} s (Retry-After).`) : null,
    fault.requestId ? el("p", { class: "hint" }, `Request ${fault.requestId}`) : null);
}

/** The clipboard needs a secure context; without one the text is selected for the keyboard. */
async function copy(shown) {
  try {
    await navigator.clipboard.writeText(shown.textContent);
    byId("copied").textContent = "Copied.";
  } catch {
    getSelection().selectAllChildren(shown);
    byId("copied").textContent = "Selected: copy it with Ctrl C.";
  }
}
