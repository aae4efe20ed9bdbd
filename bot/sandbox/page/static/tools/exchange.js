/** One row of the inspector: who said what to whom, how it went and how long it took; opened, what was sent. */

import { copyButton } from "../widgets/copy.js";
import { fill, h, uniqueId } from "../widgets/dom.js";

export const KINDS = {
  slack: "Slack → bot",
  call: "bot → Slack",
  bloom: "bot → Bloom",
  browser: "browser → Bloom",
};

/** Slack shows a spinner by then, and gives up after three seconds. */
const SLOW_ACK_MS = 1000;

/** @typedef {{number: number, at: string, kind: string, who: string | null, title: string, ok: boolean,
 *   outcome: string, ms: number | null, details: {label: string, value: any}[]}} Exchange */

/** How an exchange went: "failed", "slow" or "fine". */
export function conditionOf({ ok, kind, ms }) {
  if (!ok) return "failed";
  return kind === "slack" && ms > SLOW_ACK_MS ? "slow" : "fine";
}

/** Make the row of an exchange. Its details are drawn when they are first asked for. */
export function exchangeRow(exchange) {
  const id = uniqueId("exchange");
  const details = h("div", { id, class: "exchange-details", hidden: true });
  const button = h(
    "button",
    { type: "button", class: "exchange-head", "aria-expanded": "false", "aria-controls": id },
    words(exchange),
  );
  button.addEventListener("click", () => {
    const opened = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(opened));
    details.hidden = !opened;
    if (opened && details.childElementCount === 0) fill(details, sections(exchange));
  });
  const dataset = { kind: exchange.kind, condition: conditionOf(exchange) };
  return h("li", { class: "exchange", dataset }, button, details);
}

function words(exchange) {
  const { kind, who, title, outcome, ms, at } = exchange;
  const marks = { failed: "Problem", slow: "Slow", fine: null };
  const mark = marks[conditionOf(exchange)];
  return [
    h("span", { class: "exchange-kind" }, KINDS[kind] ?? kind),
    " ",
    h("span", { class: "exchange-title" }, who ? h("b", {}, who, " ") : null, title),
    " ",
    h(
      "span",
      { class: "exchange-how" },
      mark ? [h("b", { class: "exchange-mark" }, mark), " "] : null,
      h("span", { class: "exchange-outcome" }, outcome),
      " ",
      ms === null ? null : h("span", { class: "exchange-ms" }, `${ms.toLocaleString("en")} ms`),
      " ",
      h("time", { datetime: at, class: "exchange-at" }, clockTime(at)),
    ),
  ];
}

function sections({ details }) {
  if (details.length === 0) return h("p", { class: "tool-hint" }, "Nothing was sent along.");
  return details.map(({ label, value }) => {
    const text = readable(value);
    const id = uniqueId("detail");
    return h(
      "section",
      { "aria-labelledby": id },
      h("div", { class: "detail-head" }, h("h3", { id }, label), copyButton(() => text, label)),
      h("pre", { class: "code-block", tabindex: "0", "aria-labelledby": id }, text),
    );
  });
}

function readable(value) {
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value.join("\n");
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

function clockTime(at) {
  return new Date(at).toLocaleTimeString("en-GB");
}
