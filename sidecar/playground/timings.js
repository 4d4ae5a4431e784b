// Where a request's time went, from the answer's Server-Timing.

import { el } from "./dom.js";

/** A bar of the stages and their milliseconds; null when the answer has none. */
export function timings(stages, roundTrip_ms) {
  if (!stages.length) return null;
  const outside = Math.max(0, roundTrip_ms - served_ms(stages));
  const all = [...stages, { name: "network, browser", ms: outside }];
  const bar = el("div", { class: "stages", "aria-hidden": "true" });
  const names = el("ul", { class: "legend", "aria-label": "Milliseconds of each stage" });
  all.forEach((stage, place) => {
    const piece = el("i", { class: `stage s${place}` });
    piece.style.flexGrow = String(stage.ms);
    bar.append(piece);
    names.append(el("li", {}, el("i", { class: `stage s${place}`, "aria-hidden": "true" }),
      `${stage.name} ${stage.ms.toFixed(1)}`));
  });
  return el("div", { class: "timings" }, bar, names);
}

/** The service's own milliseconds. */
export function served_ms(stages) {
  return stages.reduce((sum, stage) => sum + stage.ms, 0);
}
