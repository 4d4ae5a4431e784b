// What the profile reads of one search: the query's constraints, and the documents' fields.

import { byId, el } from "./dom.js";

const LISTED = 4; // values that a cell lists
const IGNORED = 20; // keys that are listed

/**
 * The pane. `ask(body, signal)` resolves to the service's readings of a request's documents; it is
 * called when the pane is in sight, once for each answer. `problem(fault)` is an element that says why
 * there are none.
 */
export function readingsPane(ask, problem) {
  const pane = byId("pane-readings");
  let search = null; // {body, constraints} of the newest answer
  let running = null; // the AbortController of the call for it, also once that has ended

  async function refresh() {
    if (pane.hidden || search === null || running !== null) return;
    const mine = new AbortController();
    running = mine;
    const { body, constraints } = search;
    pane.setAttribute("aria-busy", "true");
    try {
      const readings = await ask(body, mine.signal);
      if (running !== mine) return;
      byId("readings").replaceChildren(demands(constraints), ...tables(readings, body.profile));
      pane.setAttribute("aria-busy", "false");
    } catch (error) {
      if (running !== mine) return;
      running = null; // the next look at the pane asks again
      pane.setAttribute("aria-busy", "false");
      byId("readings").replaceChildren(el("div", { class: "problem", role: "alert" }, problem(error)));
    }
  }

  return {
    shown: refresh,
    /** A request was answered; every explanation names the query's constraints. */
    answered(body, answer) {
      running?.abort();
      running = null;
      search = { body, constraints: answer.explanations?.[0]?.constraints ?? [] };
      refresh();
    },
  };
}

/** What the query demands and excludes. */
function demands(constraints) {
  if (constraints.length === 0) {
    return el("p", { class: "hint" }, "The query has no constraint that this profile reads.");
  }
  const cell = (text) => el("td", {}, text);
  return table("constraints", "What the query asks for", ["Constraint", "Wanted", "Excluded"],
    constraints.map((each) => el("tr", {}, el("th", { scope: "row" }, each.name),
      cell(wanted(each)), cell((each.excluded ?? []).join(", ")))));
}

function wanted({ values = [], low = null, high = null }) {
  const bounds = [low === null ? null : `from ${low}`, high === null ? null : `to ${high}`];
  return [values.join(", "), bounds.filter(Boolean).join(" ")].filter(Boolean).join(", ");
}

function tables({ documents, without_fields, fields, ignored }, profile) {
  const found = fields.filter((field) => field.found > 0);
  const absent = fields.filter((field) => field.found === 0).map(({ name }) => name);
  const notes = [
    without_fields > 0 ? `Read as plain text, without fields: ${without_fields} of ${documents}.` : "",
    absent.length > 0 ? `In no document: ${absent.join(", ")}.` : "",
    ignored.length > 0
      ? `Keys that the profile does not know: ${listed(ignored, documents, IGNORED)}.` : "",
  ];
  const rows = found.flatMap((field) => fieldRows(field, documents));
  const headings = ["Field", "Found", "As", "Read by", "Says", "Unread"];
  return [
    ...(rows.length > 0
      ? [table("fields", `What ${profile} reads of the documents`, headings, rows)] : []),
    ...notes.filter(Boolean).map((note) => el("p", { class: "hint" }, note)),
  ];
}

/** A row for each signal and rule that reads the field; one row where none does. */
function fieldRows({ name, found, spellings, readings }, documents) {
  const span = readings.length > 1 ? readings.length : null;
  const first = [
    el("th", { scope: "rowgroup", rowspan: span }, name),
    el("td", { class: "count", rowspan: span }, `${found} of ${documents}`),
    el("td", { rowspan: span }, listed(spellings, found)),
  ];
  if (readings.length === 0) return [el("tr", {}, ...first, el("td", { colspan: 3 }))];
  return readings.map((reading, place) => el("tr", {}, ...(place === 0 ? first : []),
    el("td", {}, reading.by),
    el("td", {}, listed(reading.says, found)),
    unreadCell(reading)));
}

/** Titles without a colour are no fault, so only what ought to be readable has examples. */
function unreadCell({ unread, certain, examples }) {
  if (unread === 0) return el("td");
  if (!certain) return el("td", { class: "hint" }, String(unread));
  const quoted = examples.map((example) => `“${example}”`).join(", ");
  return el("td", { class: "bad" }, `${unread}: ${quoted}`);
}

/** "a (3), b (2)"; a count that is the whole is left out. */
function listed(counted, whole, most = LISTED) {
  const shown = counted.slice(0, most)
    .map(({ text, count }) => (count === whole ? text : `${text} (${count})`));
  const more = counted.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

/** A table that scrolls by itself on a narrow screen. */
function table(kind, caption, headings, rows) {
  const heads = headings.map((heading) => el("th", { scope: "col" }, heading));
  return el("div", { class: "scrolls", tabindex: 0, role: "region", "aria-label": caption },
    el("table", { class: `readings ${kind}` }, el("caption", {}, caption),
      el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows)));
}
