/** What this page cannot show, shown as exactly that: a red box with its name and its JSON, never a gap. */

import { h } from "./dom.js";

/** Say that something is not known here, and let one look at it. */
export function unknownBox(what, json) {
  const type = json?.type ?? typeof json;
  return redBox(`Unknown ${what}: ${String(type)}`, json);
}

/** Draw something; when that fails, show the failure in its place, and let everything around it go on. */
export function safely(what, json, draw) {
  try {
    return draw();
  } catch (error) {
    const type = json?.type ? ` “${json.type}”` : "";
    return redBox(`This ${what}${type} could not be shown: ${error.message ?? error}`, json);
  }
}

function redBox(title, json) {
  return h(
    "details",
    { class: "unknown", role: "group", "aria-label": title },
    h("summary", {}, title),
    h("pre", { tabindex: "0", "aria-label": "Its JSON" }, JSON.stringify(json, null, 2) ?? String(json)),
  );
}
