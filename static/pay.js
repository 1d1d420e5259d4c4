// Cashier and result page: waiting dialog, countdown, live status. Both pages work without this file.
const root = document.querySelector("[data-live]");
const words = root.dataset;
const say = document.querySelector("#say");
const bar = Object.assign(document.createElement("p"), { className: "note warn net", hidden: true });
const channel = new BroadcastChannel(`order-${words.number}`);
const QUICK = 2000, SLOWEST = 60000;
const MARKS = [600, 300, 60];
const PAYING = ["awaiting", "confirming"], MOVING = ["refunding", "review"];
let status = words.status;
let delay = QUICK;
let asking = false;
let begun = words.live === "result", turn = 0;
let timer, ticking;

const dialog = () => root.querySelector("dialog[open]");
const pays = () => PAYING.includes(status);
const waits = () => pays() || MOVING.includes(status);

function write(text) {
  const line = document.querySelector("#wait-line");
  if (line && text) line.textContent = text;
}

function tell(text) {
  write(text);
  say.textContent = text;
}

// Said once per trouble: a live region that repeats itself is noise.
function trouble(text) {
  if (bar.textContent === text) return;
  bar.textContent = text;
  bar.hidden = !text;
  if (dialog()) write(text || words.waiting);
  if (text) say.textContent = text;
}

async function ask(url, options) {
  const headers = { Accept: "application/json" };
  const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(20000), headers, ...options });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

async function learn(news) {
  delay = news.next_ms || delay;
  trouble("");
  if (news.status === status) return;
  status = news.status;
  channel.postMessage(status);
  if (words.live === "cashier" && !pays()) return location.replace(news.url);
  if (!dialog()) await renew();
  say.textContent = news.label;
}

// The page shows its new state in place: scroll, the live region and this script stay.
async function renew() {
  const html = await (await fetch(location.href, { cache: "no-store" })).text();
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.querySelector("[data-live]");
  if (fresh?.dataset.live !== words.live) return location.reload();
  const focused = root.contains(document.activeElement);
  Object.assign(words, fresh.dataset);
  root.replaceChildren(...fresh.childNodes);
  for (const button of root.querySelectorAll("[data-print], [data-copy]")) button.hidden = false;
  document.title = page.title;
  if (focused) document.querySelector("#main").focus();
  countDown();
}

function plan() {
  clearTimeout(timer);
  if (waits() && !document.hidden) timer = setTimeout(poll, delay);
}

async function poll() {
  clearTimeout(timer);
  if (asking || !waits()) return;
  asking = true;
  try {
    // The shop is told by a message; where none comes, each third question goes on to the gateway.
    await learn(await (begun && ++turn % 3 === 0 ? look() : ask(words.statusUrl)));
  } catch {
    delay = Math.min(delay * 2, SLOWEST);
    trouble(navigator.onLine ? words.retrying : words.offline);
  }
  asking = false;
  plan();
}

function look() {
  const form = root.querySelector("#check");
  if (!form) return ask(words.statusUrl);
  const body = new FormData(form);
  body.set("quiet", "1");
  return ask(form.action, { method: "POST", body });
}

async function check(form) {
  const button = form.querySelector("button");
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  try {
    const news = await ask(form.action, { method: "POST", body: new FormData(form) });
    await learn(news);
    if (pays()) tell(news.message);
  } catch {
    trouble(navigator.onLine ? words.retrying : words.offline);
  }
  button.ariaBusy = "false";
  plan();
}

// A live region outside a modal dialog is mute, so it moves along.
function wait() {
  begun = true;
  const box = root.querySelector("dialog");
  if (!box.open) {
    box.append(say);
    box.showModal();
    box.addEventListener("close", () => document.body.append(say), { once: true });
  }
  hurry();
}

// Somebody is there again: what fails now is tried again soon, and behind the dialog the gateway itself is asked, for
// who comes back from its page may have paid.
async function wake() {
  delay = QUICK;
  if (dialog() && waits()) await look().then(learn).catch(() => {});
  return poll();
}

function hurry() {
  delay = QUICK;
  plan();
}

function countDown() {
  clearInterval(ticking);
  const clock = root.querySelector("[role=timer]");
  if (!clock) return;
  const end = Date.now() + (clock.dataset.deadline - clock.dataset.now);
  let before = Infinity;
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    const mark = MARKS.find((seconds) => left <= seconds && seconds < before);
    if (mark && before < Infinity) say.textContent = clock.dataset[`say-${mark}`];
    before = left;
    if (!left) over();
  };
  ticking = setInterval(tick, 1000);
  tick();
}

async function over() {
  clearInterval(ticking);
  await poll();
  if (pays() && !dialog()) await renew();
}

root.before(bar);
document.addEventListener("submit", (event) => {
  const form = event.target;
  // The dialog opens within the click that opens the gateway's page: a page opened later would be blocked.
  if (form.id === "pay" && (event.submitter?.formTarget || form.target) === "_blank") wait();
  if (form.id === "scan") {
    begun = true;
    hurry();
  }
  if (form.id !== "check") return;
  event.preventDefault();
  check(form);
});
document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : wake()));
for (const type of ["focus", "online"]) addEventListener(type, wake);
addEventListener("pageshow", (event) => event.persisted && wake());
addEventListener("offline", () => trouble(words.offline));
channel.onmessage = wake;
channel.postMessage(status);
countDown();
plan();
