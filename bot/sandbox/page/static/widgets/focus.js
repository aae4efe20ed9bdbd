/** Where the keyboard is, and who has it next when what had it is gone or out of reach. */

/** Whether somebody is at work beside the workspace, in the banner or the tools: then nothing takes the focus away. */
export function focusIsElsewhere() {
  return Boolean(document.activeElement?.closest("#tools, #banner"));
}

/** Give the focus back to an element; when that cannot take it, the modal in front has it, or else the place shown. */
export function returnFocus(element) {
  element?.focus({ preventScroll: true });
  if (element && element !== document.body && document.activeElement === element) return;
  const next = document.querySelector("dialog.modal[open]:not(.below)") ?? document.getElementById("main");
  next.focus({ preventScroll: true });
}
