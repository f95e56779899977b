// @ts-check
// The page of the chat. Everything that people wrote reaches the page through textContent: markup stays text.

/** @typedef {{ name: string, text: string, at: number }} Said */
/**
 * @typedef {{ type: "welcome", name: string, recent: Said[] } | { type: "here", names: string[] }
 *   | { type: "said" } & Said} ServerEvent
 */

const FIRST_DELAY = 500;
const LONGEST_DELAY = 10_000;
const NAME_KEY = "handfast-chat-name";

/** @template {HTMLElement} T @param {string} id @param {new () => T} kind @returns {T} */
function find(id, kind) {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${id}`);
}

const page = {
  join: find("join", HTMLFormElement),
  name: find("name", HTMLInputElement),
  room: find("room", HTMLElement),
  messages: find("messages", HTMLOListElement),
  empty: find("empty", HTMLElement),
  say: find("say", HTMLFormElement),
  text: find("text", HTMLInputElement),
  here: find("here", HTMLElement),
  state: find("state", HTMLElement),
};

/** The name that was asked for, and the one that the server gave. */
let wanted = sessionStorage.getItem(NAME_KEY) ?? "";
let mine = "";
/** @type {WebSocket | undefined} */
let socket;
let delay = FIRST_DELAY;
let timer = 0;

/** @param {"on" | "wait" | "away"} state @param {string} words */
function showState(state, words) {
  page.state.dataset["state"] = state;
  page.state.textContent = words;
}

function connect() {
  clearTimeout(timer);
  showState("wait", "Connecting…");
  const url = new URL("/chat", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("name", wanted);
  const opened = (socket = new WebSocket(url));
  opened.addEventListener("open", () => {
    delay = FIRST_DELAY;
    showState("on", "Connected");
  });
  opened.addEventListener("message", ({ data }) => receive(JSON.parse(data)));
  opened.addEventListener("close", reconnectLater);
}

/** Waits longer each time, and never as long as the others: not everybody knocks at once. */
function reconnectLater() {
  page.here.hidden = true;
  const wait = delay * (0.75 + Math.random() / 2);
  delay = Math.min(delay * 2, LONGEST_DELAY);
  showState("away", "Connection lost, trying again…");
  timer = window.setTimeout(connect, wait);
}

/** @param {ServerEvent} event */
function receive(event) {
  if (event.type === "welcome") {
    mine = event.name;
    page.messages.replaceChildren();
    for (const said of event.recent) show(said);
    page.empty.hidden = event.recent.length > 0;
  } else if (event.type === "here") {
    page.here.textContent = event.names.length === 1 ? "Only you here" : `${event.names.length} here`;
    page.here.title = event.names.join(", ");
    page.here.hidden = false;
  } else {
    show(event);
    page.empty.hidden = true;
  }
}

/** @param {string} tag @param {string} className @param {string} text */
function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** @param {Said} said */
function show({ name, text, at }) {
  const { messages } = page;
  const atEnd = messages.scrollHeight - messages.scrollTop - messages.clientHeight < 80;
  const last = messages.lastElementChild;
  const item = document.createElement("li");
  item.dataset["name"] = name;
  item.classList.toggle("mine", name === mine);
  item.classList.toggle("again", last instanceof HTMLElement && last.dataset["name"] === name);
  item.style.setProperty("--hue", String(hueOf(name)));
  const avatar = element("span", "avatar", String.fromCodePoint(name.codePointAt(0) ?? 63).toUpperCase());
  avatar.setAttribute("aria-hidden", "true");
  const time = document.createElement("time");
  time.dateTime = new Date(at).toISOString();
  time.textContent = new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const head = element("p", "head", "");
  head.append(element("span", "name", name), time);
  item.append(avatar, head, element("p", "text", text));
  messages.append(item);
  if (atEnd || name === mine) messages.scrollTop = messages.scrollHeight;
}

/** @param {string} name */
function hueOf(name) {
  let hash = 7;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 3600;
  return hash / 10;
}

function enter() {
  page.join.hidden = true;
  page.room.hidden = false;
  page.text.focus();
  connect();
}

page.join.addEventListener("submit", (event) => {
  event.preventDefault();
  wanted = page.name.value.trim();
  if (wanted === "") return;
  sessionStorage.setItem(NAME_KEY, wanted);
  enter();
});

page.say.addEventListener("submit", (event) => {
  event.preventDefault();
  // What cannot be sent now stays in its field.
  if (page.text.value.trim() === "" || socket?.readyState !== WebSocket.OPEN) return;
  socket.send(page.text.value);
  page.text.value = "";
});

window.addEventListener("online", () => {
  if (wanted !== "" && socket?.readyState === WebSocket.CLOSED) connect();
});

if (wanted !== "") enter();
