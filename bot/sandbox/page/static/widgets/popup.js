/** Menus that float above everything, dialogs included, beside the control they belong to. */

const GAP = 4;
const EDGE = 8;
const ENOUGH = 180;

/**
 * One open popup. It follows its anchor on scroll, closes on a press outside of both, and goes when the anchor does or
 * is out of reach, beneath a modal.
 */
export class Popup {
  /**
   * @param {HTMLElement} anchor
   * @param {HTMLElement} element
   * @param {{onClose: () => void, wide?: boolean, end?: boolean}} options
   *   `wide`: as wide as the anchor at least; `end`: the right edges meet
   */
  constructor(anchor, element, { onClose, wide = false, end = false }) {
    Object.assign(this, { anchor, element, onClose, wide, end });
    this.listening = new AbortController();
  }

  get isOpen() {
    return this.element.isConnected;
  }

  open() {
    this.element.popover = "manual";
    this.element.classList.add("popup");
    (this.anchor.closest("dialog") ?? document.body).append(this.element);
    this.element.showPopover();
    this.place();
    const { signal } = this.listening;
    document.addEventListener("pointerdown", (event) => this.#pressed(event), { signal, capture: true });
    document.addEventListener("scroll", (event) => this.#scrolled(event), { signal, capture: true });
    window.addEventListener("resize", () => this.place(), { signal });
    this.watching = new MutationObserver(() => this.#isInReach() || this.close());
    this.watching.observe(document.body, { childList: true, subtree: true, attributeFilter: ["inert"] });
  }

  close() {
    if (!this.isOpen) return;
    this.listening.abort();
    this.listening = new AbortController();
    this.watching.disconnect();
    this.element.remove();
    this.onClose();
  }

  /** Stand below the anchor, or above it where there is more room. */
  place() {
    const box = this.anchor.getBoundingClientRect();
    const { style } = this.element;
    style.minWidth = this.wide ? `${Math.min(box.width, innerWidth - 2 * EDGE)}px` : "";
    style.maxHeight = "";
    const below = innerHeight - box.bottom - GAP - EDGE;
    const above = box.top - GAP - EDGE;
    const isBelow = below >= Math.min(ENOUGH, this.element.scrollHeight) || below >= above;
    style.maxHeight = `${Math.max(60, Math.min(isBelow ? below : above, 320))}px`;
    const { width, height } = this.element.getBoundingClientRect();
    const left = this.end ? box.right - width : box.left;
    style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
    style.top = `${isBelow ? box.bottom + GAP : box.top - GAP - height}px`;
  }

  #isInReach() {
    return this.anchor.isConnected && !this.anchor.closest("[inert]");
  }

  #pressed(event) {
    if (!this.element.contains(event.target) && !this.anchor.contains(event.target)) this.close();
  }

  #scrolled(event) {
    if (!this.element.contains(event.target)) this.place();
  }
}
