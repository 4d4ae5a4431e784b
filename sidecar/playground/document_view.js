// A document as people read it: its fields, with the evidence marked. Only text, never markup.

import { el } from "./dom.js";
import { readFields } from "./fields.js";

const LONG = 360; // code points of a value that are shown at first
const WIDE = 60; // code points of a value that gets a row of its own
const AROUND = 90; // code points shown on each side of the evidence

/** An element with the document's fields; `evidence` is the explanation's, or null. */
export function documentView(document, profile, evidence) {
  const box = el("div", { class: "document" });
  const fields = readFields(document, profile);
  if (fields.length === 0) box.append(el("p", { class: "hint" }, "This document is empty."));
  const plain = fields.length === 1 && fields[0].key === "";
  const list = plain ? box : box.appendChild(el("dl"));
  for (const field of fields) {
    const span = evidence !== null && evidence.field === field.name ? evidence : null;
    const value = shown(field.text, span);
    if (plain) list.append(el("p", {}, ...value));
    else {
      const kinds = [field.read ? "" : "unread", field.text.length > WIDE ? "wide" : ""];
      const title = field.read ? null : "The profile does not read it.";
      list.append(el("div", { class: kinds.join(" ").trim() || null, title },
        el("dt", {}, field.key), el("dd", {}, ...value)));
    }
  }
  if (evidence !== null) box.append(el("p", { class: "hint evidence" }, caption(evidence, fields)));
  return box;
}

function caption(evidence, fields) {
  const field = fields.find((each) => each.name === evidence.field);
  const of = field ? ` of ${count([...field.text].length)}` : "";
  const where = evidence.field ? `${evidence.field}, ` : "";
  return `Best window: ${where}characters ${count(evidence.start)} to ${count(evidence.end)}${of}`;
}

/** The nodes of a value: whole when it is short, else its evidence or its beginning, and a button. */
function shown(text, span) {
  const points = [...text]; // offsets count code points, and so does a spread
  if (points.length <= LONG && span === null) return [text];
  const short = el("span");
  const whole = el("span", { hidden: true }, ...marked(points, span, 0, points.length));
  const from = span ? atWord(points, Math.max(0, span.start - AROUND), span.start, 1) : 0;
  const end = span ? span.end + AROUND : LONG;
  const to = atWord(points, Math.min(points.length, end), span ? span.end : 0, -1);
  short.append(from > 0 ? "… " : "", ...marked(points, span, from, to));
  if (from === 0 && to >= points.length) return [short];
  short.append(to < points.length ? " …" : "");
  const button = el("button", { type: "button", class: "quiet", "aria-expanded": "false" });
  const label = () => {
    button.textContent = whole.hidden ? `Show all ${count(points.length)} characters` : "Show less";
  };
  button.addEventListener("click", () => {
    whole.hidden = !whole.hidden;
    short.hidden = !short.hidden;
    button.setAttribute("aria-expanded", String(!whole.hidden));
    label();
  });
  label();
  return [short, whole, " ", button];
}

/** The place, moved towards `limit` until it is between words; unmoved if there is none. */
function atWord(points, place, limit, step) {
  const edge = (at) => at === 0 || at === points.length || /\s/.test(points[at - 1]);
  for (let at = place; at !== limit; at += step) if (edge(at)) return at;
  return place;
}

function marked(points, span, from, to) {
  const text = (start, end) => points.slice(Math.max(start, from), Math.min(end, to)).join("");
  if (span === null) return [text(from, to)];
  return [text(from, span.start), el("mark", {}, text(span.start, span.end)), text(span.end, to)];
}

function count(number) {
  return number.toLocaleString("en");
}
