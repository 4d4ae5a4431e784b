// Tabs as the ARIA practices have them: one stop of the Tab key, arrows move between them.

/**
 * Wires a tab list. `allow(id)` may refuse a move by returning false; `shown(id)` is called after each.
 * Returns a function that selects a tab by its id.
 */
export function tabs(list, { allow = () => true, shown = () => {} } = {}) {
  const all = [...list.querySelectorAll("[role=tab]")];

  function select(id) {
    if (!allow(id)) return false;
    for (const tab of all) {
      const selected = tab.id === id;
      tab.setAttribute("aria-selected", String(selected));
      tab.tabIndex = selected ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !selected;
    }
    shown(id);
    return true;
  }

  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) select(tab.id);
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const now = all.findIndex((tab) => tab.tabIndex === 0);
    const to = Number.isFinite(step)
      ? (now + step + all.length) % all.length
      : step < 0 ? 0 : all.length - 1;
    if (select(all[to].id)) all[to].focus();
  });
  select(all[0].id);
  return select;
}
