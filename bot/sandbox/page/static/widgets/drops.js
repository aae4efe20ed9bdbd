/** Files that are dropped where nothing takes them. */

/** Let a file that misses its field do nothing: the browser would show it in place of the page, and of the form. */
export function refuseStrayDrops() {
  for (const type of ["dragover", "drop"]) document.addEventListener(type, refuse);
}

function refuse(event) {
  if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "none";
}
