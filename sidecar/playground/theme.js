// System, light or dark. The choice is kept for the next visit where the browser allows it.

const CHOICES = ["system", "light", "dark"];
const KEPT = "rerank-playground-theme";

/** Wires the button that goes through the choices. */
export function theme(button) {
  let now = kept();
  const show = () => {
    if (now === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = now;
    button.textContent = `Theme: ${now}`;
  };
  button.addEventListener("click", () => {
    now = CHOICES[(CHOICES.indexOf(now) + 1) % CHOICES.length];
    try {
      localStorage.setItem(KEPT, now);
    } catch {
      // Storage may be forbidden; the choice then holds for this visit.
    }
    show();
  });
  show();
}

function kept() {
  try {
    const found = localStorage.getItem(KEPT);
    return CHOICES.includes(found) ? found : "system";
  } catch {
    return "system";
  }
}
