// System, light or dark. The browser stores the choice for the next visit, if it allows that.

const CHOICES = ["system", "light", "dark"];
const STORAGE_KEY = "rerank-playground-theme";

/** Wires the button that goes through the choices. */
export function theme(button) {
  let now = stored();
  const show = () => {
    if (now === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = now;
    button.textContent = `Theme: ${now}`;
  };
  button.addEventListener("click", () => {
    now = CHOICES[(CHOICES.indexOf(now) + 1) % CHOICES.length];
    try {
      localStorage.setItem(STORAGE_KEY, now);
    } catch {
      // Without storage the choice holds for this visit.
    }
    show();
  });
  show();
}

function stored() {
  try {
    const choice = localStorage.getItem(STORAGE_KEY);
    return CHOICES.includes(choice) ? choice : "system";
  } catch {
    return "system";
  }
}
