// What is measured in a page as it is laid out now. Evaluated by tests/inspecting.py; answers sentences of complaint.
(() => {
  const name = (element) => {
    const text = (element.getAttribute("aria-label") || element.textContent || element.name || "").trim();
    return `<${element.localName} class="${element.className.baseVal ?? element.className}"> ${text.replace(/\s+/g, " ").slice(0, 40)}`;
  };
  const visible = (element) => element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  // Read out only: kept in the page at the size of a pixel.
  const unseen = (element) => element.closest(".sr, .skip") || element.offsetWidth <= 1 || element.offsetHeight <= 1;
  // A link among words of its paragraph has the height of their line (WCAG 2.5.8, "inline").
  const inSentence = (element) =>
    element.localName === "a" && getComputedStyle(element).display === "inline" &&
    [...element.parentElement.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const target = (element) =>
    (element.matches("[type=radio], [type=checkbox]") && element.closest("label")) ||
    element.closest(".card, .door") || element;
  const CONTROLS = "button, input:not([type=hidden]), select, textarea, summary, nav a, .btn, [role=button]";

  window.tooSmall = () => {
    const found = [];
    const modal = document.querySelector("dialog:modal");
    for (const element of (modal || document).querySelectorAll(`a[href], ${CONTROLS}`)) {
      if (!visible(element) || unseen(element) || inSentence(element)) continue;
      const box = target(element).getBoundingClientRect();
      const least = element.matches(CONTROLS) ? 44 : 24;
      if (box.height < least - 0.5 || box.width < 24) found.push(`${Math.round(box.width)}×${Math.round(box.height)} ${name(element)}`);
    }
    return [...new Set(found)];
  };

  window.tooWide = () => {
    const excess = document.documentElement.scrollWidth - innerWidth;
    if (excess <= 1) return []; // parts of a pixel are rounded up
    const out = [...document.querySelectorAll("body *")].filter((one) => visible(one) && one.getBoundingClientRect().right > innerWidth + 1);
    return [`${excess} px too wide: ${out.slice(0, 3).map(name).join("; ")}`];
  };

  // Text that its own box cuts off, as when it grows and the box does not.
  window.cutOff = () =>
    [...document.querySelectorAll("main *, header *, footer *")]
      .filter((one) => visible(one) && !unseen(one) && /hidden|clip/.test(getComputedStyle(one).overflow) && one.localName !== "img")
      .filter((one) => one.textContent.trim() && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
      .map((one) => `cut off: ${name(one)}`);
})();
