// The page: form to state, state to request, answer to results.

import { Fault, rank, readings, service, stages } from "./api.js";
import { answerView } from "./answer.js";
import { byId, debounce, el } from "./dom.js";
import { editor } from "./editor.js";
import { PRESETS } from "./presets.js";
import { newState, requestBody } from "./state.js";
import { theme } from "./theme.js";
import { showWeights, weightsKey } from "./weights.js";

const SLIDER_WAIT_MS = 120;

const state = newState();
let about = null; // /playground/service: the model, the dialects, the profiles
let key = "";
let running = null; // the request under way, if any
let shownWeights = "";

const view = answerView(() => ({ state, about, withKey: key !== "" }),
  (body, signal) => readings(body, key, signal));
const documents = editor((changed) => {
  state.documents = changed;
  edited();
});

function profile() {
  return about?.profiles.find(({ name }) => name === state.profile) ?? null;
}

/** After a change that waits for the button. */
function edited() {
  byId("count").textContent = `${state.documents.length}`;
  refreshWeights();
  view.edited();
}

function refreshWeights() {
  if (profile() === null) return;
  const now = weightsKey(profile(), state.documents) + state.profile;
  if (now !== shownWeights) {
    shownWeights = now;
    showWeights(profile(), state.documents, state.weights, moved);
  }
  byId("reset").disabled = state.weights.size === 0;
}

const rankSoon = debounce(run, SLIDER_WAIT_MS);

function moved() {
  byId("reset").disabled = state.weights.size === 0;
  view.edited();
  rankSoon();
}

/** Ranks and shows the answer; a newer call aborts an older one, whose answer is never shown. */
async function run() {
  rankSoon.cancel();
  running?.abort();
  if (documents.fault()) {
    view.failed(new Fault(documents.fault(), { type: "Documents" }));
    documents.focus();
    return;
  }
  const mine = new AbortController();
  running = mine;
  const request = { body: requestBody(state), documents: state.documents, profile: profile() };
  view.waiting();
  try {
    const answered = await rank(request.body, key, mine.signal);
    if (running !== mine) return;
    keyAccepted();
    view.answered(request, answered, stages(answered.headers));
  } catch (error) {
    if (running !== mine || error.name === "AbortError") return;
    view.failed(error);
    if ([401, 403].includes(error.status)) askKey();
  } finally {
    if (running === mine) running = null;
  }
}

function use(preset) {
  Object.assign(state, {
    query: preset.query,
    instruction: "",
    documents: preset.documents,
    profile: about?.profiles.some(({ name }) => name === preset.profile) ? preset.profile : "plain",
  });
  state.weights.clear();
  byId("query").value = state.query;
  byId("instruction").value = "";
  byId("profile").value = state.profile;
  documents.set(state.documents);
  shownWeights = "";
  edited();
}

function askKey() {
  byId("key-form").hidden = false;
  byId("key").focus();
}

/** Hides the key's box once the service accepts the key; the button brings it back. */
function keyAccepted() {
  if (key === "") return;
  byId("key-form").hidden = true;
  byId("key-button").hidden = false;
}

/** Reads what the service is, again while it loads; then ranks the first preset. */
async function open() {
  try {
    about = await service(key);
  } catch (error) {
    view.failed(error);
    if ([401, 403].includes(error.status)) askKey();
    if (error.status === 503) setTimeout(open, 1000 * (error.retryAfter_s ?? 1));
    return;
  }
  byId("model").textContent = `${about.model} · ${about.graph} · ${about.device}`;
  byId("instruction-hint").textContent = about.takes_instruction ? "" : "this model takes none";
  byId("profile").replaceChildren(
    ...about.profiles.map(({ name }) => el("option", { value: name }, name)));
  view.opened(about);
  if (state.documents.length === 0) use(PRESETS[0]);
  byId("profile").value = state.profile;
  shownWeights = "";
  refreshWeights();
  await run();
}

function wire() {
  theme(byId("theme"));
  byId("presets").append(...PRESETS.map((preset) => {
    const button = el("button", { type: "button", "data-preset": preset.name }, preset.label);
    button.addEventListener("click", () => {
      use(preset);
      run();
    });
    return button;
  }));
  byId("query").addEventListener("input", (event) => {
    state.query = event.target.value;
    view.edited();
  });
  byId("query").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    byId("search").requestSubmit();
  });
  byId("instruction").addEventListener("input", (event) => {
    state.instruction = event.target.value;
    view.edited();
  });
  byId("profile").addEventListener("change", (event) => {
    state.profile = event.target.value;
    state.weights.clear();
    edited();
    run();
  });
  byId("reset").addEventListener("click", () => {
    state.weights.clear();
    shownWeights = "";
    refreshWeights();
    run();
    byId("profile").focus(); // the button is off now, and focus must not fall out of the page
  });
  byId("search").addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  byId("key-button").addEventListener("click", askKey);
  byId("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    key = byId("key").value.trim();
    if (about === null) open();
    else run();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) {
      event.preventDefault();
      run();
    }
    if (event.key === "/" && !event.target.closest("input, textarea, select")) {
      event.preventDefault();
      byId("query").focus();
    }
  });
}

wire();
open();
