/** Checkboxes and radio buttons. */

import { agreed, framed, hold, tellApp } from "./acting.js";
import { h, uniqueId } from "./dom.js";
import { renderText } from "./mrkdwn.js";

export function checkboxes(scope) {
  return choices(scope, "checkbox", (boxes) => {
    return scope.element.options.filter((_, number) => boxes[number].checked);
  });
}

export function radioButtons(scope) {
  return choices(scope, "radio", (boxes) => {
    return scope.element.options.find((_, number) => boxes[number].checked) ?? null;
  });
}

function choices(scope, type, read) {
  const { element, ids, describedBy, block } = scope;
  const name = uniqueId("choice");
  const rows = element.options.map((option, number) => row(scope, { type, name, option, number }));
  const boxes = rows.map((one) => one.querySelector("input"));
  const group = h("div", {
    class: "choices",
    role: type === "radio" ? "radiogroup" : "group",
    "aria-labelledby": ids?.label ?? null,
    "aria-label": ids ? null : "Choices",
    "aria-describedby": describedBy ?? null,
    "aria-required": type === "radio" && block.type === "input" && !block.optional ? "true" : null,
    dataset: { field: "" },
    on: { change: () => changed(scope, group, boxes, read) },
  }, rows);
  check(scope, boxes);
  return framed(scope, group);
}

function row(scope, { type, name, option, number }) {
  const { element, place } = scope;
  const isFirst = element.focus_on_load && number === 0;
  const words = { label: uniqueId("option"), description: uniqueId("option") };
  const box = h("input", {
    type, name, "aria-labelledby": words.label, "aria-describedby": option.description ? words.description : null,
    dataset: { focus: `${JSON.stringify(place)}/${number}`, ...(isFirst ? { first: "" } : {}) },
  });
  const description = option.description;
  return h(
    "label",
    { class: "choice" },
    box,
    h("span", {}, h("span", { id: words.label }, renderText(option.text)),
      description && h("span", { id: words.description, class: "soft" }, renderText(description))),
  );
}

/** Let the boxes show what is held. */
function check({ element, surface, place }, boxes) {
  const held = [surface.values.get(place)].flat().map((option) => option?.value);
  element.options.forEach((option, number) => {
    boxes[number].checked = held.includes(option.value);
  });
}

async function changed(scope, group, boxes, read) {
  const value = read(boxes);
  if (!(await agreed(scope))) return void check(scope, boxes);
  hold(scope, value, group);
  if (scope.dispatches) tellApp(scope, { latest: true, confirmed: Boolean(scope.element.confirm) });
}
