/** What people fill in: text, addresses, numbers, days, times, checkboxes and radio buttons. */

import { framed, hold, tellApp } from "./acting.js";
import { agreed } from "./confirm.js";
import { h, icon, uniqueId } from "../widgets/dom.js";
import { renderText } from "../text/mrkdwn.js";

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

/** How many characters are left, once it matters; an emoji is one character to the app, whatever it takes here. */
function counter(field, { min_length: shortest = 0, max_length: longest }) {
  const node = h("span", { class: "counter", "aria-hidden": "true" });
  const update = () => {
    const { length } = [...field.value];
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

/**
 * A day or time. While a year is typed the browser reports the years 2, 20 and 202 on the way, and asks or tells nobody
 * about these: the app hears of a year of four digits at once, and of anything else when the person is done with it.
 */
function picked(scope, type, ...others) {
  const field = h("input", { ...fieldProps(scope), type, title: scope.element.placeholder?.text ?? null });
  field.classList.add("short");
  field.value = scope.surface.values.get(scope.place) ?? "";
  let waits = false;
  const commit = () => {
    if (waits) commitDay(scope, field);
    waits = false;
  };
  field.addEventListener("change", () => {
    if (!scope.element.confirm) hold(scope, field.value || null, field);
    waits = true;
    if (type === "time" || YEAR.test(field.value)) commit();
  });
  field.addEventListener("blur", commit);
  field.addEventListener("keydown", (event) => event.key === "Enter" && commit());
  return framed(scope, field, ...others);
}

const YEAR = /^[1-9]\d{3}-/;

async function commitDay(scope, field) {
  if (!(await agreed(scope))) {
    field.value = scope.surface.values.get(scope.place) ?? "";
    return;
  }
  hold(scope, field.value || null, field);
  if (scope.dispatches) tellApp(scope, { latest: true, confirmed: Boolean(scope.element.confirm) });
}

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
  const rows = element.options.map((option, number) => choiceRow(scope, { type, name, option, number }));
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

function choiceRow(scope, { type, name, option, number }) {
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

/** The cross that takes away what is chosen. */
export function removeButton(label, listener) {
  const props = { type: "button", class: "chip-remove", "aria-label": label };
  return h("button", { ...props, on: { click: listener } }, icon("close"));
}

/** Show what is chosen or uploaded, with a cross that says it removes `name`. */
export function chip(name, remove, ...children) {
  return h("span", { class: "picked" }, children, removeButton(`Remove ${name}`, remove));
}
