/** Making elements. Text only ever enters the page as text nodes: nothing here, or anywhere, parses HTML. */

/**
 * Make an element.
 *
 * Props: `class`, `dataset` (an object), `on` (an object of listeners), `style` (an object); any other name is an
 * attribute: true sets it empty, false and null leave it out. Children: nodes, strings, numbers, arrays of them, null.
 *
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...any} children
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "dataset") {
      Object.assign(element.dataset, value);
    } else if (name === "style") {
      Object.assign(element.style, value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, String(value));
    }
  }
  element.append(...flat(children));
  return element;
}

/** Put these children in place of whatever an element holds. */
export function fill(element, ...children) {
  element.replaceChildren(...flat(children));
  return element;
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

const SAFE = /^(https?:\/\/|mailto:)/i;

/** Whether the page follows this address: nothing but the web and mail. */
export function isSafeUrl(url) {
  return typeof url === "string" && SAFE.test(url.trim());
}

/** Return the attributes of a link to the outside, in a tab of its own; null for an address the page won't follow. */
export function outside(url) {
  return isSafeUrl(url) ? { href: url, target: "_blank", rel: "noopener noreferrer" } : null;
}

let numbered = 0;

/** Return an id that no other element has, to tie a label to its field. */
export function uniqueId(prefix) {
  numbered += 1;
  return `${prefix}-${numbered}`;
}

const SHAPES = {
  attach: "M16.5 6.5v9a4.5 4.5 0 0 1-9 0V6a3 3 0 0 1 6 0v9a1.5 1.5 0 0 1-3 0V7.5",
  check: "M5 12.5l4.5 4.5L19 7.5",
  chevron: "M7 10l5 5 5-5",
  close: "M6 6l12 12M18 6L6 18",
  bolt: "M13 3L5 14h6l-1 7 8-11h-6z",
  flask: "M9 3h6M10 3v6l-5 9a2 2 0 0 0 2 3h10a2 2 0 0 0 2-3l-5-9V3M8 15h8",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z",
  menu: "M4 7h16M4 12h16M4 17h16",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  reply: "M4 6h16v10H9l-5 4z",
  send: "M4 4l17 8-17 8 3-8zM7 12h14",
  theme: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
  warning: "M12 4l9 16H3zM12 10v4M12 17h.01",
};

/** Draw a small icon; it says nothing to a screen reader, the control around it does. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/** Make a button that shows nothing but an icon; its label says what it does. */
export function iconButton(label, shape, listener) {
  const props = { type: "button", class: "icon-button", "aria-label": label, title: label };
  return h("button", { ...props, on: { click: listener } }, icon(shape));
}

/** Tell people who listen to the page instead of looking at it. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}
