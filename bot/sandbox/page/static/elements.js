/** Block Kit's elements: which one is drawn by whom, and those that are pressed: buttons and overflow menus. */

import { agreed, framed, isBusy, tellApp } from "./acting.js";
import { checkboxes, radioButtons } from "./choices.js";
import { h } from "./dom.js";
import { isSafeUrl } from "./entities.js";
import { fileInput } from "./file_input.js";
import { imageNode } from "./images.js";
import { datePicker, numberInput, textInput, timePicker } from "./inputs.js";
import { menuButton } from "./menu.js";
import { renderText } from "./mrkdwn.js";
import { picker } from "./picker.js";
import { MENUS } from "./sources.js";
import { safely, unknownBox } from "./unknown.js";

const RENDERERS = {
  button, overflow, checkboxes,
  radio_buttons: radioButtons,
  datepicker: datePicker,
  timepicker: timePicker,
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: numberInput,
  file_input: fileInput,
  image: (scope) => imageNode(scope.element, { small: false }),
  ...Object.fromEntries(MENUS.map((type) => [type, picker])),
};

/**
 * Draw an element. The scope it gets: the surface and block it stands in, its place, whether the app hears of it at
 * once, and within an input block the ids of its label and of its descriptions.
 */
export function renderElement(element, scope) {
  if (!Object.hasOwn(RENDERERS, element?.type)) return unknownBox("element", element);
  const place = [scope.block.block_id ?? "", element.action_id ?? ""];
  const dispatches = scope.block.type !== "input" || scope.block.dispatch_action === true;
  return safely("element", element, () => RENDERERS[element.type]({ ...scope, element, place, dispatches }));
}

function button(scope) {
  const { element } = scope;
  const opens = isSafeUrl(element.url);
  const link = { href: element.url, target: "_blank", rel: "noopener noreferrer" };
  const control = h(
    opens ? "a" : "button",
    {
      class: `button ${element.style === "danger" ? "danger" : (element.style ?? "")}`,
      "aria-label": element.accessibility_label,
      dataset: { focus: JSON.stringify(scope.place) },
      ...(opens ? link : { type: "button" }),
      on: { click: (event) => press(event, scope, opens) },
    },
    renderText(element.text),
  );
  return framed(scope, control);
}

async function press(event, scope, opens) {
  const { element } = scope;
  if (isBusy(scope)) return void event.preventDefault();
  if (element.confirm && opens) event.preventDefault();
  if (!(await agreed(scope))) return;
  if (element.confirm && opens) window.open(element.url, "_blank", "noopener,noreferrer");
  await tellApp(scope, { confirmed: Boolean(element.confirm) });
}

function overflow(scope) {
  const { element } = scope;
  const items = () => element.options.map((option) => ({
    label: renderText(option.text),
    description: option.description && renderText(option.description),
    href: element.confirm ? null : option.url,
    onChoose: () => choose(scope, option),
  }));
  const control = menuButton({ label: "More options", items, class: "overflow" });
  control.dataset.focus = JSON.stringify(scope.place);
  return framed(scope, control);
}

async function choose(scope, option) {
  if (!(await agreed(scope))) return;
  if (scope.element.confirm && isSafeUrl(option.url)) window.open(option.url, "_blank", "noopener,noreferrer");
  await tellApp(scope, { value: option.value, confirmed: Boolean(scope.element.confirm) });
}
