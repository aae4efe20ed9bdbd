/** Light, dark, or as the machine has it: chosen in the banner, remembered by the browser. */

const KEY = "sandbox.theme";
const THEMES = ["auto", "light", "dark"];

export function theme() {
  const kept = localStorage.getItem(KEY);
  return THEMES.includes(kept) ? kept : "auto";
}

/** Put the chosen theme on the page; "auto" leaves it to the machine. */
export function applyTheme() {
  if (theme() === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme();
}

/** Go on to the next theme. */
export function nextTheme() {
  localStorage.setItem(KEY, THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length]);
  applyTheme();
}
