// The ranked list: place, change of rank against the order of the request, score, document, parts.

import { byId, el } from "./dom.js";
import { scaleOf, parts } from "./parts.js";
import { documentView } from "./document_view.js";

const AT_FIRST = 100; // results that are shown before a button is pressed
const MOVE_MS = 260;

/** The list, which remembers from answer to answer which explanations are open. */
export function resultList() {
  const list = byId("results");
  const open = new Set();
  let documents = null;

  list.addEventListener("toggle", (event) => {
    const place = event.target.closest("li[data-index]");
    if (!place || !event.target.matches("details.why")) return;
    if (event.target.open) open.add(place.dataset.index);
    else open.delete(place.dataset.index);
  }, true); // toggle does not bubble

  /** Shows the answer to a request with these documents and this profile. */
  return function show(answer, requested, profile) {
    if (requested !== documents) {
      documents = requested;
      open.clear();
      if (answer.results.length) open.add(String(answer.results[0].index));
    }
    const focused = document.activeElement?.closest("#results li")?.dataset.index;
    const before = tops(list);
    const explanations = answer.explanations ?? [];
    const byIndex = new Map(explanations.map((each) => [each.index, each]));
    const scale = scaleOf(explanations);
    const item = (result, place) => entry(
      result, place, requested[result.index], byIndex.get(result.index), profile, scale,
      open.has(String(result.index)));
    const items = answer.results.slice(0, AT_FIRST).map(item);
    const rest = answer.results.slice(AT_FIRST);
    if (rest.length) {
      const button = el("button", { type: "button" }, `Show ${rest.length} more`);
      const holder = el("li", { class: "more" }, button);
      button.addEventListener("click", () => {
        holder.replaceWith(...rest.map((result, place) => item(result, AT_FIRST + place)));
      });
      items.push(holder);
    }
    list.replaceChildren(...items);
    if (focused !== undefined) {
      list.querySelector(`li[data-index="${focused}"] summary`)?.focus({ preventScroll: true });
    }
    move(list, before);
  };
}

function entry(result, place, document, explanation, profile, scale, open) {
  const score = Math.min(1, Math.max(0, result.relevance_score));
  const item = el("li", { "data-index": result.index, class: "result" });
  item.style.setProperty("--score", String(score));
  const meter = el("div", { class: "meter", "aria-hidden": "true" }, el("i"));
  item.append(
    el("div", { class: "place" }, el("b", {}, String(place + 1)), change(result.index, place)),
    el("div", { class: "body" },
      el("div", { class: "score" },
        el("span", { class: "number", title: "Score" }, scoreText(score)), meter,
        explanation?.truncated
          ? el("span", { class: "badge", title: "Some of its windows were not scored." },
            "not read whole")
          : null),
      documentView(document, profile, explanation?.evidence ?? null),
      explanation ? parts(explanation, scale, open) : null));
  return item;
}

/** Scores near 0 keep two digits that say something. */
export function scoreText(score) {
  return score !== 0 && score < 0.001 ? score.toExponential(1) : score.toFixed(3);
}

function change(index, place) {
  const up = index - place;
  const before = `number ${index + 1} in the request`;
  if (up === 0) {
    return el("span", { class: "change", title: before, "aria-label": `unmoved, ${before}` }, "=");
  }
  const text = up > 0 ? `▲ ${up}` : `▼ ${-up}`;
  const spoken = `${up > 0 ? "up" : "down"} ${Math.abs(up)}, ${before}`;
  return el("span", {
    class: up > 0 ? "change up" : "change down", role: "img", title: before, "aria-label": spoken,
  }, text);
}

function tops(list) {
  return new Map([...list.querySelectorAll("li[data-index]")].map(
    (item) => [item.dataset.index, item.getBoundingClientRect().top]));
}

/** Animates results to their new places, unless the user prefers reduced motion. */
function move(list, before) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const item of list.querySelectorAll("li[data-index]")) {
    const from = before.get(item.dataset.index);
    const by = from === undefined ? 0 : from - item.getBoundingClientRect().top;
    if (by) {
      item.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }],
        { duration: MOVE_MS, easing: "ease-out" });
    }
  }
}
