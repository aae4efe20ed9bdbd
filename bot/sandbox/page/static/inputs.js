/** What people type into: text, addresses, numbers, days and times. */

import { agreed, framed, hold, tellApp } from "./acting.js";
import { h } from "./dom.js";

const KINDS = { email_text_input: "email", url_text_input: "url" };
const CHARACTER_MS = 500;
const COUNTED_FROM = 0.8;

/** plain_text_input, email_text_input and url_text_input. */
export function textInput(scope) {
  const { element } = scope;
  const props = { ...fieldProps(scope), placeholder: element.placeholder?.text };
  const field = element.multiline
    ? h("textarea", { ...props, rows: 4 })
    : h("input", { ...props, type: "text", inputmode: KINDS[element.type] ?? null });
  return typed(scope, field, element.max_length ? counter(field, element) : null);
}

export function numberInput(scope) {
  const { element } = scope;
  const inputmode = element.is_decimal_allowed ? "decimal" : "numeric";
  const field = h("input", {
    ...fieldProps(scope), type: "text", inputmode, placeholder: element.placeholder?.text ?? null,
  });
  return typed(scope, field);
}

/** What every field has: its label, its descriptions, its place, and the focus when the app asks for that. */
export function fieldProps(scope) {
  const { element, ids, describedBy, place, block } = scope;
  return {
    class: "field-box",
    id: ids?.field ?? null,
    "aria-label": ids ? null : (element.placeholder?.text ?? "Value"),
    "aria-describedby": describedBy ?? null,
    "aria-required": block.type === "input" && !block.optional ? "true" : null,
    dataset: { field: "", focus: JSON.stringify(place), ...(element.focus_on_load ? { first: "" } : {}) },
  };
}

function typed(scope, field, count = null) {
  const { element, surface, place, dispatches } = scope;
  field.value = surface.values.get(place) ?? "";
  count?.update();
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const eachCharacter = dispatches && triggers.includes("on_character_entered");
  const onEnter = dispatches && triggers.includes("on_enter_pressed");
  let waiting = 0;
  field.addEventListener("input", () => {
    hold(scope, field.value, field);
    count?.update();
    clearTimeout(waiting);
    if (eachCharacter) waiting = setTimeout(() => tellApp(scope, { latest: true }), CHARACTER_MS);
  });
  if (onEnter) field.addEventListener("keydown", (event) => enter(event, scope, () => clearTimeout(waiting)));
  const hint = onEnter && !eachCharacter && h("span", { class: "hint" }, "Press Enter to send this to the app");
  return framed(scope, field, count?.node, hint);
}

function enter(event, scope, forget) {
  if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  event.preventDefault();
  forget();
  tellApp(scope, { enter: true, latest: true });
}

/** How many characters are left, once it matters. */
function counter(field, { min_length: shortest = 0, max_length: longest }) {
  const node = h("span", { class: "counter", "aria-hidden": "true" });
  const update = () => {
    const length = field.value.length;
    node.hidden = length < longest * COUNTED_FROM && length >= shortest;
    node.textContent = String(longest - length);
    node.classList.toggle("over", length > longest);
  };
  return { node, update };
}

export function datePicker(scope) {
  return picked(scope, "date");
}

export function timePicker(scope) {
  const zone = scope.element.timezone;
  return picked(scope, "time", zone && h("span", { class: "hint" }, zone));
}

function picked(scope, type, ...others) {
  const field = h("input", { ...fieldProps(scope), type, title: scope.element.placeholder?.text ?? null });
  field.classList.add("short");
  field.value = scope.surface.values.get(scope.place) ?? "";
  field.addEventListener("change", async () => {
    if (!(await agreed(scope))) {
      field.value = scope.surface.values.get(scope.place) ?? "";
      return;
    }
    hold(scope, field.value || null, field);
    if (scope.dispatches) tellApp(scope, { latest: true, confirmed: Boolean(scope.element.confirm) });
  });
  return framed(scope, field, ...others);
}
