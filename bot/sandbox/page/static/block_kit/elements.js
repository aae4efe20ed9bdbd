/** Block Kit's elements: which one is drawn by whom, and those that are pressed: buttons and overflow menus. */

import { framed, isBusy, tellApp } from "./acting.js";
import { agreed } from "./confirm.js";
import { h } from "../widgets/dom.js";
import { fileInput } from "./file_input.js";
import { imageNode } from "./images.js";
import { checkboxes, datePicker, numberInput, radioButtons, textInput, timePicker } from "./inputs.js";
import { follow, linkTo, placeIn } from "../text/links.js";
import { menuButton } from "../widgets/menu.js";
import { renderText } from "../text/mrkdwn.js";
import { picker } from "./select.js";
import { MENUS } from "./select_sources.js";
import { safely, unknownBox } from "../widgets/unknown.js";

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
  const link = linkTo(element.url);
  const control = h(
    link ? "a" : "button",
    {
      class: `button ${element.style === "danger" ? "danger" : (element.style ?? "")}`,
      "aria-label": element.accessibility_label,
      dataset: { focus: JSON.stringify(scope.place) },
      ...(link ?? { type: "button" }),
      on: { click: (event) => press(event, scope, link !== null) },
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
  if (element.confirm && opens) follow(element.url);
  await tellApp(scope, { confirmed: Boolean(element.confirm) });
}

function overflow(scope) {
  const { element } = scope;
  const items = element.options.map((option) => ({
    label: renderText(option.text),
    description: option.description && renderText(option.description),
    href: isOurs(element, option) ? null : option.url,
    onChoose: () => choose(scope, option),
  }));
  const control = menuButton({ label: "More options", items, class: "overflow" });
  control.dataset.focus = JSON.stringify(scope.place);
  return framed(scope, control);
}

async function choose(scope, option) {
  if (!(await agreed(scope))) return;
  if (isOurs(scope.element, option)) follow(option.url);
  await tellApp(scope, { value: option.value, confirmed: Boolean(scope.element.confirm) });
}

/** Whether it is for us to open an option's link: after a question, or when it leads to a place in this page. */
function isOurs(element, option) {
  return Boolean(element.confirm) || placeIn(option.url) !== null;
}
