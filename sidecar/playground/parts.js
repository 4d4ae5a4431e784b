// Why a result has its score: the parts of its logit, as bars on both sides of zero.

import { el } from "./dom.js";

const IN_SUMMARY = 4;

/** A signed number: +1.72, −0.50. */
export function signed(value) {
  const text = Math.abs(value).toFixed(2);
  return `${value < 0 ? "−" : "+"}${text}`;
}

/** The scale of all bars of an answer: from the least part to the greatest, with zero between. */
export function scaleOf(explanations) {
  let [least, greatest] = [0, 1];
  for (const { parts } of explanations) {
    for (const { value } of parts) {
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
  }
  return { zero: -least / (greatest - least), length: greatest - least };
}

/** A details element: the heaviest parts in its summary, all of them as bars inside. */
export function parts(explanation, scale, open) {
  const sorted = [...explanation.parts].sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const chips = sorted.slice(0, IN_SUMMARY).map((part) =>
    el("span", { class: `chip ${part.kind}` }, `${part.name} ${signed(part.value)}`));
  const more = sorted.length - chips.length;
  const table = el("table", { class: "parts" },
    el("caption", {}, `The parts add up to the logit, ${signed(explanation.logit)}; `
      + `its sigmoid is the score, ${explanation.score.toFixed(4)}.`),
    el("thead", {}, el("tr", {}, ...["Part", "Kind", "Logit", ""].map(
      (name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, ...explanation.parts.map((part) => row(part, scale))));
  table.style.setProperty("--zero", `${100 * scale.zero}%`);
  return el("details", { class: "why", open },
    el("summary", {}, el("span", { class: "logit" }, `logit ${signed(explanation.logit)}`), ...chips,
      more > 0 ? el("span", { class: "chip" }, `${more} more`) : null),
    table);
}

function row(part, scale) {
  const bar = el("i", { class: `bar ${part.kind} ${part.value < 0 ? "minus" : "plus"}` });
  bar.style.width = `${(100 * Math.abs(part.value)) / scale.length}%`;
  return el("tr", {},
    el("th", { scope: "row" }, part.name),
    el("td", {}, el("span", { class: `kind ${part.kind}` }, part.kind)),
    el("td", { class: "number" }, signed(part.value)),
    el("td", { class: "bars", "aria-hidden": "true" }, bar));
}
