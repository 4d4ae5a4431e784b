// The ranked list: place, rank change against the order in which the documents were given, score,
// document, parts.

import { byId, el } from "./dom.js";
import { scaleOf, parts } from "./parts.js";
import { passage } from "./passage.js";

const AT_FIRST = 100; // results that are shown before a button is pressed
const MOVE_MS = 260;

/** Where results stand, and which explanations are open: kept from one answer to the next. */
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

  /** Shows an answer for the documents and the profile that were asked about. */
  return function show(answer, asked, profile) {
    if (asked !== documents) {
      documents = asked;
      open.clear();
      if (answer.results.length) open.add(String(answer.results[0].index));
    }
    const focused = document.activeElement?.closest("#results li")?.dataset.index;
    const before = tops(list);
    const explanations = answer.explanations ?? [];
    const byIndex = new Map(explanations.map((each) => [each.index, each]));
    const scale = scaleOf(explanations);
    const item = (result, place) => entry(
      result, place, asked[result.index], byIndex.get(result.index), profile, scale,
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
      passage(document, profile, explanation?.evidence ?? null),
      explanation ? parts(explanation, scale, open) : null));
  return item;
}

/** Scores near 0 keep two digits that say something. */
export function scoreText(score) {
  return score !== 0 && score < 0.001 ? score.toExponential(1) : score.toFixed(3);
}

function change(index, place) {
  const up = index - place;
  const given = `given as number ${index + 1}`;
  if (up === 0) {
    return el("span", { class: "change", title: given, "aria-label": `unmoved, ${given}` }, "=");
  }
  const text = up > 0 ? `▲ ${up}` : `▼ ${-up}`;
  const said = `${up > 0 ? "up" : "down"} ${Math.abs(up)}, ${given}`;
  return el("span", {
    class: up > 0 ? "change up" : "change down", role: "img", title: given, "aria-label": said,
  }, text);
}

function tops(list) {
  return new Map([...list.querySelectorAll("li[data-index]")].map(
    (item) => [item.dataset.index, item.getBoundingClientRect().top]));
}

/** Lets the eye follow who moved; nothing moves for those who asked for less of that. */
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
