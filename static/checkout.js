/* The checkout with a script: one press is one order, and a mended field loses its error at once (never before). */
{
  if (matchMedia("(max-width: 55.99rem)").matches) document.getElementById("order-summary").open = false;
  const form = document.querySelector("form[data-once]");
  const button = form?.querySelector("button.main");
  const words = button?.textContent;
  const PAUSE = 5000;

  const mended = {
    phone: (text) => text.normalize("NFKC").replace(/[\s().-]/g, "").replace(/^(\+|00)?86(?=\d{11}$)/, "").match(/^\d{11}$/),
    email: (text) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text.trim()),
  };

  const rest = () => {
    button.removeAttribute("aria-busy");
    button.textContent = words;
  };

  form?.addEventListener("submit", (event) => {
    if (button.hasAttribute("aria-busy")) return event.preventDefault();
    button.setAttribute("aria-busy", "true");
    button.textContent = form.dataset.once;
    setTimeout(rest, PAUSE);
  });
  /* Back from the cashier the page may come out of the browser's memory, still busy. */
  addEventListener("pageshow", (event) => { if (event.persisted && button) rest(); });

  form?.addEventListener("input", ({ target }) => {
    if (!target.hasAttribute("aria-invalid")) return;
    const fits = mended[target.name] ?? ((text) => text.trim());
    if (!fits(target.type === "checkbox" ? String(target.checked || "") : target.value)) return;
    target.removeAttribute("aria-invalid");
    const field = target.closest(".field");
    field.classList.remove("bad");
    field.querySelector(".err")?.remove();
    const hint = document.getElementById(`${target.name}-hint`);
    hint ? target.setAttribute("aria-describedby", hint.id) : target.removeAttribute("aria-describedby");
  });
}
