// The documents' editor: lines and JSON, two views of one list.
//
// Typing in one view changes the list, and with it the other view; the view that is typed in is
// never rewritten under the cursor. JSON that does not parse changes nothing until it does.

import { byId } from "./dom.js";
import { fromJson, fromLines, toJson, toLines } from "./documents.js";
import { tabs } from "./tabs.js";

/**
 * Wires the editor; `changed(documents)` is called after every edit by hand.
 * `set(documents)` shows others, `fault()` is what is wrong with the JSON, or "".
 */
export function editor(changed) {
  const lines = byId("lines");
  const json = byId("json");
  let fault = "";

  const showFault = (text) => {
    fault = text;
    byId("documents-fault").textContent = text;
    json.setAttribute("aria-invalid", String(text !== ""));
  };
  const take = (documents) => {
    showFault("");
    changed(documents);
  };

  const select = tabs(document.querySelector("[aria-labelledby=documents-label]"), {
    // Leaving JSON that does not parse would lose it.
    allow: (id) => id !== "tab-lines" || fault === "",
  });
  lines.addEventListener("input", () => {
    const documents = fromLines(lines.value);
    json.value = toJson(documents);
    take(documents);
  });
  json.addEventListener("input", () => {
    let documents;
    try {
      documents = fromJson(json.value);
    } catch (error) {
      showFault(`Not a list of documents yet: ${error.message}`);
      return;
    }
    lines.value = toLines(documents);
    take(documents);
  });

  return {
    fault: () => fault,
    focus: () => (byId("pane-json").hidden ? lines : json).focus(),
    set(documents) {
      lines.value = toLines(documents);
      json.value = toJson(documents);
      showFault("");
      // Fields are easier to read as JSON, texts as lines.
      select(documents.some((each) => typeof each !== "string") ? "tab-json" : "tab-lines");
    },
  };
}
