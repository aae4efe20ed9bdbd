/** One control of Bloom's panel: what it is, what one will see in Slack, and what went wrong when it was used. */

import { copyButton } from "../widgets/copy.js";
import { announce, fill, h, uniqueId } from "../widgets/dom.js";
import { Problem, changeBloom } from "../state/workspace.js";

/**
 * Make a group with a heading; `seen` says what one will see in Slack. `change(body)` sends a change of the stand-in
 * and shows a problem here, at the control; it returns the answer, or null.
 */
export function control(title, seen) {
  const id = uniqueId("control");
  const heading = h("h3", { id }, title);
  const problem = h("p", { class: "tool-problem", role: "alert", hidden: true });
  const body = h("div", { class: "control-body" });
  const element = h(
    "section",
    { class: "control", role: "group", "aria-labelledby": id },
    heading,
    body,
    problem,
    h("p", { class: "tool-hint" }, seen),
  );
  const complain = (words) => {
    problem.hidden = words === null;
    fill(problem, words ?? []);
  };
  return { element, body, complain, change: (wanted, said) => attempt(wanted, said, complain) };
}

async function attempt(wanted, said, complain) {
  complain(null);
  try {
    const answer = await changeBloom(wanted);
    if (said) announce(said);
    return answer;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    complain(problem.message);
    return null;
  }
}

/** Make a switch; `onSwitch(isOn)` is told when someone uses it. */
export function switchInput(label, onSwitch) {
  const id = uniqueId("switch");
  const input = h("input", { id, type: "checkbox", role: "switch", class: "switch" });
  input.addEventListener("change", () => onSwitch(input.checked));
  return { input, element: h("div", { class: "switch-row" }, input, h("label", { for: id }, label)) };
}

/** Make a field for a whole number; `read()` returns it, or complains and returns null. */
export function numberInput(label, { min, max, value, complain }) {
  const id = uniqueId("number");
  const input = h("input", { id, type: "number", class: "tool-input number", min, max, step: 1, value });
  const words = `${label}: a whole number from ${min} to ${max.toLocaleString("en")}, please.`;
  const judge = (isRight) => {
    input.setAttribute("aria-invalid", String(!isRight));
    complain(isRight ? null : words);
    if (!isRight) input.focus();
  };
  input.addEventListener("input", () => judge(true));
  const read = () => {
    const number = input.valueAsNumber;
    const isRight = Number.isInteger(number) && number >= min && number <= max;
    judge(isRight);
    return isRight ? number : null;
  };
  const put = (number) => {
    input.value = number;
    judge(true);
  };
  return { input, read, put, element: h("div", { class: "field" }, h("label", { for: id }, label), input) };
}

/**
 * Make a menu that says what the choice means. `offer(options, first)` changes what it offers, if that is different,
 * and chooses `first`.
 */
export function selectInput(label) {
  const id = uniqueId("select");
  const meaning = h("p", { class: "meaning", id: `${id}-meaning` });
  const input = h("select", { id, class: "tool-input", "aria-describedby": meaning.id });
  let offered = [];
  const explain = () => fill(meaning, offered.find(({ value }) => value === input.value)?.what ?? []);
  input.addEventListener("change", explain);
  const offer = (options, first) => {
    if (JSON.stringify(options) === JSON.stringify(offered)) return;
    offered = options;
    fill(input, options.map(({ value, text }) => h("option", { value, selected: value === first }, text)));
    explain();
  };
  return { input, offer, element: h("div", { class: "field wide" }, h("label", { for: id }, label), input, meaning) };
}

/** Make a plain button. */
export function pushButton(label, onPush, more = {}) {
  return h("button", { type: "button", class: "tool-button", ...more, on: { click: onPush } }, label);
}

/** Make a list of things that one can type elsewhere. */
export function examples(name) {
  return h("ul", { class: "addresses", "aria-label": name });
}

/** List them with what comes of it, unless they stand there already. */
export function offer(list, shown) {
  if (list.children.length === shown.length) return;
  const row = ({ address, what }) => {
    return h("li", {}, h("code", {}, address), h("span", {}, what), copyButton(() => address, address));
  };
  fill(list, shown.map(row));
}
