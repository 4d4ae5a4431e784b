// Elements from plain data. Every text becomes a text node: nothing here reads markup.

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/**
 * A new element.
 *
 *     el("p", { class: "hint", title: "why" }, "text", el("b", {}, "more"))
 *
 * Attributes that are null, undefined or false are left out.
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, String(value));
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Calls `run` once `wait_ms` after the last call; `cancel` forgets a call that waits. */
export function debounce(run, wait_ms) {
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(run, wait_ms);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}
